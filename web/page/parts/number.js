// Numbers as text.

/** A number with `digits` significant digits, with a minus sign and ∞ as people write them. */
export function shown(number, digits = 4) {
  if (Number.isNaN(number)) return 'NaN';
  if (!Number.isFinite(number)) return number > 0 ? '∞' : '−∞';
  const size = Math.abs(number);
  const text = size !== 0 && (size < 1e-3 || size >= 1e5) ? number.toExponential(digits - 1)
    : String(Number(number.toPrecision(digits)));
  return text.replaceAll('-', '−');
}

/** A share such as 0.953 as "95.3 %". */
export function percent(share) {
  return `${(100 * share).toFixed(1)} %`;
}

/** A number with up to seven significant digits, which is what float32 holds. */
export function precise(number) {
  if (!Number.isFinite(number)) return shown(number);
  const size = Math.abs(number);
  const rounded = Number(number.toPrecision(7));
  const text = size !== 0 && (size < 1e-4 || size >= 1e7) ? rounded.toExponential() : String(rounded);
  return text.replaceAll('-', '−');
}

/** The largest finite size of some numbers; 0 if there is none. */
export function largestSize(numbers) {
  return numbers.filter(Number.isFinite).reduce((max, number) => Math.max(max, Math.abs(number)), 0);
}

/** The share of the full colour or bar that a number has, from 0 to 1, if `max` has all of it. */
export function shareOf(number, max) {
  return Number.isFinite(number) && max > 0 ? Math.min(1, Math.abs(number) / max) : 0;
}
