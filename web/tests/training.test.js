// The training panel: its numbers are the native library's, and the native program reads its model.
//
// TRAIN_TRANSFORMER names that program.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { equalTo1e5, Native, open } from './harness.js';

const program =
  process.env.TRAIN_TRANSFORMER ??
  fileURLToPath(new URL('../../build/release/examples/train_transformer', import.meta.url));
const defaults = { digits: 2, layers: 2, heads: 4, d_model: 48, batch: 128, rate: 0.006, seed: 0 };

const button = (page, name) => page.getByRole('button', { name, exact: true });
const number = (page, key) => page.locator(`[data-number=${key}]`).getAttribute('data-value').then(Number);

/** Clicks "One step" so often, and returns the losses. */
async function takeSteps(page, count) {
  const losses = [];
  for (let i = 1; i <= count; ++i) {
    await button(page, 'One step').click();
    await page.locator(`[data-number=step][data-value="${i}"]`).waitFor();
    losses.push(await number(page, 'loss'));
  }
  return losses;
}

/** Starts, and pauses when at least so many steps are done. Returns the step in which it has paused. */
async function trainTo(page, step) {
  await button(page, 'Start').click();
  await page.waitForFunction((goal) => document.querySelector('.panel-training').dataset.step >= goal, step, {
    timeout: 1_800_000,
  });
  await button(page, 'Pause').click();
  const text = await page.getByText(/^Paused after step/).textContent();
  const paused = Number(text.match(/\d+/)[0]);
  await page.getByText(`held-out sums, after step ${paused}`).waitFor(); // the last evaluation is drawn
  return paused;
}

/** The numbers that a heatmap or another element draws. */
const valuesIn = (locator) => locator.evaluateAll((cells) => cells.map((cell) => Number(cell.dataset.value)));

test("the losses of the first 20 steps, and what one sees after them, are the native library's", async () => {
  const { page, close } = await open('training');
  const native = new Native();
  const description = await native.ask('training_start', defaults);
  assert.equal(await number(page, 'parameters'), description.parameters);
  const losses = await takeSteps(page, 20);
  const answer = await native.ask('training_steps', { count: 20 });
  equalTo1e5(losses, answer.losses);
  equalTo1e5(await number(page, 'norm'), answer.grad_norm);

  for (const name of ['token.weight', 'blocks.1.attention.W_v.bias', 'blocks.0.feed_forward.expand.weight']) {
    const look = await native.ask('training_gradient', { name });
    await page.getByLabel('Parameter', { exact: true }).selectOption(name);
    for (const kind of ['gradient', 'value']) {
      await page.getByLabel('Show its', { exact: true }).selectOption(kind);
      await page
        .locator('.gradient .cells')
        .getByText(look[kind].tensor ? `${kind} of ${name}` : 'too many')
        .first()
        .waitFor();
      for (const key of ['norm', 'mean', 'largest']) {
        const cell = page.locator(`.facts [data-kind=${kind}][data-key=${key}]`);
        equalTo1e5(Number(await cell.getAttribute('data-value')), look[kind][key], key, look[kind].largest);
      }
      const cells = await valuesIn(page.locator('.gradient .heatmap td[data-value]'));
      equalTo1e5(cells, look[kind].tensor ? look[kind].tensor.data : []);
      const bars = await valuesIn(page.locator('.gradient rect'));
      assert.equal(
        bars.reduce((a, b) => a + b),
        look.shape.reduce((a, b) => a * b),
      );
    }
  }

  const { layers, read } = await native.ask('training_attention', { sum: '47+85' });
  for (const [i, { heads }] of layers.entries()) {
    await page.getByLabel('Layer', { exact: true }).selectOption(String(i));
    const weights = await valuesIn(page.locator('.maps td[data-value]'));
    equalTo1e5(
      weights,
      heads.flatMap(({ data }) => data),
    );
    for (let row = 0; row < weights.length / read.length; ++row) {
      const parts = weights.slice(row * read.length, (row + 1) * read.length);
      assert.ok(Math.abs(parts.reduce((a, b) => a + b) - 1) < 1e-6, 'the weights of a row sum to 1');
      const last = row % read.length;
      assert.ok(
        parts.every((part, column) => (column > last ? part === 0 : part > 0)),
        'no row looks ahead',
      );
    }
  }
  native.close();
  await close();
});

test("600 steps teach sums of 2 digits, and the saved model is the native program's", async () => {
  const { page, close } = await open('training');
  const step = await trainTo(page, 600);
  const accuracy = await number(page, 'accuracy');
  const points = await page.locator('.curves svg').last().getAttribute('aria-label');
  assert.match(points, /at step 600;|at step 6\d\d;/);
  assert.ok(accuracy >= 0.95, `${accuracy} after ${step} steps`);

  const download = page.waitForEvent('download');
  await button(page, 'Save the model').click();
  const folder = mkdtempSync(join(tmpdir(), 'training-'));
  const file = join(folder, 'addition.safetensors');
  const saved = await download;
  assert.equal(saved.suggestedFilename(), 'addition.safetensors');
  await saved.saveAs(file);
  const run = (...words) => execFileSync(program, words, { encoding: 'utf8' });
  assert.equal(run('eval', file), `held-out accuracy: ${(100 * accuracy).toFixed(2)} %\n`);
  const written = await page
    .locator('.samples tbody tr')
    .evaluateAll((rows) => rows.map(({ cells }) => [cells[0].textContent, cells[1].textContent]));
  assert.equal(written.length, 10);
  for (const [question, predicted] of written)
    assert.equal(run('sample', file, '--prompt', question), `${question}${predicted}\n`);
  assert.match(run('inspect', file), new RegExp(`\nsteps: ${step}\n`));
  rmSync(folder, { recursive: true });
  await close();
});

test('a pause stops within a slice, one step is one, "Start over" begins the same run again', async () => {
  const { page, close } = await open('training');
  const [first] = await takeSteps(page, 1);
  const paused = await trainTo(page, 30);
  await page.waitForTimeout(300);
  assert.equal(await number(page, 'step'), paused);
  await button(page, 'One step').click();
  await page.locator(`[data-number=step][data-value="${paused + 1}"]`).waitFor();
  await button(page, 'Start over').click();
  await page.locator('[data-number=step][data-value="0"]').waitFor();
  assert.deepEqual(await takeSteps(page, 1), [first]);
  await close();
});

test('another panel pauses the training', async () => {
  const { page, close } = await open('training');
  await button(page, 'Start').click();
  await page.waitForFunction(() => document.querySelector('.panel-training').dataset.step > 0);
  await page.locator('nav').getByRole('link', { name: 'Tape' }).click();
  await page.locator('.panel-training').waitFor({ state: 'hidden' });
  await page.locator('nav').getByRole('link', { name: 'Training' }).click();
  await button(page, 'Start').waitFor();
  await page.getByText('Training pauses while you look at another panel').waitFor();
  await close();
});

test('the way back from another panel keeps the model', async () => {
  const { page, close } = await open('training?heads=1');
  await takeSteps(page, 1);
  await page.locator('nav').getByRole('link', { name: 'Tape' }).click();
  await page.locator('.panel-training').waitFor({ state: 'hidden' });
  await page.goBack();
  await button(page, 'One step').click();
  await page.locator('[data-number=step][data-value="2"]').waitFor();
  await close();
});

test('the rate changes at once and keeps the model; the structure starts over', async () => {
  const { page, close } = await open('training');
  const native = new Native();
  await native.ask('training_start', defaults);
  await takeSteps(page, 3);
  await native.ask('training_steps', { count: 3 });
  const text = page.getByLabel('Learning rate as a number');
  await text.fill('0.02');
  await text.press('Enter');
  await native.ask('training_rate', { rate: 0.02 });
  await button(page, 'One step').click();
  await page.locator('[data-number=step][data-value="4"]').waitFor();
  const fourth = await native.ask('training_steps', { count: 1 });
  equalTo1e5(await number(page, 'loss'), fourth.losses[0]);
  equalTo1e5(await number(page, 'rate'), fourth.rate);
  assert.match(page.url(), /#training\?rate=0\.02$/);

  await page.getByLabel('Heads', { exact: true }).fill('5'); // a width of 48 does not fit
  assert.equal(await page.getByLabel('Width (d_model)').inputValue(), '50');
  const other = await native.ask('training_start', { ...defaults, heads: 5, d_model: 50, rate: 0.02 });
  await page.locator(`[data-number=parameters][data-value="${other.parameters}"]`).waitFor();
  assert.equal(await number(page, 'step'), 0);
  native.close();
  await close();
});

test('options that change faster than models are made: the newest model trains', async () => {
  const { page, close } = await open('training?layers=1&heads=2&d_model=16&batch=8');
  await button(page, 'Start').click();
  await page.evaluate(async () => {
    for (let i = 0; i < 24; ++i) {
      const input = document.getElementById('training-heads');
      input.value = i % 2 === 0 ? 2 : 1;
      input.dispatchEvent(new Event('change'));
      await new Promise((resolve) => { setTimeout(resolve, 5 * (i % 6)); });
    }
  });
  const status = page.locator('.panel-training .status');
  await status.getByText('It trains.').waitFor();
  await page.waitForFunction(() => Number(document.querySelector('.panel-training').dataset.step) > 20);
  assert.equal(await status.textContent(), 'It trains.');
  assert.equal(await page.locator('.panel-training .attention .heatmap').count(), 1); // one head
  await button(page, 'Pause').click();
  await status.getByText(/^Paused after step/).waitFor();
  await close();
});

test('a rate that is far too large stops the run with a message', async () => {
  const { page, close } = await open('training');
  const text = page.getByLabel('Learning rate as a number');
  await text.fill('1e30');
  await text.press('Enter');
  await button(page, 'Start').click();
  const failure = page.locator('.panel-training .failure:visible');
  await failure.waitFor();
  assert.match(
    await failure.textContent(),
    /^step \d: the loss is .*too large: lower it, then start over\.$/,
  );
  assert.ok(await button(page, 'Start').isDisabled());
  await text.fill('0.004');
  await text.press('Enter');
  await button(page, 'Start over').click();
  await failure.waitFor({ state: 'hidden' });
  await takeSteps(page, 2);
  await close();
});

test('what the library refuses is shown in its words, and the panel goes on', async () => {
  const { page, close } = await open('training?heads=4&d_model=30');
  const failure = page.locator('.panel-training .failure:visible');
  assert.match(await failure.textContent(), /d_model 30 is not divisible by num_heads 4/);
  assert.ok(await button(page, 'Start').isDisabled());
  await page.getByLabel('Heads', { exact: true }).fill('3');
  await failure.waitFor({ state: 'hidden' });
  await page.getByLabel('Heads', { exact: true }).fill('1');
  await page.getByLabel('Width (d_model)', { exact: true }).fill('1');
  await page.getByLabel('Heads', { exact: true }).fill('4');
  await page.waitForFunction(() => location.hash.includes('d_model=4'));
  assert.ok(await failure.isHidden());
  await takeSteps(page, 1);
  await page.locator('.panel-training .status').getByText('After step 1.', { exact: true }).waitFor();

  await page.getByLabel('Sum', { exact: true }).fill('100+1');
  await page.getByLabel('Sum', { exact: true }).press('Enter');
  await failure.getByText("'100+1' is no sum of two numbers up to 99, such as 12+45=").waitFor();
  await page.getByLabel('Sum', { exact: true }).fill('1+2');
  await page.getByLabel('Sum', { exact: true }).press('Enter');
  await page.getByText('the model continues 01+02= with').waitFor();
  await close();
});

for (const digits of [1, 3]) {
  test(`sums of ${digits} digits are the native library's`, async () => {
    const { page, close } = await open(`training?digits=${digits}&layers=1&heads=2&d_model=16`);
    const native = new Native();
    await native.ask('training_start', { ...defaults, digits, layers: 1, heads: 2, d_model: 16 });
    equalTo1e5(await takeSteps(page, 3), (await native.ask('training_steps', { count: 3 })).losses);
    const { samples } = await native.ask('training_evaluate');
    const written = await page
      .locator('.samples tbody tr')
      .evaluateAll((rows) => rows.map(({ cells }) => cells[0].textContent + cells[1].textContent));
    assert.deepEqual(
      written,
      samples.map(({ question, predicted }) => question + predicted),
    );
    native.close();
    await close();
  });
}

test('with reduced motion the numbers come no more often than once a second', async () => {
  const { page, close } = await open('training', { reducedMotion: 'reduce' });
  await page.evaluate(() => {
    window.changes = 0;
    const watch = new MutationObserver(() => {
      window.changes += 1;
    });
    watch.observe(document.querySelector('[data-number=loss]'), { childList: true });
  });
  await button(page, 'Start').click();
  const start = Date.now();
  await page.waitForTimeout(3500);
  const seconds = (Date.now() - start) / 1000;
  const changes = await page.evaluate(() => window.changes);
  assert.ok(changes <= seconds + 2, `${changes} changes in ${seconds} s`);
  await close();
});
