"""Goldens of tests/ops_reduce.cpp: sums, means, variances and maxima."""

import math

import torch
from ops import booleans, case, distinct, integers, normal, unary, write

inf, nan = math.inf, math.nan
DIMS = {"0": (0,), "1": (1,), "-1": (-1,), "0_1": (0, 1), "1_2": (1, 2), "-1_0": (-1, 0)}


def dims(op, f, domain=normal):
    """The cases of f(x, dim=..., keepdim=...), over every choice of dims."""
    for name, dim in DIMS.items():
        for keep, suffix in ((False, ""), (True, "_keep")):
            g = lambda x: f(x, dim=dim, keepdim=keep)
            case(f"{op}_{name}{suffix}", [domain((2, 3, 4))], g)
            if suffix == "":
                case(f"{op}_{name}", [domain((2, 1, 3))], g, "size 1")


unary("sum", torch.sum)
unary("mean", torch.mean)
dims("sum", torch.sum)
dims("mean", torch.mean)
dims("var", torch.var)
dims("amax", torch.amax, distinct)

case("sum_0", [normal((0, 3, 2))], lambda x: x.sum(0), "empty")
case("mean_0", [normal((0, 3, 2))], lambda x: x.mean(0), "empty", gradcheck=False)
case("amax_0", [normal((3, 0, 2))], lambda x: x.amax(0), "empty")
case("var_0", [normal((1, 3, 2))], lambda x: x.var(0), "one element", gradcheck=False)
case("sum_all_keep", [normal((2, 3))], lambda x: x.sum((0, 1), keepdim=True))
case("sum_no_dims", [normal((2, 3))], lambda x: x * 1)
for name in ("int64", "boolean"):
    sample = booleans if name == "boolean" else integers(-9, 10)
    case("sum", [sample((2, 3, 4))], torch.sum, name)
    for dim in (0, 1):
        case(f"sum_{dim}", [sample((2, 3, 4))], lambda x: x.sum(dim), name)
        case(f"sum_{dim}", [sample((0, 3, 4))], lambda x: x.sum(dim), f"{name} empty")
case("amax_1", [integers(-99, 100)((2, 3, 4))], lambda x: x.amax(1), "int64")
case("amax_-1", [booleans((2, 3, 2))], lambda x: x.amax(-1), "boolean")

case("var_population", [normal((2, 5))], lambda x: x.var(1, unbiased=False))
case("var_-1", [normal((2, 2, 50)) + 1e6], lambda x: x.var(-1), "far from 0", gradcheck=False)
case("sum_-1", [[[[inf, 1.0, -inf], [nan, 1.0, 2.0], [inf, inf, 0.0]]]], lambda x: x.sum(-1), "special", gradcheck=False)
case("amax_-1", [[[[inf, 1.0, -inf], [nan, 1.0, 2.0], [1.0, 2.0, nan], [-inf, -inf, -inf], [-0.0, 0.0, -1.0]]]],
     lambda x: x.amax(-1), "special", gradcheck=False)
case("amax_1", [[[[1.0], [nan]], [[nan], [2.0]]]], lambda x: x.amax(1), "NaN", gradcheck=False)
case("amax_-1", [[[[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]], [[0.0, -1.0, 0.0], [5.0, 4.0, 3.0]]]],
     lambda x: x.amax(-1), "ties", gradcheck=False)
case("amax_0_1", [[[[1.0], [3.0]], [[3.0], [3.0]]]], lambda x: x.amax((0, 1)), "ties", gradcheck=False)

case("sum_to_(3,)", [normal((2, 3))], lambda x: x.sum(0))
case("sum_to_(3,)", [normal((4, 2, 3))], lambda x: x.sum((0, 1)), "two dims")
case("sum_to_(3,)", [normal((3,))], lambda x: x * 1, "same")
case("sum_to_(3,)", [normal((0, 3))], lambda x: x.sum(0), "empty")
case("sum_to_(2, 1, 4)", [normal((2, 3, 4))], lambda x: x.sum(1, keepdim=True))
case("sum_to_(2, 1, 4)", [normal((5, 2, 3, 4))], lambda x: x.sum((0, 2)).reshape(2, 1, 4), "lead too")
case("sum_to_()", [normal((2, 3))], lambda x: x.sum())

write("reduce")
