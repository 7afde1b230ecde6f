// Times a training step as step_bench.cpp does, on the batch and the first weights that it saved, in one
// thread and with SIMD.
//
// Usage: node step_bench.js ROW SECONDS FILE

import { setThreadsCount } from '@tensorflow/tfjs-backend-wasm';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';  // for the rules of its gradients, which the core lacks in node

import { gpt, mlp, oneHot, weightOf } from './models.js';
import { readSafetensors } from './safetensors.js';

const firstSteps = 20;
const models = { 'step/tiny': gpt, 'step/mlp': mlp };

const [row, seconds, file] = process.argv.slice(2);
if (!(row in models) || !(Number(seconds) > 0) || !file) {
  console.error(`usage: node step_bench.js ${Object.keys(models).join('|')} SECONDS FILE`);
  process.exit(2);
}

tf.enableProdMode();
setThreadsCount(1);
await tf.setBackend('wasm');
if (!(await tf.env().getAsync('WASM_HAS_SIMD_SUPPORT'))) throw new Error('this node lacks SIMD');

const weights = readSafetensors(file);
const [input, targets] = ['input', 'targets'].map((name) => {
  const tensor = weights.get(name);
  weights.delete(name);
  return tensor;
});
const variables = new Map();
for (const [name, weight] of weights) variables.set(name, tf.variable(weightOf(name, weight), true, name));
const model = models[row](input, weights);
const logits = () => model((name) => variables.get(name));
const labels = oneHot(targets.values, tf.tidy(() => logits().shape[1]));
const adam = tf.train.adam(1e-3, 0.9, 0.999, 1e-8);
const list = [...variables.values()];

// Forward, cross entropy, backward, Adam. The caller disposes the loss.
function step() {
  return adam.minimize(() => tf.losses.softmaxCrossEntropy(labels, logits()), true, list);
}

function milliseconds(steps) {
  const begin = performance.now();
  for (let i = 0; i < steps; i += 1) step().dispose();
  return performance.now() - begin;
}

// The median of the means of samples of about 20 ms.
function medianStep() {
  let spent = 0;
  let steps = 0;
  for (; spent < 1e3 * seconds; steps += 1) spent += milliseconds(1);
  const inSample = Math.max(1, Math.floor((20 * steps) / spent));
  const means = [];
  for (spent = 0; spent < 1e3 * seconds;) {
    const time = milliseconds(inSample);
    spent += time;
    means.push(time / inSample);
  }
  return means.sort((a, b) => a - b)[Math.floor(means.length / 2)];
}

const losses = [];
for (let i = 0; i < firstSteps; i += 1) {
  const loss = step();
  losses.push(loss.dataSync()[0]);
  loss.dispose();
}
console.log(JSON.stringify({ milliseconds: medianStep(), losses }));
