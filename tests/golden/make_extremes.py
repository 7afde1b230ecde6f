"""Goldens of tests/extremes.cpp: elementwise functions and their slopes over the whole range of both dtypes, from
mpmath.

<dtype>/x holds the numbers: 0, infinities, NaN, the largest and the smallest, magnitudes in between, tails.
<op>/<dtype>/y and <op>/<dtype>/slope are the exact results, rounded once to the dtype. Outside of a domain the value is
NaN, and the slope of a logarithm is still 1/x; at ±∞ it is the limit.
"""

import math
import pathlib

import mpmath as mp
import numpy as np
from activations import bend, bend_slope, gelu_tanh, sigmoid
from safetensors_io import save

mp.mp.prec = 256
inf, nan = mp.inf, mp.nan
half, one, three = mp.mpf("0.5"), mp.mpf(1), mp.mpf(3)
INV_SQRT_2PI = 1 / mp.sqrt(2 * mp.pi)


def softplus(x):
    return max(x, 0) + mp.log1p(mp.exp(-abs(x)))


def below(x):  # the distribution function of a standard normal
    t = -x / mp.sqrt(2)
    if abs(t) > 10**6:  # mpmath fails there
        return mp.exp(-t * t) / (t * mp.sqrt(mp.pi)) / 2 if t > 0 else one
    return mp.erfc(t) / 2


def from_to(low, high, f, at_low=nan, at_high=nan):
    """f inside of its domain, NaN outside, and the given values at the ends."""
    return lambda x: nan if x < low or x > high else at_low if x == low else at_high if x == high else f(x)


def power(p):
    return from_to(0, inf, lambda x: x ** mp.mpf(p), 0 if p > 0 else inf)


def step(x, at_zero):
    return one if x > 0 else 0 if x < 0 else at_zero


arc_slope = from_to(-1, 1, lambda x: 1 / mp.sqrt(1 - x * x), inf, inf)


def hyperbolic(sign):
    """cosh for 1, sinh for −1. mpmath's own take long for large numbers."""
    def f(x):
        if abs(x) > 1000:
            return inf if sign == 1 or x > 0 else -inf
        return mp.cosh(x) if sign == 1 else mp.sinh(x)
    return f


# name: (f, f', (f at −∞, f at +∞), (f' at −∞, f' at +∞))
OPS = {
    "exp": (mp.exp, mp.exp, (0, inf), (0, inf)),
    "log": (from_to(0, inf, mp.log, -inf), lambda x: 1 / x if x else inf, (nan, inf), (0, 0)),
    "log1p": (from_to(-1, inf, mp.log1p, -inf), lambda x: 1 / (1 + x) if x != -1 else inf, (nan, inf), (0, 0)),
    "sqrt": (power(0.5), lambda x: power(-0.5)(x) / 2, (nan, inf), (nan, 0)),
    "rsqrt": (power(-0.5), lambda x: -power(-1.5)(x) / 2, (nan, 0), (nan, 0)),
    "sin": (mp.sin, mp.cos, (nan, nan), (nan, nan)),
    "cos": (mp.cos, lambda x: -mp.sin(x), (nan, nan), (nan, nan)),
    "tanh": (mp.tanh, lambda x: 4 * sigmoid(2 * x) * sigmoid(-2 * x), (-1, 1), (0, 0)),
    "erf": (mp.erf, lambda x: 2 / mp.sqrt(mp.pi) * mp.exp(-x * x), (-1, 1), (0, 0)),
    "erfc": (lambda x: mp.erfc(x) if abs(x) < 1000 else 1 - mp.sign(x), lambda x: -2 / mp.sqrt(mp.pi) * mp.exp(-x * x), (2, 0), (0, 0)),
    "exp2": (lambda x: 2**x, lambda x: 2**x * mp.log(2), (0, inf), (0, inf)),
    "expm1": (mp.expm1, mp.exp, (-1, inf), (0, inf)),
    "log2": (from_to(0, inf, lambda x: mp.log(x, 2), -inf), lambda x: 1 / (x * mp.log(2)) if x else inf, (nan, inf), (0, 0)),
    "log10": (from_to(0, inf, mp.log10, -inf), lambda x: 1 / (x * mp.log(10)) if x else inf, (nan, inf), (0, 0)),
    "tan": (mp.tan, lambda x: 1 / mp.cos(x) ** 2, (nan, nan), (nan, nan)),
    "asin": (from_to(-1, 1, mp.asin, -mp.pi / 2, mp.pi / 2), arc_slope, (nan, nan), (nan, nan)),
    "acos": (from_to(-1, 1, mp.acos, mp.pi, 0), lambda x: -arc_slope(x), (nan, nan), (nan, nan)),
    "atan": (mp.atan, lambda x: 1 / (1 + x * x), (-mp.pi / 2, mp.pi / 2), (0, 0)),
    "sinh": (hyperbolic(-1), hyperbolic(1), (-inf, inf), (inf, inf)),
    "cosh": (hyperbolic(1), hyperbolic(-1), (inf, inf), (-inf, inf)),
    "asinh": (mp.asinh, lambda x: 1 / mp.sqrt(x * x + 1), (-inf, inf), (0, 0)),
    "acosh": (from_to(1, inf, mp.acosh, 0), from_to(1, inf, lambda x: 1 / mp.sqrt(x * x - 1), inf), (nan, inf), (nan, 0)),
    "atanh": (from_to(-1, 1, mp.atanh, -inf, inf), lambda x: 1 / (1 - x * x) if abs(x) != 1 else inf, (nan, nan), (0, 0)),
    "floor": (mp.floor, lambda x: 0, (-inf, inf), (0, 0)),
    "ceil": (mp.ceil, lambda x: 0, (-inf, inf), (0, 0)),
    "round": (mp.nint, lambda x: 0, (-inf, inf), (0, 0)),
    "trunc": (lambda x: mp.sign(x) * mp.floor(abs(x)), lambda x: 0, (-inf, inf), (0, 0)),
    "relu": (lambda x: max(x, 0), lambda x: step(x, 0), (0, inf), (0, 1)),
    "abs": (abs, lambda x: mp.sign(x), (inf, inf), (-1, 1)),
    "sigmoid": (sigmoid, lambda x: sigmoid(x) * sigmoid(-x), (0, 1), (0, 0)),
    "silu": (lambda x: x * sigmoid(x), lambda x: sigmoid(x) * (1 + x * sigmoid(-x)), (0, inf), (0, 1)),
    "softplus": (lambda x: x if x > 20 else softplus(x), lambda x: one if x > 20 else sigmoid(x), (0, inf), (0, 1)),
    "softplus_everywhere": (softplus, sigmoid, (0, inf), (0, 1)),
    "gelu": (lambda x: x * below(x), lambda x: below(x) + x * mp.exp(-x * x / 2) * INV_SQRT_2PI, (0, inf), (0, 1)),
    "gelu_tanh": (gelu_tanh,
                  lambda x: sigmoid(bend(x)) * (1 + x * bend_slope(x) * sigmoid(-bend(x))), (0, inf), (0, 1)),
    "clamp": (lambda x: min(max(x, -1), 1), lambda x: one if abs(x) <= 1 else 0, (-1, 1), (0, 0)),
    "maximum": (lambda x: max(x, 1), lambda x: step(x - 1, half), (1, inf), (0, 1)),
    "minimum": (lambda x: min(x, 1), lambda x: step(1 - x, half), (-inf, 1), (1, 0)),
    "neg": (lambda x: -x, lambda x: -one, (inf, -inf), (-1, -1)),
    "add": (lambda x: x + 1, lambda x: one, (-inf, inf), (1, 1)),
    "sub": (lambda x: 1 - x, lambda x: -one, (inf, -inf), (-1, -1)),
    "mul": (lambda x: 3 * x, lambda x: three, (-inf, inf), (3, 3)),
    "square": (lambda x: x * x, lambda x: 2 * x, (inf, inf), (-inf, inf)),
    "div": (lambda x: x / 3, lambda x: one / 3, (-inf, inf), (one / 3, one / 3)),
    "one_over": (lambda x: 1 / x if x else inf, lambda x: -1 / (x * x) if x else -inf, (0, 0), (0, 0)),
    "pow_0": (lambda x: one, lambda x: mp.mpf(0), (1, 1), (0, 0)),
    "pow_2": (lambda x: x * x, lambda x: 2 * x, (inf, inf), (-inf, inf)),
    "pow_3": (lambda x: x**3, lambda x: 3 * x * x, (-inf, inf), (inf, inf)),
    "pow_0.5": (power(0.5), lambda x: power(-0.5)(x) / 2, (inf, inf), (0, 0)),
    "pow_-1": (lambda x: 1 / x if x else inf, lambda x: -1 / (x * x) if x else -inf, (0, 0), (0, 0)),
    "3_pow": (lambda x: three**x, lambda x: three**x * mp.log(3), (0, inf), (0, inf)),
}
# The results at −0 that differ from those at 0.
MINUS_ZERO = {"log": (-inf, -inf), "log2": (-inf, -inf), "log10": (-inf, -inf), "sqrt": (0, -inf), "rsqrt": (-inf, inf), "one_over": (-inf, -inf),
              "pow_-1": (-inf, -inf)}
LINEAR = ("neg", "add", "sub", "mul", "div")  # their slope does not depend on x
# Near these, a slope is a small difference of large terms; points within 1/16 are left out.
ZEROS_OF_SLOPES = (-1.2784645, -0.7517916, -0.7524614)

FORMATS = {"float32": (np.float32, 24, -149), "float64": (np.float64, 53, -1074)}  # digits, the smallest's exponent


def rounded(value, digits, smallest):
    """To the nearest number of a format, as a Python float."""
    value = mp.mpf(value)
    if not mp.isfinite(value) or value == 0:
        return float(value)
    exponent = mp.frexp(value)[1]
    if exponent > 1100 or exponent < -1200:
        return math.copysign(math.inf if exponent > 0 else 0.0, value)
    unit = max(exponent - digits, smallest)
    nearest = mp.ldexp(mp.nint(mp.ldexp(value, -unit)), unit)
    largest = mp.ldexp(1, 128 if digits == 24 else 1024)
    return math.copysign(math.inf, value) if abs(nearest) >= largest else float(nearest)


def numbers(dtype):
    info = np.finfo(dtype)
    ends = [0, math.inf, info.max, info.tiny, info.smallest_subnormal, 1, 1 - info.epsneg, 1 + info.eps, 20, 8192]
    if dtype is np.float32:
        lines = np.concatenate([np.logspace(-45, 38.5, 84), np.linspace(0.01, 18, 160), np.linspace(18, 130, 70)])
    else:
        lines = np.concatenate([np.logspace(-323, 308.2, 108), np.linspace(0.01, 40, 160), np.linspace(40, 770, 90)])
    with np.errstate(over="ignore"):
        positive = np.concatenate([np.array(ends), lines]).astype(dtype)
    x = np.concatenate([positive, -positive, np.array([math.nan], dtype)])
    return x[[not any(abs(a - zero) < 1 / 16 for zero in ZEROS_OF_SLOPES) for a in x]]


def exact(name, what, x):
    f, at_ends = OPS[name][what], OPS[name][2 + what]
    if math.isnan(x) and not (what == 1 and name in LINEAR):
        return nan
    if math.isinf(x):
        return at_ends[int(x > 0)]
    if x == 0 and math.copysign(1, x) < 0 and name in MINUS_ZERO:
        return MINUS_ZERO[name][what]
    return f(mp.mpf(float(x)))


goldens = {}
for dtype, (numpy_type, digits, smallest) in FORMATS.items():
    x = goldens[f"{dtype}/x"] = numbers(numpy_type)
    for name in OPS:
        for what, key in enumerate(("y", "slope")):
            values = [rounded(exact(name, what, a), digits, smallest) for a in x]
            goldens[f"{name}/{dtype}/{key}"] = np.array(values, numpy_type)
path = pathlib.Path(__file__).parent / "extremes.safetensors"
save(path, goldens)
print(f"{path.name}: {len(OPS)} ops, {path.stat().st_size} bytes")
