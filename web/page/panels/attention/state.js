// What the controls say, and its form in the address, such as #attention?text=...&d=16.

import { addressOf as addressOfEntries, oneOf, readEntries, wholeNumber } from '../../parts/address.js';

export const kinds = {
  random: 'random',
  before: 'the word before',
  same: 'the same word',
  after: 'the word after',
};
export const headCounts = [1, 2, 4];
export const headSizes = [4, 16, 64];
export const masks = ['causal', 'none'];

/** The state of a panel that nobody has touched. */
export function initial() {
  return {
    text: 'the cat saw the dog and the dog saw the cat',
    heads: Object.keys(kinds),
    d: 16,
    scale: true,
    mask: 'causal',
    padding: 0,
    seed: 0,
    head: 0,
    query: 4,
    last: 'bird',
  };
}

const readers = {
  text: tidy,
  heads: (text) => {
    const heads = text.split(',');
    const known = headCounts.includes(heads.length) && heads.every((kind) => Object.hasOwn(kinds, kind));
    return known ? heads : undefined;
  },
  d: oneOf(headSizes),
  scale: (text) => ({ on: true, off: false })[text],
  mask: oneOf(masks),
  padding: wholeNumber,
  seed: wholeNumber,
  head: wholeNumber,
  query: wholeNumber,
  last: tidy,
};

/** The state that the entries of an address name, and complaints. What is not named is as at first. */
export function stateOf(entries) {
  const { values, complaints } = readEntries(entries, readers);
  const state = { ...initial(), ...values };
  if (state.head >= state.heads.length) {
    complaints.push(`The address asks for head ${state.head}; the last one is ${state.heads.length - 1}.`);
    state.head = 0;
  }
  return { state, complaints };
}

/** The address of a state. It names only what differs from the state at first. */
export function addressOf(state) {
  const first = initial();
  const named = {};
  for (const [name, value] of Object.entries(state)) {
    if (String(value) === String(first[name])) continue;
    named[name] = name === 'scale' ? (value ? 'on' : 'off') : String(value);
  }
  return addressOfEntries('attention', named);
}

/** The arguments of the library's calls. */
export function argumentsOf({ text, heads, d, scale, mask, padding, seed }) {
  return { text, heads, d, scale, mask, padding, seed };
}

/** Text as the library reads it: words apart by single blanks, and one code for each accented letter. */
export function tidy(text) {
  return text.normalize('NFC').replace(/\s+/gu, ' ');
}
