#!/usr/bin/env bash
# tf.fused.matMul of TensorFlow.js 4.22.0 adds a 1-D bias to the first row only, in the wasm backend, if an operand is transposed.
#
# All later rows get the last number of the bias in every column. Without a transpose the result is right, in the cpu backend it
# always is, and tf.add(tf.matMul(...), bias) is right too. There is no error.
#
# Whom it hurts: a layer whose weight is stored as (out, in), as PyTorch stores it, is one call with transposeB. A model that
# was converted so, and is right in the cpu backend, is wrong in wasm from the second row of a batch on. A test with a batch of one
# passes. Transpose the weight first, or add the bias in an op of its own.
set -euo pipefail
command -v npm >/dev/null || { echo "needs node and npm (Debian's nodejs and npm)" >&2; exit 2; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --loglevel=error @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0 \
  @tensorflow/tfjs-backend-wasm@4.22.0 >/dev/null

cat >bias.cjs <<'CODE'
const { dirname } = require('node:path');
const tf = require('@tensorflow/tfjs-core');
require('@tensorflow/tfjs-backend-cpu');
const { setWasmPaths } = require('@tensorflow/tfjs-backend-wasm');
setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'))}/dist/`);

const numbers = (tensor) => Array.from(tensor.dataSync()).join(' ');
(async () => {
  console.log(`TensorFlow.js ${tf.version_core}`);
  for (const backend of ['cpu', 'wasm']) {
    await tf.setBackend(backend);
    const bias = tf.tensor1d([0.5, 0.25, 0.125]);
    for (const [transposeA, transposeB] of [[false, false], [false, true], [true, false]]) {
      const a = tf.ones(transposeA ? [2, 3] : [3, 2]);
      const b = tf.ones(transposeB ? [3, 2] : [2, 3]);
      const fused = tf.fused.matMul({ a, b, transposeA, transposeB, bias });
      const apart = tf.add(tf.matMul(a, b, transposeA, transposeB), bias);
      console.log(`${backend} ${transposeA} ${transposeB}: ${numbers(fused)}; apart ${numbers(apart)}`);
    }
  }
})();
CODE
node --no-experimental-fetch bias.cjs 2>/dev/null | grep -E '^(TensorFlow.js|cpu|wasm) ' | tee output
diff output - <<'EXPECTED'
TensorFlow.js 4.22.0
cpu false false: 2.5 2.25 2.125 2.5 2.25 2.125 2.5 2.25 2.125; apart 2.5 2.25 2.125 2.5 2.25 2.125 2.5 2.25 2.125
cpu false true: 2.5 2.25 2.125 2.5 2.25 2.125 2.5 2.25 2.125; apart 2.5 2.25 2.125 2.5 2.25 2.125 2.5 2.25 2.125
cpu true false: 2.5 2.25 2.125 2.5 2.25 2.125 2.5 2.25 2.125; apart 2.5 2.25 2.125 2.5 2.25 2.125 2.5 2.25 2.125
wasm false false: 2.5 2.25 2.125 2.5 2.25 2.125 2.5 2.25 2.125; apart 2.5 2.25 2.125 2.5 2.25 2.125 2.5 2.25 2.125
wasm false true: 2.5 2.25 2.125 2.125 2.125 2.125 2.125 2.125 2.125; apart 2.5 2.25 2.125 2.5 2.25 2.125 2.5 2.25 2.125
wasm true false: 2.5 2.25 2.125 2.125 2.125 2.125 2.125 2.125 2.125; apart 2.5 2.25 2.125 2.5 2.25 2.125 2.5 2.25 2.125
EXPECTED
echo "as described"
