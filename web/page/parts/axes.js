// What curves and histograms share: axes, gridlines, and a frame that draws at the width that there is, so
// that text stays readable on a phone.

import { element, svg } from './dom.js';
import { shown } from './number.js';

export const height = 220;
export const margin = { left: 52, right: 12, top: 10, bottom: 34 };
export const pixel = (number) => number.toFixed(1);

/** At most `count` round numbers from `low` to `high`. */
function linearTicks(low, high, count) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const step = power * [1, 2, 5, 10].find((factor) => factor * power >= rough * 0.999);
  const ticks = [];
  for (let i = Math.ceil(low / step - 1e-9); i * step <= high + step * 1e-9; ++i)
    ticks.push(Number((i * step).toPrecision(12)));
  return ticks;
}

/** The powers of ten between them, with 2 and 5 times these if there are few. */
function logTicks(low, high) {
  const factors = high / low > 1e3 ? [1] : [1, 2, 5];
  const ticks = [];
  for (let power = Math.floor(Math.log10(low)); power <= Math.ceil(Math.log10(high)); ++power) {
    for (const factor of factors) ticks.push(Number((factor * 10 ** power).toPrecision(12)));
  }
  return ticks.filter((tick) => tick >= low && tick <= high);
}

/** How an axis places its numbers: from `low` at pixel `from` to `high` at pixel `to`. */
export function axis(low, high, from, to, log) {
  const turn = log ? Math.log10 : (number) => number;
  const [first, last] = [turn(low), turn(high)];
  return {
    ticks: (count) => (log ? logTicks(low, high) : linearTicks(low, high, count)),
    place: (number) => from + ((turn(number) - first) / (last - first)) * (to - from),
  };
}

/** The frame of a drawing: a figure whose SVG is drawn again, with its new width, whenever that changes. */
export function frame(label, drawInto) {
  const drawing = svg('svg', { role: 'img', height, tabindex: '0' });
  const line = element('output', { class: 'chart-line' }, ' ');
  const figure = element('figure', { class: 'chart' }, element('figcaption', {}, label), drawing, line);
  const redraw = () => {
    const width = Math.max(200, figure.clientWidth);
    drawing.setAttribute('width', width);
    drawing.replaceChildren();
    drawInto(drawing, width);
  };
  new ResizeObserver(redraw).observe(figure);
  return { figure, drawing, line, redraw };
}

export function addAxes(drawing, width, x, y, xLabel, formatY) {
  const bottom = height - margin.bottom;
  for (const tick of y.ticks(5)) {
    const place = pixel(y.place(tick));
    drawing.append(
      svg('line', { class: 'grid', x1: margin.left, x2: width - margin.right, y1: place, y2: place }),
      svg(
        'text',
        { x: margin.left - 6, y: place, 'text-anchor': 'end', 'dominant-baseline': 'middle' },
        formatY(tick),
      ),
    );
  }
  for (const tick of x.ticks(Math.max(2, Math.floor(width / 90)))) {
    const place = pixel(x.place(tick));
    drawing.append(
      svg('line', { class: 'grid', x1: place, x2: place, y1: margin.top, y2: bottom }),
      svg('text', { x: place, y: bottom + 14, 'text-anchor': 'middle' }, shown(tick)),
    );
  }
  drawing.append(svg('text', { x: width - margin.right, y: height - 4, 'text-anchor': 'end' }, xLabel));
}
