"""Goldens of tests/ops_trigonometry.cpp: trigonometric and hyperbolic functions and their inverses."""

import math

import torch
from ops import away_from, binary, case, normal, unary, uniform, write

inf, nan = math.inf, math.nan
SPECIAL = [inf, -inf, nan, 0.0, -0.0, 1.0, -1.0]
SMALL = [1e-3, -1e-3, 1e-10, -1e-10, 1e-30, -1e-30]

FUNCTIONS = {
    "tan": (torch.tan, uniform(-1.2, 1.2)),
    "asin": (torch.asin, uniform(-0.9, 0.9)),
    "acos": (torch.acos, uniform(-0.9, 0.9)),
    "atan": (torch.atan, normal),
    "sinh": (torch.sinh, normal),
    "cosh": (torch.cosh, normal),
    "asinh": (torch.asinh, normal),
    "acosh": (torch.acosh, uniform(1.2, 4)),
    "atanh": (torch.atanh, uniform(-0.9, 0.9)),
}
for name, (f, domain) in FUNCTIONS.items():
    unary(name, f, domain)
    case(name, [domain((7, 11))], f, "wider than a batch")
    # below 1, PyTorch's slope of acosh is that of another branch
    case(name, [[inf, nan, 1.0, 0.0] if name == "acosh" else SPECIAL], f, "special", gradcheck=False)
    if name != "acosh":
        case(name, [SMALL], f, "small", gradcheck=False)
case("tan", [[1.5, -1.57, 5.0, -30.0, 8000.0, 1e5]], torch.tan, "large", gradcheck=False)
for name in ("atan", "asinh"):
    case(name, [[20.0, -80.0, 1e4, -1e10]], FUNCTIONS[name][0], "large", gradcheck=False)
for name in ("sinh", "cosh"):
    case(name, [[20.0, -20.0, 80.0, -80.0]], FUNCTIONS[name][0], "large", gradcheck=False)
case("acosh", [[1.0001, 80.0, 1e10]], torch.acosh, "large", gradcheck=False)

off_the_axes = away_from(0, margin=0.5)
binary("atan2", torch.atan2, off_the_axes, off_the_axes)
case("atan2", [off_the_axes((7, 11)), off_the_axes((7, 11))], torch.atan2, "wider than a batch")
case("atan2", [[0.0, -0.0, 0.0, -0.0, 1.0, -1.0, 0.0, nan, 1.0], [1.0, 1.0, -1.0, -1.0, 0.0, 0.0, 0.0, 1.0, nan]],
     torch.atan2, "axes", gradcheck=False)
case("atan2", [[2.0, -3.0], torch.tensor([[1], [-1], [0]])], torch.atan2, "with int64")

write("trigonometry")
