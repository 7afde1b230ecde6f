// From the text of an expression to the tree that the library computes (web/engine/tape_expression.hpp).
// jsep reads the text; what it finds is checked here, so that each error says where it is.

import jsep from '../../jsep.js';

/** What is wrong with a text. `at` holds the first and the last position of the part, the latter excluded. */
export class ExpressionError extends Error {
  constructor(message, at) {
    super(`character ${at[0] + 1}: ${message}`);
    this.at = at;
  }
}

export const maxCharacters = 400;
export const variables = ['a', 'b', 'c'];
const mostElements = 256;
const operators = { '+': 'add', '-': 'sub', '*': 'mul', '/': 'div', '@': 'matmul', '^': 'pow', '**': 'pow' };
const precedence = { '+': 1, '-': 1, '*': 2, '/': 2, '@': 2, '^': 3, '**': 3 };

jsep.removeAllBinaryOps();
jsep.removeAllUnaryOps();
jsep.removeAllLiterals();
jsep.addUnaryOp('-').addUnaryOp('+');
for (const [sign, level] of Object.entries(precedence)) jsep.addBinaryOp(sign, level, level === 3);

// jsep keeps no positions. This hook runs around each token (a name, a number, a call, a bracket) and notes
// where it stands. The flag lets the inner call through to jsep's own code.
jsep.hooks.add('gobble-token', function noteRange(env) {
  if (this.isInside) {
    this.isInside = false;
    return;
  }
  const start = this.index;
  this.isInside = true;
  const node = this.gobbleToken();
  this.isInside = false;
  if (!node) return;
  node.at = [start, start + this.expr.slice(start, this.index).trimEnd().length];
  node.isGrouped = this.expr[start] === '(';
  env.node = node;
});

/** The first and the last position of a node, which a token has noted, and its first and last part know. */
function rangeOf(node) {
  if (node.at) return node.at;
  const [first, last] =
    {
      BinaryExpression: [node.left, node.right],
      ConditionalExpression: [node.test, node.alternate],
      Compound: [node.body?.[1], node.body?.at(-1)],
    }[node.type] ?? [];
  return first ? [rangeOf(first)[0], rangeOf(last)[1]] : [0, 1];
}

/** What jsep knows of JavaScript, and no tape has. */
const foreign = {
  ConditionalExpression: 'conditions have no gradient; maximum, relu and clamp choose by size',
  MemberExpression: 'subscripts and dots are not understood',
};

/** Reads one expression, whose first character is number `offset` of the whole text. */
function read(text, offset) {
  // Signs of typeset formulas, and of a copied error.
  const plain = text.replaceAll('−', '-').replaceAll(/[·×]/g, '*');
  try {
    return jsep(plain);
  } catch (error) {
    const at = offset + Math.min(error.index ?? 0, text.length);
    const isTooDeep = error instanceof RangeError; // jsep calls itself for each bracket
    const message = isTooDeep ? 'the brackets are nested too deeply' : (error.description ?? error.message);
    const isProduct = /^Variable names cannot start with a number/.test(message); // 2a
    throw new ExpressionError(isProduct ? 'an operator is missing; write 2 * a' : message, [at, at + 1]);
  }
}

/** Turns jsep's nodes into trees. */
class Reader {
  used = new Set(); // of the variables a, b, c
  #named = new Map(); // names that statements have set: whether they were used
  #functions;
  #offset = 0;

  constructor(functions) {
    this.#functions = functions;
  }

  statement({ text, offset, isLast }) {
    const set = text.match(/^\s*([A-Za-z_]\w*)\s*=/);
    const start = offset + (set ? set[0].length : 0);
    const source = text.slice(start - offset);
    this.#offset = start;
    if (source.trim() === '') this.#fail('there is nothing to compute; write an expression', [0, 1]);
    const tree = this.tree(read(source, start));
    const name = set?.[1] ?? '';
    const nameAt = [offset + text.search(/\S/), offset + text.trimEnd().length];
    if (Object.hasOwn(this.#functions, name))
      throw new ExpressionError(`${name} is the name of a function`, nameAt);
    if (name === '' && !isLast)
      throw new ExpressionError('only the last expression may have no name', nameAt);
    if (name !== '') {
      this.#checkUse(name);
      this.#named.set(name, { isUsed: isLast, at: nameAt });
    }
    const blank = source.match(/^\s*/)[0].length;
    return { name, tree, range: [start + blank, start + source.trimEnd().length] };
  }

  checkAllUsed() {
    for (const name of this.#named.keys()) this.#checkUse(name);
  }

  #checkUse(name) {
    const known = this.#named.get(name);
    if (known && !known.isUsed) throw new ExpressionError(`${name} is set here, but not used`, known.at);
  }

  #fail(message, [first, last]) {
    throw new ExpressionError(message, [first + this.#offset, last + this.#offset]);
  }

  tree(node) {
    switch (node.type) {
      case 'Literal':
      case 'ArrayExpression':
        return this.#constant(node);
      case 'Identifier':
        return this.#variable(node);
      case 'UnaryExpression':
        return this.#sign(node);
      case 'BinaryExpression':
        return operators[node.operator] === 'pow'
          ? this.#power(node)
          : this.#op(operators[node.operator], [node.left, node.right], node);
      case 'CallExpression':
        return this.#call(node);
      case 'Compound':
        return this.#fail('an operator is missing before this', rangeOf(node));
      default:
        return this.#fail(foreign[node.type] ?? 'this is not understood', rangeOf(node));
    }
  }

  #op(op, inputs, node) {
    const at = rangeOf(node).map((position) => position + this.#offset);
    return { op, inputs: inputs.map((input) => this.tree(input)), at };
  }

  #constant(node) {
    const value = this.number(node);
    return Array.isArray(value) ? { list: value } : { number: value };
  }

  /** A number, or a list of them. */
  number(node) {
    if (node.type === 'ArrayExpression') {
      return node.elements.map((element) => this.number(element ?? { at: node.at }));
    }
    const isSigned = node.type === 'UnaryExpression';
    const literal = isSigned ? node.argument : node;
    if (literal.type !== 'Literal' || typeof literal.value !== 'number') {
      return this.#fail('a number must stand here, such as 0.5', rangeOf(node));
    }
    if (!Number.isFinite(literal.value)) this.#fail('this number is too large', node.at);
    return isSigned && node.operator === '-' ? -literal.value : literal.value;
  }

  #variable({ name, at }) {
    if (this.#named.has(name)) this.#named.get(name).isUsed = true;
    else if (variables.includes(name)) this.used.add(name);
    else if (Object.hasOwn(this.#functions, name)) {
      this.#fail(`${name} is a function: write ${this.#functions[name].usage}`, at);
    } else
      this.#fail(
        `there is no name "${name}"; there are a, b, c and the names that you set, such as d = a * b`,
        at,
      );
    return { variable: name };
  }

  #sign(node) {
    if (node.operator === '+') return this.tree(node.argument);
    if (node.argument.type === 'Literal') return this.#constant(node);
    return this.#op('neg', [node.argument], node);
  }

  // −a ^ 2 is −(a ^ 2), as in Python and on paper.
  #power(node) {
    const { left } = node;
    if (left.type !== 'UnaryExpression' || left.isGrouped)
      return this.#op('pow', [node.left, node.right], node);
    const power = this.#power({
      ...node,
      left: left.argument,
      at: [rangeOf(left.argument)[0], rangeOf(node)[1]],
    });
    if (left.operator === '+') return power;
    return { op: 'neg', inputs: [power], at: rangeOf(node).map((position) => position + this.#offset) };
  }

  #call(node) {
    if (node.callee.type === 'MemberExpression') this.#fail('functions have no dot: write exp(a)', node.at);
    const name = node.callee.name;
    const known = Object.hasOwn(this.#functions, name ?? '') ? this.#functions[name] : undefined;
    if (!known) return this.#fail(`there is no function "${name ?? 'of this kind'}"`, node.at);
    const given = node.arguments.length;
    if (given < known.least || given > known.most) {
      this.#fail(`${name} has ${given} argument${given === 1 ? '' : 's'}; write ${known.usage}`, node.at);
    }
    if (node.arguments.includes(null)) this.#fail(`an argument of ${name} is missing`, node.at);
    return this.#op(name, node.arguments, node);
  }
}

/** The statements of a text: lines, or parts between semicolons. */
function split(text) {
  const parts = [];
  let offset = 0;
  for (const part of text.split(/[;\n]/)) {
    if (part.trim() !== '') parts.push({ text: part, offset });
    offset += part.length + 1;
  }
  return parts.map((part, i) => ({ ...part, isLast: i === parts.length - 1 }));
}

/**
 * Parses a text such as `d = a * b; d + exp(c)`.
 * @param {string} text
 * @param {Object<string, {usage: string, least: number, most: number}>} functions those of the library
 * @returns {{statements: {name: string, tree: object, range: number[]}[], used: string[]}} the trees, where
 *   each stands, and which of a, b and c they use
 */
export function parseExpression(text, functions) {
  if (text.length > maxCharacters) {
    throw new ExpressionError(`the text ends here: it may have ${maxCharacters} characters`, [
      maxCharacters,
      text.length,
    ]);
  }
  const parts = split(text);
  if (parts.length === 0)
    throw new ExpressionError('there is nothing to compute; write an expression', [0, 1]);
  const reader = new Reader(functions);
  const statements = parts.map((part) => reader.statement(part));
  reader.checkAllUsed();
  return { statements, used: variables.filter((name) => reader.used.has(name)) };
}

/** Parses a value: a number, or lists of numbers within lists. */
export function parseValue(text) {
  if (text.trim() === '') throw new ExpressionError('it has no value; write a number or a list', [0, 1]);
  if (text.length > 4 * maxCharacters) throw new ExpressionError('the value is too long', [0, text.length]);
  const value = new Reader({}).number(read(text, 0));
  const count = [value].flat(Infinity).length;
  if (count > mostElements) {
    throw new ExpressionError(`there are ${count} numbers; a value may have ${mostElements}`, [
      0,
      text.length,
    ]);
  }
  return value;
}
