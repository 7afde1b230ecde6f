// A curve as SVG.

import { addAxes, axis, frame, height, margin, pixel } from './axes.js';
import { svg } from './dom.js';
import { shown } from './number.js';

// The line through the points. Where many share a pixel column, it goes from the least to the largest.
function pathOf(points, x, y) {
  const columns = new Map(); // by pixel: the points in it
  for (const point of points) {
    const column = Math.round(x.place(point.x));
    if (!columns.has(column)) columns.set(column, []);
    columns.get(column).push(point);
  }
  const kept = [...columns.values()].flatMap((column) => {
    if (column.length <= 2) return column;
    const values = column.map((point) => point.y);
    const ends = [values.indexOf(Math.min(...values)), values.indexOf(Math.max(...values))];
    return ends.sort((a, b) => a - b).map((i) => column[i]);
  });
  return kept
    .map((point, i) => `${i ? 'L' : 'M'}${pixel(x.place(point.x))} ${pixel(y.place(point.y))}`)
    .join('');
}

/**
 * A curve over steps. `draw(points)` shows points such as { x: step, y: loss }, whose x rises. Pointer and
 * arrow keys tell the numbers of one of them.
 * @param {object} options
 * @param {string} options.label what the curve is, as caption and for screen readers
 * @param {(y: number) => string} [options.format] how its numbers are written
 * @param {(y: number) => string} [options.tick] how those at the axis are written, if not so
 * @param {[number, number]} [options.range] the ends of the y axis; by default those of the points
 * @param {{ y: number, label: string }} [options.mark] a dashed line to compare with; `draw` may give another
 */
export function curve({ label, format = shown, tick = format, range, mark = null }) {
  let points = [];
  let log = false;
  let scales = null; // of the drawing that is shown
  let chosen = -1;
  const cursor = svg('g', { class: 'cursor' });

  const draw = (drawing, width) => {
    const values = points.map((point) => point.y).filter((y) => !log || y > 0);
    const all = mark ? [...values, mark.y] : values;
    let [low, high] = range ?? [
      all.reduce((a, b) => Math.min(a, b), Infinity),
      all.reduce((a, b) => Math.max(a, b), -Infinity),
    ];
    if (!range && !log) low = Math.min(0, low);
    if (!Number.isFinite(low + high)) [low, high] = log ? [0.1, 10] : [0, 1];
    if (log) [low, high] = [low / 1.15, high * 1.15];
    else if (!range) high += (high - low || 1) * 0.04;
    const x = axis(0, Math.max(50, points.at(-1)?.x ?? 0), margin.left, width - margin.right, false);
    const y = axis(low, high, height - margin.bottom, margin.top, log);
    scales = { x, y };
    addAxes(drawing, width, x, y, 'step', tick);
    if (mark) {
      const place = pixel(y.place(mark.y));
      drawing.append(
        svg('line', { class: 'mark', x1: margin.left, x2: width - margin.right, y1: place, y2: place }),
        svg(
          'text',
          { x: width - margin.right - 4, y: y.place(mark.y) + 14, 'text-anchor': 'end' },
          mark.label,
        ),
      );
    }
    drawing.append(
      svg('path', {
        class: 'curve',
        d: pathOf(
          points.filter((point) => !log || point.y > 0),
          x,
          y,
        ),
      }),
      cursor,
    );
    drawing.setAttribute('aria-label', summary());
    showCursor();
  };
  const summary = () => {
    if (points.length === 0) return `${label}: no steps yet`;
    const { x, y } = points.at(-1);
    const least = points.reduce((a, b) => (b.y < a.y ? b : a));
    const most = points.reduce((a, b) => (b.y > a.y ? b : a));
    return (
      `${label}: ${format(points[0].y)} at step ${points[0].x}, ${format(y)} at step ${x}; ` +
      `least ${format(least.y)} at step ${least.x}, most ${format(most.y)} at step ${most.x}`
    );
  };
  const showCursor = () => {
    cursor.replaceChildren();
    const point = points[chosen];
    line.textContent = point ? `step ${point.x}: ${format(point.y)}` : ' ';
    if (!point || (log && point.y <= 0)) return;
    cursor.append(
      svg('circle', { cx: pixel(scales.x.place(point.x)), cy: pixel(scales.y.place(point.y)), r: 4 }),
    );
  };
  const { figure, drawing, line, redraw } = frame(label, draw);
  drawing.addEventListener('pointermove', (event) => {
    const place = event.clientX - drawing.getBoundingClientRect().left;
    const distance = (point) => Math.abs(scales.x.place(point.x) - place);
    chosen = points.reduce(
      (best, point, i) => (best < 0 || distance(point) < distance(points[best]) ? i : best),
      -1,
    );
    showCursor();
  });
  drawing.addEventListener('pointerleave', () => {
    chosen = -1;
    showCursor();
  });
  drawing.addEventListener('blur', () => {
    chosen = -1;
    showCursor();
  });
  drawing.addEventListener('keydown', (event) => {
    const last = points.length - 1;
    const step = Math.max(1, Math.round(last / 50));
    const from = chosen < 0 ? last : chosen;
    const goal = { ArrowLeft: from - step, ArrowRight: from + step, Home: 0, End: last }[event.key];
    if (goal === undefined || last < 0) return;
    event.preventDefault();
    chosen = Math.min(last, Math.max(0, goal));
    showCursor();
  });
  return {
    figure,
    draw(newPoints, newMark = mark) {
      points = newPoints;
      mark = newMark;
      if (chosen >= points.length) chosen = -1;
      redraw();
    },
    setLog(isLog) {
      log = isLog;
      redraw();
    },
  };
}
