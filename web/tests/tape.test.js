// The tape panel: its numbers against the native library and against closed forms, its texts, keys and links.

import assert from 'node:assert/strict';
import { test } from 'node:test';

import { equalTo1e5, Native, open } from './harness.js';

const native = new Native();

/** A test of the open panel. */
function panelTest(name, body) {
  test(name, async () => {
    const { page, close } = await open('tape');
    await body(page);
    await close();
  });
}

/** Waits until the panel has recorded what it was asked for. */
const recorded = (page) => page.locator('.tape-panel[aria-busy=false]').waitFor();

/** Fills the fields and records. Fields that are not given become empty. */
async function record(page, expression, values = {}) {
  await page.locator('#tape-expression').fill(expression);
  for (const name of ['a', 'b', 'c']) await page.locator(`#tape-${name}`).fill(values[name] ?? '');
  await page.getByRole('button', { name: 'Record' }).click();
  await recorded(page);
}

/** Chooses an example by its name. */
async function choose(page, example) {
  await page.locator('#tape-example').selectOption(example);
  await recorded(page);
}

const press = (page, name) => page.getByRole('button', { name, exact: true }).click();
const goTo = (page, step) => page.getByLabel('Step', { exact: true }).fill(String(step));
const goToEnd = async (page) =>
  goTo(page, await page.getByLabel('Step', { exact: true }).getAttribute('max'));

/** Every step has a text. An exception in one would be a fault of the page. */
async function showEveryStep(page) {
  const texts = await page.getByLabel('Step', { exact: true }).evaluate((slider) => {
    const seen = [];
    for (let step = 1; step <= Number(slider.max); ++step) {
      slider.value = step;
      slider.dispatchEvent(new Event('input'));
      seen.push(document.querySelector('#tape-step').textContent);
    }
    return seen;
  });
  assert.equal(new Set(texts).size, texts.length, texts.join('\n'));
}

const formulas = (page) => page.locator('#tape-step .formula').allTextContents();

/** Every value and gradient of the page's table at the last step, by box. */
async function tableNumbers(page) {
  await goToEnd(page);
  return page.locator('.tape-table tbody tr').evaluateAll((rows) =>
    rows.map((row) => {
      const numbers = (kind) =>
        [...row.querySelectorAll(`[data-kind=${kind}] [data-value]`)].map((cell) => cell.dataset.value);
      return { box: Number(row.dataset.box), value: numbers('value'), gradient: numbers('gradient') };
    }),
  );
}

/** What the native library says of the same expression. */
async function nativeNumbers(page, expression, values, dtype = 'float32') {
  const functions = await native.ask('tape_functions');
  const { statements } = await page.evaluate(
    async ([text, known]) => {
      const { parseExpression } = await import(new URL('panels/tape/parse.js', location.href));
      return parseExpression(text, known);
    },
    [expression, functions],
  );
  const parsed = Object.fromEntries(Object.entries(values).map(([name, text]) => [name, JSON.parse(text)]));
  const { boxes } = await native.ask('tape', { dtype, values: parsed, statements });
  return boxes
    .map(({ op, value, gradient }, box) => ({
      op,
      box,
      value: value.data.map(String),
      gradient: (gradient?.data ?? []).map(String),
    }))
    .filter(({ op }) => op !== 'number')
    .map(({ op, ...rest }) => rest);
}

const asNumber = (text) => (Number.isFinite(Number(text)) ? Number(text) : text);
const withNumbers = (rows) =>
  rows.map(({ box, value, gradient }) => ({
    box,
    value: value.map(asNumber),
    gradient: gradient.map(asNumber),
  }));

const expressions = [
  ['a * b + c', { a: '2', b: '-3', c: '10' }],
  ['(a * b + exp(c)) / (a - 2) - a ^ 3 * 0.5', { a: '1.5', b: '0.25', c: '-0.5' }],
  ['a * a + a', { a: '3' }],
  ['sum(relu(a @ b + c))', { a: '[[1, 2], [3, 4], [-1, 0]]', b: '[[1, -1], [0.5, 2]]', c: '[0.5, -8]' }],
  ['d = softmax(a); sum(d * log(d)) + sum(transpose(b) @ b)', { a: '[1, 2, 3]', b: '[[1, 2, 3]]' }],
  [
    'sum(maximum(a, b) + minimum(a, 0) + abs(a) * sqrt(b) + gelu(a) + sigmoid(a) * tanh(b) + sin(a) * cos(b))',
    { a: '[[1, -2], [0.5, 4]]', b: '[1, 2]' },
  ],
  [
    'mean((a @ b - c) ^ 2) + max(a) + sum(amax(a, 0)) + logsumexp(a)',
    { a: '[[1, 2], [3, 4]]', b: '[1, -1]', c: '[0, 1]' },
  ],
  ['exp(a) / exp(b)', { a: '1000', b: '999' }],
  [
    'sum(layer_norm(a) * a) + sum(reshape(a, 3, 2) @ b) + sum(std(a, 1))',
    { a: '[[1, 2, 4], [3, 4, -1]]', b: '[[1], [2]]' },
  ],
];

panelTest("every value and gradient equals the native library's", async (page) => {
  for (const [expression, values] of expressions) {
    await record(page, expression, values);
    const expected = withNumbers(await nativeNumbers(page, expression, values));
    assert.ok(
      expected.some(({ gradient }) => gradient.length > 0),
      expression,
    );
    equalTo1e5(withNumbers(await tableNumbers(page)), expected, expression);
    await showEveryStep(page);
  }
});

/** The gradients of a, b and c, as the page shows them. */
async function leafGradients(page) {
  const rows = await tableNumbers(page);
  const names = await page
    .locator('.tape-table tbody tr')
    .evaluateAll((all) => all.map((row) => row.children[2].textContent));
  return Object.fromEntries(rows.map((row, i) => [names[i], row.gradient.map(Number)]));
}

panelTest('values and gradients have their closed forms', async (page) => {
  await record(page, 'tanh(a * b + c)', { a: '0.5', b: '2', c: '-0.3' });
  const slope = 1 - Math.tanh(0.7) ** 2;
  let all = await leafGradients(page);
  equalTo1e5([...all.a, ...all.b, ...all.c], [2 * slope, 0.5 * slope, slope]);

  await record(page, 'sum(softmax(a) * b)', { a: '[1, 2, 3]', b: '[0, 0, 1]' });
  const total = Math.exp(1) + Math.exp(2) + Math.exp(3);
  const share = [1, 2, 3].map((x) => Math.exp(x) / total);
  all = await leafGradients(page);
  equalTo1e5(all.a, [-share[2] * share[0], -share[2] * share[1], share[2] * (1 - share[2])]);
  equalTo1e5(all.b, share);

  await record(page, 'sum((a @ b + c) * (a @ b + c))', {
    a: '[[1, 2], [3, 4]]',
    b: '[[1], [-1]]',
    c: '[0.5]',
  });
  all = await leafGradients(page); // a @ b + c is −0.5 in both rows
  equalTo1e5(all, { ...all, a: [-1, 1, -1, 1], b: [-4, -6], c: [-2] });

  await record(page, '-a ^ 2 + 2 ^ b ^ c', { a: '3', b: '2', c: '3' });
  all = await leafGradients(page); // −a² + 2^(b^c)
  const ln = Math.log(2);
  equalTo1e5([...all.a, ...all.b, ...all.c], [-6, 256 * ln * 12, 256 * ln * 8 * ln]);
});

panelTest("micrograd's example has micrograd's numbers", async (page) => {
  await choose(page, { label: "micrograd's example" });
  const { a, b } = await leafGradients(page);
  assert.equal(a[0].toFixed(4), '138.8338');
  assert.equal(b[0].toFixed(4), '645.5773');
  const rows = await tableNumbers(page);
  assert.equal(Number(rows.at(-1).value[0]).toFixed(4), '24.7041');
});

panelTest('all examples can be stepped through to their end', async (page) => {
  const count = await page.locator('#tape-example option').count();
  for (let i = 0; i < count - 1; ++i) {
    await choose(page, String(i));
    assert.match(await page.locator('.tape-player output').textContent(), /^step 1 of/);
    await showEveryStep(page);
    assert.equal(await page.locator('.tape-failure').textContent(), '', `example ${i}`);
    assert.match(await page.locator('#tape-step h3').textContent(), /^Backwards: #1 leaf$/, `example ${i}`);
  }
});

panelTest('a step has its formula with the numbers put in', async (page) => {
  await record(page, 'a * b + c', { a: '2', b: '3', c: '4' });
  const seen = [];
  for (let step = 1; step <= 11; ++step) {
    seen.push(await formulas(page));
    if (step < 11) await press(page, 'Next');
  }
  assert.deepEqual(seen, [
    ['a = 2'],
    ['b = 3'],
    ['c = 4'],
    ['d = a * b = 2 * 3 = 6'],
    ['L = d + c = 6 + 4 = 10'],
    ['dL/dL = 1'],
    ['dL/dd += dL/dL = 1', 'dL/dc += dL/dL = 1'],
    ['dL/da += dL/dd * b = 1 * 3 = 3', 'dL/db += dL/dd * a = 1 * 2 = 2'],
    ['dL/dc = 1'],
    ['dL/db = 2'],
    ['dL/da = 3'],
  ]);

  await record(page, 'a - exp(b) * -2', { a: '-1', b: '0' });
  const texts = [];
  for (let step = 1; step <= 11; ++step) {
    await goTo(page, step);
    texts.push(...(await formulas(page)));
  }
  assert.ok(texts.includes('d = exp(b) = exp(0) = 1'), texts.join('\n'));
  assert.ok(texts.includes('e = d * (−2) = 1 * (−2) = −2'), texts.join('\n'));
  assert.ok(texts.includes('dL/de += -dL/dL = -1 = −1'), texts.join('\n'));
  assert.ok(texts.includes('dL/db += dL/dd * d = 2 * 1 = 2'), texts.join('\n'));
});

panelTest('a vector or a matrix that is in every product of a batch says so', async (page) => {
  const a = '[[[1, 2], [3, 4]], [[5, 6], [7, -8]]]';
  const textOf = async (expression, b, step = 7) => {
    await record(page, expression, { a, b });
    await goTo(page, step); // the rule of matmul, after 2 leaves, matmul, sum, the start and the rule of sum
    assert.match(await page.locator('#tape-step h3').textContent(), /rule of #\d matmul/);
    return [await formulas(page), await page.locator('#tape-step').textContent()];
  };
  let [lines, text] = await textOf('sum(a @ b)', '[1, -1]');
  assert.match(text, /b is in every product of the batch/);
  assert.doesNotMatch(text, /a is in every product/);
  assert.match(lines[0], /^dL\/da \+= outer\(/);
  assert.match(lines[1], /^dL\/db \+= sum_to\(aᵀ @ .*, \(2,\)\)/);
  [lines, text] = await textOf('sum(b @ a)', '[[1, -1]]');
  assert.match(text, /b is in every product of the batch/);
  assert.match(lines[0], /^dL\/db \+= sum_to\(.* @ aᵀ, \(1, 2\)\)/);
  assert.match(lines[1], /^dL\/da \+= bᵀ @/);
  [, text] = await textOf('sum(reshape(a, 4, 2) @ b)', '[1, -1]', 8);
  assert.doesNotMatch(text, /in every product/);
});

panelTest('a value that is used several times shows each gradient and their sum', async (page) => {
  await record(page, 'a * a + a', { a: '3' });
  await press(page, 'Last');
  assert.deepEqual(await formulas(page), ['dL/da = 1 + 3 + 3 = 7']);
  assert.match(await page.locator('#tape-step').textContent(), /3 gradients have arrived/);
  await press(page, 'Back');
  assert.equal(
    await page
      .locator('.tape-drawing [data-box="0"] [data-kind=gradient] [data-value]')
      .getAttribute('data-value'),
    '7',
  );
  await press(page, 'Back');
  assert.equal(
    await page
      .locator('.tape-drawing [data-box="0"] [data-kind=gradient] [data-value]')
      .getAttribute('data-value'),
    '1',
  );
});

panelTest('the table is that of trace()', async (page) => {
  await record(page, 'sum(exp(a) * 2 + b)', { a: '[1, 2]', b: '1' });
  const cells = await page
    .locator('.tape-table tbody tr')
    .evaluateAll((rows) => rows.map((row) => [...row.children].slice(0, 6).map((cell) => cell.textContent)));
  assert.deepEqual(cells, [
    ['#1', 'leaf', 'a', '(2,)', '-', '0'],
    ['#2', 'leaf', 'b', '()', '-', '0'],
    ['#3', 'exp', 'd', '(2,)', '#1', '8'],
    ['#4', 'mul', 'e', '(2,)', '#3 -', '4'],
    ['#5', 'add', 'f', '(2,)', '#4 #2', '0'],
    ['#6', 'sum', 'L', '()', '#5', '0'],
  ]);
  assert.equal(
    await page.locator('.tape-table caption').textContent(),
    '6 nodes, 2 of them leaves, 12 bytes saved',
  );
});

panelTest('an expression of the visitor is no example any more', async (page) => {
  const example = page.locator('#tape-example');
  assert.equal(await example.inputValue(), '0');
  assert.notEqual(await page.locator('.tape-look').textContent(), '');
  await page.locator('#tape-expression').fill('a * b');
  assert.equal(await example.inputValue(), '');
  assert.equal(await page.locator('.tape-look').textContent(), '');
});

const mistakes = [
  ['an unknown name', 'a * x', { a: '2' }, '[expression] character 5: there is no name "x"'],
  ['an unbalanced bracket', '(a + b', { a: '1', b: '2' }, '[expression] character 7: Unclosed ('],
  [
    'an operator too many',
    'a + * b',
    { a: '1', b: '2' },
    '[expression] character 5: Expected expression after +',
  ],
  ['a missing operator', 'a b', { a: '1', b: '2' }, '[expression] character 3: an operator is missing'],
  [
    'an unknown function',
    'a + sinh2(a)',
    { a: '1' },
    '[expression] character 5: there is no function "sinh2"',
  ],
  ['a method', 'a + b.exp()', { a: '1', b: '2' }, '[expression] character 5: functions have no dot: write exp(a)'],
  ['a factor without a sign', 'b + 2a', { a: '1', b: '2' }, '[expression] character 6: an operator is missing'],
  [
    'too many arguments',
    'exp(a, a)',
    { a: '1' },
    '[expression] character 1: exp has 2 arguments; write exp(x)',
  ],
  [
    'a function without brackets',
    'exp * a',
    { a: '1' },
    '[expression] character 1: exp is a function: write exp(x)',
  ],
  ['a condition', 'a > 0', { a: '1' }, '[expression] character 3: Unexpected ">"'],
  [
    'a name that is not used',
    'd = a * 2; a + 1',
    { a: '1' },
    '[expression] character 1: d is set here, but not used',
  ],
  ['nothing', '', {}, '[expression] character 1: there is nothing to compute'],
  ['a missing value', 'a * b', { a: '2' }, '[b] character 1: it has no value; write a number or a list'],
  ['a word as a value', 'a', { a: '[1, two]' }, '[a] character 5: a number must stand here'],
  ['rows of different lengths', 'sum(a)', { a: '[[1, 2], [3]]' }, '[a] its lists must be of equal length'],
  [
    'inner sizes that differ',
    'a @ b',
    { a: '[[1, 2]]', b: '[[1, 2, 3]]' },
    '[matmul] inner sizes differ: (1, 2) @ (1, 3)',
  ],
  ['shapes that do not broadcast', 'sum(a + b)', { a: '[1, 2]', b: '[1, 2, 3]' }, '[add] '],
  ['a dim that is not there', 'sum(a, 3)', { a: '[1, 2]' }, '[sum] '],
  ['a broken dim', 'sum(a, 0.5)', { a: '[1, 2]' }, '0.5 is not an integer'],
  ['too many nodes', Array(62).fill('a').join('+'), { a: '1' }, 'the drawing has room for 60'],
  [
    'too many elements',
    'd = a * transpose(a); sum(d)',
    { a: `[[${Array(64).fill(1)}]]` },
    'the drawing has room for 1024',
  ],
];

panelTest('each mistake is an error that says what is wrong, and the panel goes on working', async (page) => {
  const failure = page.locator('.tape-failure .failure');
  for (const [what, expression, values, expected] of mistakes) {
    await record(page, expression, values);
    const text = await failure.textContent();
    assert.ok(text.includes(expected), `${what}: ${text}`);
    assert.equal(await failure.getAttribute('role'), 'alert');
    assert.equal(await page.locator('.tape-view').isVisible(), false, what);
    await record(page, 'a + 1', { a: '1' });
    assert.equal(await failure.count(), 0, what);
    assert.equal(await page.locator('.tape-view').isVisible(), true, what);
  }
});

panelTest('the part that the library refuses is marked', async (page) => {
  await record(page, 'sum(exp(a) + a @ b) * 2', { a: '[[1, 2]]', b: '[[1, 2, 3]]' });
  assert.equal(await page.locator('.tape-where mark').textContent(), 'a @ b');
});

panelTest('a result of several numbers shows what backward says, and sum is one click away', async (page) => {
  await record(page, 'd = a * 2; d + 1', { a: '[1, 2]' });
  const text = await page.locator('.tape-failure .failure').textContent();
  assert.equal(
    text,
    '[backward] without a gradient for it, the output must have one element, not shape (2,)',
  );
  await page.getByRole('button', { name: 'Take sum(…)' }).click();
  await page.waitForFunction(() => location.hash.includes('sum'));
  assert.equal(await page.locator('#tape-expression').inputValue(), 'd = a * 2; sum(d + 1)');
  assert.equal(await page.locator('.tape-failure .failure').count(), 0);
  await record(page, '2 * 3');
  assert.match(await page.locator('.tape-failure .failure').textContent(), /does not require a gradient/);
});

panelTest('arrow keys step while the drawing has the focus', async (page) => {
  await record(page, 'a * b', { a: '2', b: '3' });
  const place = page.locator('.tape-player output');
  await page.locator('.tape-frame').focus();
  for (const [key, expected] of [
    ['ArrowRight', 2],
    ['ArrowRight', 3],
    ['ArrowLeft', 2],
    ['End', 7],
    ['ArrowRight', 7],
    ['Home', 1],
    ['ArrowLeft', 1],
  ]) {
    await page.keyboard.press(key);
    assert.equal(await place.textContent(), `step ${expected} of 7`, key);
  }
  assert.equal(await page.locator('.tape-table [aria-current=step]').getAttribute('data-box'), '0');
  await goTo(page, 5);
  assert.deepEqual(await formulas(page), [
    'dL/da += dL/dL * b = 1 * 3 = 3',
    'dL/db += dL/dL * a = 1 * 2 = 2',
  ]);
  await page.locator('.tape-drawing [data-box="1"]').click();
  assert.deepEqual(await formulas(page), ['dL/db = 2']);
});

panelTest('Play goes on by itself, at an even rate, and only when it is asked', async (page) => {
  await page.emulateMedia({ reducedMotion: 'reduce' });
  await page.clock.install();
  await record(page, 'a * b', { a: '2', b: '3' });
  const place = page.locator('.tape-player output');
  await page.clock.runFor(10_000);
  assert.equal(await place.textContent(), 'step 1 of 7');
  await press(page, 'Play');
  await page.clock.runFor(2900);
  assert.equal(await place.textContent(), 'step 3 of 7');
  await press(page, 'Pause');
  await page.clock.runFor(10_000);
  assert.equal(await place.textContent(), 'step 3 of 7');
  await press(page, 'Play');
  await page.clock.runFor(20_000);
  assert.equal(await place.textContent(), 'step 7 of 7');
  assert.equal(await page.getByRole('button', { name: 'Pause' }).count(), 0);
});

panelTest('a link opens the same step of the same tape', async (page) => {
  await page.evaluate(() => {
    location.hash = '#tape?e=a%5E2%2Bb&a=3&b=%5B1%5D&d=float64&s=6';
  });
  await page.locator('.tape-player output').filter({ hasText: 'step 6 of 9' }).waitFor();
  assert.deepEqual(await formulas(page), [
    'dL/dd += sum_to(dL/dL, ()) = sum_to(1, ()) = 1',
    'dL/db += dL/dL = 1',
  ]);
  await press(page, 'Next');
  const expected = await formulas(page);
  const link = page.url();
  assert.match(link, /#tape\?.*s=7/);
  await page.goto('about:blank');
  await page.goto(link);
  await page.locator('.tape-player output').filter({ hasText: 'step 7 of 9' }).waitFor();
  assert.equal(await page.locator('#tape-expression').inputValue(), 'a^2+b');
  assert.equal(await page.locator('#tape-b').inputValue(), '[1]');
  assert.equal(await page.locator('#tape-dtype').inputValue(), 'float64');
  assert.deepEqual(await formulas(page), expected);

  // The panel keeps its state while another one is shown, and says so.
  await page.locator('nav a[href="#attention"]').click();
  await page.locator('.panel-attention[data-ready]').waitFor();
  await page.locator('nav a[href="#tape"]').click();
  await page.waitForURL(link);
});

panelTest('infinities, NaN and kinks are explained', async (page) => {
  const remark = async (expression, values, step) => {
    await record(page, expression, values);
    await goTo(page, step);
    return page.locator('#tape-step .remark').allTextContents();
  };
  assert.match((await remark('a / b', { a: '1', b: '0' }, 3))[0], /^Divided by 0: the result is ∞/);
  assert.match((await remark('a / b', { a: '0', b: '0' }, 3))[0], /^0 \/ 0 has no value: the result is NaN/);
  assert.match((await remark('exp(a)', { a: '1000' }, 2))[0], /larger than the largest number of float32/);
  assert.match((await remark('exp(a) - exp(a)', { a: '1000' }, 4))[0], /∞ − ∞/);
  assert.match((await remark('relu(a)', { a: '0' }, 4))[0], /^At 0 relu has a kink/);
  assert.match((await remark('maximum(a, b)', { a: '1', b: '1' }, 5))[0], /Each gets half/);
  assert.match((await remark('var(a)', { a: '[1]' }, 2))[0], /Of one number it is 0 \/ 0/);
  assert.match((await remark('a @ b', { a: '[1e30, 1e30]', b: '[1e30, -1e30]' }, 3))[0], /∞ − ∞/);
  assert.match((await remark('a ^ b', { a: '0', b: '2' }, 5))[0], /^At base 0 the formula meets log\(0\)/);
  assert.deepEqual(await remark('a ^ 2', { a: '0' }, 4), []);
  assert.match((await remark('sigmoid(a)', { a: '0' }, 4))[0], /never above 1\/4/);
  assert.deepEqual(await remark('tanh(a)', { a: '0' }, 4), []);
  assert.deepEqual(await remark('a / b', { a: '1', b: '2' }, 3), []);
  await record(page, 'a / b', { a: '1', b: '0' });
  await goTo(page, 3);
  assert.deepEqual(await formulas(page), ['L = a / b = 1 / 0 = ∞']);
});

panelTest('a large tensor is abridged on the drawing and whole in the table', async (page) => {
  const rows = Array.from({ length: 6 }, (_, i) => Array.from({ length: 7 }, (_, j) => i * 7 + j));
  await record(page, 'sum(a)', { a: '[[1, -2], [3, 4]]' });
  assert.equal(await page.locator('#tape-step .tensor').getAttribute('aria-label'), '[[1, −2], [3, 4]]');
  await record(page, 'sum(a)', { a: JSON.stringify(rows) });
  assert.equal(await page.locator('.tape-drawing [data-box="0"] [data-value]').count(), 9);
  const numbers = await page
    .locator('.tape-table [data-box="0"] [data-kind=value] [data-value]')
    .evaluateAll((cells) => cells.map((cell) => Number(cell.dataset.value)));
  assert.deepEqual(numbers, rows.flat());
});
