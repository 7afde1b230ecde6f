"""The cases of tests/ops_scatter.cpp. PyTorch's own gradient of `scatter` with a source is right where no element is written twice."""

import math

import torch
from ops import booleans, case, distinct, integers, normal, write

nan = math.nan
X = (3, 2, 4)


def without_repeats(shape, size, dim):
    """An index that names no element twice."""
    full = list(shape)
    full[dim] = size
    return torch.rand(full).argsort(dim).narrow(dim, 0, shape[dim])


def last_source(x, i, source, dim):
    """scatter whose gradient goes to the last source of each element: written one position of `dim` after the other."""
    for k in range(i.shape[dim]):
        x = x.scatter(dim, i.narrow(dim, k, 1), source.narrow(dim, k, 1))
    return x


for dim in 0, 1, -1:
    def scattered(x, i, source):
        return x.scatter(dim, i, source)

    def filled(x, i):
        return x.scatter(dim, i, 2.5 if x.is_floating_point() else 2)

    for name, shape in {"normal": X, "longer": X, "cut": (2, 1, 3), "empty": (2, 0, 4)}.items():
        shape = list(shape)
        shape[dim] += 3 if name == "longer" else 0
        index = integers(0, X[dim])(shape)
        if name in ("cut", "empty"):
            unique = without_repeats(shape, X[dim], dim)
            case(f"scatter_{dim}", [normal(X), unique, normal(shape)], scattered, name)
        case(f"scatter_{dim}", [normal(X), index, normal(shape)], lambda x, i, s: last_source(x, i, s, dim), f"{name}, repeated")
        case(f"scatter_number_{dim}", [normal(X), index], filled, name)
        for reduce in "sum", "mean", "amax", "amin":
            both = distinct((24 + math.prod(shape),))  # no element of x and the source within 0.1 of another
            x, source = both[:24].reshape(X), both[24:].reshape(shape)
            case(f"scatter_{reduce}_{dim}", [x, index, source], lambda x, i, s: x.scatter_reduce(dim, i, s, reduce), name)
            case(f"scatter_{reduce}_{dim}_alone", [x, index, source],
                 lambda x, i, s: x.scatter_reduce(dim, i, s, reduce, include_self=False), name)

for name, sample in {"int64": integers(-9, 9), "boolean": booleans}.items():
    case("scatter_0", [sample((4, 2)), torch.tensor([[3, 0], [1, 2]]), sample((2, 2))], lambda x, i, s: x.scatter(0, i, s), name)
case("scatter_number_0", [integers(-9, 9)((4, 2)), torch.tensor([[3, 0]])], lambda x, i: x.scatter(0, i, 2), "int64")
case("scatter_0", [normal((1,)), torch.tensor([0]), normal((1,))], lambda x, i, s: x.scatter(0, i, s), "size 1")
x, index = integers(-9, 9)((3, 2)), torch.tensor([[2, 0], [2, 1]])
for reduce in "amax", "amin":
    case(f"scatter_{reduce}_0", [x, index, integers(-9, 9)((2, 2))], lambda x, i, s: x.scatter_reduce(0, i, s, reduce), "int64")

# Ties: of x with a source, of two sources, of all three; and NaN.
x = [1.0, 2.0, 2.0, 5.0, nan, 0.0, -1.0]
index, source = torch.tensor([0, 1, 1, 2, 2, 3, 4, 5, 5]), [1.0, 7.0, 7.0, 2.0, 2.0, 5.0, 1.0, nan, 3.0]
for reduce in "amax", "amin":
    case(f"scatter_{reduce}_0", [x, index, source], lambda x, i, s: x.scatter_reduce(0, i, s, reduce), "ties", gradcheck=False)

write("scatter")
