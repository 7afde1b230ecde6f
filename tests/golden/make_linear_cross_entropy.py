"""The cases of tests/ops_linear_cross_entropy.cpp: cross_entropy of linear, PyTorch's two functions one after the other."""

import torch
from ops import case, integers, normal, write
from torch.nn.functional import cross_entropy, linear

WEIGHT = torch.tensor([0.5, 2.0, 0.0, 1.0, 3.0], dtype=torch.float64)


def loss(x, w, t, b=None, **options):
    """x (..., D), w (V, D), t (...) or (..., V), b (V)"""
    logits = linear(x, w, b)
    if logits.dim() < 3:
        return cross_entropy(logits, t, **options)
    t = t.movedim(-1, 1) if t.is_floating_point() else t
    return cross_entropy(logits.movedim(-1, 1), t, **options)


def shapes(op, f, is_mean):
    case(op, [normal((4, 3)), normal((5, 3)), torch.tensor([1, 3, 4, 0])], f)
    case(op, [normal((6, 3)), normal((5, 3)), torch.tensor([1, -100, 4, -100, 2, 2])], f, "some ignored")
    case(op, [normal((2, 3)), normal((5, 3)), torch.tensor([-100, -100])], f, "all ignored", gradcheck=False)
    case(op, [normal((3,)), normal((5, 3)), torch.tensor(3)], f, "one row")
    case(op, [normal((0, 3)), normal((5, 3)), integers(0, 5)((0,))], f, "no rows", gradcheck=not is_mean)
    case(op, [normal((2, 3, 4)), normal((5, 4)), torch.tensor([[0, 1, 4], [3, -100, 2]])], f, "sequences")
    case(op, [normal((2, 1, 2, 3)), normal((5, 3)), integers(0, 5)((2, 1, 2))], f, "four dims")
    case(op, [normal((3, 1)), normal((5, 1)), integers(0, 5)((3,))], f, "one feature")
    case(op, [normal((3, 0)), normal((5, 0)), integers(0, 5)((3,))], f, "no features")


for reduction in "mean", "sum", "none":
    def plain(x, w, t, b=None):
        return loss(x, w, t, b, reduction=reduction)

    def smoothed(x, w, t, b=None):
        return loss(x, w, t, b, reduction=reduction, label_smoothing=0.1)

    def weighted(x, w, t, b=None):
        return loss(x, w, t, b, reduction=reduction, label_smoothing=0.1, weight=WEIGHT)

    op = f"linear_cross_entropy_{reduction}"
    shapes(op, plain, reduction == "mean")
    shapes(op + "_smoothed", smoothed, reduction == "mean")
    case(op, [normal((3, 2)), normal((1, 2)), torch.zeros(3, dtype=torch.int64)], plain, "one class")
    case(op, [normal((5, 3)), normal((70, 3)), integers(0, 70)((5,)), normal((70,))], plain, "a bias")
    case(op, [normal((2, 3, 4)), normal((5, 4)), torch.tensor([[0, 1, 4], [3, -100, 2]]), normal((5,))], plain, "sequences and a bias")
    case(op + "_smoothed", [normal((5, 3)), normal((70, 3)), integers(0, 70)((5,)), normal((70,))], smoothed, "a bias")
    case(op + "_weighted", [normal((2, 3, 4)), normal((5, 4)), torch.tensor([[0, 1, 4], [3, -100, 2]])], weighted, "sequences")
    case(op + "_probs", [normal((2, 3, 4)), normal((5, 4)), torch.rand((2, 3, 5), dtype=torch.float64), normal((5,))], plain, "sequences")
    case(op + "_probs", [normal((4,)), normal((5, 4)), torch.rand((5,), dtype=torch.float64)], plain, "one row")

case("linear_cross_entropy_ignoring_2", [normal((4, 3)), normal((5, 3)), torch.tensor([1, 2, 4, 2])],
     lambda x, w, t: loss(x, w, t, ignore_index=2, label_smoothing=0.2))
# 300 rows of so many classes are two parts.
case("linear_cross_entropy_mean", [normal((300, 1)), normal((9000, 1)), integers(0, 9000)((300,))], loss, "parts", gradcheck=False)

write("linear_cross_entropy")
