"""Goldens of tests/higher_derivatives.cpp: functions of one number and their derivatives up to the fourth, from mpmath.

<name>/x holds n numbers, <name>/d (5, n): the value and the derivatives of order 1 to 4 there. The test has the same
functions under the same names.
"""

import pathlib

import mpmath as mp
import numpy as np
from activations import gelu_tanh, sigmoid
from safetensors_io import save

mp.mp.dps = 60


def norm(p):
    """Of (x, −1, 2)."""
    return lambda x: (abs(x) ** p + 1 + mp.mpf(2) ** p) ** (mp.mpf(1) / p)


def layer_norm(x):
    """The first of (x, −1, 2), with an eps of 0.1."""
    mean = (x + 1) / 3
    return (x - mean) / mp.sqrt(((x - mean) ** 2 + (-1 - mean) ** 2 + (2 - mean) ** 2) / 3 + mp.mpf("0.1"))


BOTH, POSITIVE, ZERO = [-2.5, -0.75, 0.0, 0.5, 3.0], [0.25, 1.0, 3.5], [-1.5, 0.0, 2.0]
FUNCTIONS = {
    "exp": (mp.exp, BOTH),
    "log": (mp.log, POSITIVE),
    "log1p": (lambda x: mp.log(1 + x), [-0.5, 0.0, 2.0]),
    "sqrt": (mp.sqrt, POSITIVE),
    "rsqrt": (lambda x: 1 / mp.sqrt(x), POSITIVE),
    "sin": (mp.sin, BOTH),
    "cos": (mp.cos, BOTH),
    "tanh": (mp.tanh, BOTH),
    "erf": (mp.erf, BOTH),
    "erfc": (mp.erfc, BOTH),
    "exp2": (lambda x: mp.mpf(2) ** x, BOTH),
    "expm1": (mp.expm1, BOTH),
    "log2": (lambda x: mp.log(x, 2), POSITIVE),
    "log10": (mp.log10, POSITIVE),
    "tan": (mp.tan, [-1.25, 0.0, 0.5]),
    "asin": (mp.asin, [-0.75, 0.0, 0.5]),
    "acos": (mp.acos, [-0.75, 0.0, 0.5]),
    "atan": (mp.atan, BOTH),
    "atan2_y": (lambda x: mp.atan2(x, mp.mpf("-1.5")), [-2.0, 0.5, 3.0]),
    "atan2_x": (lambda x: mp.atan2(mp.mpf("1.5"), x), BOTH),
    "sinh": (mp.sinh, BOTH),
    "cosh": (mp.cosh, BOTH),
    "asinh": (mp.asinh, BOTH),
    "acosh": (mp.acosh, [1.5, 4.0]),
    "atanh": (mp.atanh, [-0.75, 0.0, 0.5]),
    "sigmoid": (sigmoid, BOTH),
    "silu": (lambda x: x * sigmoid(x), BOTH),
    "softplus": (lambda x: mp.log(1 + mp.exp(x)), BOTH),
    "gelu": (lambda x: x * (1 + mp.erf(x / mp.sqrt(2))) / 2, BOTH),
    "gelu_tanh": (gelu_tanh, BOTH),
    "pow_0.5": (mp.sqrt, POSITIVE),
    "pow_2.5": (lambda x: x ** mp.mpf("2.5"), POSITIVE),
    "pow_-1": (lambda x: 1 / x, [-2.0, 0.5]),
    **{f"pow_{p}": (lambda x, p=p: x**p, ZERO) for p in (3, 4, 5)},
    "pow_x": (lambda x: mp.mpf("1.5") ** x, ZERO),  # of the exponent
    "x_pow_x": (lambda x: x**x, POSITIVE),
    "div": (lambda x: (x + 1) / (x * x + 2), BOTH),
    "norm_2": (norm(2), ZERO),
    "norm_4": (norm(4), ZERO),
    "norm_2.5": (norm(mp.mpf("2.5")), [0.5, 2.0]),
    "logsumexp": (lambda x: mp.log(mp.exp(x) + mp.exp(-1) + mp.exp(2)), BOTH),  # these of (x, −1, 2)
    "softmax": (lambda x: mp.exp(x) / (mp.exp(x) + mp.exp(-1) + mp.exp(2)), BOTH),
    "log_softmax": (lambda x: x - mp.log(mp.exp(x) + mp.exp(-1) + mp.exp(2)), BOTH),
    "std": (lambda x: mp.sqrt((x**2 + 5 - (x + 1) ** 2 / 3) / 2), BOTH),
    "layer_norm": (layer_norm, BOTH),
    "rms_norm": (lambda x: x / mp.sqrt((x**2 + 5) / 3 + mp.mpf("0.1")), BOTH),
}

goldens = {}
for name, (f, points) in FUNCTIONS.items():
    columns = [[f(mp.mpf(x))] + [mp.diff(f, mp.mpf(x), n) for n in range(1, 5)] for x in points]
    goldens[f"{name}/x"] = np.array(points)
    rows = [[float(mp.chop(value, mp.mpf("1e-50"))) for value in row] for row in zip(*columns)]
    goldens[f"{name}/d"] = np.array(rows)
save(pathlib.Path(__file__).parent / "derivatives.safetensors", goldens)
print(len(FUNCTIONS), "functions")
