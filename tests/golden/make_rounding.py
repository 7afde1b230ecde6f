"""Goldens of tests/ops_rounding.cpp: rounding, and division with a rest."""

import math

import torch
from ops import binary, case, integers, unary, uniform, write

inf, nan = math.inf, math.nan


def between_steps(shape):
    """Away from the integers, where floor, ceil and trunc step, and from the halves, where round does."""
    return integers(-3, 3)(shape) + 0.5 * integers(0, 2)(shape) + uniform(0.1, 0.4)(shape)


def odd(shape):
    """Near an odd number of either sign."""
    return 2.0 * integers(-3, 3)(shape) + 1 + uniform(-0.2, 0.2)(shape)


def near_two(shape):
    """Of either sign. The quotient of an odd number by it is far from every integer."""
    return torch.where(integers(0, 2)(shape) == 0, -1.0, 1.0) * uniform(1.95, 2.05)(shape)


def rounded_div(mode):
    return lambda a, b: torch.div(a, b, rounding_mode=mode)


for name, f in {"floor": torch.floor, "ceil": torch.ceil, "round": torch.round, "trunc": torch.trunc}.items():
    unary(name, f, between_steps)
    case(name, [between_steps((7, 11))], f, "wider than a batch")
    case(name, [[0.0, -0.0, 0.5, -0.5, 1.5, -1.5, 2.5, -2.5, 1.0, -1.0, 0.25, -0.75, inf, -inf, nan]], f, "special",
         gradcheck=False)
    case(name, [[8388607.5, 8388608.0, -8388609.0, 1e10, -1e30]], f, "large", gradcheck=False)

A = [7.0, -7.0, 7.0, -7.0, 6.0, -6.0, 0.0, -0.0, inf, 5.0, -1.0, 5.0, nan, 1.0, -1.0, 0.0, 1.0]
B = [3.0, 3.0, -3.0, -3.0, 3.0, 3.0, 2.0, 2.0, 2.0, inf, inf, -inf, 1.0, nan, 0.0, 0.0, 0.0]
OPS = {"fmod": torch.fmod, "remainder": torch.remainder, "div_floor": rounded_div("floor"), "div_trunc": rounded_div("trunc")}
for name, f in OPS.items():
    binary(name, f, odd, near_two)
    case(name, [odd((7, 11)), near_two((7, 11))], f, "wider than a batch")
    case(name, [A, B], f, "special", gradcheck=False)
    case(name, [odd((2, 3)), torch.tensor([2, -2, 4])], f, "with int64")
    case(f"{name}_-2", [odd((2, 3))], lambda x, f=f: f(x, -2), "number")

write("rounding")
