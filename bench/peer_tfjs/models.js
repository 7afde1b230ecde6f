// The models of bench/training_step.hpp in TensorFlow.js. `of(name)` is the weight with xgrad's name.

import * as tf from '@tensorflow/tfjs-core';

/**
 * A weight as the models take it: that of a linear layer as (in, out), TensorFlow's order, for which its
 * product is fast.
 * @param {string} name
 * @param {{shape: number[], values: Float32Array}} weight
 */
export function weightOf(name, { shape, values }) {
  const isEmbedding = name === 'token.weight' || name === 'position.weight';
  const weight = tf.tensor(values, shape);
  return shape.length === 2 && !isEmbedding ? tf.transpose(weight) : weight;
}

// Of matrices. TensorFlow's own rule multiplies transposed ones, for which this backend has no fast kernel.
const product = tf.customGrad((a, b, save) => {
  save([a, b]);
  return {
    value: tf.matMul(a, b),
    gradFunc: (g, [x, w]) => [tf.matMul(g, tf.transpose(w)), tf.matMul(tf.transpose(x), g)],
  };
});

// x (N, in) → (N, out)
function linear(x, of, name) {
  return tf.add(product(x, of(`${name}.weight`)), of(`${name}.bias`));
}

function layerNorm(x, of, name) {
  const { mean, variance } = tf.moments(x, -1, true);
  const normed = tf.mul(tf.sub(x, mean), tf.rsqrt(tf.add(variance, 1e-5)));
  return tf.add(tf.mul(normed, of(`${name}.weight`)), of(`${name}.bias`));
}

// x Φ(x)
function gelu(x) {
  return tf.mul(tf.mul(x, 0.5), tf.add(tf.erf(tf.mul(x, Math.SQRT1_2)), 1));
}

// Self-attention of x (B T, D) with H heads of d.
function attention(x, { B, T, D, H, mask }, of, name) {
  const d = D / H;
  const split = (y) => tf.transpose(tf.reshape(y, [B, T, H, d]), [0, 2, 1, 3]);  // (B T, D) → (B, H, T, d)
  const [q, k, v] = ['W_q', 'W_k', 'W_v'].map((W) => split(linear(x, of, `${name}.${W}`)));
  const scores = tf.add(tf.mul(tf.matMul(q, k, false, true), 1 / Math.sqrt(d)), mask);  // (B, H, T, T)
  const context = tf.matMul(tf.softmax(scores), v);  // (B, H, T, d)
  const joined = tf.reshape(tf.transpose(context, [0, 2, 1, 3]), [B * T, D]);
  return linear(joined, of, `${name}.W_o`);
}

function block(x, sizes, of, name) {
  const attended = tf.add(x, attention(layerNorm(x, of, `${name}.norm1`), sizes, of, `${name}.attention`));
  const hidden = gelu(linear(layerNorm(attended, of, `${name}.norm2`), of, `${name}.feed_forward.expand`));
  return tf.add(attended, linear(hidden, of, `${name}.feed_forward.project`));
}

/**
 * A GPT's logits (B T, V), as a function of `of`. The tokens are one-hot rows, made once: their embedding is
 * a product, because the backend for WebAssembly lacks the gradient of a gather.
 * @param {{shape: number[], values: BigInt64Array}} input tokens (B, T)
 * @param {Map<string, {shape: number[]}>} weights
 */
export function gpt(input, weights) {
  const [B, T] = input.shape;
  const [V, D] = weights.get('token.weight').shape;
  const layers = [...weights.keys()].filter((name) => name.endsWith('.norm1.weight')).length;
  const tokens = oneHot(input.values, V);  // (B T, V)
  const hidden = (i) => i % T > Math.floor(i / T);  // a later token
  const mask = tf.tensor(Array.from({ length: T * T }, (_, i) => (hidden(i) ? -1e9 : 0)), [T, T]);
  const sizes = { B, T, D, H: 4, mask };  // the weights do not tell the number of heads
  return (of) => {
    const embedded = tf.reshape(tf.matMul(tokens, of('token.weight')), [B, T, D]);
    let x = tf.reshape(tf.add(embedded, of('position.weight')), [B * T, D]);
    for (let layer = 0; layer < layers; layer += 1) x = block(x, sizes, of, `blocks.${layer}`);
    return tf.matMul(layerNorm(x, of, 'norm'), of('token.weight'), false, true);  // the tied head
  };
}

/**
 * The logits (B, classes) of three layers with ReLU between them.
 * @param {{shape: number[], values: Float32Array}} input
 */
export function mlp(input) {
  const x = tf.tensor(input.values, input.shape);
  return (of) => linear(tf.relu(linear(tf.relu(linear(x, of, '0')), of, '2')), of, '4');
}

/**
 * One-hot rows (N, classes). They are cast, because this backend writes whole numbers into one-hot floats.
 * @param {BigInt64Array} indices
 * @param {number} classes
 */
export function oneHot(indices, classes) {
  return tf.cast(tf.oneHot(tf.tensor1d(Int32Array.from(indices, Number), 'int32'), classes), 'float32');
}
