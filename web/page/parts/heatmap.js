// A matrix as a table of coloured cells. Mouse and arrow keys choose a cell, and a line below says its number.

import { element } from './dom.js';
import { shown } from './number.js';

const steps = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

const fills = new WeakMap(); // by figure: the function that fills its cells

/**
 * A heatmap of `values`, row by row.
 * @param {object} options
 * @param {string} options.label what the matrix is, for screen readers and as caption
 * @param {string[]} options.rows names of the rows
 * @param {string[]} options.columns names of the columns
 * @param {number[]} options.values rows.length · columns.length numbers
 * @param {boolean} [options.signed] colours for both signs, from −most to most; otherwise from 0 to most
 * @param {number} [options.most] the value of the full colour; by default the largest finite size
 * @param {(row: number, column: number, value: number) => string} [options.describe] the line for a cell
 * @param {(row: number, column: number) => void} [options.onchoose] called when a cell is chosen
 */
export function heatmap({ label, rows, columns, values, signed = false, most, describe, onchoose }) {
  const say = describe ?? ((i, j, value) => `${rows[i]} → ${columns[j]}: ${shown(value)}`);
  const line = element('output', { class: 'heatmap-line' }, ' ');

  const cells = rows.map((_, i) =>
    columns.map((_, j) => element('td', { tabindex: i === 0 && j === 0 ? '0' : '-1' })));
  let chosen = null; // the cell that the line tells about
  const tell = () => { line.textContent = chosen?.getAttribute('aria-label') ?? ' '; };
  const fill = (numbers) => {
    const full = most ?? Math.max(...numbers.filter(Number.isFinite).map(Math.abs), Number.MIN_VALUE);
    cells.flat().forEach((cell, index) => {
      const value = numbers[index];
      const share = Number.isFinite(value) ? Math.min(1, Math.abs(value) / full) : 0;
      cell.className = !Number.isFinite(value) ? 'absent' : signed && value < 0 ? 'below' : 'above';
      cell.style.setProperty('--share', share.toFixed(3));
      cell.setAttribute('aria-label', say(Math.floor(index / columns.length), index % columns.length, value));
      cell.dataset.value = String(value);
    });
    tell();
  };
  fill(values);
  const choose = (i, j) => {
    chosen = cells[i][j];
    tell();
    onchoose?.(i, j);
  };
  cells.forEach((row, i) =>
    row.forEach((cell, j) => {
      cell.addEventListener('pointerenter', () => choose(i, j));
      cell.addEventListener('focus', () => choose(i, j));
      cell.addEventListener('click', () => cell.focus());
      cell.addEventListener('keydown', (event) => {
        const step = steps[event.key];
        if (!step) return;
        event.preventDefault();
        const next = cells[i + step[0]]?.[j + step[1]];
        if (!next) return;
        cell.tabIndex = -1;
        next.tabIndex = 0;
        next.focus();
      });
    }),
  );

  const head = element('tr', {}, element('td', { class: 'corner' }),
    columns.map((name) => element('th', { scope: 'col' }, element('span', {}, name))));
  const body = rows.map((name, i) => element('tr', {}, element('th', { scope: 'row' }, name), cells[i]));
  const figure = element('figure', { class: 'heatmap' },
    element('figcaption', {}, label),
    element('div', { class: 'scroll' },
      element('table', { 'aria-label': label }, element('thead', {}, head), element('tbody', {}, body))),
    line);
  fills.set(figure, fill);
  return figure;
}

/** Gives a heatmap other values of the same shape. The focus stays where it is. */
export function refill(figure, values) {
  fills.get(figure)(values);
}
