"""Goldens of tests/ops_rearrange.cpp: parts of x, x repeated, mirrored, cut and padded, and running sums."""

import math

import torch
import torch.nn.functional as F
from ops import booleans, case, integers, normal, unary, write

inf, nan = math.inf, math.nan
SHAPES = {"normal": (2, 3, 4), "size 1": (1, 1, 1), "empty": (2, 0, 4), "mixed": (3, 1, 2)}


def three_dims(op, f):
    for name, shape in SHAPES.items():
        case(op, [normal(shape)], f, name)


unary("flatten", torch.flatten)
three_dims("flatten_1", lambda x: x.flatten(1))
three_dims("flatten_0_-2", lambda x: x.flatten(0, -2))
three_dims("flatten_1_1", lambda x: x.flatten(1, 1))
for part in range(3):
    case(f"chunk_3_{part}", [normal((7, 2))], lambda x: x.chunk(3)[part])
    case(f"split_2_{part}", [normal((2, 5))], lambda x: x.split(2, -1)[part])
    case(f"split_1_0_3_{part}", [normal((2, 4))], lambda x: x.split([1, 0, 3], 1)[part])
case("parts", [normal((2, 6))], lambda x: sum(p * k for k, p in enumerate(x.chunk(3, 1), 1)) + x[1, 4])
unary("repeat_2_1_3", lambda x: x.repeat(2, 1, 3))
unary("repeat_2_3_1_2", lambda x: x.repeat(2, 3, 1, 2))
unary("repeat_1_0_2", lambda x: x.repeat(1, 0, 2))
case("repeat_five", [normal((2, 1, 2, 1, 2))], lambda x: x.repeat(2, 2, 2, 2, 2))
three_dims("flip_0", lambda x: x.flip(0))
three_dims("flip_-1", lambda x: x.flip(-1))
three_dims("flip_2_0", lambda x: x.flip(2, 0))
unary("flip_none", lambda x: x.flip(()))
for name, sample in {"int64": integers(-9, 9), "boolean": booleans}.items():
    case("flip_-1", [sample((2, 3))], lambda x: x.flip(-1), name)
    case("tril_0", [sample((3, 3))], torch.tril, name)
for k in 0, 1, -2, 9, -9:
    for name, shape in {"normal": (2, 3, 5), "tall": (5, 3), "size 1": (1, 1), "empty": (0, 2), "no columns": (2, 0)}.items():
        case(f"tril_{k}", [normal(shape)], lambda x: x.tril(k), name)
        case(f"triu_{k}", [normal(shape)], lambda x: x.triu(k), name)
case("tril_0", [[[nan, nan], [inf, 1.0]]], torch.tril, "NaN", gradcheck=False)
unary("pad_1_2", lambda x: F.pad(x, (1, 2)), but=("scalar",))
three_dims("pad_value", lambda x: F.pad(x, (1, 0, 0, 2), value=2.5))
three_dims("pad_all", lambda x: F.pad(x, (1, 0, 0, 2, 3, 1)))
case("pad_crop", [normal((3, 4))], lambda x: F.pad(x, (-1, 2, 1, -2)))
case("pad_value", [integers(-9, 9)((2, 3))], lambda x: F.pad(x, (1, 0, 0, 2), value=2), "int64")
unary("pad_nothing", lambda x: F.pad(x, ()))
for dim in 0, 1, -1:
    three_dims(f"cumsum_{dim}", lambda x: x.cumsum(dim))
    case(f"cumsum_{dim}", [integers(-9, 9)((2, 3))], lambda x: x.cumsum(dim), "int64")
    case(f"cumsum_{dim}", [booleans((2, 3))], lambda x: x.cumsum(dim), "boolean")
    case(f"cumsum_{dim}", [normal((2, 1, 300))], lambda x: x.cumsum(dim), "wide", gradcheck=False)
case("cumsum_0", [normal(())], lambda x: x.cumsum(0), "scalar")
case("cumsum_0", [[1.0, inf, 2.0, -inf, 0.0]], lambda x: x.cumsum(0), "special", gradcheck=False)

unary("roll_2", lambda x: x.roll(2))
unary("roll_-7", lambda x: x.roll(-7))
three_dims("roll_1_along_0", lambda x: x.roll(1, 0))
three_dims("roll_-1_along_-1", lambda x: x.roll(-1, -1))
three_dims("roll_two", lambda x: x.roll((7, -2), (2, 0)))
unary("interleave_2", lambda x: x.repeat_interleave(2))
unary("interleave_0", lambda x: x.repeat_interleave(0))
for dim in 0, 1, -1:
    three_dims(f"interleave_3_along_{dim}", lambda x: x.repeat_interleave(3, dim))
    shape = [2, 3, 4]
    for name, times in {"normal": integers(0, 3)((shape[dim],)), "one for all": torch.tensor([2]), "scalar": torch.tensor(2)}.items():
        case(f"interleave_each_along_{dim}", [normal(shape), times], lambda x, i: x.repeat_interleave(i, dim), name)
    shape[dim] = 0
    case(f"interleave_each_along_{dim}", [normal(shape), torch.zeros(0, dtype=torch.int64)], lambda x, i: x.repeat_interleave(i, dim), "empty")
case("interleave_each", [normal((2, 2)), torch.tensor([1, 0, 3, 2])], lambda x, i: x.repeat_interleave(i))
for name, sample in {"int64": integers(-9, 9), "boolean": booleans}.items():
    case("roll_2", [sample((2, 3))], lambda x: x.roll(2), name)
    case("interleave_2", [sample((2, 3))], lambda x: x.repeat_interleave(2), name)
    case("interleave_each", [sample((3,)), torch.tensor([2, 0, 1])], lambda x, i: x.repeat_interleave(i), name)

write("rearrange")
