// A formula as an element: with names, then with the numbers put in, then its result, as in
// "d = a * b = 2 * 3 = 6" and "dL/da += dL/dd * b = 1 * 3 = 3".

import { element } from '../../parts/dom.js';
import { shapeText } from '../../parts/tensor.js';
import { formulaOf } from './formulas.js';
import { valueElement } from './values.js';

const mostShown = 6; // rows and columns of a matrix in a formula; the table has them all

/** A recording's boxes with their names, formulas and gradients. */
export class Scene {
  constructor(recording, names) {
    this.boxes = recording.boxes;
    this.names = names;
    this.resultName = names[recording.result];
  }

  gradientName(i) {
    return `d${this.resultName}/d${this.names[i]}`;
  }

  inputsOf(i) {
    return this.boxes[i].inputs.map((input) => this.boxes[input]);
  }

  formulaOf(i) {
    return formulaOf(
      this.boxes[i].op,
      this.inputsOf(i).map((box) => box.value.shape),
    );
  }

  /** How many elements of the first input make one of the output. */
  countOf(i) {
    const [input] = this.inputsOf(i);
    return String(input ? input.value.data.length / this.boxes[i].value.data.length : 1);
  }

  /** What a key of a template stands for: by name, and as a Tensor if the gradient of the output is `given`. */
  nameOf(i, key) {
    if (key === 'n') return this.countOf(i);
    if (key === 'g') return this.gradientName(i);
    return this.names[key === 'y' ? i : this.boxes[i].inputs[Number(key)]];
  }

  tensorOf(i, key, given) {
    if (key === 'g') return given;
    return key === 'y' ? this.boxes[i].value : this.inputsOf(i)[Number(key)].value;
  }
}

/** A template such as "{g} * {1}", in which fill(key, before, after) replaces each key. */
function filled(template, fill) {
  const parts = template.split(/\{(\w+)\}/);
  return parts.flatMap((part, k) => (k % 2 === 0 ? [part] : fill(part, parts[k - 1], parts[k + 1])));
}

/** A sentence with the names put in. */
export function sentence(template, scene, i) {
  return filled(template, (key) => [scene.nameOf(i, key)]).join('');
}

// A negative number beside an operator stands in brackets.
function bracketed(part, before = '', after = '') {
  const isAlone = /(^|[(,[] ?)$/.test(before) && !after.startsWith('^');
  const text = typeof part === 'string' ? part : part.textContent;
  const isNegative = text.startsWith('−') && (typeof part === 'string' || !part.classList.contains('tensor'));
  return isNegative && !isAlone ? ['(', part, ')'] : [part];
}

/** A line: the template with names, with numbers, and the result. */
function line(start, template, scene, i, given, result) {
  const names = filled(template, (key, ...around) => bracketed(scene.nameOf(i, key), ...around));
  const numbers = filled(template, (key, ...around) =>
    key === 'n'
      ? [scene.countOf(i)]
      : bracketed(valueElement(scene.tensorOf(i, key, given), mostShown), ...around),
  );
  const isOneName = /^\{\w+\}$/.test(template); // then the number is the result
  return element(
    'p',
    { class: 'formula' },
    start,
    names,
    isOneName ? [] : [' = ', ...numbers],
    ' = ',
    valueElement(result, mostShown),
  );
}

/** "d = a * b = 2 * 3 = 6", of the op of box i. A leaf is "a = 2". */
export function forwardFormula(scene, i) {
  const { inputs, value } = scene.boxes[i];
  const start = `${scene.names[i]} = `;
  if (inputs.length === 0) return element('p', { class: 'formula' }, start, valueElement(value, mostShown));
  return line(start, scene.formulaOf(i).forward, scene, i, null, value);
}

/** "dL/da += dL/dd * b = 1 * 3 = 3": what the rule of box i returned for its input number `slot`. */
export function ruleFormula(scene, i, slot, turn) {
  const { op, inputs } = scene.boxes[i];
  const { rules } = scene.formulaOf(i);
  const start = `${scene.gradientName(inputs[slot])} += `;
  const returned = turn.returned[slot];
  if (rules[slot] === undefined) {
    return element(
      'p',
      { class: 'formula' },
      `${start}the rule of ${op}, given `,
      valueElement(turn.given, mostShown),
      ' = ',
      valueElement(returned, mostShown),
    );
  }
  const template =
    isBroadcast(scene, i, slot)
      ? `sum_to(${rules[slot]}, ${shapeText(returned.shape)})`
      : rules[slot];
  return line(start, template, scene, i, turn.given, returned);
}

/** Whether input number `slot` was repeated: to the shape of the result, or for each product of a batch. */
export function isBroadcast(scene, i, slot) {
  const shapes = scene.inputsOf(i).map((box) => box.value.shape);
  const output = scene.boxes[i].value.shape;
  if (scene.formulaOf(i).isElementwise) return String(shapes[slot]) !== String(output);
  if (scene.boxes[i].op !== 'matmul') return false;
  const matrices = shapes.filter((shape) => shape.length > 1).length; // a vector leaves no dim in the result
  return String(shapes[slot].slice(0, -2)) !== String(output.slice(0, output.length - matrices));
}

/** "dL/da = 3 + 1 = 4": what has arrived at a box. */
export function sumFormula(scene, i, arrivals) {
  const terms = arrivals.flatMap(({ gradient }, k) => [
    k > 0 ? ' + ' : '',
    ...bracketed(valueElement(gradient, mostShown), k > 0 ? '+ ' : ''),
  ]);
  const sum = arrivals.length > 1 ? [' = ', valueElement(arrivals.at(-1).sum, mostShown)] : [];
  return element('p', { class: 'formula' }, `${scene.gradientName(i)} = `, terms, sum);
}
