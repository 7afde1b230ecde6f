"""Goldens of tests/ops_unfold.cpp: sliding windows, and convolutions by torch.nn.functional.conv1d and conv2d."""

import torch
import torch.nn.functional as F
from ops import booleans, case, integers, normal, write

SHAPES = {"normal": (2, 6, 5), "size 2": (2, 2, 2), "mixed": (3, 4, 2)}
CALLS = {"0_2_1": (0, 2, 1), "1_2_1": (1, 2, 1), "-1_2_2": (-1, 2, 2), "-2_1_1": (-2, 1, 1), "1_2_9": (1, 2, 9), "2_0_1": (2, 0, 1)}
for op, call in CALLS.items():
    for name, shape in SHAPES.items():
        case(f"unfold_{op}", [normal(shape)], lambda x: x.unfold(*call), name)
    case(f"unfold_{op}", [integers(-9, 10)((2, 4, 3))], lambda x: x.unfold(*call), "int64")
    case(f"unfold_{op}", [booleans((2, 4, 3))], lambda x: x.unfold(*call), "boolean")
    case(f"unfold_{op}", [normal((2, 2, 2))[:, :, :2]], lambda x: x.unfold(*call), "all of it")
case("unfold_2_0_1", [normal((2, 0, 0))], lambda x: x.unfold(2, 0, 1), "empty")
case("unfold_-2_1_1", [normal((0, 3, 2))], lambda x: x.unfold(-2, 1, 1), "empty")
case("unfold_0_5_3", [normal((17,))], lambda x: x.unfold(0, 5, 3))
case("unfold_0_5_3", [normal((6,))], lambda x: x.unfold(0, 5, 3), "one window")
case("unfold_0_5_3", [normal((5,))], lambda x: x.unfold(0, 5, 3), "as long as x")
case("unfold_0_1_1", [normal(())], lambda x: x.unfold(0, 1, 1), "scalar")
case("unfold_0_1_1", [normal((1,))], lambda x: x.unfold(0, 1, 1), "size 1")
case("unfold_twice", [normal((2, 5, 4))], lambda x: x.unfold(1, 2, 1).unfold(2, 3, 1))
case("unfold_sum", [normal((2, 6, 5))], lambda x: x.unfold(1, 3, 1).sum((0, 3)))
case("unfold_mean_squares", [normal((2, 6, 5))], lambda x: x.unfold(1, 3, 2).square().mean(1))
case("unfold_matmul", [normal((2, 7)), normal((3, 4))], lambda x, w: x.unfold(1, 3, 1) @ w)
case("conv1d", [normal((2, 3, 8)), normal((4, 3, 3))], F.conv1d)
case("conv1d_stride_2", [normal((2, 3, 8)), normal((4, 3, 3))], lambda x, w: F.conv1d(x, w, stride=2))
case("conv2d", [normal((2, 3, 5, 6)), normal((4, 3, 3, 2))], F.conv2d)

write("unfold")
