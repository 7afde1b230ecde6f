"""What assignments to t[...] leave in t: for tests/indexing_syntax.cpp."""

import pathlib

import torch
from safetensors_io import save

t0 = torch.arange(24.0).reshape(3, 2, 4)
mask = t0 % 3 == 1
u = -torch.arange(1.0, 9.0).reshape(2, 4)
goldens = {"t": t0, "u": u, "mask": mask}


def after(name):
    """Keeps what the function below it makes of t."""
    def keep(change):
        t = t0.clone()
        change(t)
        goldens[name] = t
    return keep


@after("row")
def _(t):
    t[1] = 5


@after("row of rows")
def _(t):
    t[-1] = u


@after("broadcast")
def _(t):
    t[0] = u[0]


@after("first ones")
def _(t):
    t[0] = u.reshape(1, 1, 2, 4)


@after("element")
def _(t):
    t[1][0][2] = -1


@after("parts")
def _(t):
    t[1:3, :, -1] = 0


@after("overlap")
def _(t):
    t[1:] = t[:2].clone()


@after("mask with a number")
def _(t):
    t[mask] = 0.5


@after("mask with values")
def _(t):
    t[mask] = u.reshape(8)


@after("mask of rows")
def _(t):
    t[torch.tensor([True, False, True])] = u[1]


@after("mask in a row")
def _(t):
    t[1][mask[1]] = -3


@after("mask of a transposed view")
def _(t):
    t.transpose(0, 2)[mask.transpose(0, 2)] = u.reshape(8)


@after("index")
def _(t):
    t[torch.tensor([2, 0])] = u[:, None]


@after("index, added")
def _(t):
    t[torch.tensor([2, 1])] += 10


@after("mask, multiplied")
def _(t):
    t[mask] *= -2


@after("mask, divided")
def _(t):
    t[mask] /= 4


@after("row, subtracted")
def _(t):
    t[0] -= u


save(pathlib.Path(__file__).parent / "assignments.safetensors", goldens)
