// What each box is called: leaves and set names keep theirs, the result is L, the others take letters.

import { precise } from '../../parts/number.js';

const letters = [...'defghijkmnpqrstuvwxyz']; // without l and o, which look like 1 and 0
const digits = '₀₁₂₃₄₅₆₇₈₉';
const subscript = (number) => [...String(number)].map((digit) => digits[digit]).join('');

/** Gives `name`, or the first of name₂, name₃, ... that is free. */
function free(name, taken) {
  let wish = name;
  for (let i = 2; taken.has(wish); ++i) wish = name + subscript(i);
  taken.add(wish);
  return wish;
}

/** The names of a recording's boxes, in their order. */
export function namesOf({ boxes, result }) {
  const taken = new Set();
  const names = boxes.map((box) => (box.name === '' ? null : free(box.name, taken)));
  boxes.forEach((box, i) => {
    if (names[i] !== null) return;
    if (box.op === 'number')
      names[i] = box.value.shape.length === 0 ? precise(Number(box.value.data[0])) : free('K', taken);
    else if (i === result) names[i] = free('L', taken);
  });
  let next = 0;
  return names.map((name) => {
    if (name !== null) return name;
    while (next < letters.length && taken.has(letters[next])) ++next;
    return free(letters[Math.min(next, letters.length - 1)], taken);
  });
}
