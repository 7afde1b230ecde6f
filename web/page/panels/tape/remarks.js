// What is worth a word at a step: infinities and NaN, kinks, and gradients that become small.

import { numbersOf } from '../../parts/tensor.js';

const largest = { float32: '3.4 · 10³⁸', float64: '1.8 · 10³⁰⁸' };
const some = (tensor, test) => numbersOf(tensor).some(test);
const hasNaN = (tensor) => some(tensor, Number.isNaN);
const hasInfinity = (tensor) => some(tensor, (number) => Math.abs(number) === Infinity);
const isFinite = (tensor) => !hasNaN(tensor) && !hasInfinity(tensor);
const isZero = (number) => number === 0;
const isNegative = (number) => number < 0;

/** Why the op of box i gives ∞ or NaN, if it does. */
function unusualValue(scene, i, dtype) {
  const { op, value } = scene.boxes[i];
  const inputs = scene.inputsOf(i).map((box) => box.value);
  if (isFinite(value) || inputs.length === 0) return [];
  if (inputs.some(hasNaN))
    return ['NaN, "not a number", goes in, so NaN comes out. Look for the node that made the first one.'];
  if (!inputs.every(isFinite)) {
    if (!hasNaN(value)) return ['∞ goes in, and ∞ comes out.'];
    return ['An infinity goes in. ∞ − ∞, ∞ / ∞ and 0 · ∞ have no value: NaN, "not a number".'];
  }
  if (op === 'div' && some(inputs[1], isZero)) {
    return [
      hasNaN(value)
        ? '0 / 0 has no value: the result is NaN, "not a number".'
        : 'Divided by 0: the result is ∞, with the sign of the numerator. 0 / 0 would be NaN.',
    ];
  }
  if (op === 'log') return ['log(0) is −∞. Of a negative number there is no logarithm: NaN.'];
  if (op === 'sqrt') return ['A negative number has no real root: NaN.'];
  if (op === 'pow' && hasNaN(value))
    return ['A negative number has no real power with a fractional exponent: NaN.'];
  if (op === 'pow' && some(inputs[0], isZero)) return ['0 to a negative power is 1 / 0: ∞.'];
  if ((op === 'var' || op === 'std') && hasNaN(value))
    return ['The variance divides by the count minus 1. Of one number it is 0 / 0: NaN, "not a number".'];
  if (hasNaN(value))
    return [
      `On the way a number became larger than ${largest[dtype]}, that is ∞, and ∞ − ∞ has no value: NaN.`,
    ];
  return [`The result is larger than the largest number of ${dtype}, ${largest[dtype]}, so it becomes ∞.`];
}

/** What is special in the rule's result for an input of box i. */
function unusualGradient(scene, i, turn) {
  const { inputs } = scene.boxes[i];
  const returned = turn.returned.filter((gradient) => gradient !== null);
  if (returned.every(isFinite)) return [];
  if (hasNaN(turn.given)) return ['The gradient that arrived is NaN, so what goes on is NaN.'];
  if (returned.some(hasNaN)) {
    const isClean = inputs.every((input) => isFinite(scene.boxes[input].value)) && isFinite(turn.given);
    return [
      isClean
        ? 'The formula meets 0 · ∞ or 0 / 0, which have no value: NaN.'
        : 'An infinity meets 0 or another infinity here. 0 · ∞ and ∞ / ∞ have no value: NaN.',
    ];
  }
  return [
    isFinite(turn.given)
      ? 'The slope is infinite here, or too large to be held.'
      : 'The gradient that arrived is infinite.',
  ];
}

/** Kinks, ties and flat places. */
function kinks(scene, i, turn) {
  const { op, value } = scene.boxes[i];
  const [first, second] = scene.inputsOf(i).map((box) => box.value);
  if (op === 'relu' && some(first, isZero)) {
    return [
      'At 0 relu has a kink: slope 0 on the left, 1 on the right. The library takes 0, as PyTorch does.',
    ];
  }
  if (op === 'relu' && some(first, isNegative)) return ['Below 0 relu is flat: no gradient passes there.'];
  if (op === 'abs' && some(first, isZero))
    return ['At 0 |x| has a kink: slopes −1 and 1. The library takes 0, as PyTorch does.'];
  if (
    (op === 'maximum' || op === 'minimum') &&
    String(first.shape) === String(second.shape) &&
    numbersOf(first).some((number, k) => number === numbersOf(second)[k])
  ) {
    return ['Both are equal here. Each gets half of the gradient.'];
  }
  if (
    (op === 'max' || op === 'min') &&
    numbersOf(first).filter((number) => number === numbersOf(value)[0]).length > 1
  ) {
    return ['Several elements are equally far out. They share the gradient.'];
  }
  if (op === 'pow' && some(first, isZero) && (turn.returned[1] !== null || some(second, isZero))) {
    return [
      'At base 0 the formula meets log(0) = −∞ or 0 · 0⁻¹. The library takes 0 there, as PyTorch does.',
    ];
  }
  if (op === 'sigmoid') {
    return [
      'The slope is never above 1/4, so the gradient becomes smaller. Many sigmoids in a row make it vanish.',
    ];
  }
  if (op === 'tanh' && smallestFactor(turn) <= 0.25) {
    return ['tanh is flat here, so the gradient becomes smaller. Many such ops in a row make it vanish.'];
  }
  return [];
}

// Of an op with one input. Compares sizes only; the numbers on the page are the library's.
function smallestFactor({ given, returned }) {
  const arrived = numbersOf(given);
  const ratios = numbersOf(returned[0])
    .map((number, k) => Math.abs(number / arrived[k]))
    .filter(Number.isFinite);
  return Math.min(...ratios);
}

/** Sentences for a step of the scene. */
export function remarksOf(scene, step, dtype) {
  if (step.phase === 'forward') return unusualValue(scene, step.box, dtype);
  if (step.phase !== 'backward' || !step.turn || !step.turn.returned.some((gradient) => gradient !== null))
    return [];
  const unusual = unusualGradient(scene, step.box, step.turn);
  return unusual.length > 0 ? unusual : kinks(scene, step.box, step.turn);
}
