// Why the scores are scaled: random heads of four sizes, without and with the scale.

import { element } from '../../parts/dom.js';
import { largestSize, shown } from '../../parts/number.js';
import { part } from '../../parts/tensor.js';
import { barCell } from './bars.js';
import { namesOf, wordMap } from './heads.js';

const figures = [
  ['size', 'usual score'],
  ['largest', 'largest weight'],
  ['entropy', 'entropy, bits'],
  ['gradient', '|dL/dscore|'],
];

function table({ rows }) {
  const sides = ['without', 'with'];
  const full = Object.fromEntries(figures.map(([name]) =>
    [name, name === 'largest' ? 1 : largestSize(rows.flatMap((row) => sides.map((side) => row[side][name])))]));
  const cell = (row, side, name) => {
    const td = barCell(row[side][name], full[name], (value) => shown(value, 3));
    td.dataset.figure = `${row.d} ${side} ${name}`;
    return td;
  };
  return element('div', { class: 'scroll' }, element('table', { class: 'stages figures',
    'aria-label': 'Random heads without and with the scale' },
  element('thead', {},
    element('tr', {}, element('td'), element('td'),
      element('th', { scope: 'colgroup', colspan: 4 }, 'without the scale'),
      element('th', { scope: 'colgroup', colspan: 4 }, 'with 1/√d')),
    element('tr', {}, element('th', { scope: 'col' }, 'd'), element('th', { scope: 'col' }, '√d'),
      sides.flatMap(() => figures.map(([, name]) => element('th', { scope: 'col' }, name))))),
  element('tbody', {}, rows.map((row) => element('tr', {}, element('th', { scope: 'row' }, String(row.d)),
    element('td', {}, shown(row.root)),
    sides.flatMap((side) => figures.map(([name]) => cell(row, side, name))))))));
}

/** The section. `toggle()` turns the scale of the panel off or on. */
export function whyScale(toggle) {
  const button = element('button', { type: 'button', onclick: toggle });
  const maps = element('div', { class: 'maps' });
  const box = element('div');
  const one = element('p', { class: 'note', hidden: true },
    'With one word there is nothing to choose: its weight is 1 and the gradient is 0. Type a second word.');
  const root = element('section', { class: 'why', 'aria-label': 'Why the scale' },
    element('h3', {}, 'Why divide by √d?'),
    element('p', {}, 'A score is a sum of d products. If the numbers of q and k are independent with ' +
      'mean 0 and variance 1, each product has variance 1 and the score has variance d: its usual size ' +
      'is √d. Without the scale, scores grow with d. Then the largest one takes almost all of the ' +
      'weight, the softmax saturates, and hardly any gradient comes through (Vaswani et al. ' +
      '2017, section 3.2.1).'),
    element('div', { class: 'controls' }, button), maps,
    element('h4', {}, 'Sixteen random heads read your sentence, for four sizes d'),
    element('p', {}, 'No mask hides a word here. The usual score is the root of the mean square. The ' +
      'largest weight and the entropy are means over the rows; an entropy of n bits is as open as an ' +
      'even choice among 2ⁿ words. The last column is a backward pass: L is the dot product of the ' +
      'contexts with a random vector of length near 1, and the column is the mean of |dL/dscore|, of the scores ' +
      'that the softmax reads.'),
    one, box,
    element('p', {}, 'Read down the columns. Without the scale, the usual score follows √d, the largest ' +
      'weight goes to 1, and the gradient shrinks. With the scale all of them stay where they are, ' +
      'whatever d is.'));

  const show = (result, other, figuresOfSizes, state, pick) => {
    const names = namesOf(result.words);
    const on = state.scale ? result : other;
    const off = state.scale ? other : result;
    const map = (label, answer) =>
      wordMap({ label, names, values: part(answer.weights, 0, state.head), max: 1, pick });
    button.textContent = state.scale ? 'Take the scale away in the maps above' : 'Put the scale back';
    maps.replaceChildren(map(`head ${state.head} without the scale`, off),
      map(`head ${state.head} with 1/√d`, on));
    one.hidden = result.words.length > 1;
    box.replaceChildren(table(figuresOfSizes));
  };
  return { root, show };
}
