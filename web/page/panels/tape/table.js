// The tape as trace() prints it, with the values and gradients that are known at a step.

import { element } from '../../parts/dom.js';
import { shapeText } from '../../parts/tensor.js';
import { valueElement } from './values.js';

const unfolded = 16; // more elements than this are shown when asked for

function cell(kind, tensor) {
  if (!tensor) return element('td', { class: 'note' }, '·');
  const value = valueElement(tensor);
  const isLong = tensor.data.length > unfolded;
  return element(
    'td',
    { 'data-kind': kind },
    isLong ? element('details', {}, element('summary', {}, `${tensor.data.length} numbers`), value) : value,
  );
}

function row(scene, i, isNow, { hasValue, arrivals }) {
  const box = scene.boxes[i];
  const inputs = box.inputs
    .map((input) => (scene.boxes[input].id === null ? '-' : `#${scene.boxes[input].id}`))
    .join(' ');
  return element(
    'tr',
    { 'data-box': i, 'aria-current': isNow ? 'step' : null },
    element('th', { scope: 'row' }, box.id === null ? '-' : `#${box.id}`),
    element('td', {}, box.op),
    element('td', {}, scene.names[i]),
    element('td', {}, shapeText(box.value.shape)),
    element('td', {}, inputs === '' ? '-' : inputs),
    element('td', { class: 'bytes' }, String(box.saved)),
    cell('value', hasValue ? box.value : null),
    cell('gradient', arrivals.at(-1)?.sum),
  );
}

/** The table at a step. `counts` are those that trace() prints. */
export function tapeTable(scene, counts, step, progress) {
  const names = [
    'id',
    'op',
    'name',
    'shape',
    'inputs',
    'saved bytes',
    'value',
    `gradient d${scene.resultName}/d…`,
  ];
  const rows = scene.boxes.map((_, i) => i).filter((i) => scene.boxes[i].op !== 'number');
  const { nodes, leaves, saved } = counts;
  return element(
    'table',
    { class: 'tape-table' },
    element(
      'caption',
      {},
      `${nodes} node${nodes === 1 ? '' : 's'}, ${leaves} of them leaves, ${saved} bytes saved`,
    ),
    element(
      'thead',
      {},
      element(
        'tr',
        {},
        names.map((name) => element('th', { scope: 'col' }, name)),
      ),
    ),
    element(
      'tbody',
      {},
      rows.map((i) => row(scene, i, step.box === i, progress[i])),
    ),
  );
}
