// A small GPT learns to add, here in the page.

import { EngineError } from '../engine.js';
import { element } from '../parts/dom.js';
import { failureText, setFailure } from '../parts/failure.js';
import { sources } from '../parts/sources.js';
import { attentionPart } from './training/attention.js';
import { gradientPart } from './training/gradient.js';
import { addressOf, optionControls, optionsOf } from './training/options.js';
import { progressPart } from './training/progress.js';
import { Runner } from './training/runner.js';
import { introduction, whatToTry } from './training/texts.js';

const calm = matchMedia('(prefers-reduced-motion: reduce)');

/**
 * Makes a function that asks for `draw`: before the next frame, or at most once a second for those who want less motion,
 * unless it is asked for at once.
 */
function drawingOnRequest(draw) {
  let asked = false;
  let last = -Infinity;
  const frame = () => {
    asked = false;
    last = performance.now();
    draw();
  };
  return (atOnce) => {
    if (asked && !atOnce) return;
    asked = true;
    const wait = calm.matches && !atOnce ? Math.max(0, last + 1000 - performance.now()) : 0;
    if (wait > 0) setTimeout(frame, wait);
    else requestAnimationFrame(frame);
  };
}

/** Lets the browser save bytes as a file. */
function download(bytes, name) {
  const address = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }));
  element('a', { href: address, download: name }).click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
}

/** Fills `section` with the panel. */
export async function start(section, engine, { entries, moved }) {
  let { options, complaints } = optionsOf(entries);
  const runner = new Runner(engine, () => changed());
  const progress = progressPart();
  const attention = attentionPart(runner);
  const gradient = gradientPart(runner);
  const controls = optionControls(options, change);
  const go = element('button', { type: 'button', class: 'primary', onclick: toggle }, 'Start');
  const one = element(
    'button',
    { type: 'button', onclick: () => guarded(oneStep) },
    'One step',
  );
  const over = element('button', { type: 'button', onclick: () => begin(false) }, 'Start over');
  const save = element('button', { type: 'button', onclick: () => guarded(saveModel) }, 'Save the model');
  const status = element('p', { class: 'status', role: 'status' });
  const failure = failureText();

  let looked = null; // the step whose attention and gradient are shown
  let looking = false;
  let models = 0; // how many have been begun
  let trainsWhenReady = false; // the model that is being made
  let left = false; // whether the visitor has gone to another panel while it trained
  const ask = drawingOnRequest(draw);

  /** Runs what a button asks for. What the library refuses is shown, and the panel goes on. */
  async function guarded(work) {
    try {
      await work();
    } catch (error) {
      if (!(error instanceof EngineError)) throw error;
      setFailure(failure, error.message);
    }
  }

  /** Makes a new model of the options, and trains it if `goOn`. */
  function begin(goOn) {
    setFailure(failure, complaints.join(' '));
    complaints = [];
    looked = null;
    trainsWhenReady = goOn;
    const number = ++models; // while it is made, the options may change again
    return guarded(async () => {
      try {
        status.textContent = '';
        await runner.begin(options);
        if (number !== models) return;
        status.textContent = 'Ready: a new model, before its first step.';
        await Promise.all([attention.begin(options), gradient.begin(runner.state.description)]);
        if (number === models && trainsWhenReady) train();
      } finally {
        if (number === models) trainsWhenReady = false;
      }
    });
  }
  function train() {
    setFailure(failure, '');
    left = false;
    status.textContent = 'It trains.';
    return guarded(async () => {
      await runner.start();
      if (!runner.state.running && !runner.state.diverged) status.textContent = pausedText();
    });
  }
  async function oneStep() {
    await runner.oneStep();
    if (!runner.state.diverged) status.textContent = `After step ${runner.state.step}.`;
  }
  function toggle() {
    if (runner.state.running) runner.pause();
    else train();
  }
  const pausedText = () =>
    `Paused after step ${runner.state.step}.` +
    (left ? ' Training pauses while you look at another panel.' : '');

  function change(newOptions, name, settled) {
    const goOn = runner.state.running || trainsWhenReady;
    options = newOptions;
    if (settled) moved(addressOf(options)); // browsers allow some hundred changes of the address a minute
    if (name !== 'rate') return begin(goOn);
    if (!runner.state.diverged) setFailure(failure, '');
    return guarded(() => runner.setRate(options.rate));
  }

  async function saveModel() {
    const { path } = await runner.look('training_save');
    const bytes = await engine.takeFile(path);
    download(bytes, 'addition.safetensors');
    status.textContent =
      `Saved after step ${runner.state.step}: addition.safetensors, ${bytes.length} bytes. ` +
      'To read it in a build of the examples: build/release/examples/train_transformer eval addition.safetensors';
  }

  function changed() {
    ask(!runner.state.running);
  }
  function draw() {
    const { state } = runner;
    go.textContent = state.running ? 'Pause' : 'Start';
    go.disabled = one.disabled = save.disabled = !state.ready || Boolean(state.diverged);
    save.disabled ||= state.step === 0;
    section.dataset.step = state.step;
    progress.draw(state);
    if (state.diverged && failure.hidden) {
      status.textContent = `Stopped after step ${state.step}.`;
      const advice = `The learning rate ${state.rate} is too large: lower it, then start over.`;
      setFailure(failure, `${state.diverged}. ${advice}`);
    }
    look();
  }
  /** Looks at attention and gradient again after each evaluation. */
  async function look() {
    const { evaluated, diverged } = runner.state;
    if (looking || diverged || evaluated === undefined || evaluated === looked) return;
    looking = true;
    looked = evaluated;
    try {
      await guarded(() => Promise.all([attention.refresh(), gradient.refresh()]));
    } finally {
      looking = false;
    }
    if (runner.state.evaluated !== looked) changed();
  }

  section.append(
    element('h2', {}, 'Training'),
    introduction(),
    element(
      'div',
      { class: 'training-top' },
      element(
        'div',
        { class: 'training-controls' },
        element('div', { class: 'controls' }, go, one, over, save),
        status,
        failure,
        controls.form,
      ),
      element('div', { class: 'training-progress' }, progress.numbers, progress.curves),
    ),
    whatToTry(),
    element(
      'div',
      { class: 'training-looks' },
      element('section', { class: 'look' }, progress.samples),
      attention.part,
    ),
    gradient.part,
    sources(
      [
        'examples/train_transformer/addition.cpp',
        'examples/train_transformer/train.cpp',
        'nn/gpt.cpp',
        'nn/attention.cpp',
        'optim/adam.cpp',
      ],
      'lessons/12-a-gpt-that-adds/page.md',
    ),
  );
  new MutationObserver(() => {
    if (!section.hidden || !runner.state.running) return;
    left = true;
    runner.pause();
  }).observe(section, { attributeFilter: ['hidden'] });
  await begin(false);
  return (others) => {
    ({ options, complaints } = optionsOf(others));
    controls.show(options);
    return begin(false);
  };
}
