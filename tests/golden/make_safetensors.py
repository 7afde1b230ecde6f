"""Writes safetensors.safetensors: one tensor of each dtype that can be read, with the values in tests/safetensors.cpp.

It uses only NumPy and struct, so that reader and writer share no code. The header's order is not that of the data, the
header is padded, and one name must be escaped.
"""

import json
import pathlib
import struct

import numpy as np

HALVES = [0.0, -0.0, 1.0, -2.5, 65504.0, 2.0**-24, -(2.0**-14), 2.0**-14 - 2.0**-24, 1 / 3, np.inf, -np.inf, np.nan]

TENSORS = {
    "bool": ("BOOL", np.array([True, False, True]), [3]),
    "i8": ("I8", np.array([-128, -1, 127], "<i1"), [3]),
    "u8": ("U8", np.array([0, 127, 255], "<u1"), [3]),
    "i16": ("I16", np.array([-32768, 32767], "<i2"), [2]),
    "u16": ("U16", np.array([0, 65535], "<u2"), [2]),
    "i32": ("I32", np.array([-(2**31), 2**31 - 1], "<i4"), [2]),
    "u32": ("U32", np.array([0, 2**32 - 1], "<u4"), [2]),
    "i64": ("I64", np.array([[-(2**63), 2**63 - 1]], "<i8"), [1, 2]),
    "u64": ("U64", np.array([0, 2**63 - 1], "<u8"), [2]),
    "f16": ("F16", np.array(HALVES, "<f2"), [12]),
    # bfloat16 is the upper half of a float32: 1, -2.5, the largest, the smallest subnormal, inf, nan
    "bf16": ("BF16", np.array([0x3F80, 0xC020, 0x7F7F, 0x0001, 0x7F80, 0x7FC0], "<u2"), [2, 3]),
    "f32": ("F32", np.arange(6, dtype="<f4") / 4, [2, 3]),
    "f64": ("F64", np.array([np.pi, -0.1], "<f8"), [2]),
    "scalar": ("F32", np.array(7.5, "<f4"), []),
    "empty": ("F32", np.zeros((0, 3), "<f4"), [0, 3]),
    'odd "näme"\n': ("I64", np.array([5], "<i8"), [1]),
}


def main():
    blobs, places, offset = [], {}, 0
    for name in sorted(TENSORS, reverse=True):
        blob = TENSORS[name][1].tobytes()
        places[name] = [offset, offset + len(blob)]
        offset += len(blob)
        blobs.append(blob)
    header = {"__metadata__": {"format": "pt", "empty": ""}}
    for name, (tag, _, shape) in TENSORS.items():
        header[name] = {"dtype": tag, "shape": shape, "data_offsets": places[name]}
    text = json.dumps(header).encode() + b" " * 13
    path = pathlib.Path(__file__).with_name("safetensors.safetensors")
    path.write_bytes(struct.pack("<Q", len(text)) + text + b"".join(blobs))


main()
