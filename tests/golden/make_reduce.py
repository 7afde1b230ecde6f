"""Goldens of tests/ops_reduce.cpp: sums, means, variances and maxima."""

import math

import torch
from ops import away_from, booleans, case, distinct, integers, normal, unary, write

inf, nan = math.inf, math.nan
DIMS = {"0": (0,), "1": (1,), "-1": (-1,), "0_1": (0, 1), "1_2": (1, 2), "-1_0": (-1, 0)}


def dims(op, f, domain=normal):
    """The cases of f(x, dim=..., keepdim=...), over every choice of dims."""
    for name, dim in DIMS.items():
        for keep, suffix in ((False, ""), (True, "_keep")):
            g = lambda x: f(x, dim=dim, keepdim=keep)
            case(f"{op}_{name}{suffix}", [domain((2, 3, 4))], g)
            if suffix == "":
                finite = not (op in ("var", "std") and dim == (1,))  # one element has no variance
                case(f"{op}_{name}", [domain((2, 1, 3))], g, "size 1", gradcheck=finite)


unary("sum", torch.sum)
unary("mean", torch.mean, but=("empty",))
case("mean", [normal((2, 0, 3))], torch.mean, "empty", gradcheck=False)
dims("sum", torch.sum)
dims("mean", torch.mean)
dims("var", torch.var)
dims("amax", torch.amax, distinct)
dims("amin", torch.amin, distinct)
dims("std", torch.std)
dims("logsumexp", torch.logsumexp)
for name, p in {"norm_2": 2, "norm_1": 1, "norm_3": 3, "norm_0.5": 0.5, "norm_inf": inf, "norm_-inf": -inf}.items():
    domain = distinct if abs(p) == inf else away_from(0)
    def norm(x, p=p, **options):
        return torch.linalg.vector_norm(x, p, **options)
    unary(name, norm, domain, but=("empty",) if abs(p) == inf else ())
    dims(name, norm, domain)
    case(name, [[0.0, 0.0, 0.0]], norm, "zero", gradcheck=False)
    case(name, [[0.0, 2.0, -1.0, 2.0]], norm, "ties", gradcheck=False)
    case(name, [[1.0, nan]], norm, "NaN", gradcheck=False)
case("std_1", [[[[2.0], [2.0]], [[1.0], [3.0]]]], lambda x: x.std(1), "zero", gradcheck=False)
case("std_population", [normal((2, 5))], lambda x: x.std(1, unbiased=False))
case("std_0", [normal((1, 3, 2))], lambda x: x.std(0), "one element", gradcheck=False)
for name, f in {"max": torch.max, "min": torch.min}.items():
    unary(name, f, distinct, but=("empty",))
    case(name, [[1.0, 3.0, -2.0, 3.0, -2.0]], f, "ties", gradcheck=False)
# PyTorch's gradient of an infinite row is NaN and 0. tests/extremes_rows.cpp says what xgrad's is.
case("logsumexp_-1", [[[[2.0, 1.0], [nan, inf], [-inf, -inf], [-inf, 0.0]]]], lambda x: x.logsumexp(-1), "special", gradcheck=False)
case("logsumexp_large", [[[[1000.0, 999.0, -1000.0], [-1000.0, -1000.0, -1001.0]]]], lambda x: x.logsumexp(-1))
case("logsumexp_-1", [normal((1, 2, 45))], lambda x: x.logsumexp(-1), "long")
case("logsumexp_0", [normal((0, 3, 2))], lambda x: x.logsumexp(0), "empty", gradcheck=False)

case("sum_0", [normal((0, 3, 2))], lambda x: x.sum(0), "empty")
case("mean_0", [normal((0, 3, 2))], lambda x: x.mean(0), "empty", gradcheck=False)
case("amax_0", [normal((3, 0, 2))], lambda x: x.amax(0), "empty")
case("var_0", [normal((1, 3, 2))], lambda x: x.var(0), "one element", gradcheck=False)
case("sum_all_keep", [normal((2, 3))], lambda x: x.sum((0, 1), keepdim=True))
case("sum_no_dims", [normal((2, 3))], lambda x: x.sum([]))
for name in ("int64", "boolean"):
    sample = booleans if name == "boolean" else integers(-9, 10)
    case("sum", [sample((2, 3, 4))], torch.sum, name)
    for dim in (0, 1):
        case(f"sum_{dim}", [sample((2, 3, 4))], lambda x: x.sum(dim), name)
        case(f"sum_{dim}", [sample((0, 3, 4))], lambda x: x.sum(dim), f"{name} empty")
case("amax_1", [integers(-99, 100)((2, 3, 4))], lambda x: x.amax(1), "int64")
case("amax_-1", [booleans((2, 3, 2))], lambda x: x.amax(-1), "boolean")

case("var_population", [normal((2, 5))], lambda x: x.var(1, unbiased=False))
case("sum_-1", [[[[inf, 1.0, -inf], [nan, 1.0, 2.0], [inf, inf, 0.0]]]], lambda x: x.sum(-1), "special", gradcheck=False)
case("amax_-1", [[[[inf, 1.0, -inf], [nan, 1.0, 2.0], [1.0, 2.0, nan], [-inf, -inf, -inf], [-0.0, 0.0, -1.0]]]],
     lambda x: x.amax(-1), "special", gradcheck=False)
case("amax_1", [[[[1.0], [nan]], [[nan], [2.0]]]], lambda x: x.amax(1), "NaN", gradcheck=False)
case("amax_-1", [[[[1.0, 3.0, 3.0], [2.0, 2.0, 2.0]], [[0.0, -1.0, 0.0], [5.0, 4.0, 3.0]]]],
     lambda x: x.amax(-1), "ties", gradcheck=False)
case("amin_-1", [integers(-99, 100)((2, 2, 4))], lambda x: x.amin(-1), "int64")
case("amin_0", [booleans((3, 2, 2))], lambda x: x.amin(0), "boolean")
case("amin_0", [normal((3, 0, 2))], lambda x: x.amin(0), "empty")
case("amin_-1", [[[[inf, 1.0, -inf], [nan, 1.0, 2.0], [1.0, 2.0, nan], [inf, inf, inf]]]],
     lambda x: x.amin(-1), "special", gradcheck=False)
case("amin_-1", [[[[1.0, 3.0, 1.0], [2.0, 2.0, 2.0]], [[0.0, -1.0, 0.0], [5.0, 4.0, 3.0]]]],
     lambda x: x.amin(-1), "ties", gradcheck=False)
case("amax_0_1", [[[[1.0], [3.0]], [[3.0], [3.0]]]], lambda x: x.amax((0, 1)), "ties", gradcheck=False)

case("sum_to_(3,)", [normal((2, 3))], lambda x: x.sum(0))
case("sum_to_(3,)", [normal((4, 2, 3))], lambda x: x.sum((0, 1)), "two dims")
case("sum_to_(3,)", [normal((3,))], lambda x: x * 1, "same")
case("sum_to_(3,)", [normal((0, 3))], lambda x: x.sum(0), "empty")
case("sum_to_(2, 1, 4)", [normal((2, 3, 4))], lambda x: x.sum(1, keepdim=True))
case("sum_to_(2, 1, 4)", [normal((5, 2, 3, 4))], lambda x: x.sum((0, 2)).reshape(2, 1, 4), "lead too")
case("sum_to_()", [normal((2, 3))], lambda x: x.sum())

for name, f in {"max": torch.max, "min": torch.min}.items():
    case(name, [[nan, 1.0, 2.0]], f, "NaN", gradcheck=False)
    case(name, [[1.0, nan, 2.0, nan]], f, "NaNs", gradcheck=False)
    case(name, [[inf, -inf, nan]], f, "NaN and infinities", gradcheck=False)
case("norm_0", [[0.0, 2.0, -1.0, 2.0]], lambda x: torch.linalg.vector_norm(x, 0), gradcheck=False)
for name, f in {"amax_0_1": torch.amax, "amin_0_1": torch.amin}.items():  # over all dims too, not as max and min
    case(name, [[[[1.0, nan], [2.0, nan]]]], lambda x: f(x, dim=(0, 1)), "NaN", gradcheck=False)

write("reduce")
