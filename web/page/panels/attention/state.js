// What the controls say, and its form in the address: #attention?text=...&d=16 opens the panel as its sender
// saw it.

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

const whole = (text) => (/^\d{1,4}$/.test(text) ? Number(text) : undefined);
const oneOf = (choices) => (text) => choices.find((choice) => String(choice) === text);

// Reads each entry from its text in the address, or gives undefined.
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
  padding: whole,
  seed: whole,
  head: whole,
  query: whole,
  last: tidy,
};

/**
 * The state that an address such as "#attention?d=4&mask=none" names, and a complaint about each entry that
 * cannot be read. What is not named is as at first.
 */
export function stateOf(hash) {
  const state = initial();
  const complaints = [];
  for (const [name, text] of new URLSearchParams(hash.split('?')[1] ?? '')) {
    const value = Object.hasOwn(readers, name) ? readers[name](text) : undefined;
    if (value === undefined) complaints.push(`The address says ${name}=${text}, which is not known here.`);
    else state[name] = value;
  }
  if (state.head >= state.heads.length) {
    complaints.push(`The address asks for head ${state.head}; the last one is ${state.heads.length - 1}.`);
    state.head = 0;
  }
  return { state, complaints };
}

/** The address of a state. It names only what differs from the state at first. */
export function hashOf(state) {
  const first = initial();
  const named = new URLSearchParams();
  for (const [name, value] of Object.entries(state)) {
    if (String(value) === String(first[name])) continue;
    named.set(name, name === 'scale' ? (value ? 'on' : 'off') : String(value));
  }
  const text = named.toString();
  return text ? `#attention?${text}` : '#attention';
}

/** The arguments of the library's calls. */
export function argumentsOf({ text, heads, d, scale, mask, padding, seed }) {
  return { text, heads, d, scale, mask, padding, seed };
}

/** Text as the library reads it: words apart by single blanks, and one code for each accented letter. */
export function tidy(text) {
  return text.normalize('NFC').replace(/\s+/gu, ' ');
}
