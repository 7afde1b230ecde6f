"""Goldens of tests/ops_views.cpp: the same elements in another arrangement."""

import torch
from ops import case, normal, unary, write

SHAPES = {"normal": (2, 3, 4), "size 1": (1, 1, 1), "empty": (2, 0, 4), "mixed": (3, 1, 2)}


def three_dims(op, f, but=()):
    for name, shape in SHAPES.items():
        if name not in but:
            case(op, [normal(shape)], f, name)


unary("reshape_flat", lambda x: x.reshape(-1), but=("empty",))
case("reshape_flat", [torch.zeros(2, 0, 3)], lambda x: x.reshape(0), "empty")
case("reshape_4_3_2", [normal((2, 3, 4))], lambda x: x.reshape(4, 3, 2))
case("reshape_4_3_2", [normal((24,))], lambda x: x.reshape(4, 3, 2), "from vector")
case("reshape_-1_2", [normal((2, 3, 4))], lambda x: x.reshape(-1, 2))
case("reshape_-1_2", [normal((1, 2))], lambda x: x.reshape(-1, 2), "size 1")
case("reshape_scalar", [normal((1, 1))], lambda x: x.reshape(()))
case("reshape_scalar", [normal(())], lambda x: x.reshape(()), "scalar")
three_dims("transpose_0_1", lambda x: x.transpose(0, 1))
three_dims("transpose_-1_-3", lambda x: x.transpose(-1, -3))
three_dims("mT", lambda x: x.transpose(-2, -1))
three_dims("permute_2_0_1", lambda x: x.permute(2, 0, 1))
three_dims("permute_-1_0_-2", lambda x: x.permute(-1, 0, -2))
unary("squeeze", torch.squeeze)
three_dims("squeeze_1", lambda x: x.squeeze(1))
three_dims("squeeze_-1", lambda x: x.squeeze(-1))
unary("unsqueeze_0", lambda x: x.unsqueeze(0))
unary("unsqueeze_-1", lambda x: x.unsqueeze(-1))
case("expand", [normal((3, 1))], lambda x: x.expand(2, 3, 4))
case("expand", [normal((2, 3, 4))], lambda x: x.expand(2, 3, 4), "same")
case("expand", [normal(())], lambda x: x.expand(2, 3, 4), "scalar")
case("expand_keep", [normal((3, 1))], lambda x: x.expand(2, -1, 4))
case("expand_empty", [normal((3, 1))], lambda x: x.expand(3, 0))
three_dims("slice_tail", lambda x: x[:, 1:], but=("size 1", "mixed"))
case("slice_tail", [normal((3, 1, 2))], lambda x: x[:, 1:], "nothing left")
three_dims("slice_step", lambda x: x[..., 0:10:2])
three_dims("slice_negative", lambda x: x[-1:, :, :])
three_dims("select_0", lambda x: x.select(0, 0))
three_dims("select_-1", lambda x: x.select(-1, -1))
unary("to_int64", lambda x: (3 * x.detach()).to(torch.int64))

three_dims("diagonal", torch.diagonal)
three_dims("diagonal_1_-1_0", lambda x: x.diagonal(1, -1, 0))
three_dims("diagonal_-1_1_2", lambda x: x.diagonal(-1, 1, 2))
three_dims("diagonal_9_0_2", lambda x: x.diagonal(9, 0, 2))
for k in 0, 2, -1:
    for name, shape in {"wide": (3, 4), "tall": (4, 2), "vector": (3,), "size 1": (1,), "empty": (0,), "no columns": (2, 0)}.items():
        if name != "no columns" or k <= 0:  # PyTorch 1.13 computes a negative size
            case(f"diag_{k}", [normal(shape)], lambda x: x.diag(k), name)
    case(f"diag_{k}", [torch.tensor([1, 2])], lambda x: x.diag(k), "int64")
    case(f"diag_{k}", [torch.tensor([True, True])], lambda x: x.diag(k), "boolean")

write("views")
