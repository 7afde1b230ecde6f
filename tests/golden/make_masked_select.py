"""The cases of tests/ops_masked_select.cpp."""

import torch
from ops import booleans, case, integers, normal, write

SHAPES = {
    "normal": ((2, 3, 4), (2, 3, 4)),
    "vector": ((5,), (5,)),
    "broadcast mask": ((2, 3, 4), (3, 1)),
    "broadcast x": ((3, 1), (2, 3, 4)),
    "broadcast both": ((2, 1, 4), (3, 1)),
    "scalar": ((), ()),
    "size 1": ((1, 3, 1), (1, 3, 1)),
    "empty": ((2, 0, 3), (2, 0, 3)),
}
for name, (shape, mask) in SHAPES.items():
    case("masked_select", [normal(shape), booleans(mask)], torch.masked_select, name)
case("masked_select", [normal((2, 3)), torch.zeros(2, 3, dtype=torch.bool)], torch.masked_select, "nothing")
case("masked_select", [normal((2, 3)), torch.ones(2, 3, dtype=torch.bool)], torch.masked_select, "all")
case("masked_select", [integers(-9, 9)((2, 3)), booleans((2, 3))], torch.masked_select, "int64")

nan = float("nan")
for name, x in {
    "normal": integers(-1, 2)((2, 3, 4)),
    "floating": torch.tensor([[0.0, -0.0, nan], [1e-30, 0.0, -2.0]], dtype=torch.float64),
    "boolean": booleans((5, 1)),
    "vector": torch.tensor([0, 3, 0, 1]),
    "nothing": torch.zeros(2, 3, dtype=torch.int64),
    "0": torch.tensor(0),
    "1": torch.tensor(1),
    "empty": torch.zeros(2, 0, 3, dtype=torch.int64),
}.items():
    case("nonzero", [x.detach()], lambda x: torch.nonzero(x.detach()), name, gradcheck=False)

write("masked_select")
