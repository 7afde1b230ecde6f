// The state of the panel in the address: #tape?e=a*b&a=2&b=3. So a link shows the same step of the same tape.

import { variables } from './parse.js';

/** The state that an address such as location.hash names; null if it is another panel's, or names none. */
export function stateOf(hash) {
  const [panel, query] = hash.slice(1).split(/\?(.*)/s);
  if ((panel !== 'tape' && panel !== '') || query === undefined) return null;
  const fields = new URLSearchParams(query);
  if (!fields.has('e')) return null;
  return {
    expression: fields.get('e'),
    values: Object.fromEntries(variables.map((name) => [name, fields.get(name) ?? ''])),
    dtype: fields.get('d') === 'float64' ? 'float64' : 'float32',
    step: Math.max(0, Number.parseInt(fields.get('s') ?? '1', 10) - 1 || 0),
  };
}

/** The address of a state. Steps count from 1, as on the page. */
export function addressOf({ expression, values, dtype, step }) {
  const fields = new URLSearchParams({ e: expression });
  for (const name of variables) if (values[name].trim() !== '') fields.set(name, values[name]);
  if (dtype !== 'float32') fields.set('d', dtype);
  if (step > 0) fields.set('s', String(step + 1));
  return `#tape?${fields}`;
}
