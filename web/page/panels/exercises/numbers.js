// A Tensor of an answer as a table of numbers.

import { element } from '../../parts/dom.js';
import { largestSize, shareOf, shown } from '../../parts/number.js';
import { numbersOf, shapeText } from '../../parts/tensor.js';

const wide = 4; // columns from which on a table may need to scroll on a phone

/** The index of each row of the last dim, such as "(0, 1)"; nothing of a Tensor with one row. */
function rowNames(shape) {
  let names = [[]];
  for (const size of shape.slice(0, -1)) {
    names = names.flatMap((name) => Array.from({ length: size }, (_, i) => [...name, i]));
  }
  return names.map((name) => (name.length === 0 ? '' : `(${name.join(', ')})`));
}

/**
 * The table. Colours show signs and sizes, and a mark the wrong numbers.
 * @param {object} options
 * @param {string} options.label what the numbers are
 * @param {{shape: number[], data: (number|string|boolean)[]}} options.tensor
 * @param {boolean[]} [options.wrong] which of the numbers are wrong
 * @param {number} [options.max] the number of the full colour
 */
export function numberTable({ label, tensor, wrong = [], max = largestSize(numbersOf(tensor)) }) {
  const values = numbersOf(tensor);
  const columns = tensor.shape.length === 0 ? 1 : tensor.shape.at(-1);
  const names = rowNames(tensor.shape);
  const cell = (value, isWrong) => {
    return element('td', {
      class: [value < 0 ? 'below' : 'above', isWrong && 'wrong'].filter(Boolean).join(' '),
      style: `--share: ${shareOf(value, max).toFixed(3)}`,
      'data-value': String(value),
    }, shown(value), isWrong ? element('span', { class: 'mark', title: 'wrong' }, '*') : null);
  };
  const rows = names.map((name, i) => element('tr', {},
    name ? element('th', { scope: 'row' }, name) : null,
    Array.from({ length: columns }, (_, j) => cell(values[i * columns + j], wrong[i * columns + j]))));
  const shape = tensor.shape.length === 0 ? '' : ` ${shapeText(tensor.shape)}`;
  const reachable = columns >= wide && { tabindex: '0', role: 'group', 'aria-label': label };
  return element('figure', { class: 'numbers' },
    element('figcaption', {}, label, element('span', { class: 'note' }, shape)),
    element('div', { class: 'scroll', ...reachable },
      element('table', {}, element('tbody', {}, rows))));
}
