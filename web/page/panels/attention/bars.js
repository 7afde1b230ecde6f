// Cells of a table that show a number and a bar.

import { element } from '../../parts/dom.js';
import { shareOf, shown } from '../../parts/number.js';

/**
 * A cell with `value` as text and as a bar, which is full at `max`.
 * @param {number} value
 * @param {number} max
 * @param {(value: number) => string} [text]
 */
export function barCell(value, max, text = shown) {
  return element('td', { class: value < 0 ? 'bar below' : 'bar', 'data-value': String(value),
    style: `--share: ${shareOf(value, max).toFixed(3)}` }, text(value));
}

/** A number with `digits` decimals. Only 0 itself is shown as 0: smaller numbers have powers of ten. */
export function decimals(value, digits) {
  if (value === 0) return '0';
  const small = Math.abs(value) < 0.5 * 10 ** -digits;
  return small || !Number.isFinite(value) ? shown(value, 2) : value.toFixed(digits).replace('-', '−');
}
