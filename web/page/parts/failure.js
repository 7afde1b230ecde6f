// What is wrong, in a paragraph that screen readers announce.

import { element } from './dom.js';

/** A paragraph with a message. Without one it is hidden and waits for `setFailure`. */
export function failureText(message = '') {
  return element('p', { class: 'failure', role: 'alert', hidden: message === '' }, message);
}

/** Gives it another message. The empty one hides it. */
export function setFailure(paragraph, message) {
  paragraph.textContent = message;
  paragraph.hidden = message === '';
}
