"""Goldens of tests/ops_pointwise.cpp: elementwise functions, and choosing by a mask."""

import math

import torch
import torch.nn.functional as F
from ops import away_from, binary, booleans, case, distinct, integers, normal, positive, unary, uniform, write

inf, nan = math.inf, math.nan
SPECIAL = [inf, -inf, nan, 0.0, -0.0, 1.0, -1.0]
LARGE = [20.0, -20.0, 80.0, -80.0, 1e4, -1e4, 1e10, -1e10]
SMALL = [1e-3, -1e-3, 1e-10, -1e-10, 1e-30, -1e-30]


def gelu_tanh(x):
    return F.gelu(x, approximate="tanh")


FUNCTIONS = {
    "exp": (torch.exp, normal),
    "log": (torch.log, positive),
    "sqrt": (torch.sqrt, positive),
    "tanh": (torch.tanh, normal),
    "erf": (torch.erf, normal),
    "relu": (torch.relu, away_from(0)),
    "log1p": (torch.log1p, uniform(-0.7, 3)),
    "rsqrt": (torch.rsqrt, positive),
    "sin": (torch.sin, normal),
    "cos": (torch.cos, normal),
    "abs": (torch.abs, away_from(0)),
    "sigmoid": (torch.sigmoid, normal),
    "silu": (F.silu, normal),
    "mish": (F.mish, normal),
    "softplus": (F.softplus, normal),
    "gelu": (F.gelu, normal),
    "gelu_tanh": (gelu_tanh, normal),
    "exp2": (torch.exp2, normal),
    "expm1": (torch.expm1, normal),
    "log2": (torch.log2, positive),
    "log10": (torch.log10, positive),
    "erfc": (torch.erfc, normal),
}
for name, (f, domain) in FUNCTIONS.items():
    unary(name, f, domain)
    case(name, [uniform(-3, 3)((7, 11)).abs() + 0.5], f, "wider than a batch")
    # PyTorch's products of x are NaN at infinity: tests/extremes.cpp has their limits
    of_products = [9.0, -9.0, *SPECIAL[2:]]
    case(name, [of_products if name in ("silu", "mish", "gelu", "gelu_tanh") else SPECIAL], f, "special", gradcheck=False)
    if name != "rsqrt":  # whose slope is out of float32's range
        case(name, [SMALL], f, "small", gradcheck=False)
for name in ("tanh", "erf", "erfc", "relu", "gelu", "gelu_tanh", "abs", "sigmoid", "silu", "softplus"):
    case(name, [LARGE], FUNCTIONS[name][0], "large", gradcheck=False)
for name in ("exp", "exp2", "expm1"):
    case(name, [[-80.0, -20.0, 20.0]], FUNCTIONS[name][0], "large", gradcheck=False)
for name in ("log", "log2", "log10"):
    case(name, [[1e-30, 1e30, 0.999, 1.001]], FUNCTIONS[name][0], "large", gradcheck=False)

case("log1p", [[1e-30, 1e30, -0.999, 1e-5, -1e-5]], torch.log1p, "large", gradcheck=False)
for name in ("sin", "cos"):
    case(name, [[5.0, -30.0, 8000.0, 8193.0, -1e5, 1e10]], FUNCTIONS[name][0], "large", gradcheck=False)
case("abs", [integers(-3, 4)((2, 4))], torch.abs, "int64")

# Thresholds, and betas of either sign.
case("softplus_3_2", [away_from(2 / 3)((4, 9))], lambda x: F.softplus(x, 3, 2))
case("softplus_3_2", [[0.6666, 0.6667, 40.0, -300.0]], lambda x: F.softplus(x, 3, 2), "edges", gradcheck=False)
case("softplus_-2", [normal((4, 9))], lambda x: F.softplus(x, -2))

# Bounds: below, above, both, the wrong way round.
for name, (low, high) in {"-0.5_1": (-0.5, 1.0), "0_": (0.0, None), "_0": (None, 0.0), "1_0": (1.0, 0.0)}.items():
    f = lambda x, low=low, high=high: x.clamp(low, high)
    unary(f"clamp_{name}", f, away_from(-0.5, 0, 1, margin=0.1))
    case(f"clamp_{name}", [SPECIAL], f, "special", gradcheck=False)
    case(f"clamp_{name}", [[-0.5, 1.0, 0.0, 2.0, -2.0]], f, "at the bounds", gradcheck=False)
    case(f"clamp_{name}", [uniform(-3, 3)((7, 11))], f, "wider than a batch", gradcheck=False)

# The larger and the smaller of two.
for name, f in {"maximum": torch.maximum, "minimum": torch.minimum}.items():
    binary(name, f, distinct, lambda shape: distinct(shape) + 0.12)
    case(name, [[1.0, 2.0, 2.0, nan, 1.0, nan, inf, -0.0, -inf], [2.0, 1.0, 2.0, 1.0, nan, nan, inf, 0.0, inf]], f, "ties", gradcheck=False)
    case(name, [integers(-3, 4)((2, 4)), integers(-3, 4)((4,))], f, "int64")
    case(name, [uniform(-3, 3)((7, 11)), uniform(-3, 3)((7, 11))], f, "wider than a batch", gradcheck=False)

# The rule of gelu as an op of its own.
def slope(f):
    def backward(g, x):
        y = f(x)
        return torch.autograd.grad(y, x, g, create_graph=True)[0]
    return backward


for name in ("gelu", "gelu_tanh", "silu", "softplus"):
    case(f"{name}_backward", [normal((2, 3, 4)), normal((2, 3, 4))], slope(FUNCTIONS[name][0]))
    case(f"{name}_backward", [normal((3, 7)), uniform(-4, 4)((3, 7))], slope(FUNCTIONS[name][0]), "wide")

# Choosing: all three broadcast.
case("where", [booleans((2, 3, 4)), normal((2, 3, 4)), normal((2, 3, 4))], torch.where)
case("where", [booleans((3, 1)), normal((2, 1, 4)), normal((4,))], torch.where, "broadcast")
case("where", [booleans((2, 3, 4)), normal(()), normal((3, 1))], torch.where, "scalar")
case("where", [booleans(()), normal((2, 3)), normal((2, 3))], torch.where, "one condition")
case("where", [booleans((0, 3)), normal((0, 3)), normal((3,))], torch.where, "empty")
case("where", [booleans((4,)), integers(-3, 4)((4,)), integers(-3, 4)((2, 4))], torch.where, "int64")
case("where", [[True, False], [1.0, nan], [inf, 2.0]], torch.where, "not chosen", gradcheck=False)

for name, value in (("masked_fill", -2.5), ("masked_fill_-inf", -inf)):
    finite = value == -2.5
    f = lambda x, mask, value=value: x.masked_fill(mask, value)
    case(name, [normal((2, 3, 4)), booleans((2, 3, 4))], f, gradcheck=finite)
    case(name, [normal((2, 3, 4)), booleans((3, 1))], f, "broadcast", gradcheck=finite)
    case(name, [normal((2, 3)), torch.tensor(True)], f, "all", gradcheck=finite)
    case(name, [normal(()), booleans(())], f, "scalar", gradcheck=finite)
    case(name, [normal((2, 0)), booleans((2, 0))], f, "empty", gradcheck=finite)

case("sigmoid_backward", [normal((2, 3, 4)), normal((2, 3, 4))], slope(torch.sigmoid))
case("sigmoid_backward", [normal((3, 7)), uniform(-4, 4)((3, 7))], slope(torch.sigmoid), "wide")

write("pointwise")
