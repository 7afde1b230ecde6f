// What the panel says to learners. Its figures hold for the seeds 0 and 1. Rounding alone moves the step at
// which a run learns the carry, so the figures are no finer than what two builds of the library agree on.

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
      'trains on them, and the accuracy is the share of them that it gets right to the last digit.',
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
        'The hundreds come first: 0 or 1 is mostly a matter of size, and so are the tens, roughly. Size ' +
          'says nothing about the last digit. It stays a guess for the first 100 to 250 steps, and then the ' +
          'loss falls fast. A sum that is wrong by exactly 10 misses a carry.',
      ),
      item(
        'The maps.',
        'Head 0 of layer 0 comes to add in columns: after 600 steps the row that writes the units looks at ' +
          'the two units, about half each, and the row that writes the hundreds at the two tens.',
      ),
      item(
        'One head against four.',
        'A head makes one mixture of all that it looks at, so one head must fetch the digits and the carry ' +
          'at once. Compare the accuracy at step 500: below 95 % with one head, above 98 % with four.',
      ),
      item(
        'One layer',
        'learns later: a digit needs the carry, and the second layer can use what the first has found. ' +
          'Try other seeds: after 600 steps some runs get most sums right, and others hardly any.',
      ),
      item(
        'A rate of 0.1',
        'is too large: after 200 steps about 1 % are right. Lower it to 0.006 then: 400 steps later the model ' +
          'has hardly recovered. Start over.',
      ),
    ),
  );
}
