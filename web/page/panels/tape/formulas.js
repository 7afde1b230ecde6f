// For each op of the tape: its formula, what its node keeps, and its rule, that is how the gradient of its
// output becomes those of its inputs. {0} and {1} are the inputs, {y} is the output, {g} the gradient of the
// output, {n} the number of elements that make one of the output.

const elementwise = (forward, keeps, rules, why) => ({ forward, keeps, rules, why, isElementwise: true });
const unary = (name, keeps, rule, why) => elementwise(`${name}({0})`, keeps, [rule], [why]);
const bracket = '[...] is 1 if it is true, and 0 if not.';
const itsInput = 'its input';
const itsResult = 'its own result';

const add = elementwise(
  '{0} + {1}',
  '',
  ['{g}', '{g}'],
  ['A sum grows as much as its first term does: the derivative is 1.', 'The same holds for the second term.'],
);
const sub = elementwise(
  '{0} - {1}',
  '',
  ['{g}', '-{g}'],
  ['The difference grows as {0} does: the derivative is 1.', 'It falls as {1} grows: the derivative is −1.'],
);
const mul = elementwise(
  '{0} * {1}',
  'the factors that the gradients of the others need',
  ['{g} * {1}', '{g} * {0}'],
  ['The derivative of {0} * {1} by {0} is {1}.', 'The derivative by {1} is {0}.'],
);
const div = elementwise(
  '{0} / {1}',
  'its operands',
  ['{g} / {1}', '-{g} * {0} / {1}^2'],
  ['The derivative of {0} / {1} by {0} is 1 / {1}.', 'The derivative by {1} is −{0} / {1}².'],
);
const pow = elementwise(
  '{0}^{1}',
  'both operands and its own result',
  ['{g} * {1} * {0}^({1} - 1)', '{g} * {y} * log({0})'],
  [
    'The derivative of a power by its base: the exponent comes in front, and falls by 1.',
    'The derivative by the exponent is the power times the logarithm of the base.',
  ],
);
const chosen = (sign, word) =>
  [`{g} * [{0} ${sign} {1}]`, `{g} * [{1} ${sign} {0}]`].map((rule) => [
    rule,
    `${bracket} The gradient goes to the ${word} of the two. Equal numbers get half each.`,
  ]);
const extreme = (name, sign, word) =>
  elementwise(
    `${name}({0}, {1})`,
    'both operands',
    chosen(sign, word).map(([rule]) => rule),
    chosen(sign, word).map(([, why]) => why),
  );

// A product of matrices. A vector on the left is a row, on the right a column.
function matmulRules([left, right]) {
  if (left.length === 1 && right.length === 1) return ['{g} * {1}', '{g} * {0}'];
  if (left.length === 1) return ['{1} @ {g}', 'outer({0}, {g})'];
  if (right.length === 1) return ['outer({g}, {1})', '{0}ᵀ @ {g}'];
  return ['{g} @ {1}ᵀ', '{0}ᵀ @ {g}'];
}

const spreads = 'Each element of the sum counts once, so each gets the whole gradient.';
const pick = (op, word) => ({
  forward: `${op}({0})`,
  keeps: 'its input and its own result',
  rules: ['{g} * [{0} = {y}]'],
  why: [
    `${bracket} Only the ${word} element makes a difference, so it gets the gradient. Equal ones share it.`,
  ],
});
const extremes = {
  max: pick('max', 'largest'),
  amax: pick('amax', 'largest'),
  min: pick('min', 'smallest'),
  amin: pick('amin', 'smallest'),
};

const formulas = {
  add,
  sub,
  mul,
  div,
  pow,
  ...extremes,
  neg: elementwise('-{0}', '', ['-{g}'], ['The derivative of −{0} is −1.']),
  maximum: extreme('maximum', '>', 'larger'),
  minimum: extreme('minimum', '<', 'smaller'),
  exp: unary(
    'exp',
    itsResult,
    '{g} * {y}',
    'The derivative of exp is exp itself, so the result is all that the rule needs.',
  ),
  log: unary('log', itsInput, '{g} / {0}', 'The derivative of log x is 1 / x.'),
  sqrt: unary('sqrt', itsResult, '{g} / (2 * {y})', 'The derivative of √x is 1 / (2 √x).'),
  abs: unary(
    'abs',
    itsInput,
    '{g} * sign({0})',
    'The slope of |x| is the sign of x; at 0 the library takes 0.',
  ),
  sin: unary('sin', itsInput, '{g} * cos({0})', 'The derivative of sin is cos.'),
  cos: unary('cos', itsInput, '-{g} * sin({0})', 'The derivative of cos is −sin.'),
  tan: unary('tan', itsResult, '{g} * (1 + {y}^2)', 'The derivative of tan x is 1 + tan² x.'),
  atan: unary('atan', itsInput, '{g} / (1 + {0}^2)', 'The derivative of atan x is 1 / (1 + x²).'),
  tanh: unary(
    'tanh',
    itsInput,
    '{g} * (1 - {y}^2)',
    'The slope of tanh is 1 − tanh²: 1 in the middle, almost 0 far out.',
  ),
  sigmoid: unary(
    'sigmoid',
    itsInput,
    '{g} * {y} * (1 - {y})',
    'The slope of a sigmoid is σ (1 − σ): at most 1/4, almost 0 far out.',
  ),
  relu: unary('relu', itsResult, '{g} * [{0} > 0]', 'The slope of relu is 1 above 0, and 0 elsewhere.'),
  gelu: unary(
    'gelu',
    itsInput,
    "{g} * gelu'({0})",
    "gelu'(x) = Φ(x) + x φ(x): the normal distribution and its density.",
  ),
  silu: unary(
    'silu',
    itsInput,
    "{g} * silu'({0})",
    "silu'(x) = σ(x) + x σ(x) (1 − σ(x)), with σ the sigmoid.",
  ),
  softplus: unary(
    'softplus',
    itsInput,
    '{g} * sigmoid({0})',
    'The derivative of log(1 + eˣ) is the sigmoid.',
  ),
  clamp: unary(
    'clamp',
    itsInput,
    '{g} * [low ≤ {0} ≤ high]',
    'Between the bounds the slope is 1, outside 0.',
  ),
  matmul: {
    forward: '{0} @ {1}',
    keeps: 'the factors that the gradients of the others need',
    rules: matmulRules,
    why: [
      'The gradient of a product of matrices by the left one: the other factor, transposed, on the right.',
      'By the right one: the left factor, transposed, comes first.',
    ],
  },
  transpose: {
    forward: '{0}ᵀ',
    keeps: '',
    rules: ['{g}ᵀ'],
    why: ['Each number goes back to where it came from.'],
  },
  reshape: {
    forward: 'reshape({0})',
    keeps: '',
    rules: ['reshape({g})'],
    why: ['Each number goes back to where it came from.'],
  },
  sum: { forward: 'sum({0})', keeps: '', rules: ['expand({g})'], why: [spreads] },
  mean: {
    forward: 'mean({0})',
    keeps: '',
    rules: ['expand({g} / {n})'],
    why: ['Each of the {n} elements makes one part of {n} of the mean.'],
  },
  softmax: {
    forward: 'softmax({0})',
    keeps: itsResult,
    rules: ['{y} * ({g} - sum({g} * {y}))'],
    why: ['The shares add up to 1, so what one wins the others lose: the gradients of a row add up to 0.'],
  },
  log_softmax: {
    forward: 'log_softmax({0})',
    keeps: itsResult,
    rules: ['{g} - exp({y}) * sum({g})'],
    why: ['exp of the result are the shares.'],
  },
  logsumexp: {
    forward: 'logsumexp({0})',
    keeps: 'its input and its own result',
    rules: ['{g} * exp({0} - {y})'],
    why: ['exp(x − y) are the shares of softmax: each element gets its share.'],
  },
  prod: {
    forward: 'prod({0})',
    keeps: itsInput,
    rules: ['{g} * product_of_the_others({0})'],
    why: ['The derivative of a product by one factor is the product of the others.'],
  },
  cumsum: {
    forward: 'cumsum({0})',
    keeps: '',
    rules: ['cumsum_from_the_end({g})'],
    why: ['An element counts in each sum from its own place on.'],
  },
};

/**
 * What is known of an op.
 * @param {string} op its name on the tape
 * @param {number[][]} shapes of its inputs
 * @returns {{forward: string, keeps: string, rules: string[], why: string[], isElementwise: boolean}} without
 *   rules if the table has no entry
 */
export function formulaOf(op, shapes) {
  if (!Object.hasOwn(formulas, op)) {
    return {
      forward: `${op}(${shapes.map((_, i) => `{${i}}`).join(', ')})`,
      keeps: 'what its rule will need',
      rules: [],
      why: [],
    };
  }
  const entry = formulas[op];
  return {
    isElementwise: false,
    ...entry,
    rules: typeof entry.rules === 'function' ? entry.rules(shapes) : entry.rules,
  };
}
