"""Goldens of tests/ops_activation.cpp: activations that are one formula each, and logaddexp."""

import math

import torch
import torch.nn.functional as F
from ops import away_from, binary, case, normal, unary, write

inf, nan = math.inf, math.nan
# PyTorch's hardsigmoid has the slope 1/6 in float32 alone, also for float64: it is composed here.
FUNCTIONS = {
    "leaky_relu": (F.leaky_relu, away_from(0)),
    "leaky_relu_-2": (lambda x: F.leaky_relu(x, -2), away_from(0)),
    "elu": (F.elu, away_from(0)),
    "elu_0.5": (lambda x: F.elu(x, 0.5), away_from(0)),
    "selu": (F.selu, away_from(0)),
    "celu": (F.celu, away_from(0)),
    "celu_2": (lambda x: F.celu(x, 2), away_from(0)),
    "hardtanh": (F.hardtanh, away_from(-1, 1)),
    "hardtanh_-2_0.5": (lambda x: F.hardtanh(x, -2, 0.5), away_from(-2, 0.5)),
    "relu6": (F.relu6, away_from(0, 6, scale=5)),
    "hardsigmoid": (lambda x: F.relu6(x + 3) / 6, away_from(-3, 3, scale=3)),
    "hardswish": (F.hardswish, away_from(-3, 3, scale=3)),
    "logsigmoid": (F.logsigmoid, normal),
    "softsign": (F.softsign, away_from(0)),
}
WIDE = [20.0, -20.0, 80.0, -80.0, 1e4, -1e4, 1e10, -1e10]
SMALL = [1e-3, -1e-3, 1e-10, -1e-10, 1e-30, -1e-30]
for name, (f, domain) in FUNCTIONS.items():
    unary(name, f, domain)
    case(name, [domain((7, 11))], f, "wider than a batch")
    case(name, [WIDE], f, "large", gradcheck=False)
    case(name, [SMALL], f, "small", gradcheck=False)
    # without 3: there the slope of PyTorch's hardswish is 3/2 in its scalar loop and 1 in its vector loop
    case(name, [[0.0, -0.0, 1.0, -1.0, 0.5, -2.0, 6.0, -3.0]], f, "kinks", gradcheck=False)
    if name not in ("hardswish", "softsign"):  # whose limits PyTorch misses
        case(name, [[inf, -inf]], f, "infinite", gradcheck=False)

binary("logaddexp", torch.logaddexp)
case("logaddexp", [normal((7, 11)), normal((7, 11))], torch.logaddexp, "wider than a batch")
case("logaddexp", [[1.0, 80.0, -1e4, 1e10, inf, -inf, 3.0, nan], [1.0, -80.0, -1e4 + 1, 1.0, 2.0, 2.0, inf, 1.0]],
     torch.logaddexp, "special", gradcheck=False)

write("activation")
