// Shows the panel that the address names, such as index.html#attention, and starts it when it is first shown. What
// follows a question mark, as in #tape?a=2, is the panel's own.
//
// The module of a panel has a function start(section, engine, { entries, moved }). It fills the section with what the
// entries of the address ask for, and returns a function that does the same for later entries. The panel calls
// moved(address) when its own controls have changed what its address should say.

import { Engine } from './engine.js';
import { readAddress } from './parts/address.js';
import { element } from './parts/dom.js';
import { failureText } from './parts/failure.js';

const modules = {
  tape: () => import('./panels/tape.js'),
  attention: () => import('./panels/attention.js'),
  training: () => import('./panels/training.js'),
  exercises: () => import('./panels/exercises.js'),
};
const first = 'tape';

const engine = new Engine();
const main = document.querySelector('main');

/** The name of the panel that the address names now; `show` follows a moment later. */
function nameInAddress() {
  const { panel } = readAddress(location.hash);
  return Object.hasOwn(modules, panel) ? panel : first;
}

/** A panel that has been started, and the address of what it shows. */
class Panel {
  #name;
  #open; // a promise of the function that opens other entries

  constructor(name, address) {
    this.#name = name;
    this.address = address;
    this.section = element('section', { class: `panel panel-${name}` });
    main.append(this.section);
    this.#open = this.#start(modules[name]);
  }

  async #start(load) {
    const { entries } = readAddress(this.address);
    const moved = (address) => {
      this.address = address;
      if (nameInAddress() === this.#name) history.replaceState(null, '', address);
    };
    try {
      const { start } = await load();
      const open = await start(this.section, engine, { entries, moved });
      this.section.dataset.ready = 'true';
      return open;
    } catch (error) {
      this.section.append(failureText(`This panel cannot start: ${error.message}`));
      throw error;
    } finally {
      document.querySelector('.loading')?.remove();
    }
  }

  /** Follows an address of this panel. Without entries it means the panel as it was left. */
  async follow(address) {
    if (address === this.address) return;
    if (address.includes('?')) {
      this.address = address;
      (await this.#open)(readAddress(address).entries);
    } else {
      history.replaceState(null, '', this.address);
    }
  }
}

const panels = new Map(); // those that have been started, by name
let shown; // one of them

function show() {
  const { panel } = readAddress(location.hash);
  if (panel === 'panel' && shown) { // the link that skips to the panel
    history.replaceState(null, '', shown.address);
    return;
  }
  const name = nameInAddress();
  const address = name === panel ? location.hash : `#${name}`;
  for (const link of document.querySelectorAll('nav a')) {
    const current = link.hash === `#${name}`;
    if (current) link.setAttribute('aria-current', 'page');
    else link.removeAttribute('aria-current');
  }
  for (const [other, { section }] of panels) section.hidden = other !== name;
  if (panels.has(name)) panels.get(name).follow(address);
  else panels.set(name, new Panel(name, address));
  shown = panels.get(name);
}

addEventListener('hashchange', show);
show();
