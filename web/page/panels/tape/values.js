// Tensors as text: a number, or a small matrix of numbers.

import { numbersOf } from '../../engine.js';
import { element } from '../../parts/dom.js';
import { precise } from '../../parts/number.js';

/** A shape as the library prints it: (2, 3), (3,) or (). */
export function shapeText(shape) {
  return shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
}

/** The matrices of a Tensor, each a list of rows. A number and a vector are one row. */
export function matricesOf(tensor) {
  const numbers = numbersOf(tensor);
  const columns = tensor.shape.at(-1) ?? 1;
  const rows = tensor.shape.at(-2) ?? 1;
  const row = (start) => numbers.slice(start, start + columns);
  const matrix = (start) => Array.from({ length: rows }, (_, i) => row(start + i * columns));
  return Array.from({ length: numbers.length / (rows * columns) }, (_, i) => matrix(i * rows * columns));
}

/**
 * Cuts a matrix down to `most` rows and columns. The last ones are then dots.
 * @returns {(number | '…')[][]}
 */
export function abridged(rows, most) {
  const cut = (list, dots) => (list.length > most ? [...list.slice(0, most - 1), dots] : list);
  const short = rows.map((row) => cut(row, '…'));
  return cut(
    short,
    short[0].map(() => '…'),
  );
}

function grid(rows) {
  const cells = rows
    .flat()
    .map((cell) =>
      cell === '…'
        ? element('span', {}, cell)
        : element('span', { 'data-value': String(cell) }, precise(cell)),
    );
  return element('span', { class: 'matrix', style: `--columns: ${rows[0].length}` }, cells);
}

/**
 * A Tensor as an element. `most` limits the rows and columns that are shown, and the matrices of a Tensor with more dims.
 */
export function valueElement(tensor, most = Infinity) {
  const matrices = matricesOf(tensor);
  if (tensor.shape.length === 0) {
    const [[[number]]] = matrices;
    return element('span', { 'data-value': String(number) }, precise(number));
  }
  const shownOnes = matrices.slice(0, most).map((rows) => grid(abridged(rows, most)));
  const label = `${shapeText(tensor.shape)} numbers`;
  return element(
    'span',
    { class: 'tensor', role: 'group', 'aria-label': label },
    shownOnes,
    matrices.length > most ? '…' : null,
  );
}
