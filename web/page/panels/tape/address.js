// What the panel shows, as entries of its address: #tape?e=a*b&a=2&b=3. So a link shows the same step of the same tape.

import * as address from '../../parts/address.js';
import { dtypes } from './form.js';
import { variables } from './parse.js';

const asText = (text) => text;
const readers = {
  e: asText,
  ...Object.fromEntries(variables.map((name) => [name, asText])),
  d: address.oneOf(dtypes),
  s: address.wholeNumber,
};

/** The state that entries name, null if they name no expression; and complaints about those that cannot be read. */
export function stateOf(entries) {
  const { values, complaints } = address.readEntries(entries, readers);
  if (values.e === undefined) return { state: null, complaints };
  const state = {
    expression: values.e,
    values: Object.fromEntries(variables.map((name) => [name, values[name] ?? ''])),
    dtype: values.d ?? 'float32',
    step: Math.max(0, (values.s ?? 1) - 1),
  };
  return { state, complaints };
}

/** The address of a state. Steps count from 1, as on the page. */
export function addressOf({ expression, values, dtype, step }) {
  const entries = { e: expression };
  for (const name of variables) if (values[name].trim() !== '') entries[name] = values[name];
  if (dtype !== 'float32') entries.d = dtype;
  if (step > 0) entries.s = String(step + 1);
  return address.addressOf('tape', entries);
}
