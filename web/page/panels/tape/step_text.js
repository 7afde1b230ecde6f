// The text of a step: its formula with the numbers put in, and what it means.

import { element } from '../../parts/dom.js';
import { forwardFormula, isBroadcast, ruleFormula, sentence, sumFormula } from './formula_view.js';
import { remarksOf } from './remarks.js';

const note = (...text) => element('p', {}, ...text);
const nameOfNode = (box) => (box.id === null ? box.op : `#${box.id} ${box.op}`);

function leafText(scene, i) {
  return [
    forwardFormula(scene, i),
    note(`${scene.names[i]} is a leaf: no op made it. It requires a gradient, so it has a node on the tape.`),
  ];
}

function forwardText(scene, i) {
  const box = scene.boxes[i];
  if (box.op === 'leaf') return leafText(scene, i);
  const { keeps } = scene.formulaOf(i);
  const saved =
    box.id === null
      ? 'No operand requires a gradient, so the op is computed, but not recorded.'
      : box.saved === 0
        ? 'The node saves nothing: its rule needs no values.'
        : `The node saves ${box.saved} bytes for the way back: ${keeps || 'what its rule will need'}.`;
  return [forwardFormula(scene, i), note(saved)];
}

function startText(scene, i) {
  const name = scene.resultName;
  return [
    element('p', { class: 'formula' }, `d${name}/d${name} = 1`),
    note(
      `backward() starts at the result, ${scene.names[i]}: it changes as much as itself. Then the tape is ` +
        'replayed, the newest node first. Each rule is given the gradient of its output, and returns those ' +
        'of its inputs.',
    ),
  ];
}

function ruleText(scene, i, slot, turn) {
  const { inputs } = scene.boxes[i];
  const name = scene.names[inputs[slot]];
  if (turn.returned[slot] === null) {
    const box = scene.boxes[inputs[slot]];
    return [
      note(
        box.id === null
          ? `${name} requires no gradient, so the rule computes none for it.`
          : `The rule returns nothing for ${name}: its gradient is 0.`,
      ),
    ];
  }
  const why = scene.formulaOf(i).why[slot];
  return [
    ruleFormula(scene, i, slot, turn),
    why ? note(sentence(why, scene, i)) : null,
    isBroadcast(scene, i, slot)
      ? note(
          scene.formulaOf(i).isElementwise
            ? `${name} was repeated to the shape of the result. Its gradient is the sum over the copies.`
            : `${name} is in every product of the batch. Its gradient is the sum over the products.`,
        )
      : null,
  ];
}

function backwardText(scene, { box: i, turn }) {
  const box = scene.boxes[i];
  if (box.arrivals.length === 0)
    return [note('No gradient has arrived at this node: the result does not depend on it.')];
  const arrived =
    box.arrivals.length > 1
      ? [
          sumFormula(scene, i, box.arrivals),
          note(`${box.arrivals.length} gradients have arrived here, one for each use. They are added up.`),
        ]
      : [];
  if (!turn) {
    return [
      arrived.length > 0 ? arrived : sumFormula(scene, i, box.arrivals),
      note(
        `${scene.names[i]} is a leaf, so the gradient stays here: it is what ${scene.names[i]}.grad() gives.`,
      ),
    ];
  }
  return [arrived, turn.returned.map((_, slot) => ruleText(scene, i, slot, turn))];
}

/** What is written below the drawing at a step. */
export function stepText(scene, step, dtype) {
  const box = scene.boxes[step.box];
  const head =
    step.phase === 'start'
      ? 'Backwards: the start'
      : step.phase === 'forward'
        ? `Forwards: ${nameOfNode(box)}`
        : `Backwards: ${box.op === 'leaf' ? nameOfNode(box) : `the rule of ${nameOfNode(box)}`}`;
  const text =
    step.phase === 'forward'
      ? forwardText(scene, step.box)
      : step.phase === 'start'
        ? startText(scene, step.box)
        : backwardText(scene, step);
  return [
    element('h3', {}, head),
    text.flat(Infinity),
    remarksOf(scene, step, dtype).map((remark) => element('p', { class: 'remark' }, remark)),
  ];
}
