// One query: its row of numbers through the stages, and its context as a sum.

import { element } from '../../parts/dom.js';
import { heatmap } from '../../parts/heatmap.js';
import { largestSize, shown } from '../../parts/number.js';
import { select, setChoices } from '../../parts/select.js';
import { indexNames, numbersOf } from '../../parts/tensor.js';
import { barCell, decimals } from './bars.js';
import { namesOf } from './heads.js';

const few = (value) => shown(value, 3);

function table(names, row, scaleText) {
  const stages = [
    ['score q · k', row.scores], [scaleText, row.scaled], ['masked', row.masked],
    ['exp(score − largest)', row.exp], ['weight', row.weights],
  ].map(([name, tensor], s) => ({ name, values: numbersOf(tensor), digits: s < 3 ? 2 : 4 }));
  const full = stages.map(({ values }) => largestSize(values));
  full[4] = 1;
  const label = 'The row, stage by stage';
  return element('div', { class: 'scroll' }, element('table', { class: 'stages', 'aria-label': label },
    element('thead', {}, element('tr', {}, element('th', { scope: 'col' }, 'key'),
      stages.map(({ name }) => element('th', { scope: 'col' }, name)))),
    element('tbody', {}, names.map((name, j) => element('tr', {}, element('th', { scope: 'row' }, name),
      stages.map(({ values, digits }, s) =>
        barCell(values[j], full[s], (value) => decimals(value, digits)))))),
    element('tfoot', {}, element('tr', {},
      element('th', { scope: 'row' }, 'sum'), element('td', { colspan: 3 }),
      element('td', { 'data-value': String(numbersOf(row.sum)[0]) }, shown(numbersOf(row.sum)[0])),
      element('td', { 'data-value': String(numbersOf(row.total)[0]) }, shown(numbersOf(row.total)[0]))))));
}

function formula(names, row) {
  const masked = numbersOf(row.masked);
  const weights = numbersOf(row.weights);
  const [largest] = numbersOf(row.largest);
  const [sum] = numbersOf(row.sum);
  const lines = [`softmax(${masked.map(few).join(', ')})`, `  = (${weights.map(few).join(', ')})`];
  if (sum === 0) {
    lines.push('', 'This word sees no key. Σ exp would be 0, and 0 / 0 is NaN.', 'The library gives ' +
      'weights 0 and context 0.');
  } else {
    const j = weights.indexOf(Math.max(...weights));
    const difference = `${few(masked[j])} − ${few(largest)}`.replace('− −', '+ ');
    lines.push('', `weight of ${names[j]} = exp(${difference}) / Σ exp`,
      `  = ${few(numbersOf(row.exp)[j])} / ${few(sum)} = ${few(weights[j])}`);
  }
  return element('pre', { class: 'scroll formula', tabindex: '0', 'aria-label': 'The softmax in numbers' },
    lines.join('\n'));
}

function sumOfParts(names, row, d) {
  const weights = numbersOf(row.weights);
  const rows = [...names.map((name, j) => `${few(weights[j])} · v of ${name}`), 'sum: context'];
  return heatmap({ label: 'weight · v for each word, and their sum', rows, columns: indexNames(d), signed: true,
    compact: true, values: [...numbersOf(row.parts), ...numbersOf(row.context)],
    describe: (i, j, value) => `${rows[i]}, number ${j}: ${shown(value)}` });
}

/** The section of one query. `pick(query)` is called when the visitor chooses another word. */
export function queryRow(pick) {
  const title = element('h3');
  const words = select({}, [], (value) => pick(Number(value)));
  const box = element('div', { class: 'row' });
  const root = element('section', { 'aria-label': 'One query in numbers' }, title,
    element('p', {}, 'Follow one row of the maps. The scores of one query become weights; the weights ' +
      'mix the values.'),
    element('div', { class: 'controls' }, element('label', {}, 'The query word', words)), box);

  const show = (result, row, state) => {
    const names = namesOf(result.words);
    title.textContent = `One query in numbers: head ${state.head}, word ${names[state.query]}`;
    setChoices(words, [...names.entries()]);
    words.value = state.query;
    box.replaceChildren(
      table(names, row, state.scale ? `/ √${state.d}` : 'not scaled'),
      element('p', { class: 'note' }, 'The largest score is subtracted first. That changes no weight, ' +
        'and exp cannot overflow.'),
      formula(names, row),
      sumOfParts(names, row, state.d));
  };
  return { root, show };
}
