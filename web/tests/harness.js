// What the tests of the page share: a server for the built folder, a browser that watches for errors and for requests to
// elsewhere, and the native program that answers the same calls.
//
// PAGE names the built folder and NATIVE the program; CHROMIUM another browser than Debian's headless shell.

import { spawn } from 'node:child_process';
import { createReadStream, statSync } from 'node:fs';
import { createServer } from 'node:http';
import { extname, join, normalize } from 'node:path';
import { createInterface } from 'node:readline';
import { after } from 'node:test';
import { fileURLToPath } from 'node:url';

import { chromium } from 'playwright-core';

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = process.env.PAGE ?? join(root, 'build/web/page');
const program = process.env.NATIVE ?? join(root, 'build/release/web/web_native');
const types = { '.html': 'text/html', '.js': 'text/javascript', '.css': 'text/css', '.wasm': 'application/wasm',
  '.svg': 'image/svg+xml' };

// What a test opens and does not close, because it fails before, would keep node alive.
const leftOpen = new Set();

let started; // one browser for all tests of a file; each test has a context of its own
function browser() {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell';
  started ??= chromium.launch({ executablePath, args: ['--no-sandbox'] });
  return started;
}

after(async () => {
  await Promise.all([...leftOpen].map((close) => close()));
  await (await started)?.close();
});

function serve() {
  const server = createServer((request, response) => {
    const path = join(folder, normalize(new URL(request.url, 'http://x').pathname));
    const file = path.endsWith('/') ? `${path}index.html` : path;
    if (!file.startsWith(folder) || !statSync(file, { throwIfNoEntry: false })?.isFile()) {
      response.writeHead(404).end();
      return;
    }
    response.writeHead(200, { 'content-type': types[extname(file)] ?? 'text/plain; charset=utf-8' });
    createReadStream(file).pipe(response);
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

/**
 * Opens the page on a panel and waits until the panel is ready.
 * `close()` fails if the page has written to the console as an error, thrown, or asked for anything of another server.
 * @param {string} address tape, attention, training or exercises, and what the panel takes from it: "training?heads=1"
 * @param {object} [options] for the browser's context, such as { viewport, colorScheme, reducedMotion }
 */
export async function open(address, options = {}) {
  const [panel] = address.split('?');
  const server = await serve();
  const home = `http://127.0.0.1:${server.address().port}/`;
  const context = await (await browser()).newContext({ viewport: { width: 1280, height: 900 }, ...options });
  const page = await context.newPage();
  const faults = [];
  page.on('console', (message) => message.type() === 'error' && faults.push(`console: ${message.text()}`));
  page.on('pageerror', (error) => faults.push(`thrown: ${error.stack}`));
  context.on('request', (request) => {
    const url = request.url();
    if (!/^(data|blob):/.test(url) && !url.startsWith(home)) faults.push(`asks elsewhere: ${url}`);
  });
  const end = async () => {
    leftOpen.delete(end);
    await context.close();
    server.close();
    server.closeAllConnections();
  };
  leftOpen.add(end);
  await page.goto(`${home}#${address}`);
  await page.locator(`.panel-${panel}[data-ready]`).waitFor({ timeout: 30_000 });
  const close = async () => {
    await end();
    if (faults.length > 0) throw new Error(faults.join('\n'));
  };
  return { page, close };
}

/** The native library: `ask(call, arguments)` gives the result, or throws what the library reports. */
export class Native {
  #process = spawn(program, { stdio: ['pipe', 'pipe', 'inherit'] });
  #lines = createInterface({ input: this.#process.stdout })[Symbol.asyncIterator]();
  #end = () => this.close();

  constructor() {
    leftOpen.add(this.#end);
  }

  async ask(call, args = {}) {
    this.#process.stdin.write(`${JSON.stringify({ call, arguments: args })}\n`);
    const { value, done } = await this.#lines.next();
    if (done) throw new Error('the native program has ended');
    const answer = JSON.parse(value);
    if (answer.error !== undefined) throw new Error(answer.error);
    return answer.result;
  }

  close() {
    leftOpen.delete(this.#end);
    this.#process.stdin.end();
  }
}

const sizesOf = (numbers) => numbers.map(Math.abs).filter(Number.isFinite);

/**
 * Throws unless |a − b| ≤ 1e-5 · scale for all pairs of numbers of two equal structures. The scale of an array's
 * numbers is the largest of them, and that of a lone number its own size: small gradients are compared as strictly as
 * large ones. A number that is 0 but for rounding needs the scale of what it was computed from.
 */
export function equalTo1e5(actual, expected, path = 'result', scale = undefined) {
  if (typeof expected === 'number' && typeof actual === 'number') {
    if (Object.is(actual, expected)) return; // infinities too
    if (Math.abs(actual - expected) <= 1e-5 * (scale ?? Math.abs(expected))) return;
    throw new Error(`${path}: ${actual} instead of ${expected}, to 1e-5 of ${scale ?? Math.abs(expected)}`);
  }
  if (expected !== null && typeof expected === 'object') {
    const isNumbers = Array.isArray(expected) && expected.some((x) => typeof x === 'number');
    const own = isNumbers && scale === undefined ? Math.max(0, ...sizesOf(expected)) : scale;
    const names = Object.keys(expected);
    if (String(Object.keys(actual)) !== String(names)) throw new Error(`${path}: other names: ${Object.keys(actual)}`);
    for (const name of names) equalTo1e5(actual[name], expected[name], `${path}.${name}`, own);
    return;
  }
  if (actual !== expected) throw new Error(`${path}: ${actual} instead of ${expected}`);
}
