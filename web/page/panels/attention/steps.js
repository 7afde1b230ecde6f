// From the words to the context of one head, one step after the other.

import { element } from '../../parts/dom.js';
import { failureText } from '../../parts/failure.js';
import { heatmap, markRow } from '../../parts/heatmap.js';
import { largestSize, shown } from '../../parts/number.js';
import { indexNames, part, shapeText } from '../../parts/tensor.js';
import { namesOf, wordMap } from './heads.js';
import { argumentsOf } from './state.js';

const stories = {
  random: 'The matrices of this head are drawn from N(0, 1/D). Nothing has trained them, so the pattern ' +
    'means nothing yet. What you see is the mechanism; training finds the numbers that make it useful.',
  before: 'The matrices of this head are made by hand. W_q reads the position and turns each pair of ' +
    'sine and cosine back by one word; W_k reads the position as it is. So the query of word i fits the ' +
    'key of word i − 1.',
  after: 'The matrices of this head are made by hand. W_q reads the position and turns each pair of sine ' +
    'and cosine ahead by one word; W_k reads the position as it is. So the query of word i fits the key ' +
    'of word i + 1. Without a mask, such a head can read the word that the model should guess.',
  same: 'The matrices of this head are made by hand. W_q and W_k both read the word and not its ' +
    'position, so a query fits the keys of the same word. With d = 4 only four numbers of a word are ' +
    'read, and words are easily confused.',
};

function step(title, shapes, text, ...content) {
  return element('section', { class: 'step' },
    element('h4', {}, title, ' ', element('code', { class: 'shape' }, shapes)),
    element('p', {}, text), ...content);
}

function whoSees({ mask, padding }) {
  const causal = mask === 'causal' ? 'A word sees itself and the words before it.'
    : 'There is no causal mask.';
  const padded = padding === 0 ? 'There is no padding.'
    : `No word sees the last ${padding === 1 ? 'word' : `${padding} words`}: padding.`;
  return `${causal} ${padded}`;
}

function columnsMap(label, names, values, columns) {
  return heatmap({ label, rows: names, columns, values, signed: true, compact: true,
    describe: (i, j, value) => `${names[i]}, number ${columns[j]}: ${shown(value)}` });
}

// The matrices of the head, which are asked for when they are opened.
function matrices(engine, state, open) {
  const box = element('div', { class: 'maps' });
  const details = element('details', { open },
    element('summary', {}, 'The matrices W_q, W_k and W_v of this head'), box);
  details.addEventListener('toggle', async () => {
    if (!details.open || box.hasChildNodes()) return;
    try {
      const answer = await engine.call('attention_matrices', { ...argumentsOf(state), head: state.head });
      const rows = indexNames(64).map((c) => `${c < 32 ? 'word' : 'position'} ${c % 32}`);
      box.replaceChildren(...Object.entries(answer).map(([name, W]) =>
        columnsMap(`${name} ${shapeText(W.shape)}`, rows, part(W), indexNames(state.d))));
    } catch (error) {
      box.replaceChildren(failureText(error.message));
    }
  });
  return details;
}

function wordsAndIds(result) {
  const ids = part(result.ids);
  return element('ol', { class: 'tokens', 'aria-label': 'The words, with the row of the embedding of each' },
    result.words.map((word, i) => element('li', {}, element('span', {}, word),
      element('small', { 'data-value': String(ids[i]) }, `row ${ids[i]}`))));
}

/**
 * The steps of one head.
 * @param {object} engine
 * @param {(query: number) => void} pick
 */
export function headSteps(engine, pick) {
  const title = element('h3');
  const story = element('p');
  const list = element('div');
  const root = element('section', { class: 'steps', 'aria-label': 'The steps of one head' },
    title, story, list);

  const show = (result, state) => {
    const h = state.head;
    const names = namesOf(result.words);
    const map = (label, tensor, options) =>
      wordMap({ label, names, values: part(tensor, 0, h), pick, ...options });
    const columns = indexNames(state.d);
    const sizeOfScores = largestSize(part(result.scores, 0, h)); // the colours show what the scale does
    const wide = (label, tensor) => columnsMap(label, names, part(tensor, 0, h), columns);

    title.textContent = `Head ${h}, step by step`;
    story.textContent = stories[state.heads[h]];
    list.replaceChildren(
      step('1. Words become vectors', `x: (B, T, D) = ${shapeText(result.x.shape)}`,
        'Each word takes its row of an embedding: 32 numbers, drawn from N(0, 1) by a generator whose ' +
          'seed is made of the letters. Equal words have equal rows. Beside them stand 32 sines and ' +
          'cosines of the position, times √2. Most transformers add the two; here they stand side by ' +
          'side, so that you can tell them apart.',
        wordsAndIds(result),
        columnsMap('x: the word (0 to 31) and its position (32 to 63)', names, part(result.x, 0),
          indexNames(64))),
      step('2. Queries, keys and values', `q, k, v: (B, H, T, d) = ${shapeText(result.q.shape)}`,
        'Three products make three vectors of each word: q = x W_q is what it looks for, k = x W_k is ' +
          'what it is found by, v = x W_v is what it passes on. Each head has its own d columns of the ' +
          'three matrices. Here D stays 64 for every d; in a transformer d = D / H.',
        element('div', { class: 'maps' }, wide('q', result.q), wide('k', result.k), wide('v', result.v)),
        matrices(engine, state, list.querySelector('details')?.open ?? false)),
      element('div', { class: 'maps' },
        step('3. Scores', `q kᵀ: (B, H, T_q, T_k) = ${shapeText(result.scores.shape)}`,
          'The dot product of each query with each key: large if both point in the same direction.',
          map('scores q kᵀ', result.scores, { signed: true, max: sizeOfScores })),
        step('4. Scale', `q kᵀ / √d`,
          state.scale ? `Each score divided by √${state.d} = ${shown(result.root)}.` : 'The scale is ' +
            'off. The scores stay as they are.',
          map(state.scale ? 'scaled scores' : 'scores, not scaled', result.scaled,
            { signed: true, max: sizeOfScores })),
        step('5. Mask', '−∞ where a key is hidden',
          whoSees(state),
          map('masked scores', result.masked, { signed: true })),
        step('6. Softmax', `weights: (B, H, T_q, T_k) = ${shapeText(result.weights.shape)}`,
          'exp of each score, divided by the sum of its row. exp(−∞) is 0. A row that sees nothing is 0 ' +
            'as a whole.',
          map('weights', result.weights, { max: 1 }))),
      step('7. Context', `weights v: (B, H, T_q, d) = ${shapeText(result.context.shape)}`,
        'Each row is the mean of the rows of v, with the weights of that row. It is what the head has ' +
          'found for the word.',
        wide('context', result.context)),
    );
  };
  const mark = (query) => list.querySelectorAll('.heatmap').forEach((figure) => {
    if (!figure.closest('details')) markRow(figure, query);
  });
  return { root, show, mark };
}
