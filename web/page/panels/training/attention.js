// What the heads look at while the model continues a sum.

import { EngineError } from '../../engine.js';
import { element } from '../../parts/dom.js';
import { failureText, setFailure } from '../../parts/failure.js';
import { heatmap, refill } from '../../parts/heatmap.js';
import { percent } from '../../parts/number.js';
import { select, setChoices } from '../../parts/select.js';
import { numbersOf } from '../../parts/tensor.js';

/** A sum to begin with: its units carry. */
const examples = { 1: '7+5', 2: '47+85', 3: '347+285' };

/** The part of the panel with the attention maps. `refresh()` asks the model again. */
export function attentionPart(runner) {
  let shown = null; // the answer that is drawn
  let digits = 0;
  const sum = element('input', {
    id: 'training-sum',
    type: 'text',
    size: 9,
    autocomplete: 'off',
    spellcheck: 'false',
  });
  const layer = select({ id: 'training-layer' }, [], () => {
    maps.replaceChildren();
    draw(shown);
  });
  const answer = element('p', { class: 'answer', 'aria-live': 'off' });
  const failure = failureText();
  const maps = element('div', { class: 'maps' });

  /** Row i has read a character; from the = on it writes the next one. */
  const rowNames = ({ read, predicted }) => {
    const first = read.indexOf('=');
    return read.map((character, i) => (i < first ? character : `${character} ▸ ${predicted[i - first]}`));
  };
  const describe = (head) => (i, j, weight) => {
    const { read, predicted } = shown;
    const first = read.indexOf('=');
    const writes = i < first ? '' : `, which writes ${predicted[i - first]}`;
    const looks = `looks at “${read[j]}” at ${j + 1}: ${percent(weight)}`;
    return `head ${head}: “${read[i]}” at ${i + 1}${writes}, ${looks}`;
  };
  const structureOf = (look) =>
    JSON.stringify([look.read, look.predicted, layer.value, look.layers.map(({ heads }) => heads.length)]);

  const draw = (look) => {
    const old = shown && structureOf(shown);
    if (layer.options.length !== look.layers.length) {
      const kept = layer.value;
      setChoices(
        layer,
        look.layers.map((_, i) => [i, `${i} (blocks.${i})`]),
      );
      layer.value = kept in look.layers && kept !== '' ? kept : 0;
    }
    shown = look;
    const { heads } = look.layers[Number(layer.value)];
    if (old === structureOf(look) && maps.childElementCount === heads.length) {
      heads.forEach((weights, h) => refill(maps.children[h], numbersOf(weights)));
    } else {
      maps.replaceChildren(
        ...heads.map((weights, h) =>
          heatmap({
            label: `Head ${h}`,
            rows: rowNames(look),
            columns: look.read,
            values: numbersOf(weights),
            max: 1,
            describe: describe(h),
          }),
        ),
      );
    }
    const right = look.predicted === look.expected;
    answer.replaceChildren(
      `After step ${look.step} the model continues ${look.question} with `,
      element('strong', {}, look.predicted),
      right ? ', which is right. ' : `; right is ${look.expected}. `,
      `It is this sure of the digits: ${numbersOf(look.probabilities).map(percent).join(', ')}.`,
    );
  };
  const refresh = async () => {
    try {
      draw(await runner.look('training_attention', { sum: sum.value }));
      setFailure(failure, '');
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      setFailure(failure, error.message);
    }
  };
  sum.addEventListener('change', refresh);

  const part = element(
    'section',
    { class: 'look attention', 'aria-labelledby': 'training-attention' },
    element('h3', { id: 'training-attention' }, 'What its heads look at'),
    element(
      'div',
      { class: 'controls' },
      element('label', { for: sum.id }, 'Sum'),
      sum,
      element('label', { for: layer.id }, 'Layer'),
      layer,
    ),
    failure,
    answer,
    element(
      'p',
      { class: 'note' },
      'A row is a character that the model has read, with ▸ and the digit that it writes ' +
        'next. A column is a character that the row can look at: itself or an earlier one.',
    ),
    maps,
  );
  return {
    part,
    /** For a new model; its sums may have another number of digits. */
    begin(options) {
      if (options.digits !== digits) sum.value = examples[options.digits];
      digits = options.digits;
      return refresh();
    },
    refresh,
  };
}
