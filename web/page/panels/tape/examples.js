/** Expressions to begin with. Each shows one thing. */
export const examples = [
  {
    title: 'A product and a sum',
    expression: 'a * b + c',
    a: '2',
    b: '-3',
    c: '10',
    look: 'Two ops, three leaves. Going back, the sum hands on what it gets; the product swaps factors.',
  },
  {
    title: 'The chain rule',
    expression: 'tanh(a * b + c)',
    a: '0.5',
    b: '2',
    c: '-0.3',
    look: 'Each gradient is the one before it times a local derivative.',
  },
  {
    title: 'A value used three times',
    expression: 'a * a + a',
    a: '3',
    look: 'Three gradients arrive at a. They are added up.',
  },
  {
    title: 'A shared result',
    expression: 'u = a * a; v = u * b; u + v',
    a: '3',
    b: '4',
    look: 'This is lesson 01. u has its turn only after both of its users: so the newest node goes first.',
  },
  {
    title: "micrograd's example",
    dtype: 'float64',
    a: '-4',
    b: '2',
    expression:
      'c = a + b; d = a * b + b ^ 3; c = c + (c + 1); ' +
      'c = c + (1 + c - a); d = d + (d * 2 + relu(b + a)); d = d + (3 * d + relu(b - a)); ' +
      'e = c - d; f = e ^ 2; ' +
      'g = f / 2 + 10 / f',
    look: 'The expression of examples/tape.cpp: g = 24.7041, dg/da = 138.8338, dg/db = 645.5773.',
  },
  {
    title: 'A row of softmax',
    expression: 'sum(softmax(a) * b)',
    a: '[1, 2, 3]',
    b: '[0, 0, 1]',
    look: 'b picks one of three shares. Its gradient raises one score and lowers the others: their sum is 0.',
  },
  {
    title: 'A linear layer',
    expression: 'sum(relu(a @ b + c))',
    a: '[[1, 2], [3, 4], [-1, 0]]',
    b: '[[1, -1], [0.5, 2]]',
    c: '[0.5, -8]',
    look: 'c is added to each of three rows. Going back, the gradients of the three copies are summed.',
  },
  {
    title: 'A mean squared error',
    expression: 'd = a @ b - c; mean(d ^ 2)',
    a: '[[1, 2], [3, 4]]',
    b: '[1, -1]',
    c: '[0, 1]',
    look: 'a holds two inputs, b the weights, c the targets.',
  },
  {
    title: 'A kink',
    expression: 'relu(a) + maximum(b, c)',
    a: '0',
    b: '1',
    c: '1',
    look: 'At a = 0, relu has no derivative, and the library takes 0. Of two equal numbers, each gets half.',
  },
  {
    title: 'Vanishing gradients',
    expression: 'sigmoid(sigmoid(sigmoid(sigmoid(a))))',
    a: '1',
    look: 'The slope of a sigmoid is at most 1/4, so each one makes the gradient smaller.',
  },
  {
    title: 'Too large: ∞ and NaN',
    expression: 'exp(a) / exp(b)',
    a: '1000',
    b: '999',
    look: 'e would be the answer, but exp(1000) is larger than any number of the computer. exp(a - b) is safe.',
  },
  {
    title: 'Divided by zero',
    expression: 'a / b + log(c)',
    a: '1',
    b: '0',
    c: '0',
    look: '1 / 0 is ∞ and log(0) is −∞. Their sum has no value. See which gradients are still numbers.',
  },
];
