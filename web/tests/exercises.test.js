// The exercises: what the judge says to every choice, natively and in the page, and the page around it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { equalTo1e5, Native, open } from './harness.js';

// What is right, written down here so that a judge that has become too mild or too strict shows. All other
// choices are wrong.
const right = {
  scalar_tape: ['newest entry first; input.gradient += arriving',
    'an entry when all that use it have had their turn; input.gradient += arriving'],
  my_relu: ['dx = g · (x > 0)', 'dx = g · (y > 0)'],
  my_embedding: ['dW[i[n]] += g[n]', 'dW += onehot(i[n])ᵀ g[n], a product of a column and a row'],
  my_linear: ['db = sum(g.reshape({-1, out}), 0)', 'db = sum_to(g, b.shape())'],
  my_transpose_matmul: ['dB = Σₙ Gₙᵀ Aₙ', 'dB = (Σₙ Aₙᵀ Gₙ)ᵀ'],
  my_softmax: ['dx = p · (g − Σ g p)', 'dx = p · g − p · Σ p g'],
  my_cross_entropy: ['dx = g · (p − [i = t]) / N'],
  my_layer_norm: ['dx = (g − mean(g) − x̂ · mean(g · x̂)) / σ'],
  my_rms_norm: ['σ = √(mean(x²) + ε)', 'σ = √(mean((x − μ)²) + μ² + ε)'],
  gelu_rule: ['dx = g · (Φ(x) + x · φ(x))'],
  lora: ['A random, B = 0', 'A = 0, B random'],
  causal_attention: ['softmax(fill(s, j > i + T_k − T_q, −∞))'],
  my_rope: ['(g cos θ + h sin θ, −g sin θ + h cos θ)', 'the pair (g, h), rotated by −θ'],
  flash_tiling: ['l = c · l + ΣP and o = c · o + P v, with c = exp(m − m′)'],
  my_multi_head: ['x.reshape({B, T, H, d}).transpose(1, 2)', 'x.transpose(1, 2).reshape({B, H, d, T}).mT()'],
};
const numbers = {
  my_batch_norm: { right: ['1.5', '3/2', ' 1.50 '], wrong: ['0.6666666667', '1', '-1.5', '1.4'] },
  my_gradcheck: { right: ['1e-5', '0.00001', '2e-6', '-1e-5'],
    wrong: ['0.001', '1e-12', '1e-17', '0', '1e200'] },
  my_adam: { right: ['0.271'], wrong: ['0.1', '0.729', '1', '0', '0.27'] },
  clip_gradients: { right: ['0.5', '1/2', '3.5/7'], wrong: ['2', '0.0714', '0', '1e300'] },
  warmup_cosine: { right: ['0.25', '4/16'], wrong: ['0.4', '0', '−0.25', '1.75'] },
  my_dropout: { right: ['1.25', '5/4', '1/0.8'], wrong: ['0.8', '5', '1'] },
  my_attention: { right: ['0.125', '1/8'], wrong: ['8', '-0.125', '1e300', '0.0156'] },
};
const notNumbers = [
  ['', 'empty'], ['   ', 'empty'], ['NaN', 'not a number'], ['nan', 'not a number'], ['inf', 'not a number'],
  ['0x10', 'not a number'], ['eight', 'not a number'], ['1.2.3', 'not a number'], ['--1', 'not a number'],
  ['1e', 'not a number'], ['1/', 'not a number'], ['1/2/3', 'not a number'], ['1e400', 'too large'],
  ['1/0', 'divides by 0'], ['0/0', 'divides by 0'], ['0,125', 'a point'],
  ['1'.repeat(61), 'too long'],
];

/** The texts and, apart from them, the numbers in them. Numbers of nodes count up while the program runs. */
function partsOf(text) {
  const number = /[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|nan|inf)/g;
  const plain = text.replaceAll(/#\d+/g, '#');
  const words = plain.replaceAll(number, '0').replaceAll(/ +/g, ' ');
  return { words, numbers: (plain.match(number) ?? []).map(Number) };
}

const native = new Native();
const exercises = await native.ask('exercise_list');

/** NaN and infinities as words, which can be compared. */
function comparable(values) {
  return values.map((value) => (Number.isFinite(value) ? value : String(value)));
}

/** Every answer that the tests try, with whether it is right. */
function answersOf(exercise) {
  const { name } = exercise;
  if (exercise.choices) return exercise.choices.map((answer) => [answer, right[name].includes(answer)]);
  const { right: accepted, wrong } = numbers[name];
  return [...accepted.map((answer) => [answer, true]), ...wrong.map((answer) => [answer, false])];
}

test('the list has the exercises of the tables, and says nothing of what is right', () => {
  const names = exercises.map(({ name }) => name);
  assert.deepEqual([...names].sort(), [...Object.keys(right), ...Object.keys(numbers)].sort());
  for (const exercise of exercises) {
    assert.ok(exercise.task.length > 0 && exercise.question && exercise.title, exercise.name);
    const known = ['choices', 'label', 'lesson', 'name', 'question', 'source', 'task', 'title'];
    assert.ok(Object.keys(exercise).every((key) => known.includes(key)), exercise.name);
  }
});

test('the right choice stands in different places', () => {
  const places = exercises.filter(({ choices }) => choices).map(({ name, choices }) =>
    choices.findIndex((choice) => right[name].includes(choice)));
  assert.ok(new Set(places).size >= 3, String(places));
});

for (const exercise of exercises) {
  test(`${exercise.name}: the judge accepts what is right, and no more`, async () => {
    const answers = answersOf(exercise);
    assert.ok(answers.some(([, isRight]) => isRight) && answers.some(([, isRight]) => !isRight));
    for (const [answer, isRight] of answers) {
      const verdict = await native.ask('exercise_check', { name: exercise.name, answer });
      assert.equal(verdict.right, isRight, `${answer}: ${JSON.stringify(verdict.checks)}`);
      if (isRight) {
        assert.ok(verdict.why.length > 20);
        continue;
      }
      assert.match(verdict.hint, /^[A-Z0-9a-z∂(].*[.?]$/, answer);
      const failed = verdict.checks.filter(({ ok }) => !ok);
      assert.ok(failed.length > 0 && failed.every(({ message }) => message.length > 20), answer);
    }
  });
}

test('an answer that is no number is refused with a text that says what to write', async () => {
  for (const [answer, part] of notNumbers) {
    await assert.rejects(native.ask('exercise_check', { name: 'my_attention', answer }), (error) => {
      const said = error.message;
      assert.ok(said.startsWith('[answer] ') && said.includes(part), `${answer}: ${said}`);
      return true;
    });
  }
});

test('requests that make no sense are refused', async () => {
  const refused = async (args, text) => assert.rejects(native.ask('exercise_check', args), { message: text });
  await refused({ name: 'my_tanh', answer: '1' }, '[exercises] there is no exercise "my_tanh"');
  await refused({ name: 'my_relu', answer: 'dx = 0' }, '[exercises] my_relu has no choice "dx = 0"');
  await refused({ name: 'my_relu' }, '[exercises] the request has no answer');
  await refused({ answer: 'dx = g' }, '[exercises] the request has no name');
  await refused({ name: 'my_adam', answer: 1 }, '[exercises] answer must be a text, not 1');
});

/** A test in the page at an address. */
function pageTest(name, address, body, options) {
  test(name, async () => {
    const { page, close } = await open(address, options);
    await body(page);
    await close();
  });
}

/** What the page shows of a verdict, with the numbers of its tables. */
async function shownVerdict(page) {
  return page.locator('.exercise').evaluate((root) => ({
    right: root.querySelector('.summary .success') !== null,
    summary: root.querySelector('.summary').textContent,
    checks: [...root.querySelectorAll('.check')].map((check) => ({
      ok: check.classList.contains('passed'),
      name: check.querySelector('h4').childNodes[1].textContent.trim(),
      message: [...check.querySelectorAll('.message > *')].map((line) => line.textContent).join('\n'),
      tables: [...check.querySelectorAll('.numbers')].map((table) =>
        [...table.querySelectorAll('td')].map((cell) => Number(cell.dataset.value))),
      wrong: [...check.querySelectorAll(':scope > .compared td')]
        .map((cell) => cell.classList.contains('wrong')),
    })),
  }));
}

async function answer(page, exercise, text) {
  await page.locator('.exercise .summary, .exercise .details')
    .evaluateAll((parts) => parts.forEach((part) => part.replaceChildren()));
  if (exercise.choices) await page.locator('.choices input').nth(exercise.choices.indexOf(text)).check();
  else await page.locator('.exercise input').fill(text);
  await page.locator('.exercise button').click();
  await page.locator('.exercise .summary > *').waitFor();
}

async function choose(page, name) {
  await page.evaluate((hash) => { location.hash = hash; }, `#exercises?${name}`);
  const link = page.locator(`.exercise-list a[aria-current][href="#exercises?${name}"]`);
  await link.waitFor({ state: 'attached' });
}

pageTest('the page says and shows the same as the native program', 'exercises', async (page) => {
  for (const exercise of exercises) {
    await choose(page, exercise.name);
    for (const [text] of answersOf(exercise)) {
      await answer(page, exercise, text);
      const shown = await shownVerdict(page);
      const verdict = await native.ask('exercise_check', { name: exercise.name, answer: text });
      const where = `${exercise.name}, ${text}`;
      assert.equal(shown.right, verdict.right, where);
      const said = verdict.right ? verdict.why : verdict.hint;
      assert.ok(shown.summary.includes(said.replaceAll('`', '')), where);
      const heads = (checks) => checks.map(({ ok, name }) => [ok, name]);
      assert.deepEqual(heads(shown.checks), heads(verdict.checks));
      verdict.checks.forEach((check, i) => {
        const there = shown.checks[i];
        const ours = partsOf(there.message), theirs = partsOf(check.message);
        assert.equal(ours.words, theirs.words, where);
        equalTo1e5(comparable(ours.numbers), comparable(theirs.numbers), where);
        const tensors = [...(check.compared?.sides ?? []), ...check.inputs]
          .map(({ tensor }) => tensor.data.map(Number));
        equalTo1e5(there.tables.map(comparable), tensors.map(comparable), where);
        if (check.compared) {
          const marked = [...check.compared.wrong, ...check.compared.wrong.map(() => false)];
          assert.deepEqual(there.wrong, marked, where);
        }
      });
    }
  }
});

/** What localStorage keeps. */
const kept = (page) => page.evaluate(() => JSON.parse(localStorage.getItem('xgrad.exercises.solved')));
const counted = (page) => page.locator('.exercise-list summary').textContent();

pageTest('a wrong gradient is shown beside the measured one', 'exercises?my_softmax', async (page) => {
  await answer(page, exercises.find(({ name }) => name === 'my_softmax'), 'dx = p · g');
  const message = await page.locator('.check.failed .message').textContent();
  assert.match(message, /gradient wrong for input 0 of shape \(2, 3\) at \(\d, \d\): analytic -?\d/);
  assert.match(message, /, numeric -?\d/);
  assert.match(await page.locator('.summary').textContent(), /^Not yet\. .*what do the other p do\?$/);
  assert.equal(await page.locator('.summary').getAttribute('aria-live'), 'polite');
  assert.deepEqual(await page.locator('.check.failed > .compared figcaption').allTextContents(),
    ['analytic: what the rule gives (2, 3)', 'numeric: what small steps measure (2, 3)']);
  assert.ok(await page.locator('.check.failed > .compared td.wrong').count() > 0);
  assert.equal(await page.locator('.check.failed details td').first().isVisible(), false);
  await page.locator('.check.failed details summary').click();
  assert.equal(await page.locator('.check.failed details td').first().isVisible(), true);
});

pageTest('bad input is an alert, and the next answer is judged', 'exercises?my_attention', async (page) => {
  const exercise = exercises.find(({ name }) => name === 'my_attention');
  for (const [text, part] of notNumbers) {
    await answer(page, exercise, text);
    const alert = page.locator('.summary .failure[role=alert]');
    assert.ok((await alert.textContent()).includes(part), text);
    assert.equal(await page.locator('.check').count(), 0);
  }
  await answer(page, exercise, '1/8');
  assert.equal(await page.locator('.summary .success').count(), 1);
});

pageTest('without a choice there is nothing to check', 'exercises?my_relu', async (page) => {
  await page.locator('.exercise button').click();
  assert.equal(await page.locator('.summary').textContent(), 'Choose a line first.');
});

pageTest('solved exercises are kept, counted, and forgotten when asked', 'exercises', async (page) => {
  assert.equal(await counted(page), '0 of 22 solved');
  const [first, second] = exercises;
  await answer(page, first, first.choices.find((choice) => !right[first.name].includes(choice)));
  assert.equal(await kept(page), null);
  await answer(page, first, right[first.name][0]);
  assert.match(await page.locator('.summary').textContent(), /1 of 22 solved\.$/);
  await page.locator('.next').click();
  await page.locator('.title', { hasText: second.title }).waitFor();
  await answer(page, second, right[second.name][1]);
  assert.deepEqual(await kept(page), [first.name, second.name]);
  assert.equal(await counted(page), '2 of 22 solved');

  await page.evaluate(() => history.replaceState(null, '', '#exercises'));
  await page.reload();
  await page.locator('.panel-exercises[data-ready]').waitFor();
  assert.equal(await counted(page), '2 of 22 solved');
  const solved = page.locator('.exercise-list a.solved');
  assert.deepEqual(await solved.evaluateAll((links) => links.map((link) => link.hash)),
    [`#exercises?${first.name}`, `#exercises?${second.name}`]);
  assert.equal(await page.locator('.title').textContent(), exercises[2].title); // the first open one

  await page.locator('button', { hasText: 'Start over' }).click();
  assert.equal(await counted(page), '0 of 22 solved');
  assert.deepEqual(await kept(page), []);
  assert.equal(await solved.count(), 0);
});

for (const [what, breakStorage] of [
  ['is refused', () => Object.defineProperty(window, 'localStorage',
    { get() { throw new Error('no storage'); } })],
  ['holds something else', () => localStorage.setItem('xgrad.exercises.solved', '{"my_relu"')],
]) {
  pageTest(`it works where the storage ${what}`, 'tape', async (page) => {
    await page.addInitScript(breakStorage);
    await page.evaluate(() => { location.hash = '#exercises?my_adam'; });
    await page.reload();
    await page.locator('.panel-exercises[data-ready]').waitFor();
    await answer(page, exercises.find(({ name }) => name === 'my_adam'), '0.271');
    assert.equal(await counted(page), '1 of 22 solved');
  });
}

pageTest('the address holds the exercise, which may not exist', 'exercises?lora', async (page) => {
  const title = () => page.locator('.title').textContent();
  assert.equal(await title(), exercises.find(({ name }) => name === 'lora').title);
  await choose(page, 'my_rope');
  assert.equal(await title(), 'The rule of a rotation');
  assert.equal(await page.evaluate(() => document.activeElement.textContent), 'The rule of a rotation');
  await page.goBack();
  await page.locator('.title', { hasText: 'low-rank' }).waitFor();
  await page.evaluate(() => { location.hash = '#tape'; });
  await page.locator('.panel-tape[data-ready]').waitFor();
  await page.locator('nav a', { hasText: 'Exercises' }).click();
  await page.waitForFunction(() => location.hash === '#exercises?lora');  // the panel sets it when it opens
  await page.evaluate(() => { location.hash = '#exercises?my_tanh'; });
  await page.locator('.column > .failure:visible').waitFor();
  assert.equal(await page.locator('.column > .failure').textContent(),
    'There is no exercise “my_tanh”. This is the first open one.');
  assert.equal(await title(), exercises[0].title);
});

pageTest('every exercise names its files, which are there, and the command', 'exercises', async (page) => {
  for (const { name, source, lesson } of exercises) {
    await choose(page, name);
    assert.equal(await page.locator('.in-cpp pre').textContent(), `scripts/judge.sh ${name}`);
    const files = await page.locator('.panel-exercises .sources summary').allTextContents();
    const named = [source, `exercises/${name}/task.md`, 'core/debug/gradcheck.cpp', 'exercises/README.md',
      lesson, 'lessons/07-checking-gradients/page.md'];
    assert.deepEqual(files, [...new Set(named)]);
    for (const file of files) {
      const answered = await page.evaluate(async (path) => (await fetch(path)).ok, `source/${file}`);
      assert.ok(answered, file);
    }
  }
});

pageTest('the keyboard alone solves an exercise of each kind', 'exercises?my_relu', async (page) => {
  const focused = () => page.evaluate(() => {
    const { value, textContent } = document.activeElement;
    return value || textContent;
  });
  const relu = exercises.find(({ name }) => name === 'my_relu');
  await page.locator('.title').focus();
  await page.keyboard.press('Tab'); // the first choice
  assert.equal(await focused(), relu.choices[0]);
  const steps = relu.choices.indexOf('dx = g · (x > 0)');
  await page.keyboard.press('Space');
  for (let i = 0; i < steps; ++i) await page.keyboard.press('ArrowDown');
  await page.keyboard.press('Enter');
  await page.locator('.summary .success').waitFor();
  await page.keyboard.press('Tab');
  assert.equal(await focused(), 'Check');
  for (let i = 0; i < 20 && !(await focused()).startsWith('Next: '); ++i) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('.title', { hasText: 'The rows of a table' }).waitFor();
  assert.equal(await focused(), 'The rows of a table');

  await choose(page, 'clip_gradients');
  await page.keyboard.press('Tab');
  await page.keyboard.type('1/2');
  await page.keyboard.press('Enter');
  await page.locator('.summary .success').waitFor();
  assert.equal(await counted(page), '2 of 22 solved');
});

pageTest('no verdict is wider than a phone of 360 pixels', 'exercises', async (page) => {
  for (const exercise of exercises) {
    await choose(page, exercise.name);
    await answer(page, exercise, answersOf(exercise).find(([, isRight]) => !isRight)[0]);
    await page.locator('.exercise details').evaluateAll((all) => all.forEach((one) => { one.open = true; }));
    assert.equal(await page.evaluate(() => document.documentElement.scrollWidth), 360, exercise.name);
  }
}, { viewport: { width: 360, height: 740 } });
