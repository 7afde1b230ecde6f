"""Goldens of tests/ops_prod.cpp: products and running products. As polynomials they have gradients at zeros too."""

import math

import torch
from ops import booleans, case, integers, normal, unary, write

inf, nan = math.inf, math.nan
DIMS = {"0": (0,), "-2": (-2,), "2": (2,), "0_1": (0, 1), "-1_0": (-1, 0), "0_2_1": (0, 2, 1)}


def prod(x, dims, keepdim=False):
    """PyTorch takes one dim."""
    for dim in dims:
        x = x.prod(dim, keepdim=True)
    return x if keepdim else x.sum(dims)  # of one element each


unary("prod", torch.prod)
for name, dims in DIMS.items():
    case(f"prod_{name}", [normal((2, 3, 4))], lambda x: prod(x, dims))
    case(f"prod_{name}", [normal((2, 1, 3))], lambda x: prod(x, dims), "size 1")
    case(f"prod_{name}_keep", [normal((2, 3, 4))], lambda x: prod(x, dims, True))
    x = normal((2, 3, 4))
    x[0, 1, 2] = x[1, 0, 0] = x[1, 2, 0] = x[1, 2, 3] = 0
    case(f"prod_{name}", [x], lambda x: prod(x, dims), "zeros")
for dim in 0, -2, 2:
    case(f"prod_{dim}", [normal((2, 0, 3))], lambda x: x.prod(dim), "empty")
ZEROS = {"one zero": [1.5, 0.0, -2.0, 0.5], "two zeros": [0.0, 1.5, 0.0, -2.0], "three zeros": [0.0, 2.0, 0.0, 0.0],
         "only zeros": [0.0, 0.0], "a single zero": [0.0], "minus zero": [-0.0, 2.0, -3.0]}
for name, x in ZEROS.items():
    case("prod", [x], torch.prod, name)
    case("cumprod_0", [x], lambda x: x.cumprod(0), name)
# Values alone: PyTorch's gradients divide by the element here, and are NaN.
SPECIAL = {"NaN": [1.0, nan, 2.0, 0.0], "infinity": [2.0, -inf, 3.0, -1.0], "infinity and zero": [0.0, inf, 2.0]}
for name, x in SPECIAL.items():
    case("prod_of_special", [x], lambda x: x.detach().prod(), name)
    case("cumprod_of_special", [x], lambda x: x.detach().cumprod(0), name)
for dim in 0, 1, -1:
    for name, shape in {"normal": (2, 3, 4), "size 1": (1, 1, 1), "empty": (2, 0, 4), "mixed": (3, 1, 2)}.items():
        case(f"cumprod_{dim}", [normal(shape)], lambda x: x.cumprod(dim), name)
    case(f"cumprod_{dim}", [1 + 0.1 * normal((1, 2, 300))], lambda x: x.cumprod(dim), "wide", gradcheck=False)
    x = normal((3, 4, 3))
    x[0, 1, 2] = x[1, 0, 0] = x[1, 2, 0] = x[1, 2, 2] = x[2, 2, 2] = 0
    case(f"cumprod_{dim}", [x], lambda x: x.cumprod(dim), "zeros")
case("cumprod_0", [normal(())], lambda x: x.cumprod(0), "scalar")
for name, sample in {"int64": integers(-9, 10), "boolean": booleans}.items():
    case("prod", [sample((2, 3, 4))], torch.prod, name)
    case("prod_2", [sample((2, 3, 4))], lambda x: x.prod(2), name)
    case("prod_2", [sample((2, 3, 0))], lambda x: x.prod(2), f"{name} empty")
    case("cumprod_1", [sample((2, 3, 4))], lambda x: x.cumprod(1), name)
case("prod", [torch.tensor([2**62, 3, 5])], torch.prod, "wraps around")

write("prod")
