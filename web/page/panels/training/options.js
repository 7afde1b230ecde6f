// The options of a run: their controls, and their text in the address.

import { addressOf as addressOfEntries, readEntries } from '../../parts/address.js';
import { element } from '../../parts/dom.js';
import { select } from '../../parts/select.js';

const widest = 128;
const ratePowers = { min: -5, max: 1 }; // the slider goes from 10^-5 to 10^1

/** What a run has if the address says nothing else. It learns sums of 2 digits within 600 steps. */
const defaults = { digits: 2, layers: 2, heads: 4, d_model: 48, batch: 128, rate: 0.006, seed: 0 };

/** Reads a number. The library checks whether it is a possible one. */
const finite = (text) => (text.trim() !== '' && Number.isFinite(Number(text)) ? Number(text) : undefined);

/** The options that the entries of an address such as #training?heads=1&rate=0.1 name, and complaints. */
export function optionsOf(entries) {
  const readers = Object.fromEntries(Object.keys(defaults).map((name) => [name, finite]));
  const { values, complaints } = readEntries(entries, readers);
  return { options: { ...defaults, ...values }, complaints };
}

/** The address of these options: those that differ from the defaults. */
export function addressOf(options) {
  const changed = Object.entries(options).filter(([name, value]) => value !== defaults[name]);
  return addressOfEntries('training', changed);
}

/** A rate with two digits, such as 0.0063 or 1e-5. */
function rateAt(power) {
  return Number((10 ** power).toPrecision(2));
}

/** A slider with its label, and its value beside it: `output`, or what is given instead. */
function slider(id, label, attributes, hint, output = element('output', { for: id })) {
  const input = element('input', { id, type: 'range', ...attributes });
  const row = element(
    'div',
    { class: 'slider' },
    element('label', { for: id }, label),
    output,
    input,
    hint ? element('small', { class: 'note' }, hint) : null,
  );
  return { input, output, row };
}

/** A number, or the text itself if it is none, which the library then refuses. */
const numberIn = (text) => finite(text) ?? text;

/**
 * The controls of the options.
 * @param {object} options what they show first
 * @param {(options: object, name: string, settled: boolean) => void} changed called with all options when one has
 *   changed; not settled while its slider moves
 */
export function optionControls(options, changed) {
  const now = { ...options };
  const digits = select({}, [1, 2, 3], (value) => change('digits', Number(value)));
  const layers = slider('training-layers', 'Depth (layers)', { min: 1, max: 4, step: 1 });
  const heads = slider('training-heads', 'Heads', { min: 1, max: 8, step: 1 });
  const width = slider('training-width', 'Width (d_model)', { max: widest }, 'a multiple of the heads');
  const batch = slider('training-batch', 'Batch', { min: 3, max: 8, step: 1 }, 'sums in a step');
  const rateText = element('input', {
    type: 'text',
    inputmode: 'decimal',
    size: 6,
    maxlength: 20,
    'aria-label': 'Learning rate as a number',
  });
  const rate = slider(
    'training-rate',
    'Learning rate',
    { ...ratePowers, step: 0.05 },
    'Its peak, also while it runs: the rate of a step rises to it for 50 steps, falls until step 600, and stays ' +
      'at a tenth of it.',
    rateText,
  );
  const seed = element('input', { type: 'number', min: 0, step: 1, size: 6 });

  const show = () => {
    digits.value = now.digits;
    layers.input.value = now.layers;
    layers.output.textContent = now.layers;
    heads.input.value = now.heads;
    heads.output.textContent = now.heads;
    Object.assign(width.input, { min: now.heads, step: now.heads });
    width.input.value = now.d_model;
    width.output.textContent = now.d_model;
    batch.input.value = Math.log2(now.batch);
    batch.output.textContent = now.batch;
    rate.input.value = Math.log10(now.rate);
    rate.input.setAttribute('aria-valuetext', String(now.rate));
    rateText.value = now.rate;
    batch.input.setAttribute('aria-valuetext', String(now.batch));
    seed.value = now.seed;
  };
  const change = (name, value, settled = true) => {
    now[name] = value;
    if (name === 'heads')
      // The nearest multiple of the heads that the slider has.
      now.d_model = value * Math.min(Math.floor(widest / value), Math.max(1, Math.round(now.d_model / value)));
    show();
    changed({ ...now }, name, settled);
  };
  const listen = (input, name, read = numberIn) =>
    input.addEventListener('change', () => change(name, read(input.value)));
  listen(layers.input, 'layers');
  listen(heads.input, 'heads');
  listen(width.input, 'd_model');
  listen(batch.input, 'batch', (power) => 2 ** power);
  listen(rateText, 'rate');
  listen(seed, 'seed');
  // The numbers beside the sliders follow while they move; a new model waits until they stop.
  for (const { input, output } of [layers, heads, width, batch]) {
    input.addEventListener('input', () => {
      output.textContent = input === batch.input ? 2 ** input.value : input.value;
    });
  }
  rate.input.addEventListener('input', () => change('rate', rateAt(rate.input.value), false));
  listen(rate.input, 'rate', rateAt);
  show();

  const form = element(
    'form',
    { class: 'options', 'aria-label': 'Options of the run' },
    rate.row,
    element(
      'fieldset',
      {},
      element('legend', {}, 'Changing these starts over'),
      layers.row,
      heads.row,
      width.row,
      batch.row,
      element(
        'div',
        { class: 'pair' },
        element('label', {}, 'Digits', digits),
        element('label', {}, 'Seed', seed),
      ),
    ),
  );
  form.addEventListener('submit', (event) => event.preventDefault());
  return {
    form,
    show(options) {
      Object.assign(now, options);
      show();
    },
  };
}
