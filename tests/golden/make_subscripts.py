"""The cases of tests/indexing_syntax.cpp."""

import torch
from ops import booleans, case, normal, write

VIEWS = {
    "0": lambda x: x[0],
    "-1": lambda x: x[-1],
    "1, 0": lambda x: x[1][0],
    "1:": lambda x: x[1:],
    "parts": lambda x: x[1:3, :, -1],
    "steps": lambda x: x[::2, -2:, 1:9:3],
    "ellipsis": lambda x: x[..., 0],
    "between": lambda x: x[1, ..., 1:3],
    "new": lambda x: x[:, None, 1, ..., None],
    "all": lambda x: x[...],
}
for name, f in VIEWS.items():
    case(f"view {name}", [normal((3, 2, 4))], f)


def at(x, i):
    return x[i]


for name, (shape, mask) in {
    "normal": ((3, 2, 4), (3, 2, 4)),
    "rows": ((3, 2, 4), (3,)),
    "two dims": ((3, 2, 4), (3, 2)),
    "vector": ((5,), (5,)),
    "no dims": ((2, 3), ()),
    "scalar": ((), ()),
    "size 1": ((1, 3, 1), (1, 3)),
    "empty": ((2, 0, 3), (2, 0)),
    "empty rows": ((2, 3, 0), (2, 3)),
}.items():
    case("mask", [normal(shape), booleans(mask)], at, name)
case("mask", [normal((2, 3)), torch.tensor([False, False])], at, "nothing")
case("mask", [normal((2, 3)), torch.tensor(False)], at, "false")

for name, (shape, index) in {
    "vector": ((3, 2, 4), [2, 0, 2]),
    "matrix": ((3, 2), [[0, 1, 2], [2, 2, 0]]),
    "number": ((3, 2), 1),
    "of a vector": ((4,), [[3], [0]]),
    "size 1": ((1, 2), [[0]]),
    "nothing": ((3, 2), []),
}.items():
    case("index", [normal(shape), torch.tensor(index, dtype=torch.int64)], at, name)
case("index", [normal((3, 0)), torch.tensor([[2, 0]])], at, "rows of size 0")

write("subscripts")
