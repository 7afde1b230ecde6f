#!/usr/bin/env bash
# One model file with ONNX's Attention (opset 23), a boolean mask and a softcap gives other numbers in onnxruntime-web 1.24.3
# and 1.30.0: in the older one the key that the mask hides has a weight of 16 %.
#
# The older one masks first and applies the softcap c · tanh(score / c) afterwards, which turns the mask's −∞ into −c. The
# newer one follows the corrected definition, softcap before mask. The opset's number did not change, so the file does not
# say which it gets. With it, qk_matmul_output_mode 1 and 2 changed places: mode 1 was "with the mask", and is "softcapped".
#
# Whom it hurts: exporters that check a model against one runtime and ship it to another, padding above all. Without a mask,
# or without a softcap, both versions agree.
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

const value = (name, type, sizes) =>
    ({ name, type: { tensorType: { elemType: type, shape: { dim: sizes.map((n) => ({ dimValue: n })) } } } });

// Attention of 1 query with 3 keys of size 1. The softcap is 1/2; the mask hides the third key.
async function scores(mode) {
  const attribute = [{ name: 'softcap', type: 1, f: 0.5 }, { name: 'qk_matmul_output_mode', type: 2, i: mode }];
  const model = onnx.ModelProto.create({
    irVersion: 10,
    opsetImport: [{ domain: '', version: 23 }],
    graph: {
      name: 'attention',
      node: [{ opType: 'Attention', input: ['q', 'k', 'v', 'mask'], output: ['y', '', '', 'scores'], attribute }],
      input: [value('q', 1, [1, 1, 1, 1]), value('k', 1, [1, 1, 3, 1]), value('v', 1, [1, 1, 3, 1]), value('mask', 9, [1, 3])],
      output: [value('scores', 1, [1, 1, 1, 3])],
    },
  });
  const session = await ort.InferenceSession.create(onnx.ModelProto.encode(model).finish());
  const floats = (numbers, sizes) => new ort.Tensor('float32', Float32Array.from(numbers), sizes);
  const result = await session.run({
    q: floats([1], [1, 1, 1, 1]),
    k: floats([1, 2, 3], [1, 1, 3, 1]),
    v: floats([1, 10, 100], [1, 1, 3, 1]),
    mask: new ort.Tensor('bool', Uint8Array.from([1, 1, 0]), [1, 3]),
  });
  return Array.from(result.scores.data, (x) => (x < -1e30 ? '-inf' : x.toFixed(4))).join(' ');
}

(async () => {
  for (const mode of [1, 2, 3]) console.log(`mode ${mode}: ${await scores(mode)}`);
})();
CODE
for version in older newer; do
  echo "onnxruntime-web $(node -p "require('./node_modules/$version/package.json').version")"
  node attention.js "$version" 2>/dev/null
done | tee output
diff output - <<'EXPECTED'
onnxruntime-web 1.24.3
mode 1: 1.0000 2.0000 -inf
mode 2: 0.4820 0.4997 -0.5000
mode 3: 0.4180 0.4254 0.1566
onnxruntime-web 1.30.0
mode 1: 0.4820 0.4997 0.5000
mode 2: 0.4820 0.4997 -inf
mode 3: 0.4956 0.5044 0.0000
EXPECTED
echo "as described"
