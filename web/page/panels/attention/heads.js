// The weights of every head side by side, and the choice of one of them.

import { element } from '../../parts/dom.js';
import { heatmap, markRow } from '../../parts/heatmap.js';
import { shown } from '../../parts/number.js';
import { part } from '../../parts/tensor.js';
import { kindChoice } from './controls.js';

/** The words with their positions: two equal words differ. */
export function namesOf(words) {
  return words.map((word, i) => `${i} ${word}`);
}

/** A heatmap of T queries by T keys, in which a click picks the query. */
export function wordMap({ label, names, values, pick, ...options }) {
  return heatmap({ label, rows: names, columns: names, values, onpick: (i) => pick(i),
    describe: (i, j, value) => `query ${names[i]}, key ${names[j]}: ${shown(value)}`, ...options });
}

/**
 * The cards of the heads.
 * @param {(entries: object) => void} change
 * @param {(query: number) => void} pick
 */
export function headCards(change, pick) {
  const cards = element('div', { class: 'heads', role: 'group', 'aria-label': 'The heads' });
  const root = element('section', { 'aria-label': 'The weights of every head' },
    element('h3', {}, 'What each head looks at'),
    element('p', {}, 'A row is a word that asks (the query), a column a word that can be looked at (the ' +
      'key). The stronger the colour, the more of that word goes into the answer. Each row adds up to 1. ' +
      'Point at a cell, or move with the arrow keys, to read its number. A click on a cell, or Enter, ' +
      'picks its row for the steps below.'),
    cards);

  let built = ''; // the kinds of the heads that the cards are for
  const build = (heads) => {
    cards.replaceChildren(...heads.map((kind, h) => {
      const radio = element('input', { type: 'radio', name: 'attention-head', value: h,
        onchange: () => change({ head: h }) });
      return element('div', { class: 'card' },
        element('div', { class: 'controls' },
          element('label', { class: 'title' }, radio, `head ${h}`),
          element('label', {}, 'kind', kindChoice(h, kind, change))),
        element('div', { class: 'map' }),
        element('p', { class: 'note' }));
    }));
    built = heads.join();
  };

  const show = (result, state) => {
    if (built !== state.heads.join()) {
      const focused = [...cards.children].findIndex((card) => card.contains(document.activeElement));
      build(state.heads);
      cards.children[focused]?.querySelector('select').focus();
    }
    const names = namesOf(result.words);
    const largest = part(result.largest);
    [...cards.children].forEach((card, h) => {
      card.querySelector('input').checked = h === state.head;
      card.classList.toggle('chosen', h === state.head);
      card.querySelector('.map').replaceChildren(wordMap({ label: `weights of head ${h}`, names,
        values: part(result.weights, 0, h), max: 1, pick }));
      card.querySelector('p.note').replaceChildren('The largest weight of a row is ',
        element('span', { 'data-value': String(largest[h]) }, shown(largest[h])), ' on average.');
    });
  };
  const mark = (query) => cards.querySelectorAll('.heatmap').forEach((figure) => markRow(figure, query));
  return { root, show, mark };
}
