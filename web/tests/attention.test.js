// The panel Attention: its numbers are the native library's, and they are what attention is defined to be.

import assert from 'node:assert/strict';
import { before, test } from 'node:test';

import { addressOf, argumentsOf, initial } from '../page/panels/attention/state.js';
import { Native, equalTo1e5, open } from './harness.js';

let native;
before(() => { native = new Native(); });

const state = (entries) => ({ ...initial(), ...entries });

/** Waits until the panel shows what the address says. */
async function settled(page) {
  await page.waitForFunction(() => document.querySelector('.panel-attention').dataset.state === location.hash);
}

async function go(page, wish) {
  await page.evaluate((hash) => { location.hash = hash; }, addressOf(wish));
  await settled(page);
}

async function type(page, label, text) {
  await page.getByLabel(label, { exact: true }).fill(text);
  await settled(page);
}

/** The panel in a state. The browser is closed at the end of the test `t`, which fails if the page has complained. */
async function opened(t, entries = {}, options = {}) {
  const { page, close } = await open('attention', options);
  t.after(close);
  await go(page, state(entries));
  return page;
}

const figure = (page, label) => page.locator('figure').filter({ has: page.getByText(label, { exact: true }) }).first();

/** The numbers of a heatmap, as rows. */
async function rowsOf(page, label) {
  return figure(page, label).locator('tbody tr').evaluateAll((rows) =>
    rows.map((row) => [...row.querySelectorAll('td')].map((cell) => Number(cell.dataset.value))));
}

/** tensor[index[0]][index[1]]... of an answer, as rows. */
function rowsIn(tensor, ...index) {
  const [rows, columns] = tensor.shape.slice(index.length);
  const start = index.reduce((at, place, dim) =>
    at + place * tensor.shape.slice(dim + 1).reduce((a, b) => a * b, 1), 0);
  return Array.from({ length: rows }, (_, i) =>
    tensor.data.slice(start + i * columns, start + (i + 1) * columns).map(Number));
}

const flat = (rows) => rows.flat();
const dot = (a, b) => a.reduce((sum, x, i) => sum + x * b[i], 0);

const columnsOf = (rows) => rows[0].map((_, j) => rows.map((row) => row[j]));

// Each column has its own scale.
function same(actual, expected, what) {
  assert.equal(actual.length, expected.length, what);
  equalTo1e5(columnsOf(actual), columnsOf(expected), what);
}

const settings = [
  {},
  { heads: ['random', 'random'], head: 1, d: 4, seed: 3, query: 10 },
  { heads: ['random'], d: 64, scale: false, mask: 'none', text: 'to be or not to be', query: 1 },
  { head: 1, scale: false },
  { head: 2, d: 64, mask: 'none', padding: 2, query: 0 },
  { head: 3, d: 4, mask: 'none', text: 'one two three four five six seven eight nine ten 11 12 13 14 15 16' },
  { text: 'alone', query: 0, padding: 1 },
];

for (const entries of settings) {
  test(`every number is the native library's: ${addressOf(state(entries))}`, async (t) => {
    const page = await opened(t, entries);
    const of = state(entries);
    const args = argumentsOf(of);
    const expected = await native.ask('attention', args);
    const h = of.head;
    for (let other = 0; other < of.heads.length; other++) {
      same(await rowsOf(page, `weights of head ${other}`), rowsIn(expected.weights, 0, other), `head ${other}`);
    }
    same(await rowsOf(page, 'x: the word (0 to 31) and its position (32 to 63)'), rowsIn(expected.x, 0), 'x');
    const scaled = of.scale ? 'scaled scores' : 'scores, not scaled';
    for (const [label, name] of [['q', 'q'], ['k', 'k'], ['v', 'v'], ['scores q kᵀ', 'scores'], [scaled, 'scaled'],
      ['masked scores', 'masked'], ['weights', 'weights'], ['context', 'context']]) {
      same(await rowsOf(page, label), rowsIn(expected[name], 0, h), name);
    }

    const query = Math.min(of.query, expected.words.length - 1);
    const row = await native.ask('attention_row', { ...args, head: h, query });
    const table = page.getByRole('table', { name: 'The row, stage by stage' });
    const cells = await table.locator('tbody tr').evaluateAll((rows) =>
      rows.map((line) => [...line.querySelectorAll('td')].map((cell) => Number(cell.dataset.value))));
    const stages = [row.scores, row.scaled, row.masked, row.exp, row.weights];
    same(cells, expected.words.map((_, j) => stages.map((tensor) => Number(tensor.data[j]))), 'the row');
    same(await rowsOf(page, 'weight · v for each word, and their sum'),
      [...rowsIn(row.parts), row.context.data.map(Number)], 'the sum');

    const sizes = await native.ask('attention_scale', { text: of.text, seed: of.seed });
    for (const line of sizes.rows) {
      for (const side of ['without', 'with']) {
        for (const [name, value] of Object.entries(line[side])) {
          const cell = page.locator(`[data-figure="${line.d} ${side} ${name}"]`);
          equalTo1e5(Number(await cell.getAttribute('data-value')), value, `${line.d} ${side} ${name}`);
        }
      }
    }

    const other = await native.ask('attention', { ...args, scale: !of.scale });
    same(await rowsOf(page, `head ${h} without the scale`), rowsIn((of.scale ? other : expected).weights, 0, h), 'off');
    same(await rowsOf(page, `head ${h} with 1/√d`), rowsIn((of.scale ? expected : other).weights, 0, h), 'on');

    const mask = await native.ask('attention_mask', { ...args, last: of.last });
    for (const [side, words] of [['none', 'without a mask'], ['causal', 'with the causal mask']]) {
      same(await rowsOf(page, `head ${h} ${words}`), rowsIn(mask[side].weights, h), side);
      same(await rowsOf(page, `share on later words ${words}`), rowsIn(mask[side].later), side);
      same(await rowsOf(page, `change of the context ${words}`), rowsIn(mask[side].change), side);
    }
  });
}

test('each step follows from the one before it, computed here in JavaScript', async (t) => {
  for (const entries of [{ head: 0 }, { head: 2, scale: false, mask: 'none', d: 4 }, { head: 0, padding: 3 }]) {
    const page = await opened(t, entries);
    const of = state(entries);
    const [q, k, v] = [await rowsOf(page, 'q'), await rowsOf(page, 'k'), await rowsOf(page, 'v')];
    const scores = q.map((query) => k.map((key) => dot(query, key)));
    same(await rowsOf(page, 'scores q kᵀ'), scores, 'scores');
    const scaled = scores.map((row) => row.map((score) => (of.scale ? score / Math.sqrt(of.d) : score)));
    same(await rowsOf(page, of.scale ? 'scaled scores' : 'scores, not scaled'), scaled, 'scaled');
    const hidden = (i, j) => (of.mask === 'causal' && j > i) || j >= k.length - of.padding;
    const masked = scaled.map((row, i) => row.map((score, j) => (hidden(i, j) ? -Infinity : score)));
    same(await rowsOf(page, 'masked scores'), masked, 'masked');
    const weights = masked.map((row) => {
      const exponentials = row.map((score) => Math.exp(score - Math.max(...row)));
      const sum = exponentials.reduce((a, b) => a + b, 0);
      return exponentials.map((x) => x / sum);
    });
    const shown = await rowsOf(page, 'weights');
    same(shown, weights, 'weights');
    for (const row of shown) assert.ok(Math.abs(row.reduce((a, b) => a + b, 0) - 1) < 1e-12);
    same(await rowsOf(page, 'context'), weights.map((row) =>
      v[0].map((_, c) => row.reduce((sum, w, j) => sum + w * v[j][c], 0))), 'context');
  }
});

test('the causal mask makes the upper triangle exactly 0, in every head', async (t) => {
  const page = await opened(t);
  for (let h = 0; h < 4; h++) {
    const weights = await rowsOf(page, `weights of head ${h}`);
    weights.forEach((row, i) => row.forEach((w, j) => (j > i ? assert.equal(w, 0) : assert.ok(w > 0))));
  }
});

test('heads made by hand find the word before, the word after, and the same word', async (t) => {
  const page = await opened(t, { mask: 'none', d: 64 });
  const words = initial().text.split(' ');
  const largest = (row) => row.indexOf(Math.max(...row));
  const before = await rowsOf(page, 'weights of head 1');
  const same = await rowsOf(page, 'weights of head 2');
  const later = await rowsOf(page, 'weights of head 3');
  words.forEach((word, i) => {
    if (i > 0) assert.equal(largest(before[i]), i - 1);
    if (i < words.length - 1) assert.equal(largest(later[i]), i + 1);
    const share = words.reduce((sum, other, j) => sum + (other === word ? same[i][j] : 0), 0);
    assert.ok(share > 0.9, `${word}: ${share}`);
  });
});

test('a word keeps its vector, wherever it stands and whatever else is said', async (t) => {
  const page = await opened(t, { text: 'the cat saw the dog' });
  const label = 'x: the word (0 to 31) and its position (32 to 63)';
  const first = await rowsOf(page, label);
  assert.deepEqual(first[0].slice(0, 32), first[3].slice(0, 32));
  assert.notDeepEqual(first[0].slice(32), first[3].slice(32));
  await type(page, 'Sentence', 'my dog likes the sea');
  const second = await rowsOf(page, label);
  assert.deepEqual(second[1].slice(0, 32), first[4].slice(0, 32));
});

test('without the scale, scores are √d times as large and gradients shrink with d', async (t) => {
  const page = await opened(t);
  const figure = async (d, side, name) =>
    Number(await page.locator(`[data-figure="${d} ${side} ${name}"]`).getAttribute('data-value'));
  for (const d of [4, 16, 64, 256]) {
    const ratio = await figure(d, 'without', 'size') / await figure(d, 'with', 'size');
    assert.ok(Math.abs(ratio - Math.sqrt(d)) < 1e-9, `${d}: ${ratio}`);
    const size = await figure(d, 'without', 'size') / Math.sqrt(d);
    assert.ok(size > 0.7 && size < 1.4, `${d}: the usual score is ${size} √d`);
  }
  const gradients = await Promise.all([4, 16, 64, 256].map((d) => figure(d, 'without', 'gradient')));
  gradients.slice(1).forEach((gradient, i) => assert.ok(gradient < gradients[i], String(gradients)));
  assert.ok(gradients[3] < await figure(256, 'with', 'gradient') / 2);
});

test('a change of the last word changes no earlier context with the mask, and some without it', async (t) => {
  const page = await opened(t);
  const causal = await rowsOf(page, 'change of the context with the causal mask');
  for (const row of causal) {
    assert.ok(row.slice(0, -1).every((change) => change === 0), String(row));
  }
  assert.ok(causal.some((row) => row.at(-1) > 0));
  const none = await rowsOf(page, 'change of the context without a mask');
  assert.ok(none[0].slice(0, -1).every((change) => change > 0));
  assert.equal(await page.locator('.leak-causal').getAttribute('data-value'), '0');
  assert.equal(Number(await page.locator('.leak-none').getAttribute('data-value')),
    Math.max(...none.flatMap((row) => row.slice(0, -1))));
  for (const row of await rowsOf(page, 'share on later words with the causal mask')) {
    assert.ok(row.every((share) => share === 0));
  }

  await type(page, 'Another last word', 'two words');
  assert.match(await page.locator('.why .failure').textContent(), /one word, not 2/);
  assert.ok(await figure(page, 'weights').isVisible());
  await type(page, 'Another last word', 'cat');
  assert.equal(await page.locator('.leak-none').getAttribute('data-value'), '0');
});

test('the buttons take the scale and the mask away and put them back', async (t) => {
  const page = await opened(t);
  await page.getByRole('button', { name: 'Take the scale away' }).click();
  await page.getByRole('button', { name: 'Take the mask away' }).click();
  await settled(page);
  assert.equal(new URL(page.url()).hash, '#attention?scale=off&mask=none');
  assert.equal(await page.getByLabel('scale by 1/√d').isChecked(), false);
  assert.ok((await rowsOf(page, 'weights')).every((row) => row.every((w) => w > 0)));
  await page.getByRole('button', { name: 'Put the scale back' }).click();
  await page.getByRole('button', { name: 'Put the mask back' }).click();
  await settled(page);
  assert.equal(new URL(page.url()).hash, '#attention');
});

test('a word that sees nothing has weights 0 and context 0', async (t) => {
  const page = await opened(t, { text: 'all of it', padding: 3, mask: 'none' });
  assert.ok(flat(await rowsOf(page, 'masked scores')).every((score) => score === -Infinity));
  assert.ok(flat(await rowsOf(page, 'weights')).every((w) => w === 0));
  assert.ok(flat(await rowsOf(page, 'context')).every((c) => c === 0));
  assert.match(await page.locator('.formula').textContent(), /sees no key/);
});

test('the keyboard moves through a heatmap, and Enter picks the query', async (t) => {
  const page = await opened(t, { query: 0 });
  const map = figure(page, 'scaled scores');
  await map.locator('td[tabindex="0"]').focus();
  for (const key of ['ArrowDown', 'ArrowDown', 'ArrowRight', 'ArrowLeft', 'ArrowLeft', 'End']) {
    await page.keyboard.press(key);
  }
  const rows = await rowsOf(page, 'scaled scores');
  const focused = page.locator('td:focus');
  assert.equal(Number(await focused.getAttribute('data-value')), rows[2].at(-1));
  assert.match(await map.locator('.heatmap-line').textContent(), /^query 2 saw, key 10 cat: /);
  assert.equal(await map.locator('td[tabindex="0"]').count(), 1);
  await page.keyboard.press('Enter');
  await settled(page);
  assert.match(new URL(page.url()).hash, /query=2/);
  assert.equal(await page.getByLabel('The query word').inputValue(), '2');
  assert.equal(await figure(page, 'weights').locator('tr.marked th').textContent(), '2 saw');
  assert.equal(await focused.count(), 1, 'the focus stays in the map');
});

test('the address carries the whole state, and complains about what it cannot read', async (t) => {
  const page = await opened(t);
  await type(page, 'Sentence', 'über & <b>?</b> = 100%');
  await page.getByLabel('heads H').selectOption('2');
  await page.getByLabel('head size d').selectOption('64');
  await page.getByLabel('What head 1 looks for').selectOption('same');
  await page.getByLabel('mask', { exact: true }).selectOption('none');
  await page.getByRole('radio', { name: 'head 1' }).check();
  await settled(page);
  const first = await rowsOf(page, 'weights of head 0');
  await page.getByRole('button', { name: 'Draw the random heads again' }).click();
  await settled(page);
  const { hash } = new URL(page.url());
  const context = await rowsOf(page, 'context');
  const random = await rowsOf(page, 'weights of head 0');
  assert.notDeepEqual(random, first);
  await page.reload();
  await page.locator('.panel-attention[data-ready]').waitFor();
  await settled(page);
  assert.equal(new URL(page.url()).hash, hash);
  assert.equal(await page.getByLabel('Sentence', { exact: true }).inputValue(), 'über & <b>?</b> = 100%');
  assert.deepEqual(await rowsOf(page, 'context'), context);
  assert.deepEqual(await rowsOf(page, 'weights of head 0'), random);
  assert.equal(context[0].length, 64);

  await page.evaluate(() => { location.hash = '#attention?d=5&heads=magic&head=7&mask=none'; });
  await page.locator('.panel-attention > .failure').waitFor();
  const complaint = await page.locator('.panel-attention > .failure').textContent();
  for (const part of ['d=5', 'heads=magic', 'head 7']) assert.ok(complaint.includes(part), complaint);
  assert.equal(await page.getByLabel('mask', { exact: true }).inputValue(), 'none');
  assert.equal((await rowsOf(page, 'q'))[0].length, 16);
});

test('a sentence that cannot be read is an error, and the panel goes on', async (t) => {
  const page = await opened(t);
  const failure = page.locator('.panel-attention > .failure');
  for (const [text, message] of [
    ['', /^\[attention\] the sentence has no words/],
    ['   ', /^\[attention\] the sentence has no words/],
    ['a b c d e f g h i j k l m n o p q', /has 17 words; at most 16/],
    ['x'.repeat(25), /a word has 25 characters; at most 24/],
  ]) {
    await type(page, 'Sentence', text);
    assert.match(await failure.textContent(), message);
    assert.equal(await page.locator('.results').isVisible(), false);
    await assert.rejects(native.ask('attention', argumentsOf(state({ text }))), { message });
  }
  await type(page, 'Sentence', 'alone');
  assert.equal(await failure.isVisible(), false);
  assert.deepEqual(await rowsOf(page, 'weights'), [[1]]);
  assert.equal(await page.locator('[data-figure="4 with gradient"]').getAttribute('data-value'), '0');
});

test('odd characters are shown as text', async (t) => {
  const page = await opened(t);
  const words = ['<b>bold</b>', '&amp;', 'naïve', '日本語', '🙂', '"\'\\', '<img/src=x/onerror=alert(1)>'.slice(0, 24)];
  await type(page, 'Sentence', `  ${words.join('\t ')} `);
  const shown = await page.locator('.tokens li span').allTextContents();
  assert.deepEqual(shown, words);
  assert.equal(await page.locator('.results b, .results img').count(), 0);
  await type(page, 'Sentence', 'nai\u0308ve naïve');
  const ids = await page.locator('.tokens small').allTextContents();
  assert.equal(ids[0], ids[1]);
});

test('a phone shows it without sideways scrolling, with long words too', async (t) => {
  const page = await opened(t, { text: `${'W'.repeat(24)} `.repeat(16).trim(), d: 64 },
    { viewport: { width: 360, height: 740 } });
  await page.getByText('The matrices W_q, W_k and W_v of this head').click();
  await figure(page, 'W_k (64, 64)').waitFor();
  assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360);
});
