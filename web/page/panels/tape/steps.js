// The steps through a recording: each op in the order of its ids, then the replay, newest first.

/**
 * The steps. A step has a phase: `forward` (the op of a box), `start` (the gradient of the result), or
 * `backward` (the turn of a box, with the turn of its rule unless it is a leaf).
 */
export function stepsOf({ boxes, replay, result, refusal }) {
  const forward = boxes.flatMap((box, i) => (box.op === 'number' ? [] : [{ phase: 'forward', box: i }]));
  if (refusal !== null) return forward;
  const onTape = boxes
    .flatMap((box, i) => (box.id === null ? [] : [i]))
    .sort((i, j) => boxes[j].id - boxes[i].id);
  const backward = onTape.map((i) => ({
    phase: 'backward',
    box: i,
    turn: replay.find((turn) => turn.box === i),
  }));
  return [...forward, { phase: 'start', box: result }, ...backward];
}

/**
 * What is known once step number `now` is done.
 * @returns {{hasValue: boolean, arrivals: object[], hadTurn: boolean}[]} for each box: whether its value is
 *   computed, the gradients that have arrived, and whether it has had its turn in the replay
 */
export function progressAt({ boxes }, steps, now) {
  const done = steps.slice(0, now + 1);
  const computed = new Set(done.filter((step) => step.phase === 'forward').map((step) => step.box));
  const turns = new Set(done.filter((step) => step.phase === 'backward').map((step) => step.box));
  const hasStarted = done.some((step) => step.phase === 'start');
  return boxes.map((box, i) => ({
    hasValue: box.op === 'number' || computed.has(i),
    arrivals: box.arrivals.filter(({ origin }) => (origin === null ? hasStarted : turns.has(origin.box))),
    hadTurn: turns.has(i),
  }));
}
