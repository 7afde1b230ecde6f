"""Goldens of tests/ops_cat.cpp: cat and stack."""

import torch
from ops import booleans, case, integers, normal, write

for dim, shapes in {0: ((2, 3), (1, 3), (4, 3)), 1: ((2, 3), (2, 1), (2, 2)), -1: ((2, 3, 1), (2, 3, 4), (2, 3, 2))}.items():
    f = lambda *parts: torch.cat(parts, dim)
    case(f"cat_{dim}", [normal(shape) for shape in shapes], f)
    case(f"cat_{dim}", [normal(shapes[0])], f, "one part")
    empty = list(shapes[0])
    empty[dim] = 0
    case(f"cat_{dim}", [normal(shapes[0]), normal(empty), normal(shapes[1])], f, "empty part")
    case(f"cat_{dim}", [normal(empty), normal(empty)], f, "only empty parts")
    case(f"cat_{dim}", [integers(-9, 9)(shapes[0]), integers(-9, 9)(shapes[1])], f, "int64")
case("cat_0", [booleans((3,)), booleans((2,))], lambda *parts: torch.cat(parts, 0), "boolean")

for dim in (0, 1, -1):
    f = lambda *parts: torch.stack(parts, dim)
    case(f"stack_{dim}", [normal((2, 3)), normal((2, 3)), normal((2, 3))], f)
    case(f"stack_{dim}", [normal((2, 3))], f, "one part")
    case(f"stack_{dim}", [normal((2, 0)), normal((2, 0))], f, "empty")
case("stack_0", [normal(()), normal(())], lambda *parts: torch.stack(parts, 0), "scalars")
case("stack_0", [integers(-9, 9)((4,)), integers(-9, 9)((4,))], lambda *parts: torch.stack(parts, 0), "int64")

write("join")
