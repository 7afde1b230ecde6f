// What a run has reached: its numbers, its curves, and sums that it has never trained on.

import { curve } from '../../parts/chart.js';
import { element } from '../../parts/dom.js';
import { percent, shown } from '../../parts/number.js';

/** The row of numbers above the curves. */
function numbersPart() {
  const fields = [
    ['step', 'step', String],
    ['loss', 'loss', shown],
    ['accuracy', 'accuracy', percent],
    ['norm', 'gradient norm', shown],
    ['rate', 'rate now', shown],
    ['speed', 'steps / s', (speed) => String(Math.round(speed))],
    ['parameters', 'parameters', (count) => count.toLocaleString('en')],
  ];
  const values = {};
  const part = element(
    'dl',
    { class: 'numbers' },
    fields.map(([key, label]) => {
      values[key] = element('dd', { 'data-number': key }, '–');
      return element('div', {}, element('dt', {}, label), values[key]);
    }),
  );
  const draw = (numbers) => {
    for (const [key, , format] of fields) {
      const number = numbers[key];
      const known = number !== null && number !== undefined;
      values[key].textContent = known ? format(number) : '–';
      values[key].dataset.value = known ? number : '';
    }
  };
  return { part, draw };
}

/** Ten held-out sums, and what the model makes of them. */
function samplesPart() {
  const body = element('tbody', {});
  const when = element('caption', {});
  const part = element(
    'table',
    { class: 'samples' },
    when,
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        element('th', { scope: 'col' }, 'sum'),
        element('th', { scope: 'col' }, 'model'),
        element('th', { scope: 'col' }, 'right?'),
      ),
    ),
    body,
  );
  const draw = (samples, heldOut, step) => {
    when.textContent = `Ten of the ${heldOut?.toLocaleString('en') ?? ''} held-out sums, after step ${step}`;
    body.replaceChildren(
      ...samples.map(({ question, predicted, expected }) => {
        const right = predicted === expected;
        return element(
          'tr',
          { class: right ? 'right' : 'wrong' },
          element('td', {}, question),
          element('td', {}, predicted),
          element('td', {}, right ? '✓ right' : `✗ it is ${expected}`),
        );
      }),
    );
  };
  return { part, draw };
}

/** The part of the panel that follows the run. `draw(state)` shows a runner's state. */
export function progressPart() {
  const numbers = numbersPart();
  const samples = samplesPart();
  const loss = curve({ label: 'Loss of each step', mark: null });
  const accuracy = curve({
    label: 'Accuracy on the held-out sums',
    format: percent,
    tick: (share) => `${Math.round(100 * share)} %`,
    range: [0, 1],
  });
  const log = element('input', { type: 'checkbox' });
  log.addEventListener('change', () => loss.setLog(log.checked));
  let evaluated = null; // the evaluation that is shown
  return {
    numbers: numbers.part,
    curves: element(
      'div',
      { class: 'curves' },
      element('div', {}, loss.figure, element('label', {}, log, 'logarithmic')),
      accuracy.figure,
    ),
    samples: samples.part,
    draw(state) {
      const { losses, accuracies, description } = state;
      numbers.draw({
        step: state.step,
        loss: losses.at(-1),
        accuracy: accuracies.at(-1)?.accuracy,
        norm: state.gradNorm,
        rate: state.rate,
        speed: state.speed,
        parameters: description?.parameters,
      });
      loss.draw(
        losses.map((y, i) => ({ x: i + 1, y })),
        description && { y: description.loss_of_guessing, label: 'guessing' },
      );
      const latest = accuracies.at(-1);
      if (latest === evaluated) return;
      evaluated = latest;
      accuracy.draw(accuracies.map((one) => ({ x: one.step, y: one.accuracy })));
      samples.draw(state.samples, description?.held_out, state.evaluated);
    },
  };
}
