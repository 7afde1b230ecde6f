// A histogram as SVG.

import { addAxes, axis, frame, height, margin, pixel } from './axes.js';
import { svg } from './dom.js';
import { shown } from './number.js';

/**
 * A histogram: counts in equal bins from −largest to largest. `draw({ counts, largest }, name)` shows others, of numbers
 * of that name.
 * @param {string} label what is counted, as caption and for screen readers
 */
export function histogram(label) {
  let counts = [];
  let largest = 0;
  let what = '';
  const draw = (drawing, width) => {
    const highest = Math.max(...counts, 1);
    const end = largest > 0 && Number.isFinite(largest) ? largest : 1;
    const x = axis(-end, end, margin.left, width - margin.right, false);
    const y = axis(0, highest * 1.05, height - margin.bottom, margin.top, false);
    addAxes(drawing, width, x, y, what, shown);
    const size = (2 * end) / counts.length;
    counts.forEach((count, i) => {
      const left = x.place(-end + i * size);
      const top = y.place(count);
      drawing.append(
        svg(
          'rect',
          {
            class: i < (counts.length - 1) / 2 ? 'below' : 'above',
            x: pixel(left + 0.5),
            y: pixel(top),
            width: pixel(Math.max(1, x.place(-end + (i + 1) * size) - left - 1)),
            height: pixel(y.place(0) - top),
            'data-value': count,
          },
          svg('title', {}, `${count} from ${shown(-end + i * size)} to ${shown(-end + (i + 1) * size)}`),
        ),
      );
    });
    drawing.setAttribute(
      'aria-label',
      `${label}: ${counts.reduce((a, b) => a + b, 0)} numbers from ${shown(-end)} to ${shown(end)}`,
    );
  };
  const { figure, line, redraw } = frame(label, draw);
  line.remove();
  return {
    figure,
    draw(summary, name) {
      what = name;
      counts = summary.counts;
      largest = Number(summary.largest);
      redraw();
    },
  };
}
