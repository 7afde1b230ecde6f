// What the panel says when something is wrong with a field, or when the library refuses.

import { element } from '../../parts/dom.js';
import { failureText } from '../../parts/failure.js';
import { ExpressionError } from './parse.js';

/** An error in a field of the form: `at` is the part of its text that is wrong. */
export class FieldError extends Error {
  constructor(field, text, message, at) {
    super(message);
    Object.assign(this, { field, text, at });
  }
}

/** Reads a field. The error of a text that is not understood names the field. */
export function readField(field, text, read) {
  try {
    return read(text);
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    throw new FieldError(field, text, `[${field}] ${error.message}`, error.at);
  }
}

/** The message of an error, and the part that is wrong. */
export function failureOf(error) {
  if (!(error instanceof FieldError)) return [failureText(error.message)];
  const { text } = error;
  const [first, last] = error.at;
  if (last <= first) return [failureText(error.message)];
  const wrong = element('mark', {}, text.slice(first, last) || '\u00a0');
  const where = element('code', {}, text.slice(0, first), wrong, text.slice(last));
  return [failureText(error.message), element('p', { class: 'tape-where' }, 'Here: ', where)];
}

/** Why the library does not replay a tape, and what helps. `takeSum` changes the expression. */
export function refusalOf({ refusal, boxes, result }, takeSum) {
  const box = boxes[result];
  if (box.id === null)
    return [failureText(refusal), element('p', {}, 'Use a, b or c: they are leaves that require a gradient.')];
  if (box.value.data.length === 1) return [failureText(refusal)];
  const button = element('button', { type: 'button', onclick: takeSum }, 'Take sum(…) of the expression');
  return [failureText(refusal), element('p', {}, 'A gradient says how one number changes. ', button)];
}
