"""Goldens of tests/ops_sort.cpp: max, min, sort and topk along a dim."""

import math

from ops import case, distinct, integers, write

inf, nan = math.inf, math.nan
SHAPES = {"normal": (2, 3, 4), "size 1": (1, 1, 1), "empty": (2, 0, 4), "mixed": (3, 1, 2)}

for dim in 0, -2, 2:
    for name, shape in {**SHAPES, "long": (2, 3, 45)}.items():
        if name == "empty" and dim == -2:
            continue
        grid = dict(gradcheck=name != "long")
        case(f"max_{dim}", [distinct(shape)], lambda x: x.max(dim)[0], name, **grid)
        case(f"min_{dim}", [distinct(shape)], lambda x: x.min(dim)[0], name, **grid)
        case(f"sort_{dim}", [distinct(shape)], lambda x: x.sort(dim)[0], name, **grid)
        case(f"sort_{dim}_descending", [distinct(shape)], lambda x: x.sort(dim, descending=True)[0], name, **grid)
        case(f"topk_1_{dim}", [distinct(shape)], lambda x: x.topk(1, dim)[0], name, **grid)
    case(f"topk_2_{dim}", [distinct((2, 3, 4))], lambda x: x.topk(2, dim)[0])
    case(f"topk_0_{dim}", [distinct((2, 3, 4))], lambda x: x.topk(0, dim)[0])
    case(f"max_{dim}_keep", [distinct((2, 3, 4))], lambda x: x.max(dim, keepdim=True)[0])
    case(f"min_{dim}_keep", [distinct((2, 3, 4))], lambda x: x.min(dim, keepdim=True)[0])
TIES = [[1.0, 2.0, 2.0, 1.0], [nan, 1.0, nan, 0.0], [inf, -inf, inf, -inf]]
for dim in 0, -2:
    case(f"max_{dim}", [TIES], lambda x: x.max(dim)[0], "ties", gradcheck=False)
    case(f"min_{dim}", [TIES], lambda x: x.min(dim)[0], "ties", gradcheck=False)
    case(f"sort_{dim}", [TIES], lambda x: x.sort(dim=dim, stable=True)[0], "ties", gradcheck=False)
    case(f"max_{dim}", [integers(-9, 9)((3, 2))], lambda x: x.max(dim)[0], "int64")
    case(f"sort_{dim}", [integers(-2, 2)((6, 2))], lambda x: x.sort(dim)[0], "int64")

for dim in 0, -2, 2:
    for name, shape in SHAPES.items():
        if shape[dim] > 0:
            case(f"topk_1_{dim}_smallest", [distinct(shape)], lambda x: x.topk(1, dim, largest=False)[0], name)
    case(f"topk_2_{dim}_smallest", [distinct((2, 3, 4))], lambda x: x.topk(2, dim, largest=False)[0])
    case(f"topk_0_{dim}_smallest", [distinct((2, 3, 4))], lambda x: x.topk(0, dim, largest=False)[0])
    case(f"argsort_{dim}", [distinct((2, 3, 4))], lambda x: x.argsort(dim))
    case(f"argsort_{dim}_descending", [distinct((2, 3, 4))], lambda x: x.argsort(dim, descending=True))
case("topk_2_0_smallest", [[nan, 2.0, inf, -inf, 1.0]], lambda x: x.topk(2, 0, largest=False)[0], "special", gradcheck=False)

write("order")
