// Any parameter of the model and its gradient in the last step.

import { element } from '../../parts/dom.js';
import { heatmap, refill } from '../../parts/heatmap.js';
import { histogram } from '../../parts/histogram.js';
import { shown } from '../../parts/number.js';
import { select, setChoices } from '../../parts/select.js';
import { indexNames, numbersOf } from '../../parts/tensor.js';

const first = 'blocks.0.attention.W_q.weight';

/** The part of the panel with a parameter and its gradient. `refresh()` asks for it again. */
export function gradientPart(runner) {
  const name = select({ id: 'training-parameter' }, [], () => refresh());
  const which = select({ id: 'training-kind' }, ['gradient', 'value'], () => refresh());
  const facts = element('table', { class: 'facts' });
  const bars = histogram('How many entries are of this size');
  const cells = element('div', { class: 'cells' });
  const waiting = element('p', { class: 'note' }, 'The first step makes the first gradients.');
  const result = element(
    'div',
    { hidden: true },
    facts,
    element('div', { class: 'drawings' }, bars.figure, cells),
  );
  let drawn = ''; // which Tensor the cells show

  const row = (label, key, look) =>
    element(
      'tr',
      {},
      element('th', { scope: 'row' }, label),
      ['gradient', 'value'].map((kind) =>
        element(
          'td',
          { 'data-kind': kind, 'data-key': key, 'data-value': look[kind][key] },
          shown(Number(look[kind][key])),
        ),
      ),
    );
  const drawCells = (look) => {
    const { tensor } = look[which.value];
    const key = `${look.name} ${which.value}`;
    if (!tensor) {
      cells.replaceChildren(
        element('p', { class: 'note' }, `${look.shape.join(' × ')} numbers are too many for a map of each.`),
      );
    } else if (drawn === key && cells.querySelector('.heatmap')) {
      refill(cells.querySelector('.heatmap'), numbersOf(tensor));
    } else {
      const [rows, columns] = look.shape.length === 1 ? [1, look.shape[0]] : look.shape;
      cells.replaceChildren(
        heatmap({
          label: `${which.value} of ${look.name}`,
          rows: indexNames(rows),
          columns: indexNames(columns),
          values: numbersOf(tensor),
          signed: true,
          compact: true,
          describe: (i, j, value) => `[${look.shape.length === 1 ? j : `${i}, ${j}`}]: ${shown(value)}`,
        }),
      );
    }
    drawn = key;
  };
  const draw = (look) => {
    facts.replaceChildren(
      element(
        'thead',
        {},
        element(
          'tr',
          {},
          element('td', {}, `after step ${look.step}`),
          element('th', { scope: 'col' }, 'gradient'),
          element('th', { scope: 'col' }, 'value'),
        ),
      ),
      element(
        'tbody',
        {},
        row('norm', 'norm', look),
        row('mean', 'mean', look),
        row('largest size', 'largest', look),
      ),
    );
    bars.draw(look[which.value], which.value);
    drawCells(look);
  };
  const refresh = async () => {
    const hasGradient = runner.state.step > 0;
    waiting.hidden = hasGradient;
    result.hidden = !hasGradient;
    if (hasGradient) draw(await runner.look('training_gradient', { name: name.value }));
  };

  const part = element(
    'section',
    { class: 'look gradient', 'aria-labelledby': 'training-gradient' },
    element('h3', { id: 'training-gradient' }, 'Look at any gradient'),
    element(
      'div',
      { class: 'controls' },
      element('label', { for: name.id }, 'Parameter'),
      name,
      element('label', { for: which.id }, 'Show its'),
      which,
    ),
    element(
      'p',
      { class: 'note' },
      'The gradients of a step are scaled together so that their joint norm is at most 1. ' +
        'This is what AdamW gets. The gradient norm above the curves is the one before that.',
    ),
    waiting,
    result,
  );
  return {
    part,
    begin({ tensors }) {
      const kept = name.value || first;
      setChoices(
        name,
        tensors.map((tensor) => [tensor.name, `${tensor.name} (${tensor.shape.join(' × ')})`]),
      );
      if (tensors.some((tensor) => tensor.name === kept)) name.value = kept;
      return refresh();
    },
    refresh,
  };
}
