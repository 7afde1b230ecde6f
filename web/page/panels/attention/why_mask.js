// Why there is a mask: what each word takes from later words, and what a change of the last word changes.

import { element } from '../../parts/dom.js';
import { failureText, setFailure } from '../../parts/failure.js';
import { heatmap } from '../../parts/heatmap.js';
import { percent, shown } from '../../parts/number.js';
import { part } from '../../parts/tensor.js';
import { namesOf, wordMap } from './heads.js';
import { kinds, tidy } from './state.js';

// A number per head and word.
function headMap(label, heads, words, values, max, text) {
  return heatmap({ label, rows: heads.map((kind, h) => `head ${h}: ${kinds[kind]}`), columns: words, values,
    max, describe: (h, i, value) => `head ${h}, word ${words[i]}: ${text(value)}` });
}

// Two maps side by side: without a mask and with it. `draw(label, side)` draws one.
function both(answer, what, draw) {
  return [draw(`${what} without a mask`, answer.none), draw(`${what} with the causal mask`, answer.causal)];
}

function verdict({ words, none, causal }) {
  if (words.length === 1) return ['There is no earlier word.'];
  const change = ({ earlier }, name) =>
    element('strong', { class: name, 'data-value': String(earlier) }, shown(earlier));
  return ['Over all heads and all words but the last, the largest change is ', change(none, 'leak-none'),
    ' without the mask and ', change(causal, 'leak-causal'), ' with it.',
    causal.earlier === 0 ? ' That 0 is exact: with the mask, no earlier word reads the last one.' : ''];
}

/** The section. `change` changes the panel's state, `toggle()` turns its mask off or on. */
export function whyMask(change, toggle) {
  const button = element('button', { type: 'button', onclick: toggle });
  const maps = element('div', { class: 'maps' });
  const later = element('div', { class: 'maps' });
  const last = element('input', { type: 'text', spellcheck: 'false', autocomplete: 'off',
    oninput: () => change({ last: tidy(last.value).trim() }) });
  const failure = failureText();
  const sentence = element('p', { class: 'sentences' });
  const changes = element('div', { class: 'maps' });
  const conclusion = element('p', { role: 'status' });
  const results = element('div', {}, sentence, changes, conclusion);

  const root = element('section', { class: 'why', 'aria-label': 'Why the mask' },
    element('h3', {}, 'Why the mask?'),
    element('p', {}, 'A model that writes text learns to guess the next word, at every word of a ' +
      'sentence at once. A word that could look ahead would find the answer there, learn to copy it, and ' +
      'fail when it has to write: then there is no next word. The causal mask sets the scores of later ' +
      'words to −∞, so their weights are 0.'),
    element('div', { class: 'controls' }, button), maps,
    element('h4', {}, 'How much of each row lies on later words'), later,
    element('h4', {}, 'Change the last word'),
    element('p', {}, 'If an earlier word reads the last one, its context changes with it. The maps show ' +
      'the largest change of any number in the context of each word. Padding is left out here.'),
    element('div', { class: 'controls' }, element('label', {}, 'Another last word', last)), failure, results);

  /** Shows an answer of attention_mask. */
  const show = (answer, state, pick) => {
    const names = namesOf(answer.words);
    const masked = state.mask === 'causal';
    button.textContent = masked ? 'Take the mask away in the maps above' : 'Put the mask back';
    maps.replaceChildren(...both(answer, `head ${state.head}`, (label, side) =>
      wordMap({ label, names, values: part(side.weights, state.head), max: 1, pick })));
    later.replaceChildren(...both(answer, 'share on later words', (label, side) =>
      headMap(label, state.heads, names, part(side.later), 1, percent)));
    const changed = namesOf(answer.changed);
    const full = Math.max(...part(answer.none.change), ...part(answer.causal.change)) || undefined;
    changes.replaceChildren(...both(answer, 'change of the context', (label, side) =>
      headMap(label, state.heads, changed, part(side.change), full, shown)));

    if (document.activeElement !== last) last.value = state.last;
    setFailure(failure, '');
    results.hidden = false;
    sentence.replaceChildren(...answer.changed.slice(0, -1).map((word) => `${word} `),
      element('del', {}, answer.words.at(-1)), ' ', element('ins', {}, answer.changed.at(-1)));
    conclusion.replaceChildren(...verdict(answer));
  };

  /** Shows what is wrong with the other last word. */
  const fail = (message, state) => {
    if (document.activeElement !== last) last.value = state.last;
    setFailure(failure, message);
    results.hidden = true;
  };
  return { root, show, fail };
}
