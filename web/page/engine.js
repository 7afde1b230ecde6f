// The library, in a worker: the page stays alive while it computes.

/** An error that the library reports: its text names the operation and the rule that was broken. */
export class EngineError extends Error {}

/** Sends calls to the worker. */
export class Engine {
  #worker;
  #end = null; // the error after which the worker answers no more
  #waiting = new Map(); // by id: how to settle the promise
  #next = 1;

  constructor() {
    this.#worker = new Worker(new URL('worker.js', import.meta.url), { type: 'module' });
    this.#worker.onmessage = ({ data }) => {
      const { resolve, reject } = this.#waiting.get(data.id);
      this.#waiting.delete(data.id);
      if (data.error === undefined) resolve(data.result);
      else reject(new EngineError(data.error));
    };
    // The worker, or the module that it imports, cannot be loaded. What goes wrong later, it answers itself.
    this.#worker.onerror = (event) => {
      event.preventDefault();
      const reason = event.message || 'its module cannot be loaded';
      this.#end = new EngineError(`the library has stopped: ${reason}. Load the page again.`);
      for (const { reject } of this.#waiting.values()) reject(this.#end);
      this.#waiting.clear();
    };
  }

  /** Asks for a call by name, with arguments that JSON can hold. Calls are answered in their order. */
  call(name, args = {}) {
    return this.#ask({ call: name, arguments: args });
  }

  /** The bytes of a file that a call has written. The file is then removed. */
  takeFile(path) {
    return this.#ask({ file: path });
  }

  #ask(request) {
    if (this.#end) return Promise.reject(this.#end);
    const id = this.#next++;
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve, reject });
      this.#worker.postMessage({ id, ...request });
    });
  }
}
