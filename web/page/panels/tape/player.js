// The buttons, the slider and the keys that go through the steps, and the clock of Play.

import { element } from '../../parts/dom.js';

const pause = 1400; // milliseconds between two steps of Play

export class Player {
  #count = 1;
  #now = 0;
  #timer = null;
  #onstep;
  #buttons;
  #slider;
  #place;

  /** @param {(step: number) => void} onstep called whenever another step is shown */
  constructor(onstep) {
    this.#onstep = onstep;
    const button = (text, act, hint) =>
      element('button', { type: 'button', title: hint, onclick: act }, text);
    this.#buttons = {
      first: button('First', () => this.#goByHand(0), 'Home'),
      back: button('Back', () => this.#goByHand(this.#now - 1), 'Left arrow'),
      play: button('Play', () => (this.#timer === null ? this.#play() : this.stop()), 'Space'),
      next: button('Next', () => this.#goByHand(this.#now + 1), 'Right arrow'),
      last: button('Last', () => this.#goByHand(this.#count - 1), 'End'),
    };
    this.#buttons.next.classList.add('primary');
    this.#slider = element('input', {
      type: 'range',
      min: '1',
      max: '1',
      value: '1',
      'aria-label': 'Step',
      oninput: () => this.#goByHand(Number(this.#slider.value) - 1),
    });
    this.#place = element('output', {}, '');
    this.element = element(
      'div',
      { class: 'controls tape-player', role: 'group', 'aria-label': 'Steps' },
      Object.values(this.#buttons),
      this.#slider,
      this.#place,
    );
  }

  get isPlaying() {
    return this.#timer !== null;
  }

  /** Begins with a recording of `count` steps, at step number `now`. */
  begin(count, now) {
    this.stop();
    this.#count = count;
    this.#slider.max = String(count);
    this.go(now);
  }

  go(step) {
    this.#now = Math.max(0, Math.min(step, this.#count - 1));
    const { first, back, next, last } = this.#buttons;
    // A disabled button loses the focus, and with it the place of a keyboard's user.
    for (const [button, isEnd] of [
      [first, this.#now === 0],
      [back, this.#now === 0],
      [next, this.#now === this.#count - 1],
      [last, this.#now === this.#count - 1],
    ])
      button.setAttribute('aria-disabled', String(isEnd));
    this.#slider.value = String(this.#now + 1);
    this.#slider.setAttribute('aria-valuetext', `step ${this.#now + 1} of ${this.#count}`);
    this.#place.textContent = `step ${this.#now + 1} of ${this.#count}`;
    this.#onstep(this.#now);
  }

  stop() {
    clearInterval(this.#timer);
    this.#timer = null;
    this.#buttons.play.textContent = 'Play';
  }

  /** Goes through the steps by keys, while `target` has the focus. */
  listenTo(target) {
    const acts = {
      ArrowRight: () => this.#now + 1,
      ArrowDown: () => this.#now + 1,
      ArrowLeft: () => this.#now - 1,
      ArrowUp: () => this.#now - 1,
      Home: () => 0,
      End: () => this.#count - 1,
    };
    target.addEventListener('keydown', (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      if (event.key === ' ') this.#buttons.play.click();
      else if (Object.hasOwn(acts, event.key)) this.#goByHand(acts[event.key]());
      else return;
      event.preventDefault();
    });
  }

  #goByHand(step) {
    this.stop();
    this.go(step);
  }

  #play() {
    if (this.#now === this.#count - 1) this.go(0);
    this.#buttons.play.textContent = 'Pause';
    this.#timer = setInterval(() => {
      this.go(this.#now + 1);
      if (this.#now === this.#count - 1) this.stop();
    }, pause);
  }
}
