"""Writes golden numbers as .safetensors files with PyTorch and NumPy alone.

The format: 8 bytes of little-endian header length, a JSON header, then the bytes of all tensors, row-major and
little-endian. The header maps a name to {"dtype", "shape", "data_offsets": [begin, end]}, offsets counted from the
end of the header. https://github.com/huggingface/safetensors#format
"""

import json
import struct

import numpy as np

# Every dtype that xgrad stores, and the three that it reads and converts.
DTYPES = {"float32": "F32", "float64": "F64", "int64": "I64", "bool": "BOOL", "float16": "F16", "int32": "I32",
          "uint8": "U8"}


def save(path, tensors, metadata=None):
    """Writes `{name: torch tensor, NumPy array or number}` to `path`. Same input, same bytes."""
    entries, blobs, offset = {}, [], 0
    for name in sorted(tensors):
        array = to_numpy(tensors[name])
        if array.dtype.name not in DTYPES:
            raise TypeError(f"[save] {name} has dtype {array.dtype.name}; known are {', '.join(DTYPES)}")
        blob = array.astype(array.dtype.newbyteorder("<")).tobytes(order="C")
        entries[name] = {"dtype": DTYPES[array.dtype.name], "shape": list(array.shape),
                         "data_offsets": [offset, offset + len(blob)]}
        blobs.append(blob)
        offset += len(blob)
    if metadata:
        entries = {"__metadata__": {key: str(metadata[key]) for key in sorted(metadata)}, **entries}
    header = json.dumps(entries, separators=(",", ":")).encode("utf-8")
    header += b" " * (-len(header) % 8)
    with open(path, "wb") as file:
        file.write(struct.pack("<Q", len(header)))
        file.write(header)
        file.writelines(blobs)


def load(path):
    """The `{name: NumPy array}` that `save` wrote."""
    names = {tag: dtype for dtype, tag in DTYPES.items()}
    with open(path, "rb") as file:
        (length,) = struct.unpack("<Q", file.read(8))
        entries = json.loads(file.read(length))
        data = file.read()
    entries.pop("__metadata__", None)
    arrays = {}
    for name, entry in entries.items():
        begin, end = entry["data_offsets"]
        dtype = np.dtype(names[entry["dtype"]]).newbyteorder("<")
        arrays[name] = np.frombuffer(data[begin:end], dtype).reshape(entry["shape"])
    return arrays


def to_numpy(value):
    """A NumPy array of a torch tensor (with or without a gradient), an array, a list or a number."""
    if hasattr(value, "detach"):
        value = value.detach().cpu().numpy()
    return np.asarray(value)
