// Attention on a sentence: the weights of each head, the steps to them, and what breaks without the scale or
// without the mask.
// The library computes; the files beside this one draw.

import { element } from '../parts/dom.js';
import { failureText, setFailure } from '../parts/failure.js';
import { sources } from '../parts/sources.js';
import { controls } from './attention/controls.js';
import { headCards } from './attention/heads.js';
import { queryRow } from './attention/row.js';
import { addressOf, argumentsOf, stateOf } from './attention/state.js';
import { headSteps } from './attention/steps.js';
import { whyMask } from './attention/why_mask.js';
import { whyScale } from './attention/why_scale.js';

function askRow(engine, state, query) {
  return engine.call('attention_row', { ...argumentsOf(state), head: state.head, query });
}

// The answers that the panel shows for a state. A mistake in the other last word spoils its own answer only.
async function compute(engine, state) {
  const args = argumentsOf(state);
  const result = await engine.call('attention', args);
  const query = Math.min(state.query, result.words.length - 1);
  const [row, other, sizes, mask] = await Promise.all([
    askRow(engine, state, query),
    engine.call('attention', { ...args, scale: !state.scale }),
    engine.call('attention_scale', { text: args.text, seed: args.seed }),
    engine.call('attention_mask', { ...args, last: state.last }).catch((error) => error),
  ]);
  return { result, row, other, sizes, mask, query };
}

/** Fills `section` with the panel. */
export async function start(section, engine, { entries, moved }) {
  let { state, complaints } = stateOf(entries);
  let running = false;
  let stale = false; // the state has changed since the last computation began
  let last; // the state and the answers that are shown

  const pick = (query) => query !== state.query && change({ query });
  const form = controls(change);
  const failure = failureText();
  const cards = headCards(change, pick);
  const steps = headSteps(engine, pick);
  const row = queryRow(pick);
  const scale = whyScale(() => change({ scale: !state.scale }));
  const mask = whyMask(change, () => change({ mask: state.mask === 'causal' ? 'none' : 'causal' }));
  const results = element('div', { class: 'results', hidden: true },
    cards.root, steps.root, row.root, scale.root, mask.root);

  // `changes` are new entries of the state, or a function that makes them of the old one.
  function change(changes) {
    state = { ...state, ...(typeof changes === 'function' ? changes(state) : changes) };
    complaints = [];
    moved(addressOf(state));
    return update();
  }

  // A word of the address that cannot be read, or what the library reports.
  function fail(messages) {
    setFailure(failure, messages.join(' '));
  }

  function show({ result, row: rowAnswer, other, sizes, mask: maskAnswer, query }, of) {
    const shownState = { ...of, query };
    form.show(of, result.words);
    cards.show(result, shownState);
    steps.show(result, shownState);
    row.show(result, rowAnswer, shownState);
    scale.show(result, other, sizes, shownState, pick);
    if (maskAnswer instanceof Error) mask.fail(maskAnswer.message, shownState);
    else mask.show(maskAnswer, shownState, pick);
    cards.mark(query);
    steps.mark(query);
  }

  // Another query alone changes one section. The maps stay, and so does the focus in them.
  async function showQuery(wish) {
    const { of, answers } = last;
    const query = Math.min(wish, answers.result.words.length - 1);
    const answer = await askRow(engine, of, query);
    row.show(answers.result, answer, { ...of, query });
    cards.mark(query);
    steps.mark(query);
  }

  // Computes for the latest state. Changes that come meanwhile wait, and only the last of them is computed.
  async function update() {
    stale = true;
    if (running) return;
    running = true;
    delete section.dataset.state;
    while (stale) {
      stale = false;
      const of = state;
      try {
        if (last && addressOf({ ...last.of, query: of.query }) === addressOf(of)) {
          await showQuery(of.query);
        } else {
          const answers = await compute(engine, of);
          if (stale) continue;
          show(answers, of);
          last = { of, answers };
        }
        fail(complaints);
        results.hidden = false;
      } catch (error) {
        last = undefined;
        form.show(of);
        fail([...complaints, error.message]);
        results.hidden = true;
      }
    }
    running = false;
    section.dataset.state = addressOf(state);
  }

  section.append(
    element('h2', {}, 'Attention'),
    element('p', {}, 'Attention lets each word of a sentence take in what it needs from other words. ' +
      'Type a sentence. The library computes its attention here: vectors, queries and keys, scores, ' +
      'weights, context. Then take the scale or the mask away and see why it is there.'),
    element('p', {}, 'No number here has been trained. Three kinds of heads are made by hand, to show what a ' +
      'head can look for. A random head shows what a model starts from. The panel ',
    element('a', { href: '#training' }, 'Training'),
    ' shows maps that were learnt.'),
    form.form, failure, results,
    sources(
      ['nn/scaled_dot_product_attention.cpp', 'nn/attention.cpp', 'core/ops/softmax.cpp', 'nn/mask.hpp'],
      ['lessons/09-attention/page.md', 'lessons/10-many-heads/page.md']));
  form.show(state);
  await update();
  return (others) => {
    ({ state, complaints } = stateOf(others));
    return update();
  };
}
