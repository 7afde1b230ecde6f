"""The cases of tests/ops_loss.cpp."""

import torch
from ops import case, integers, normal, uniform, write
from torch.nn.functional import binary_cross_entropy_with_logits, cross_entropy, mse_loss, nll_loss

REDUCTIONS = "mean", "sum", "none"

for reduction in REDUCTIONS:
    def entropy(x, t, **options):
        return cross_entropy(x, t, reduction=reduction, **options)

    op = f"cross_entropy_{reduction}"
    case(op, [normal((4, 5)), integers(0, 5)((4,))], entropy)
    case(op, [normal((3, 70)), integers(0, 70)((3,))], entropy, "many classes")
    case(op, [normal((3, 1)), torch.zeros(3, dtype=torch.int64)], entropy, "one class")
    case(op, [normal((6,)), torch.tensor(2)], entropy, "one row")
    case(op, [normal((0, 3)), integers(0, 3)((0,))], entropy, "no rows", gradcheck=reduction != "mean")
    case(op, [normal((4, 5)), torch.tensor([1, -100, 4, -100])], entropy, "some ignored")
    case(op, [normal((2, 5)), torch.tensor([-100, -100])], entropy, "all ignored", gradcheck=False)
    case(op, [normal((5,)), torch.tensor(-100)], entropy, "one row, ignored", gradcheck=False)
    case(op + "_smoothed", [normal((4, 5)), torch.tensor([1, 3, 4, 0])], lambda x, t: entropy(x, t, label_smoothing=0.1))
    case(op + "_smoothed", [normal((3, 40)), torch.tensor([1, -100, 39])], lambda x, t: entropy(x, t, label_smoothing=0.1), "some ignored")
    case(op + "_smoothed", [normal((2, 5)), torch.tensor([-100, -100])], lambda x, t: entropy(x, t, label_smoothing=0.1), "all ignored",
         gradcheck=False)

    def squared(a, b):
        return mse_loss(a, b, reduction=reduction)

    for name, shape in {"normal": (2, 3, 4), "scalar": (), "long": (70,), "empty": (0, 3)}.items():
        case(f"mse_loss_{reduction}", [normal(shape), normal(shape)], squared, name, gradcheck=name != "empty")

    def likelihood(x, t, **options):
        return nll_loss(x, t, reduction=reduction, **options)

    op = f"nll_loss_{reduction}"
    case(op, [normal((4, 5)), integers(0, 5)((4,))], likelihood)
    case(op, [normal((3, 1)), torch.zeros(3, dtype=torch.int64)], likelihood, "one class")
    case(op, [normal((6,)), torch.tensor(2)], likelihood, "one row")
    case(op, [normal((0, 3)), integers(0, 3)((0,))], likelihood, "no rows", gradcheck=reduction != "mean")
    case(op, [normal((4, 5)), torch.tensor([1, -100, 4, -100])], likelihood, "some ignored")
    case(op, [normal((2, 5)), torch.tensor([-100, -100])], likelihood, "all ignored", gradcheck=False)

    def binary(x, t, **options):
        return binary_cross_entropy_with_logits(x, t, reduction=reduction, **options)

    op = f"bce_{reduction}"
    for name, shape in {"normal": (2, 3, 4), "scalar": (), "long": (70,), "empty": (0, 3)}.items():
        case(op, [normal(shape), uniform(0, 1)(shape)], binary, name, gradcheck=name != "empty")
    case(op, [[-800.0, -40.0, 40.0, 800.0, -800.0, 800.0, 0.0], [1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0]], binary, "sure", gradcheck=False)
    weight, pos_weight = torch.tensor([0.5, 2.0, 0.0], dtype=torch.float64), torch.tensor([3.0, 0.25, 1.0], dtype=torch.float64)
    case(op + "_weight", [normal((2, 3)), uniform(0, 1)((2, 3))], lambda x, t: binary(x, t, weight=weight))
    case(op + "_pos_weight", [normal((2, 3)), uniform(0, 1)((2, 3))], lambda x, t: binary(x, t, pos_weight=pos_weight))
    case(op + "_both", [normal((2, 3)), uniform(0, 1)((2, 3))], lambda x, t: binary(x, t, weight=weight, pos_weight=pos_weight))
case("nll_loss_ignoring_2", [normal((4, 5)), torch.tensor([1, 2, 4, 2])], lambda x, t: nll_loss(x, t, ignore_index=2))
case("cross_entropy_evenly", [normal((4, 5)), torch.tensor([1, 3, 4, 0])], lambda x, t: cross_entropy(x, t, label_smoothing=1.0))
case("cross_entropy_ignoring_2", [normal((4, 5)), torch.tensor([1, 2, 4, 2])], lambda x, t: cross_entropy(x, t, ignore_index=2))

write("loss")
