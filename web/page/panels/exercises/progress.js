// Which exercises are solved. The browser keeps it; where it may not, as in some private windows, this visit
// does.

const key = 'xgrad.exercises.solved';

/** The solved exercises among `names`. */
export class Progress {
  #names;
  #solved;

  /** @param {string[]} names of all exercises */
  constructor(names) {
    this.#names = names;
    this.#solved = new Set(read().filter((name) => names.includes(name)));
  }

  has(name) {
    return this.#solved.has(name);
  }

  get count() {
    return this.#solved.size;
  }

  add(name) {
    this.#solved.add(name);
    write([...this.#solved]);
  }

  clear() {
    this.#solved.clear();
    write([]);
  }

  /** The first exercise that is not solved; the first of all if none is left. */
  firstOpen() {
    return this.#names.find((name) => !this.has(name)) ?? this.#names[0];
  }
}

function read() {
  try {
    const names = JSON.parse(localStorage.getItem(key) ?? '[]');
    return Array.isArray(names) ? names : [];
  } catch {
    return []; // no storage, or something else has written there
  }
}

function write(names) {
  try {
    localStorage.setItem(key, JSON.stringify(names));
  } catch {
    // Without storage, the state lasts as long as the page.
  }
}
