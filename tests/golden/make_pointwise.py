"""Goldens of tests/ops_pointwise.cpp: elementwise functions, and choosing by a mask."""

import math
import pathlib

import torch
import torch.nn.functional as F
from ops import away_from, booleans, case, integers, normal, positive, unary, uniform, write
from safetensors_io import save

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
    "gelu": (F.gelu, normal),
    "gelu_tanh": (gelu_tanh, normal),
}
for name, (f, domain) in FUNCTIONS.items():
    unary(name, f, domain)
    case(name, [uniform(-3, 3)((7, 11)).abs() + 0.5], f, "wider than a batch")
    case(name, [SPECIAL], f, "special", gradcheck=False)
    case(name, [SMALL], f, "small", gradcheck=False)
for name in ("tanh", "erf", "relu", "gelu", "gelu_tanh"):
    case(name, [LARGE], FUNCTIONS[name][0], "large", gradcheck=False)
case("exp", [[-80.0, -20.0, 20.0]], torch.exp, "large", gradcheck=False)
case("log", [[1e-30, 1e30, 0.999, 1.001]], torch.log, "large", gradcheck=False)

# The rule of gelu as an op of its own.
def slope(f):
    def backward(g, x):
        y = f(x)
        return torch.autograd.grad(y, x, g, create_graph=True)[0]
    return backward


for name in ("gelu", "gelu_tanh"):
    case(f"{name}_backward", [normal((2, 3, 4)), normal((2, 3, 4))], slope(FUNCTIONS[name][0]))
    case(f"{name}_backward", [normal((3, 7)), uniform(-6, 6)((3, 7))], slope(FUNCTIONS[name][0]), "wide")

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

# float32 over all magnitudes, its reference computed in float64: for the functions' own accuracy.
x = torch.cat([torch.linspace(-104, 89, 700), torch.linspace(-4, 4, 600),
               torch.logspace(-44, 38, 300), -torch.logspace(-44, 38, 300)]).to(torch.float32)
accuracy = {"x": x}
wide = x.to(torch.float64)
for name in ("exp", "log", "sqrt", "tanh", "erf"):
    accuracy[name] = FUNCTIONS[name][0](wide).to(torch.float32)

write("pointwise")
save(pathlib.Path(__file__).parent / "accuracy.safetensors", accuracy)
