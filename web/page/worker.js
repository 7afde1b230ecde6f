// Runs the library. It answers the messages of engine.js, one after the other.

import createModule from './xgrad.js';

const ready = createModule();

async function answer({ id, file, ...request }) {
  const library = await ready;
  if (file !== undefined) {
    const bytes = library.FS.readFile(file);
    library.FS.unlink(file);
    return { id, result: bytes };
  }
  return { id, ...JSON.parse(library.ccall('respond', 'string', ['string'], [JSON.stringify(request)])) };
}

onmessage = async ({ data }) => {
  try {
    postMessage(await answer(data));
  } catch (error) {
    postMessage({ id: data.id, error: `the library has stopped: ${error.message ?? error}` });
  }
};
