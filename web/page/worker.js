// Runs the library. It answers the messages of engine.js, one after the other.

import createModule from './xgrad.js';

// ccall puts a request on the module's stack, which a long one would overflow. The library reads no longer ones.
const maxCharacters = 100_000;

let stopped; // the error after which the library's memory cannot be trusted

const ready = createModule().catch((error) => {
  throw stop(`xgrad.wasm cannot be loaded (${error.message ?? error})`);
});

function stop(reason) {
  stopped = new Error(`the library has stopped: ${reason}. Load the page again.`);
  return stopped;
}

/** The bytes of a file that the library has written. */
function take(library, path) {
  if (!library.FS.analyzePath(path).exists) throw new Error(`[page] there is no file ${path}`);
  const bytes = library.FS.readFile(path);
  library.FS.unlink(path);
  return { result: bytes };
}

function respond(library, request) {
  const text = JSON.stringify(request);
  if (text.length > maxCharacters) {
    throw new Error(`[page] the request has ${text.length} characters; at most ${maxCharacters} are read`);
  }
  try {
    return JSON.parse(library.ccall('respond', 'string', ['string'], [text]));
  } catch (error) {
    throw stop(error.message ?? error); // the library itself never throws: it ran out of stack, or worse
  }
}

async function answer({ file, ...request }) {
  const library = await ready;
  if (stopped) throw stopped;
  return file === undefined ? respond(library, request) : take(library, file);
}

onmessage = async ({ data: { id, ...question } }) => {
  try {
    postMessage({ id, ...(await answer(question)) });
  } catch (error) {
    postMessage({ id, error: error.message });
  }
};
