// Runs the training in slices, so that a pause, a new rate or a look at the model waits for no more than one.

const slice = 60; // milliseconds that a slice should take
const evaluateEvery = 50; // steps

const empty = {
  ready: false,
  step: 0,
  losses: [],
  accuracies: [],
  samples: [],
  running: false,
  diverged: null,
};

/** A run of training. `changed()` is called whenever its state has changed; the page then draws it. */
export class Runner {
  #engine;
  #changed;
  #count = 1; // steps in the next slice
  #work = Promise.resolve(); // what the library still has to do for this run

  /** What the page shows. Numbers come from the library, but for `speed`, which is measured here. */
  state = { ...empty };

  constructor(engine, changed) {
    this.#engine = engine;
    this.#changed = changed;
  }

  /** Makes a new model, and evaluates it before its first step. The model before is gone. */
  begin(options) {
    this.pause();
    return this.#inTurn(async () => {
      this.state = { ...empty };
      this.#changed();
      const description = await this.#engine.call('training_start', options);
      this.state = { ...empty, losses: [], accuracies: [], ready: true, description, rate: options.rate };
      this.#count = 1;
      await this.#evaluate();
      this.#changed();
    });
  }

  /** Trains until `pause`. */
  async start() {
    if (!this.state.ready || this.state.running || this.state.diverged) return;
    this.state.running = true;
    this.#changed();
    const run = this.state;
    try {
      while (run.running) await this.#inTurn(() => run.running && this.#advance(run));
      if (run === this.state && !run.diverged) await this.#inTurn(() => this.#evaluate());
    } finally {
      run.running = false;
      this.#changed();
    }
  }

  pause() {
    this.state.running = false;
  }

  /** One step, and what it has changed. */
  oneStep() {
    this.pause();
    return this.#inTurn(async () => {
      if (!this.state.ready || this.state.diverged) return;
      await this.#take(1);
      if (!this.state.diverged) await this.#evaluate();
      this.#changed();
    });
  }

  /** Changes the rate of the next step. */
  setRate(rate) {
    return this.#inTurn(() => this.#engine.call('training_rate', { rate }));
  }

  /** A call that looks at the model between two slices. */
  look(name, args = {}) {
    return this.#inTurn(() => this.#engine.call(name, args));
  }

  /** Waits until the library has done all before. An error reaches the caller only. */
  #inTurn(work) {
    const result = this.#work.then(work);
    this.#work = result.catch(() => {});
    return result;
  }

  async #advance(run) {
    const toEvaluation = evaluateEvery - (run.step % evaluateEvery);
    const count = Math.min(this.#count, toEvaluation);
    const milliseconds = await this.#take(count);
    const speed = (1000 * count) / milliseconds;
    run.speed = run.speed === undefined ? speed : 0.8 * run.speed + 0.2 * speed;
    this.#count = Math.max(1, Math.min(2 * count, Math.floor((count * slice) / milliseconds)));
    if (run.step % evaluateEvery === 0 && !run.diverged) await this.#evaluate();
    this.#changed();
  }

  /** Takes some steps. Returns how long they took. */
  async #take(count) {
    const start = performance.now();
    const answer = await this.#engine.call('training_steps', { count });
    const run = this.state;
    run.step = answer.step;
    run.losses.push(...answer.losses);
    run.gradNorm = answer.grad_norm ?? run.gradNorm;
    run.rate = answer.rate ?? run.rate;
    if (answer.diverged) {
      run.diverged = answer.diverged;
      run.running = false;
    }
    return performance.now() - start;
  }

  async #evaluate() {
    const { step, accuracy, samples } = await this.#engine.call('training_evaluate');
    if (this.state.accuracies.at(-1)?.step !== step) this.state.accuracies.push({ step, accuracy });
    this.state.samples = samples;
    this.state.evaluated = step;
  }
}
