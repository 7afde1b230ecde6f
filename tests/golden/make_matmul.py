"""Goldens of tests/ops_matmul.cpp: matrix products of all ranks, and linear layers."""

import torch
from ops import case, normal, write

PRODUCTS = {
    "matrices": ((3, 4), (4, 5)),
    "square": ((4, 4), (4, 4)),
    "batch": ((2, 3, 4), (2, 4, 5)),
    "two batch dims": ((2, 3, 2, 4), (2, 3, 4, 3)),
    "batch by matrix": ((2, 3, 4), (4, 5)),
    "two batch dims by matrix": ((2, 2, 3, 4), (4, 2)),
    "matrix by batch": ((3, 4), (2, 4, 5)),
    "broadcast left": ((1, 3, 4), (2, 4, 5)),
    "broadcast right": ((2, 3, 4), (1, 4, 5)),
    "broadcast both": ((2, 1, 3, 4), (3, 4, 2)),
    "dot": ((4,), (4,)),
    "row by matrix": ((4,), (4, 5)),
    "matrix by column": ((3, 4), (4,)),
    "row by batch": ((4,), (2, 4, 5)),
    "batch by column": ((2, 3, 4), (4,)),
    "two batch dims by column": ((2, 2, 3, 4), (4,)),
    "size 1": ((1, 1), (1, 1)),
    "outer": ((3, 1), (1, 4)),
    "one row": ((2, 1, 4), (4, 3)),
    "one column": ((3, 4), (4, 1)),
    "batch of one": ((1, 2, 3), (3, 2)),
    "inner 0": ((2, 0), (0, 3)),
    "batch inner 0": ((2, 3, 0), (0, 4)),
    "dot of nothing": ((0,), (0,)),
    "no rows": ((0, 4), (4, 3)),
    "no columns": ((3, 4), (4, 0)),
    "no batch": ((0, 3, 4), (0, 4, 2)),
    "no batch by matrix": ((0, 3, 4), (4, 2)),
    "past a batch": ((2, 17, 9), (9, 35)),
}
for name, (a, b) in PRODUCTS.items():
    case("matmul", [normal(a), normal(b)], torch.matmul, name)

# Heads: (B, T, H, d) seen as (B, H, T, d).
case("heads", [normal((2, 3, 2, 4)), normal((2, 5, 2, 4))],
     lambda q, k: q.transpose(1, 2) @ k.transpose(1, 2).transpose(-2, -1), "scores")
case("square_of_one", [normal((3, 3))], lambda x: x @ x)

LINEAR = {
    "matrix": (3, 4), "vector": (4,), "batch": (2, 3, 4), "two batch dims": (2, 1, 3, 4), "empty": (0, 4),
    "empty batch": (2, 0, 4),
}
for name, x in LINEAR.items():
    case("linear", [normal(x), normal((5, 4)), normal((5,))], torch.nn.functional.linear, name)
    case("linear_without_bias", [normal(x), normal((5, 4))], torch.nn.functional.linear, name)
case("linear", [normal((2, 1)), normal((1, 1)), normal((1,))], torch.nn.functional.linear, "size 1")
case("linear", [normal((2, 0)), normal((3, 0)), normal((3,))], torch.nn.functional.linear, "no inputs")
case("linear", [normal((2, 3)), normal((0, 3)), normal((0,))], torch.nn.functional.linear, "no outputs")

for name in ("batch", "batch inner 0", "batch of one"):
    shapes = {"batch of one": ((1, 2, 3), (1, 3, 2)), "batch inner 0": ((2, 3, 0), (2, 0, 4))}.get(name, PRODUCTS[name])
    case("bmm", [normal(shape) for shape in shapes], torch.bmm, name)
case("bmm", [normal((0, 3, 2)), normal((0, 2, 4))], torch.bmm, "no matrices")

write("matmul")
