import { element } from '../parts/dom.js';

/** Fills `section` with the panel. */
export async function start(section, engine) {
  section.append(element('h2', {}, 'Attention'));
}
