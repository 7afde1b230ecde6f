// Tensors as text: a number, or a small matrix of numbers.

import { element } from '../../parts/dom.js';
import { precise } from '../../parts/number.js';
import { numbersOf, shapeText } from '../../parts/tensor.js';

const mostRead = 16; // elements that a screen reader reads one by one

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
 * Cuts a matrix down to `limit` rows and columns. The last ones are then dots.
 * @returns {(number | '…')[][]}
 */
export function abridged(rows, limit) {
  const cut = (list, dots) => (list.length > limit ? [...list.slice(0, limit - 1), dots] : list);
  const short = rows.map((row) => cut(row, '…'));
  return cut(
    short,
    short[0].map(() => '…'),
  );
}

/** A Tensor as it is typed: [[1, 2], [3, 4]]. */
function listText(tensor) {
  const list = (dims, numbers) => {
    if (dims.length === 0) return precise(numbers[0]);
    const size = numbers.length / dims[0];
    const parts = Array.from({ length: dims[0] }, (_, i) => numbers.slice(i * size, (i + 1) * size));
    return `[${parts.map((part) => list(dims.slice(1), part)).join(', ')}]`;
  };
  return list(tensor.shape, numbersOf(tensor));
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
 * A Tensor as an element. `limit` limits the rows and columns that are shown, and the matrices of a Tensor with
 * more dims.
 */
export function valueElement(tensor, limit = Infinity) {
  const matrices = matricesOf(tensor);
  if (tensor.shape.length === 0) {
    const [[[number]]] = matrices;
    return element('span', { 'data-value': String(number) }, precise(number));
  }
  const shownOnes = matrices.slice(0, limit).map((rows) => grid(abridged(rows, limit)));
  const label = tensor.data.length <= mostRead ? listText(tensor) : `${shapeText(tensor.shape)} numbers`;
  return element(
    'span',
    { class: 'tensor', role: 'img', 'aria-label': label },
    shownOnes,
    matrices.length > limit ? '…' : null,
  );
}
