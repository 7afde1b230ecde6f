// What the panel says to learners. Figures of the runs are those of seed 0 and 600 steps.

import { element } from '../../parts/dom.js';

const code = (text) => element('code', {}, text);
const item = (title, ...text) => element('li', {}, element('strong', {}, `${title} `), ...text);

/** What the model does. */
export function introduction() {
  return element(
    'p',
    {},
    'A small GPT learns to add. It reads ',
    code('47+85='),
    ' and predicts the digits of the sum, ',
    code('132'),
    ', one after the other. Nobody tells it what a digit is, or a carry. Some sums are held out: it never ' +
      'trains on them, and the accuracy is the share of them that it gets right to the last digit. The rate ' +
      'rises for 50 steps, falls until step 600, and stays at a tenth of what the slider says.',
  );
}

/** What to try, and what to look at. */
export function whatToTry() {
  return element(
    'details',
    { class: 'try', open: true },
    element('summary', {}, 'What to look for'),
    element(
      'ul',
      {},
      item(
        'The loss falls in steps.',
        'The hundreds come first: 0 or 1, mostly a matter of size. After a plateau the units follow, and the ' +
          'tens last. As long as sums are wrong by exactly 10, the model has not found the carry.',
      ),
      item(
        'The maps.',
        'In the rows that write a digit, some heads come to look at the two digits of the place that is added, ' +
          'or at the two to their right, where the carry comes from.',
      ),
      item(
        'One head against four.',
        'A head makes one mixture of all that it looks at, so one head must serve the digits and the carry in ' +
          'one. Compare the accuracy at step 300: 67 % with one head, 89 % with four.',
      ),
      item(
        'One layer',
        'does learn it at this width. Make it narrower, 48, and it stays below 10 %: the tens need the carry, and a ' +
          'second layer can use what the first has found.',
      ),
      item(
        'A rate of 0.1',
        'is too large: after 600 steps the loss is near 1, and 7 % are right. Lower it to 0.004 ' +
          'after 200 steps: the model hardly recovers.',
      ),
    ),
  );
}
