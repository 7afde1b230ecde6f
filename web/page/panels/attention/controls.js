// The controls above the maps.

import { element } from '../../parts/dom.js';
import { select } from '../../parts/select.js';
import { headCounts, headSizes, initial, kinds, masks, tidy } from './state.js';

// The label stands beside its control and not around it, so that its text is the control's whole name.
function labelled(label, control, id) {
  control.id = `attention-${id}`;
  return element('div', { class: 'field' }, element('label', { for: control.id }, label), control);
}

function choice(label, id, choices, onchoose) {
  const node = select({}, choices, onchoose);
  return { box: labelled(label, node, id), select: node };
}

/**
 * The form. `change(entries)` tells the panel what the visitor has chosen.
 * @returns {{ form: HTMLElement, show: (state: object, words?: string[]) => void }}
 */
export function controls(change) {
  const text = element('input', { type: 'text', id: 'attention-text', spellcheck: 'false',
    autocomplete: 'off', maxlength: 1000,
    'aria-describedby': 'attention-count', oninput: () => change({ text: tidy(text.value) }) });
  const count = element('span', { class: 'note', id: 'attention-count', role: 'status' });

  const number = choice('heads H', 'heads', headCounts, (value) => {
    // A head that comes back is of the kind that stands at its place at first.
    change((state) => {
      const heads = initial().heads.map((kind, h) => state.heads[h] ?? kind).slice(0, Number(value));
      return { heads, head: Math.min(state.head, heads.length - 1) };
    });
  });
  const size = choice('head size d', 'd', headSizes, (value) => change({ d: Number(value) }));
  const scale = element('input', { type: 'checkbox', onchange: () => change({ scale: scale.checked }) });
  const mask = choice('mask', 'mask', masks, (value) => change({ mask: value }));
  const padding = element('input', { type: 'number', min: 0, max: 16, class: 'small', onchange: () => {
    const value = Number(padding.value);
    change({ padding: Number.isInteger(value) ? value : 0 });
  } });
  const draw = element('button', { type: 'button', onclick: () =>
    change((state) => ({ seed: (state.seed + 1) % 10000 })) }, 'Draw the random heads again');
  const reset = element('button', { type: 'button', onclick: () => change(initial()) }, 'Start over');

  const form = element('form', { class: 'attention-controls', 'aria-label': 'Sentence and settings',
    onsubmit: (event) => event.preventDefault() },
    element('div', { class: 'controls' },
      element('label', { class: 'wide', for: 'attention-text' }, 'Sentence', text), count),
    element('div', { class: 'controls' }, number.box, size.box,
      element('label', {}, scale, 'scale by 1/√d'), mask.box,
      labelled('words of padding at the end', padding, 'padding')),
    element('div', { class: 'controls' }, draw, reset));

  const show = (state, words) => {
    if (tidy(text.value) !== state.text) text.value = state.text;
    count.textContent = words ? `${words.length} of at most 16 words` : '';
    number.select.value = String(state.heads.length);
    size.select.value = String(state.d);
    scale.checked = state.scale;
    mask.select.value = state.mask;
    padding.value = String(state.padding);
    if (words) padding.max = String(words.length);
  };
  return { form, show };
}

/** A choice of the kind of head `h`. */
export function kindChoice(h, kind, change) {
  const node = select({ 'aria-label': `What head ${h} looks for` }, Object.entries(kinds), (value) =>
    change((state) => ({ heads: state.heads.map((other, i) => (i === h ? value : other)) })));
  node.value = kind;
  return node;
}
