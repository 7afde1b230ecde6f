// What the page says when a file of it does not come, and what the library says to requests that no panel makes.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { Native, open } from './harness.js';

/** A call with so many levels of lists around one number. */
const nested = (levels) => JSON.parse('['.repeat(levels) + '1' + ']'.repeat(levels));

/** a with so many minus signs. */
function negated(times) {
  let tree = { variable: 'a' };
  for (let i = 0; i < times; ++i) tree = { op: 'neg', inputs: [tree] };
  return { values: { a: 1 }, statements: [{ tree }] };
}

const failure = (page, panel) => page.locator(`.panel-${panel} .failure:visible`).first();

for (const [name, spoil] of [
  ['worker.js', (route) => route.abort()],
  ['xgrad.wasm', (route) => route.fulfill({ contentType: 'application/wasm', body: 'cut short' })],
]) {
  test(`a page without ${name} says so in each panel`, async () => {
    const { page, close } = await open('exercises');
    await page.route(`**/${name}`, spoil);
    await page.reload();
    for (const panel of ['exercises', 'tape', 'attention', 'training']) {
      await page.evaluate((hash) => { location.hash = hash; }, panel);
      await failure(page, panel).waitFor();
      assert.match(await failure(page, panel).textContent(), /cannot be loaded.*Load the page again/);
    }
    await assert.rejects(close(), /cannot be loaded/); // the console says it too
  });
}

test('a page whose library has not come yet says that it is loading', async () => {
  const { page, close } = await open('tape');
  assert.equal(await page.locator('.loading').count(), 0);
  let go;
  const wait = new Promise((resolve) => { go = resolve; });
  await page.route('**/xgrad.wasm', async (route) => {
    await wait;
    await route.continue();
  });
  await page.reload();
  await page.locator('.loading:visible').waitFor();
  go();
  await page.locator('.panel-tape[data-ready]').waitFor();
  assert.equal(await page.locator('.loading').count(), 0);
  await close();
});

test('a request too long for the stack of the module is refused, and the next one is answered', async () => {
  const { page, close } = await open('tape');
  const answers = await page.evaluate(async () => {
    const { Engine } = await import('./engine.js');
    const engine = new Engine();
    const said = (promise) => promise.then(() => 'answered', (error) => error.message);
    return [
      await said(engine.call('attention', { text: 'x'.repeat(3_000_000) })),
      await said(engine.takeFile('/tmp/none')),
      await said(engine.call('tape_functions')),
    ];
  });
  assert.match(answers[0], /^\[page\] the request has 3\d{6} characters; at most 100000 are read$/);
  assert.equal(answers[1], '[page] there is no file /tmp/none');
  assert.equal(answers[2], 'answered');
  await close();
});

test('a value nested too deeply is marked as such', async () => {
  const { page, close } = await open(`tape?e=a&a=${'['.repeat(1599)}`);
  assert.match(await failure(page, 'tape').textContent(), /brackets are nested too deeply/);
  await close();
});

test('the library refuses requests that are too long, too deep or would take for ever, and goes on', async () => {
  const native = new Native();
  const refuses = (call, args, message) => assert.rejects(native.ask(call, args), message);
  await refuses('attention', { text: 'x'.repeat(200_000) }, /^Error: \[page\] the request has 200\d{3} bytes/);
  await refuses('tape', { values: { a: nested(1500) }, statements: [] }, /nested deeper than 1000/);
  await refuses('tape', negated(1000), /nested deeper than 1000/);
  await refuses('tape', { values: { a: nested(20) }, statements: [] }, /more than 8 dims/);
  const options = { digits: 1, layers: 1, heads: 1, d_model: 8, batch: 1, seed: 0, rate: 0.01 };
  await native.ask('training_start', options);
  for (const count of [-1, 0, 1.5, 1e15, 2 ** 63]) {
    await refuses('training_steps', { count }, new RegExp(`count must be a whole number from 1 to 1000, not ${count}`));
  }
  assert.equal((await native.ask('training_steps', { count: 1 })).step, 1);
  native.close();
});
