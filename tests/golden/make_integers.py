"""Goldens of tests/ops_integers.cpp: what int64 Tensors have beside + - * /."""

import torch
from ops import booleans, case, integers, write

numbers = integers(-9, 10)
BINARY = {
    "floor_divide": torch.floor_divide,
    "div_trunc": lambda a, b: torch.div(a, b, rounding_mode="trunc"),
    "remainder": torch.remainder,
    "fmod": torch.fmod,
}


def divisors(shape):
    """Without 0."""
    x = integers(-4, 4)(shape)
    return torch.where(x < 0, x, x + 1)


for name, f in BINARY.items():
    case(name, [numbers((5, 7)), divisors((5, 7))], f)
    case(name, [numbers((5, 1)), divisors((3,))], f, "broadcast")
    case(name, [numbers((2, 0)), torch.zeros((), dtype=torch.int64)], f, "empty")
    case(name, [numbers(()), divisors(())], f, "scalar")
    case(name, [booleans((4,)), divisors((4,))], f, "of booleans")
    case(f"{name}_-3", [numbers((4, 5))], lambda x, f=f: f(x, -3))

case("pow", [numbers((5, 7)), integers(0, 12)((5, 7))], torch.pow)
case("pow", [numbers((5, 1)), integers(0, 12)((3,))], torch.pow, "broadcast")
case("pow", [[3, -3, 2, 10], [41, 64, 63, 30]], torch.pow, "wrapping around")
case("pow", [numbers((0, 2)), integers(0, 3)((0, 2))], torch.pow, "empty")
for p in (0, 1, 2, 5):
    case(f"pow_{p}", [numbers((4, 5))], lambda x, p=p: torch.pow(x, p))
case("pow_2", [booleans((4,))], lambda x: torch.pow(x, 2), "of booleans")

for name, bounds in {"-3_4": (-3, 4), "2_": (2, None), "_2": (None, 2), "4_-3": (4, -3)}.items():
    case(f"clamp_{name}", [numbers((4, 5))], lambda x, bounds=bounds: x.clamp(*bounds))
    case(f"clamp_{name}", [numbers((0, 5))], lambda x, bounds=bounds: x.clamp(*bounds), "empty")
    case(f"clamp_{name}", [[2**62 + 1, -(2**62) - 1]], lambda x, bounds=bounds: x.clamp(*bounds), "large")
case("clamp_-3_4", [booleans((4,))], lambda x: x.clamp(-3, 4), "of booleans")

for name, f in {"floor": torch.floor, "ceil": torch.ceil, "round": torch.round, "trunc": torch.trunc}.items():
    case(name, [[-(2**63), 2**62 + 1, -1, 0]], f)

write("integers")
