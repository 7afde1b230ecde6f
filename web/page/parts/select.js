// A choice from a list.

import { element } from './dom.js';

/** Gives a select other choices: pairs of a value and its text, or values that are their own texts. */
export function setChoices(select, choices) {
  select.replaceChildren(
    ...choices.map((choice) => {
      const [value, text = value] = Array.isArray(choice) ? choice : [choice];
      return element('option', { value }, String(text));
    }),
  );
}

/** A <select> of such choices. `onchoose` is called with the value of the one that the visitor takes. */
export function select(attributes, choices, onchoose) {
  const node = element('select', { ...attributes, onchange: () => onchoose(node.value) });
  setChoices(node, choices);
  return node;
}
