// The exercises: what the judge says to every choice, natively and in the page, and the page around it.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { equalTo1e5, Native, open } from './harness.js';

// What is right, written down here so that a judge that has become too mild or too strict shows. All other choices are
// wrong.
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
  my_gradcheck: { right: ['1e-5', '0.00001', '2e-6', '-1e-5'], wrong: ['0.001', '1e-12', '1e-17', '0', '1e200'] },
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
  ['1/0', 'not a finite number'], ['0/0', 'not a finite number'], ['0,125', 'a point'], ['1'.repeat(61), 'too long'],
];

/** The texts and, apart from them, the numbers in them. Numbers of nodes count up while the program runs. */
function partsOf(text) {
  const number = /[-+]?(?:\d+\.?\d*(?:e[-+]?\d+)?|nan|inf)/g;
  const plain = text.replaceAll(/#\d+/g, '#');
  return { words: plain.replaceAll(number, '0').replaceAll(/ +/g, ' '), numbers: (plain.match(number) ?? []).map(Number) };
}

const native = new Native();
test.after(() => native.close());
const exercises = await native.ask('exercise_list');

/** NaN and infinities as words, which can be compared. */
function comparable(values) {
  return values.map((value) => (Number.isFinite(value) ? value : String(value)));
}

/** Every answer that the tests try, with whether it is right. */
function answersOf(exercise) {
  const { name } = exercise;
  if (exercise.choices) return exercise.choices.map((answer) => [answer, right[name].includes(answer)]);
  return [...numbers[name].right.map((answer) => [answer, true]), ...numbers[name].wrong.map((answer) => [answer, false])];
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
      assert.equal(verdict.right, isRight, `${answer}: ${JSON.stringify(verdict.checks.map(({ message }) => message))}`);
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
      assert.ok(error.message.startsWith('[answer] ') && error.message.includes(part), `${answer}: ${error.message}`);
      return true;
    });
  }
});

test('requests that make no sense are refused', async () => {
  const refused = async (args, text) => assert.rejects(native.ask('exercise_check', args), { message: text });
  await refused({ name: 'my_tanh', answer: '1' }, '[exercises] there is no exercise "my_tanh"');
  await refused({ name: 'my_relu', answer: 'dx = 0' }, '[exercises] my_relu has no choice "dx = 0"');
  await refused({ name: 'my_relu' }, '[exercises] answer must be a text');
  await refused({ answer: 'dx = g' }, '[exercises] name must be a text');
  await refused({ name: 'my_adam', answer: 1 }, '[exercises] answer must be a text');
});

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
      wrong: [...check.querySelectorAll(':scope > .compared td')].map((cell) => cell.classList.contains('wrong')),
    })),
  }));
}

async function answer(page, exercise, text) {
  await page.locator('.exercise .summary, .exercise .details').evaluateAll((parts) => parts.forEach((part) => part.replaceChildren()));
  if (exercise.choices) await page.locator('.choices input').nth(exercise.choices.indexOf(text)).check();
  else await page.locator('.exercise input').fill(text);
  await page.locator('.exercise button').click();
  await page.locator('.exercise .summary > *').waitFor();
}

async function choose(page, name) {
  await page.evaluate((hash) => { location.hash = hash; }, `#exercises?${name}`);
  await page.locator(`.exercise-list a[aria-current][href="#exercises?${name}"]`).waitFor({ state: 'attached' });
}

test('the page gives the same verdicts, messages and numbers as the native program', async () => {
  const { page, close } = await open('exercises');
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
      assert.deepEqual(shown.checks.map(({ ok, name }) => [ok, name]), verdict.checks.map(({ ok, name }) => [ok, name]));
      verdict.checks.forEach((check, i) => {
        const there = shown.checks[i];
        const ours = partsOf(there.message), theirs = partsOf(check.message);
        assert.equal(ours.words, theirs.words, where);
        equalTo1e5(comparable(ours.numbers), comparable(theirs.numbers), where);
        const tensors = [...(check.compared?.sides ?? []), ...check.inputs].map(({ tensor }) => tensor.data.map(Number));
        equalTo1e5(there.tables.map(comparable), tensors.map(comparable), where);
        if (check.compared) assert.deepEqual(there.wrong, [...check.compared.wrong, ...check.compared.wrong], where);
      });
    }
  }
  await close();
});
