"""Goldens of tests/ops_max.cpp, multinomial.cpp, compare.cpp and dropout.cpp: what has no gradient, and what draws."""

import math
import pathlib

import torch
import torch.nn.functional as F
from safetensors_io import save

torch.manual_seed(0)
goldens = {}
inf, nan = math.inf, math.nan

# Comparisons of every pair of these, in every pair of dtypes.
numbers = {
    "float32": torch.tensor([0.0, -0.0, 1.0, -2.5, inf, -inf, nan, 3.0]),
    "int64": torch.tensor([0, 1, -2, 3, 1 << 40]),
    "boolean": torch.tensor([False, True]),
}
OPS = ("eq", "ne", "lt", "le", "gt", "ge", "logical_and", "logical_or")
for a, x in numbers.items():
    goldens[f"compare/{a}"] = x
    for b, y in numbers.items():
        for op in OPS:
            goldens[f"compare/{op}/{a}/{b}"] = getattr(torch, op)(x[:, None], y)
    for op in OPS[:6]:
        goldens[f"compare/{op}/{a}/1"] = getattr(torch, op)(x, 1)
        goldens[f"compare/{op}/{a}/0.5"] = getattr(torch, op)(x, 0.5)

x = torch.randint(-3, 4, (4, 5, 6)).float()
x[1, 2, 3] = x[1, 2, 5] = x[3, 0, 0] = nan
goldens["pick/x"] = x
y = torch.rand(4, 5, 6)
goldens["pick/y"] = y
for dim in range(3):
    goldens[f"argmax/{dim}"] = x.argmax(dim)  # ties: the first; NaN: the largest
    goldens[f"argmin/{dim}"] = x.argmin(dim)

weights = torch.rand(5, 20)
weights[:, ::3] = 0
goldens["multinomial/weights"] = weights
for dtype in (torch.float32, torch.float64):
    name = str(dtype).split(".")[1]
    w = weights.to(dtype)
    for count, replacement in ((1, False), (1, True), (5, False), (12, False), (40, True)):
        torch.manual_seed(7)
        goldens[f"multinomial/{name}/{count}/{int(replacement)}"] = torch.multinomial(w, count, replacement)
        torch.manual_seed(7)
        goldens[f"multinomial/{name}/{count}/{int(replacement)}/row"] = torch.multinomial(w[2], count, replacement)

for dtype in (torch.float32, torch.float64):
    name = str(dtype).split(".")[1]
    for p in (0.1, 0.5, 0.9):
        x = torch.randn(3, 37, dtype=dtype).requires_grad_()
        torch.manual_seed(11)
        out = F.dropout(x, p)
        g = torch.randn(3, 37, dtype=dtype)
        (grad,) = torch.autograd.grad(out, x, g)
        for what, tensor in (("in", x), ("out", out), ("gout", g), ("grad", grad)):
            goldens[f"dropout/{name}/{p}/{what}"] = tensor

save(pathlib.Path(__file__).parent / "pick.safetensors", goldens)
