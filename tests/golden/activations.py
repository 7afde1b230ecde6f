"""Activations in mpmath, at the precision that the caller has set."""

from mpmath import exp, mp, mpf


def sigmoid(x):
    return 1 / (1 + exp(-x))


# gelu's tanh form is x · sigmoid(bend(x)), as (1 + tanh u)/2 = sigmoid(2u).
def bend(x):
    return 2 * mp.sqrt(2 / mp.pi) * (x + mpf("0.044715") * x**3)


def bend_slope(x):
    return 2 * mp.sqrt(2 / mp.pi) * (1 + 3 * mpf("0.044715") * x**2)


def bend_second(x):
    return 12 * mp.sqrt(2 / mp.pi) * mpf("0.044715") * x


def gelu_tanh(x):
    return x * sigmoid(bend(x))
