"""Goldens of tests/activation_tails.cpp: second derivatives of activations by mpmath, far out and next to 0."""

import pathlib

import numpy as np
import torch
from activations import bend, bend_second, bend_slope, sigmoid
from mpmath import mp, mpf, npdf, sech, tanh
from safetensors_io import save

mp.dps = 700  # 1 − s of a sigmoid s near 1 still has its digits


def slope(x):
    return sigmoid(x) * sigmoid(-x)


def second(x):
    return -slope(x) * tanh(x / 2)


SECOND_DERIVATIVES = {
    "sigmoid": second,
    "tanh": lambda x: -2 * tanh(x) * sech(x) ** 2,
    "softplus": slope,
    "silu": lambda x: 2 * slope(x) + x * second(x),
    "gelu": lambda x: (2 - x**2) * npdf(x),
    "gelu_tanh": lambda x: (2 * bend_slope(x) + x * bend_second(x)) * slope(bend(x)) + x * bend_slope(x) ** 2 * second(bend(x)),
}

# No x is next to a zero of a derivative, where a relative error says nothing.
sizes = [1e-8, 1e-4, 0.01, 0.1, 0.3, 0.5, 1, 1.7, 2, 3, 4, 5, 6, 7.5, 9, 10, 12, 13, 15, 17, 20, 22, 25, 30, 36, 40, 60, 80,
         88, 95, 100, 104, 120, 300, 700, 740, 800]
x = np.array([sign * size for size in sizes for sign in (1, -1)], dtype=np.float32).astype(np.float64)
golden = {"x": torch.from_numpy(x)}
for name, f in SECOND_DERIVATIVES.items():
    golden[name] = torch.tensor([float(f(mpf(number))) for number in x], dtype=torch.float64)
save(pathlib.Path(__file__).parent / "activation_tails.safetensors", golden)
