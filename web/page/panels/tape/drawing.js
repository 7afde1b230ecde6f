// The tape as a drawing: boxes for nodes and numbers, edges from the inputs to the results.

import { svg } from '../../parts/dom.js';
import { shown } from '../../parts/number.js';
import { shapeText } from '../../parts/tensor.js';
import { layout } from './layout.js';
import { abridged, matricesOf } from './values.js';

const maxCells = 4; // rows and columns of a matrix
const letter = 7.3; // width of a letter of the font, and
const lineHeight = 17; // the height of a line, in pixels
const padding = 9;
const margin = 6;
const maxScale = 1.4; // a small drawing, while it is no higher than
const enlargedHeight = 340; // this

const widthOf = (text) => text.length * letter;
const cellText = (cell) => (cell === '…' ? cell : shown(cell));

/**
 * "label = value": its size, and how it is drawn. The value is a number, a small matrix or, with more dims, its
 * shape.
 */
function valueBlock(label, tensor) {
  const start = `${label} =`;
  const offset = widthOf(start) + letter;
  if (tensor.shape.length > 2) {
    const text = `${shapeText(tensor.shape)} numbers`;
    return {
      width: offset + widthOf(text),
      height: lineHeight,
      draw: (x, y) => [textAt(x, y, start), textAt(x + offset, y, text)],
    };
  }
  const rows = abridged(matricesOf(tensor)[0], maxCells);
  const columns = rows[0].map((_, j) => Math.max(...rows.map((row) => widthOf(cellText(row[j])))));
  const gap = 1.2 * letter;
  const isNumber = tensor.shape.length === 0;
  const inner = columns.reduce((sum, width) => sum + width + gap, -gap) + (isNumber ? 0 : 2 * letter);
  const height = rows.length * lineHeight;
  const draw = (x, y) => {
    const left = x + offset + (isNumber ? 0 : letter);
    const cells = rows.flatMap((row, i) =>
      row.map((cell, j) => {
        const right = left + columns.slice(0, j + 1).reduce((sum, width) => sum + width + gap, -gap);
        return textAt(right, y + i * lineHeight, cellText(cell), 'end', cell === '…' ? null : cell);
      }),
    );
    return [
      textAt(x, y + ((rows.length - 1) * lineHeight) / 2, start),
      cells,
      isNumber ? null : brackets(x + offset, y, inner, height),
    ];
  };
  return { width: offset + inner, height, draw };
}

function textAt(x, y, text, anchor = 'start', value = null) {
  return svg(
    'text',
    {
      x,
      y: y + 0.75 * lineHeight,
      'text-anchor': anchor,
      'data-value': value === null ? null : String(value),
    },
    text,
  );
}

function brackets(x, y, width, height) {
  const side = (at, turn) => `M ${at + turn * 4} ${y + 1} H ${at} V ${y + height - 1} H ${at + turn * 4}`;
  return svg('path', { class: 'bracket', d: `${side(x + 1, 1)} ${side(x + width - 1, -1)}` });
}

/** The terms of a gradient that has arrived in parts, as far as there is room. */
function termsText(arrivals) {
  if (arrivals.length < 2) return '';
  if (arrivals[0].gradient.shape.length > 0) return `the sum of ${arrivals.length}`;
  const terms = arrivals.slice(0, 3).map(({ gradient }) => shown(Number(gradient.data[0])));
  return `= ${terms.join(' + ')}${arrivals.length > 3 ? ' + …' : ''}`;
}

/** What a box will hold at the last step: its size must not change while stepping. */
function measure(scene, i) {
  const box = scene.boxes[i];
  if (box.op === 'number') {
    const value = box.value.shape.length === 0 ? null : valueBlock(scene.names[i], box.value);
    const width = value ? value.width : widthOf(scene.names[i]);
    return {
      value,
      gradient: null,
      inputs: [],
      isNumber: true,
      width: width + 2 * padding,
      height: (value ? value.height : lineHeight) + padding,
    };
  }
  const value = valueBlock(scene.names[i], box.value);
  const gradient = box.gradient === null ? null : valueBlock(scene.gradientName(i), box.gradient);
  const partial = box.arrivals.map(({ sum }) => valueBlock(scene.gradientName(i), sum).width);
  const terms = termsText(box.arrivals);
  const head = widthOf(`${box.op}  ${box.id === null ? '' : `#${box.id}`}`) + letter;
  const width = Math.max(head, value.width, gradient?.width ?? 0, widthOf(terms), ...partial) + 2 * padding;
  const height =
    lineHeight + value.height + (gradient ? gradient.height + 7 + (terms ? lineHeight : 0) : 0) + padding;
  return { value, gradient, inputs: box.inputs, isNumber: false, width, height };
}

function edgePath(points) {
  const [[x, y], ...rest] = points;
  let [fromX, fromY] = [x, y];
  let path = `M ${x} ${y}`;
  for (const [toX, toY] of rest) {
    const middle = (fromX + toX) / 2;
    path += fromY === toY ? ` H ${toX}` : ` C ${middle} ${fromY} ${middle} ${toY} ${toX} ${toY}`;
    [fromX, fromY] = [toX, toY];
  }
  return path;
}

function arrowHead(id) {
  return svg(
    'marker',
    {
      id,
      class: id,
      viewBox: '0 0 8 8',
      refX: 7,
      refY: 4,
      markerWidth: 7,
      markerHeight: 7,
      orient: 'auto-start-reverse',
      markerUnits: 'userSpaceOnUse',
    },
    svg('path', { d: 'M 0 0 L 8 4 L 0 8 z' }),
  );
}

export class Drawing {
  #scene;
  #measures;
  #groups;
  #edges;
  #plan;
  #scale;

  /**
   * @param {number} room the width that there is: a small drawing is enlarged
   * @param {(box: number) => void} onchoose called when a box is clicked
   */
  constructor(scene, room, onchoose) {
    this.#scene = scene;
    this.#measures = scene.boxes.map((_, i) => measure(scene, i));
    this.#plan = layout(this.#measures);
    this.#groups = scene.boxes.map((box, i) =>
      svg('g', {
        class: `box ${box.op === 'number' ? 'number' : 'node'}`,
        'data-box': i,
        transform: `translate(${this.#plan.places[i].x} ${this.#plan.places[i].y})`,
        onclick: box.op === 'number' ? null : () => onchoose(i),
      }),
    );
    this.#edges = this.#plan.edges.map(({ points }) => svg('path', { class: 'edge', d: edgePath(points) }));
    const size = [this.#plan.width, this.#plan.height].map((length) => Math.ceil(length) + 2 * margin);
    this.#scale = Math.max(1, Math.min(maxScale, room / size[0], enlargedHeight / size[1]));
    const [width, height] = size.map((length) => length * this.#scale);
    this.element = svg(
      'svg',
      { class: 'tape-drawing', width, height, viewBox: `${-margin} ${-margin} ${size.join(' ')}` },
      svg('defs', {}, arrowHead('tape-arrow'), arrowHead('tape-arrow-now')),
      this.#edges,
      this.#groups,
    );
  }

  /** Shows a step. `progress` is that of steps.js. */
  show(step, progress) {
    this.#groups.forEach((group, i) => this.#fill(group, i, step, progress[i]));
    this.#plan.edges.forEach((edge, k) => {
      const requiresGradient = this.#scene.boxes[edge.from].id !== null;
      const goesBack = progress[edge.to].hadTurn;
      const isNow = step.box === edge.to && step.phase !== 'start' && (requiresGradient || !goesBack);
      const head = `url(#tape-arrow${isNow ? '-now' : ''})`;
      const path = this.#edges[k];
      path.classList.toggle('now', isNow);
      path.classList.toggle('waits', !progress[edge.to].hasValue);
      path.setAttribute('marker-end', goesBack ? '' : head);
      path.setAttribute('marker-start', goesBack && requiresGradient ? head : '');
    });
  }

  /** Where a box stands, for scrolling to it. */
  placeOf(i) {
    const { x, y } = this.#plan.places[i];
    const { width, height } = this.#measures[i];
    const scaled = (length) => length * this.#scale;
    return { x: scaled(x + margin), y: scaled(y + margin), width: scaled(width), height: scaled(height) };
  }

  #fill(group, i, step, { hasValue, arrivals, hadTurn }) {
    const { id, op } = this.#scene.boxes[i];
    const { value, gradient, width, height, isNumber } = this.#measures[i];
    const frame = svg('rect', { width, height, rx: 5 });
    group.classList.toggle('now', step.box === i);
    group.classList.toggle('waits', !hasValue);
    group.classList.toggle('off-tape', id === null);
    group.classList.toggle('replayed', hadTurn);
    if (isNumber) {
      const text = value
        ? value.draw(padding, padding / 2)
        : textAt(padding, padding / 2, this.#scene.names[i]);
      group.replaceChildren(frame, ...[text].flat(Infinity).filter(Boolean));
      return;
    }
    const parts = [
      frame,
      svg('text', { class: 'op', x: padding, y: 15 }, op),
      svg(
        'text',
        { class: 'id', x: width - padding, y: 15, 'text-anchor': 'end' },
        id === null ? '' : `#${id}`,
      ),
    ];
    let y = lineHeight + 4;
    if (hasValue)
      parts.push(svg('g', { 'data-kind': 'value' }, value.draw(padding, y).flat(Infinity).filter(Boolean)));
    y += value.height + 3;
    if (gradient && arrivals.length > 0) {
      const sum = valueBlock(this.#scene.gradientName(i), arrivals.at(-1).sum);
      const terms = termsText(arrivals);
      parts.push(
        svg('line', { x1: 0, x2: width, y1: y, y2: y }),
        svg(
          'g',
          { class: 'gradient', 'data-kind': 'gradient' },
          sum
            .draw(padding, y + 2)
            .flat(Infinity)
            .filter(Boolean),
          terms ? textAt(padding, y + 2 + sum.height, terms) : null,
        ),
      );
    }
    group.replaceChildren(...parts);
  }
}
