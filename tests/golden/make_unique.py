"""The cases of tests/ops_unique.cpp: which numbers there are, and how often."""

import torch
from ops import booleans, case, integers, positive, write

SHAPES = {"normal": (2, 3, 4), "vector": (30,), "scalar": (), "size 1": (1, 3, 1), "empty": (2, 0, 3)}
for name, shape in SHAPES.items():
    few = integers(-3, 4)(shape)
    for dtype, x in {"float": few / 2, "int64": few, "boolean": booleans(shape)}.items():
        case("unique_values", [x], lambda x: x.detach().unique(), f"{name}, {dtype}")
        case("unique_inverse", [x], lambda x: x.detach().unique(return_inverse=True)[1], f"{name}, {dtype}")
        case("unique_counts", [x], lambda x: x.detach().unique(return_counts=True)[1], f"{name}, {dtype}")
for name, shape in {"normal": (30,), "size 1": (1,), "empty": (0,)}.items():
    x = integers(0, 6)(shape)
    case("bincount", [x], torch.bincount, name)
    case("bincount_8", [x], lambda x: torch.bincount(x, minlength=8), name)
    case("bincount_2", [x], lambda x: torch.bincount(x, minlength=2), name)
    if name != "empty":  # PyTorch 1.13 gives int64 there
        case("bincount_weights", [x, positive(shape)], lambda x, w: torch.bincount(x, w.detach()), name)
case("bincount", [torch.tensor([7, 7])], torch.bincount, "repeated")

write("unique")
