// What the judge says to an answer: check by check, with the numbers that were compared and those it was
// tried on.

import { element } from '../../parts/dom.js';
import { largestSize } from '../../parts/number.js';
import { numbersOf } from '../../parts/tensor.js';
import { numberTable } from './numbers.js';

/** The judge's text. A table in it, as gradcheck prints one, keeps its columns. */
function message(text) {
  const lines = text.split('\n');
  const table = lines.findIndex((line) => /^at +analytic/.test(line));
  const said = table < 0 ? lines : lines.slice(0, table);
  const rest = table < 0 ? null : lines.slice(table).join('\n');
  return element('div', { class: 'message' },
    said.map((line) => element('p', {}, line)),
    rest && element('pre', { tabindex: '0', 'aria-label': 'all entries' }, rest));
}

function compared({ name, sides, wrong }) {
  const max = largestSize(sides.flatMap((side) => numbersOf(side.tensor)));
  return element('div', { class: 'compared', role: 'group', 'aria-label': `${name}, compared` },
    sides.map(({ label, tensor }, i) => numberTable({ label, tensor, wrong: i === 0 ? wrong : [], max })));
}

function tried(inputs) {
  if (inputs.length === 0) return null;
  return element('details', {},
    element('summary', {}, 'The values it was tried on'),
    element('div', { class: 'compared' },
      inputs.map(({ name, tensor }) => numberTable({ label: name, tensor }))));
}

function check({ name, ok, message: text, inputs, compared: sides }) {
  return element('li', { class: ok ? 'check passed' : 'check failed' },
    element('h4', {}, element('span', { class: 'sign', 'aria-hidden': 'true' }, ok ? '✓' : '✗'), ` ${name}`,
      element('span', { class: 'state' }, ok ? ' passed' : ' failed')),
    message(text),
    sides ? compared(sides) : null,
    tried(inputs));
}

/** All checks of a verdict, in the order in which the judge ran them. */
export function checks(verdict) {
  return element('ul', { class: 'checks' }, verdict.checks.map(check));
}
