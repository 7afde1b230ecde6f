#!/usr/bin/env bash
# What ONNX's Attention gives for a query that the mask leaves no key depends on the version of onnxruntime-web and on how the
# mask is written: in 1.24.3 NaN for a floating mask of −∞, the mean of all values for the same mask as booleans; 0 in 1.30.0.
#
# The mean is what a large finite number in place of −∞ gives: equal scores have equal weights, also those of padding. In
# 1.24.3 the lengths of a padded cache (nonpad_kv_seqlen) are taken without an error and have no effect: padded keys get
# weights.
#
# Whom it hurts: batches in which one sequence is empty or shorter than its block of queries. NaN shows; a mean of padding
# does not. Give each query a key, or set its output to 0 outside of the operator.
#
# Needs node 20 and npm.
set -euo pipefail

folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT
cd "$folder"
npm install --silent --no-audit --no-fund --ignore-scripts \
  older@npm:onnxruntime-web@1.24.3 newer@npm:onnxruntime-web@1.30.0 onnx-proto@8.0.1

cat >attention.js <<'CODE'
const { onnx } = require('onnx-proto');
const ort = require(process.argv[2]);
ort.env.wasm.numThreads = 1;

const types = { float32: 1, int64: 7, bool: 9 };
const heads = (numbers) => new ort.Tensor('float32', Float32Array.from(numbers), [1, 1, numbers.length, 1]);
const q = heads([1, 2]), k = heads([1, 2, 3]), v = heads([1, 10, 100]);

// Attention of 2 queries with 3 keys of size 1, whose values are 1, 10 and 100.
async function output(feeds) {
  const all = { q, k, v, ...feeds };
  const input = ['q', 'k', 'v', 'mask', '', '', 'lengths'].map((name) => (name in all ? name : ''));
  while (input.at(-1) === '') input.pop();
  const declared = (name, x) => ({
    name,
    type: { tensorType: { elemType: types[x.type], shape: { dim: x.dims.map((n) => ({ dimValue: n })) } } },
  });
  const model = onnx.ModelProto.create({
    irVersion: 10,
    opsetImport: [{ domain: '', version: 24 }],
    graph: {
      name: 'attention',
      node: [{ opType: 'Attention', input, output: ['y'] }],
      input: Object.entries(all).map(([name, x]) => declared(name, x)),
      output: [declared('y', q)],
    },
  });
  const session = await ort.InferenceSession.create(onnx.ModelProto.encode(model).finish());
  const { y } = await session.run(all);
  return Array.from(y.data, (x) => x.toFixed(2)).join(' ');
}

(async () => {
  const hidden = [-Infinity, -Infinity, -Infinity];
  const added = new ort.Tensor('float32', Float32Array.from([0, 0, 0, ...hidden]), [2, 3]);
  const kept = new ort.Tensor('bool', Uint8Array.from([1, 1, 1, 0, 0, 0]), [2, 3]);
  const lengths = new ort.Tensor('int64', BigInt64Array.from([2n]), [1]);
  console.log(`floating mask that hides all keys from query 2: ${await output({ mask: added })}`);
  console.log(`boolean mask that hides all keys from query 2: ${await output({ mask: kept })}`);
  console.log(`nonpad_kv_seqlen of 2: ${await output({ lengths })}`);
})();
CODE
for version in older newer; do
  echo "onnxruntime-web $(node -p "require('./node_modules/$version/package.json').version")"
  node attention.js "$version" 2>/dev/null
done | tee output
diff output - <<'EXPECTED'
onnxruntime-web 1.24.3
floating mask that hides all keys from query 2: 69.06 NaN
boolean mask that hides all keys from query 2: 69.06 37.00
nonpad_kv_seqlen of 2: 69.06 87.87
onnxruntime-web 1.30.0
floating mask that hides all keys from query 2: 69.06 0.00
boolean mask that hides all keys from query 2: 69.06 0.00
nonpad_kv_seqlen of 2: 7.58 8.93
EXPECTED
echo "as described"
