// What follows the name of a panel in the address: in #attention?d=4&mask=none the entries d and mask. So a link opens a
// panel as its sender saw it.

/** The panel and the entries that an address such as location.hash names. */
export function readAddress(hash) {
  const [panel, query = ''] = hash.slice(1).split(/\?(.*)/s);
  return { panel, entries: new URLSearchParams(query) };
}

/** The address of a panel with these entries: an object, or pairs of name and value. */
export function addressOf(panel, entries) {
  const query = new URLSearchParams(entries).toString();
  return query ? `#${panel}?${query}` : `#${panel}`;
}

/**
 * The values of the entries, and a complaint about each that cannot be read. `readers` has a function for each name,
 * which makes a value of a text, or undefined if it cannot.
 */
export function readEntries(entries, readers) {
  const values = {};
  const complaints = [];
  for (const [name, text] of entries) {
    const value = Object.hasOwn(readers, name) ? readers[name](text) : undefined;
    if (value === undefined) complaints.push(`The address says ${name}=${text}, which is not known here.`);
    else values[name] = value;
  }
  return { values, complaints };
}

/** Reads one of some choices. */
export const oneOf = (choices) => (text) => choices.find((choice) => String(choice) === text);

/** Reads a whole number of at most four digits. */
export const wholeNumber = (text) => (/^\d{1,4}$/.test(text) ? Number(text) : undefined);
