// A matrix as a table of coloured cells. Mouse and arrow keys choose a cell, and a line below says its number.

import { element } from './dom.js';
import { largestSize, shareOf, shown } from './number.js';

const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0],
  Home: [0, -Infinity], End: [0, Infinity] };

const fills = new WeakMap(); // by figure: the function that fills its cells

const within = (index, size) => Math.max(0, Math.min(size - 1, index));

// A compact heatmap names every eighth column.
function columnNames(columns, compact) {
  return columns.map((name, j) =>
    element('th', { scope: 'col' }, compact && j % 8 !== 0 ? null : element('span', {}, name)));
}

/**
 * A heatmap of `values`, row by row.
 * @param {object} options
 * @param {string} options.label what the matrix is, for screen readers and as caption
 * @param {string[]} options.rows names of the rows
 * @param {string[]} options.columns names of the columns
 * @param {number[]} options.values rows.length · columns.length numbers
 * @param {boolean} [options.signed] colours for both signs, from −max to max; otherwise from 0 to max
 * @param {number} [options.max] the value of the full colour; by default the largest finite size
 * @param {boolean} [options.compact] small cells, for matrices with many columns
 * @param {(row: number, column: number, value: number) => string} [options.describe] the line for a cell
 * @param {(row: number, column: number) => void} [options.onchoose] a cell is pointed at or focused
 * @param {(row: number, column: number) => void} [options.onpick] a cell is clicked, or Enter pressed
 */
export function heatmap({ label, rows, columns, values, signed = false, max, compact = false, describe,
  onchoose, onpick }) {
  const say = describe ?? ((i, j, value) => `${rows[i]} → ${columns[j]}: ${shown(value)}`);
  // The focused cell has the same text as its label, so the line is not announced as well.
  const line = element('output', { class: 'heatmap-line', 'aria-live': 'off' }, ' ');

  const cells = rows.map((_, i) =>
    columns.map((_, j) => element('td', { tabindex: i === 0 && j === 0 ? '0' : '-1' })));
  const places = new Map(); // of each cell: its row and column
  cells.forEach((row, i) => row.forEach((cell, j) => places.set(cell, [i, j])));

  let chosen = null; // the cell that the line tells about
  const key = element('small', { class: 'note' }); // what the colours mean
  const tell = () => { line.textContent = chosen?.getAttribute('aria-label') ?? ' '; };
  const fill = (numbers) => {
    const full = max ?? largestSize(numbers);
    const hidden = numbers.some((number) => number === -Infinity) ? ', hatched: −∞' : '';
    key.textContent = signed ? `orange −${shown(full, 3)} to blue ${shown(full, 3)}${hidden}` : '';
    cells.flat().forEach((cell, index) => {
      const value = numbers[index];
      cell.className = !Number.isFinite(value) ? 'absent' : signed && value < 0 ? 'below' : 'above';
      cell.style.setProperty('--share', shareOf(value, full).toFixed(3));
      cell.setAttribute('aria-label', say(Math.floor(index / columns.length), index % columns.length, value));
      cell.dataset.value = String(value);
    });
    tell();
  };
  fill(values);

  let stop = cells[0]?.[0]; // the cell that the Tab key reaches
  const focus = (cell) => {
    stop.tabIndex = -1;
    cell.tabIndex = 0;
    stop = cell;
    cell.focus();
  };
  const choose = ({ target }) => {
    if (!places.has(target)) return;
    chosen = target;
    tell();
    onchoose?.(...places.get(target));
  };
  const press = (event) => {
    const place = places.get(event.target);
    if (!place) return;
    if (event.key === 'Enter') onpick?.(...place);
    const step = steps[event.key];
    if (!step || event.ctrlKey || event.altKey || event.metaKey) return;
    event.preventDefault();
    focus(cells[within(place[0] + step[0], rows.length)][within(place[1] + step[1], columns.length)]);
  };
  const click = ({ target }) => {
    if (!places.has(target)) return;
    focus(target);
    onpick?.(...places.get(target));
  };

  const head = element('tr', {}, element('td', { class: 'corner' }), columnNames(columns, compact));
  const body = rows.map((name, i) => element('tr', {}, element('th', { scope: 'row' }, name), cells[i]));
  const figure = element('figure', { class: compact ? 'heatmap compact' : 'heatmap' },
    element('figcaption', {}, element('span', {}, label), key),
    element('div', { class: 'scroll' },
      element('table', { role: 'grid', 'aria-label': label, onpointerover: choose, onfocusin: choose,
        onkeydown: press, onclick: click },
      element('thead', {}, head), element('tbody', {}, body))),
    line);
  fills.set(figure, fill);
  return figure;
}

/** Gives a heatmap other values of the same shape. The focus stays where it is. */
export function refill(figure, values) {
  fills.get(figure)(values);
}

/** Frames one row of a heatmap, and no other. */
export function markRow(figure, row) {
  figure.querySelectorAll('tbody tr').forEach((line, i) => line.classList.toggle('marked', i === row));
}
