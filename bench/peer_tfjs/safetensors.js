import { readFileSync } from 'node:fs';

const arrays = { F32: Float32Array, I64: BigInt64Array };

/**
 * The tensors of a safetensors file, by name.
 * @param {string} path
 * @returns {Map<string, {shape: number[], values: Float32Array | BigInt64Array}>}
 */
export function readSafetensors(path) {
  const bytes = readFileSync(path);
  const size = Number(bytes.readBigUInt64LE(0));
  const header = JSON.parse(bytes.toString('utf8', 8, 8 + size));
  const tensors = new Map();
  for (const [name, tensor] of Object.entries(header)) {
    if (name === '__metadata__') continue;
    const { dtype, shape, data_offsets: [begin, end] } = tensor;
    if (!(dtype in arrays)) throw new Error(`${path}: ${name} is ${dtype}, but only F32 and I64 are read`);
    const copy = Uint8Array.from(bytes.subarray(8 + size + begin, 8 + size + end));  // aligned
    tensors.set(name, { shape, values: new arrays[dtype](copy.buffer) });
  }
  return tensors;
}
