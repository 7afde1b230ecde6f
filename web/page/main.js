// Shows the panel that the address names, such as index.html#attention, and starts it when it is first shown. What
// follows a question mark, as in #tape?a=2, is the panel's own.

import { Engine } from './engine.js';
import { element } from './parts/dom.js';
import { failureText } from './parts/failure.js';

const panels = {
  tape: () => import('./panels/tape.js'),
  attention: () => import('./panels/attention.js'),
  training: () => import('./panels/training.js'),
  exercises: () => import('./panels/exercises.js'),
};
const first = 'tape';

const engine = new Engine();
const main = document.querySelector('main');
const shown = new Map(); // the section of each panel that has been started, by name

/** Starts a panel: its module fills a section with what it shows. */
async function start(name) {
  const section = element('section', { class: `panel panel-${name}` });
  shown.set(name, section);
  main.append(section);
  try {
    const panel = await panels[name]();
    await panel.start(section, engine);
    section.dataset.ready = 'true';
  } catch (error) {
    section.append(failureText(`This panel cannot start: ${error.message}`));
    throw error;
  } finally {
    document.querySelector('.loading')?.remove();
  }
}

function show() {
  const [wish] = location.hash.slice(1).split('?');
  if (wish === 'panel') return; // the link that skips to the panel
  const name = Object.hasOwn(panels, wish) ? wish : first;
  for (const link of document.querySelectorAll('nav a')) {
    const current = link.hash === `#${name}`;
    if (current) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  for (const [other, section] of shown) section.hidden = other !== name;
  if (!shown.has(name)) start(name);
}

addEventListener('hashchange', show);
show();
