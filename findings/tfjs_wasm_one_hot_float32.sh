#!/usr/bin/env bash
# tf.oneHot with dtype float32 gives 1.4e-45 in place of 1, in the wasm backend of TensorFlow.js 4.22.0.
#
# The tensor says that it is float32, and holds the bits of the integers 0 and 1: read as float32, a 1 is the smallest denormal
# number. The cpu backend gives 1. There is no error.
#
# Whom it hurts: one-hot labels of a cross entropy, and an embedding as a product with one-hot rows. Both are then 0 but for
# rounding: the loss is 0, no weight moves, and only the backend differs. Leave out the dtype and cast: tf.cast(tf.oneHot(indices, n),
# 'float32').
set -euo pipefail
command -v npm >/dev/null || { echo "needs node and npm (Debian's nodejs and npm)" >&2; exit 2; }

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
echo '{"private": true}' >package.json
npm install --no-audit --no-fund --loglevel=error @tensorflow/tfjs-core@4.22.0 @tensorflow/tfjs-backend-cpu@4.22.0 \
  @tensorflow/tfjs-backend-wasm@4.22.0 >/dev/null

cat >one_hot.cjs <<'CODE'
const { dirname } = require('node:path');
const tf = require('@tensorflow/tfjs-core');
require('@tensorflow/tfjs-backend-cpu');
const { setWasmPaths } = require('@tensorflow/tfjs-backend-wasm');
setWasmPaths(`${dirname(require.resolve('@tensorflow/tfjs-backend-wasm/package.json'))}/dist/`);

(async () => {
  console.log(`TensorFlow.js ${tf.version_core}`);
  for (const backend of ['cpu', 'wasm']) {
    await tf.setBackend(backend);
    const indices = tf.tensor1d([1, 0], 'int32');
    const asked = tf.oneHot(indices, 3, 1, 0, 'float32');
    const cast = tf.cast(tf.oneHot(indices, 3), 'float32');
    console.log(`${backend} ${asked.dtype}: ${asked.dataSync().join(' ')}; cast: ${cast.dataSync().join(' ')}`);
  }
})();
CODE
node --no-experimental-fetch one_hot.cjs 2>/dev/null | grep -E '^(TensorFlow.js|cpu|wasm) ' | tee output
diff output - <<'EXPECTED'
TensorFlow.js 4.22.0
cpu float32: 0 1 0 1 0 0; cast: 0 1 0 1 0 0
wasm float32: 0 1.401298464324817e-45 0 1.401298464324817e-45 0 0; cast: 0 1 0 1 0 0
EXPECTED
echo "as described"
