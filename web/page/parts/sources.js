// "Where this comes from": the files of the library behind a panel, and the lesson that explains it. Their text is in the
// page's folder, so it opens offline.

import { element } from './dom.js';

function file(path) {
  const text = element('pre', { tabindex: '0' });
  const details = element('details', {}, element('summary', {}, element('code', {}, path)), text);
  details.addEventListener('toggle', async () => {
    if (!details.open || text.textContent) return;
    const answer = await fetch(`source/${path}`);
    text.textContent = answer.ok ? await answer.text() : `cannot be read: ${answer.status}`;
  });
  return details;
}

/**
 * The list for a panel. `files` are paths in the project, and `lessons` is one such path or several. Each file must stand in
 * web/sources.txt too.
 */
export function sources(files, lessons) {
  return element(
    'aside',
    { class: 'sources', 'aria-label': 'Where this comes from' },
    element('h3', {}, 'The code that computes this'),
    files.map(file),
    element('h3', {}, 'The lesson that explains it'),
    [lessons].flat().map(file),
  );
}
