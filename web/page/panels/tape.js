// An expression, its tape, and the way through it: forwards by id, then backwards, newest node first.

import { element } from '../parts/dom.js';
import { failureText, setFailure } from '../parts/failure.js';
import { sources } from '../parts/sources.js';
import { addressOf, stateOf } from './tape/address.js';
import { Drawing } from './tape/drawing.js';
import { failureOf, FieldError, readField, refusalOf } from './tape/failure.js';
import { Form } from './tape/form.js';
import { Scene } from './tape/formula_view.js';
import { help } from './tape/help.js';
import { namesOf } from './tape/names.js';
import { parseExpression, parseValue } from './tape/parse.js';
import { Player } from './tape/player.js';
import { progressAt, stepsOf } from './tape/steps.js';
import { stepText } from './tape/step_text.js';
import { tapeTable } from './tape/table.js';

class TapePanel {
  #engine;
  #functions;
  #moved;
  #form = new Form(() => this.#submit());
  #player = new Player((step) => this.#show(step));
  #complaint = failureText(); // about the address
  #failure = element('div', { class: 'tape-failure' });
  #frame = element('div', {
    class: 'scroll tape-frame',
    tabindex: '0',
    role: 'application',
    'aria-label':
      'The tape as a drawing. ' +
      'Left and right arrow keys go through the steps. The table below says the same.',
    'aria-describedby': 'tape-step',
  });
  #text = element('div', { id: 'tape-step', class: 'tape-step' });
  #table = element('div', { class: 'scroll' });
  #said = element('output', {}, ''); // by the link's button
  #shown = null; // the recording that is shown: its scene, steps, drawing, and the state of the form
  #view;
  #request = 0;

  /** @param {(address: string) => void} moved called with the address of each step that is shown */
  constructor(engine, functions, moved) {
    this.#engine = engine;
    this.#functions = functions;
    this.#moved = moved;
    this.#player.listenTo(this.#frame);
    this.#view = element(
      'div',
      { class: 'tape-view', hidden: true },
      this.#player.element,
      this.#frame,
      this.#text,
      element(
        'p',
        { class: 'note' },
        'A box is a node of the tape: the op, the id, the value, and below the line the gradient. ' +
          'A dashed box is no node: it requires no gradient.',
      ),
      element('h3', {}, 'The tape as a table'),
      this.#table,
      this.#linkButton(),
    );
    this.element = element(
      'div',
      { class: 'tape-panel' },
      this.#form.element,
      help(functions),
      this.#complaint,
      this.#failure,
      this.#view,
    );
  }

  /** Shows what the entries of an address ask for; if they name no expression, the first example. */
  async open(entries) {
    const { state, complaints } = stateOf(entries);
    setFailure(this.#complaint, complaints.join(' '));
    if (state) this.#form.state = state;
    else this.#form.chooseExample(0);
    await this.#record(state?.step ?? 0);
  }

  #submit() {
    setFailure(this.#complaint, '');
    return this.#record(0);
  }

  async #record(step) {
    const request = ++this.#request;
    this.#player.stop();
    this.element.setAttribute('aria-busy', 'true');
    try {
      const state = { ...this.#form.state, step };
      const { parsed, values } = this.#read(state);
      const recording = await this.#engine.call('tape', {
        dtype: state.dtype,
        values,
        statements: parsed.statements.map(({ name, tree }) => ({ name, tree })),
      });
      if (request !== this.#request) return; // the form has asked for something else meanwhile
      if (recording.refused !== undefined) {
        throw new FieldError('expression', state.expression, recording.refused, recording.at ?? [0, 0]);
      }
      this.#form.unmark();
      this.#accept(recording, state, parsed);
    } catch (error) {
      if (request === this.#request) this.#refuse(error);
    }
    if (request === this.#request) this.element.setAttribute('aria-busy', 'false');
  }

  #read(state) {
    const parsed = readField('expression', state.expression, (text) =>
      parseExpression(text, this.#functions),
    );
    const values = Object.fromEntries(
      parsed.used.map((name) => [name, readField(name, state.values[name], parseValue)]),
    );
    return { parsed, values };
  }

  #accept(recording, state, parsed) {
    const scene = new Scene(recording, namesOf(recording));
    const steps = stepsOf(recording);
    this.#view.hidden = false; // before the frame is measured
    const drawing = new Drawing(scene, this.#frame.clientWidth - 12, (box) => this.#choose(box));
    this.#shown = { recording, scene, steps, drawing, state };
    this.#frame.replaceChildren(drawing.element);
    const takeSum = () => this.#takeSum(parsed.statements.at(-1));
    this.#failure.replaceChildren(...(recording.refusal === null ? [] : refusalOf(recording, takeSum)));
    this.#player.begin(steps.length, state.step);
  }

  #takeSum({ range: [first, last] }) {
    const { state } = this.#form;
    const text = state.expression;
    const expression = `${text.slice(0, first)}sum(${text.slice(first, last)})${text.slice(last)}`;
    this.#form.state = { ...state, expression };
    return this.#record(0);
  }

  #refuse(error) {
    this.#shown = null;
    this.#view.hidden = true;
    this.#form.unmark();
    if (error instanceof FieldError) this.#form.mark(error.field, error.at);
    this.#failure.replaceChildren(...failureOf(error));
  }

  #show(now) {
    const { recording, scene, steps, drawing, state } = this.#shown;
    const step = steps[now];
    const progress = progressAt(recording, steps, now);
    state.step = now;
    this.#said.textContent = '';
    drawing.show(step, progress);
    this.#text.setAttribute('aria-live', this.#player.isPlaying ? 'off' : 'polite');
    this.#text.replaceChildren(...stepText(scene, step, state.dtype).flat(Infinity).filter(Boolean));
    this.#table.replaceChildren(tapeTable(scene, recording.trace, step, progress));
    this.#reveal(drawing.placeOf(step.box));
    this.#moved(addressOf(state));
  }

  // Scrolls the frame, and not the page.
  #reveal({ x, width, y, height }) {
    const { clientWidth, clientHeight, scrollLeft, scrollTop } = this.#frame;
    const isBeside = x < scrollLeft || x + width > scrollLeft + clientWidth;
    const isBelow = y < scrollTop || y + height > scrollTop + clientHeight;
    if (isBeside) this.#frame.scrollLeft = x - (clientWidth - width) / 2;
    if (isBelow) this.#frame.scrollTop = y - (clientHeight - height) / 2;
  }

  // A click leads to a box's step of the phase that is shown.
  #choose(box) {
    const { steps, state } = this.#shown;
    const isBack = steps[state.step].phase !== 'forward';
    const at = steps.findIndex(
      (step) => step.box === box && step.phase === (isBack ? 'backward' : 'forward'),
    );
    if (at >= 0) this.#player.go(at);
  }

  #linkButton() {
    return element(
      'p',
      { class: 'controls' },
      element(
        'button',
        {
          type: 'button',
          onclick: async () => {
            const link = new URL(addressOf(this.#shown.state), location.href).href;
            try {
              await navigator.clipboard.writeText(link);
              this.#said.textContent = 'The link is copied. It opens this tape at this step.';
            } catch {
              this.#said.textContent = 'Copy the address of this page: it opens this tape at this step.';
            }
          },
        },
        'Copy a link to this step',
      ),
      this.#said,
    );
  }
}

/** Fills `section` with the panel. */
export async function start(section, engine, { entries, moved }) {
  const functions = await engine.call('tape_functions');
  const panel = new TapePanel(engine, functions, moved);
  section.append(
    element('h2', {}, 'The tape'),
    element(
      'p',
      { class: 'tape-intro' },
      'Each op adds a node to the tape. backward() replays it, newest first, and each node hands gradients ' +
        'to its inputs.',
    ),
    panel.element,
    sources(
      ['core/autograd/tape.cpp', 'core/autograd/engine.cpp', 'core/ops/arithmetic.cpp'],
      ['lessons/00-a-times-b/page.md', 'lessons/01-chain-rule/page.md'],
    ),
  );
  await panel.open(entries);
  return (others) => panel.open(others);
}
