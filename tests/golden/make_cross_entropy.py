"""The cases of tests/ops_cross_entropy.cpp."""

import torch
from ops import case, integers, normal, write
from torch.nn.functional import cross_entropy, nll_loss

WEIGHT = torch.tensor([0.5, 2.0, 0.0, 1.0, 3.0], dtype=torch.float64)


def classes(op, f, logits=normal, is_mean=False):
    """Cases of five classes; all of them but 2, which has no weight, occur among the targets."""
    case(op, [logits((4, 5)), torch.tensor([1, 3, 4, 0])], f)
    case(op, [logits((6, 5)), torch.tensor([1, -100, 4, -100, 2, 2])], f, "some ignored")
    case(op, [logits((2, 5)), torch.tensor([-100, -100])], f, "all ignored", gradcheck=False)
    case(op, [logits((5,)), torch.tensor(3)], f, "one row")
    case(op, [logits((5,)), torch.tensor(-100)], f, "one row, ignored", gradcheck=False)
    case(op, [logits((0, 5)), integers(0, 5)((0,))], f, "no rows", gradcheck=not is_mean)
    case(op, [logits((2, 5, 3)), torch.tensor([[0, 1, 4], [3, -100, 2]])], f, "sequences")
    case(op, [logits((2, 5, 2, 3)), integers(3, 5)((2, 2, 3))], f, "images")
    case(op, [logits((2, 5, 0)), integers(0, 5)((2, 0))], f, "no positions", gradcheck=not is_mean)


def any_classes(op, f):
    case(op, [normal((3, 70)), integers(0, 70)((3,))], f, "many classes")
    case(op, [normal((3, 1)), torch.zeros(3, dtype=torch.int64)], f, "one class")
    case(op, [normal((2, 1, 3)), torch.tensor([[0, -100, 0], [0, 0, 0]])], f, "one class in sequences")


def probabilities(op, f, is_mean=False):
    """The rows of targets need not add up to 1."""
    for name, shape in {"normal": (4, 5), "one row": (5,), "no rows": (0, 5), "sequences": (2, 5, 3), "images": (2, 5, 2, 2)}.items():
        case(op, [normal(shape), torch.rand(shape, dtype=torch.float64)], f, name, gradcheck=name != "no rows" or not is_mean)


for reduction in "mean", "sum", "none":
    def entropy(x, t, **options):
        return cross_entropy(x, t, reduction=reduction, **options)

    def likelihood(x, t, **options):
        return nll_loss(x, t, reduction=reduction, **options)

    is_mean = reduction == "mean"
    op = f"cross_entropy_{reduction}"
    classes(op, entropy, is_mean=is_mean)
    any_classes(op, entropy)
    classes(op + "_smoothed", lambda x, t: entropy(x, t, label_smoothing=0.1), is_mean=is_mean)
    any_classes(op + "_smoothed", lambda x, t: entropy(x, t, label_smoothing=0.1))
    classes(op + "_weighted", lambda x, t: entropy(x, t, weight=WEIGHT), is_mean=is_mean)
    classes(op + "_weighted_smoothed", lambda x, t: entropy(x, t, weight=WEIGHT, label_smoothing=0.1), is_mean=is_mean)

    op = f"cross_entropy_probs_{reduction}"
    probabilities(op, entropy, is_mean)
    case(op, [normal((3, 1)), torch.rand((3, 1), dtype=torch.float64)], entropy, "one class")
    probabilities(op + "_smoothed", lambda x, t: entropy(x, t, label_smoothing=0.1), is_mean)
    probabilities(op + "_weighted_smoothed", lambda x, t: entropy(x, t, weight=WEIGHT, label_smoothing=0.1), is_mean)

    op = f"nll_loss_{reduction}"
    classes(op, likelihood, is_mean=is_mean)
    any_classes(op, likelihood)
    classes(op + "_weighted", lambda x, t: likelihood(x, t, weight=WEIGHT), is_mean=is_mean)

T = torch.tensor([1, 2, 4, 2])
case("nll_loss_ignoring_2", [normal((4, 5)), T], lambda x, t: nll_loss(x, t, ignore_index=2))
case("cross_entropy_evenly", [normal((4, 5)), torch.tensor([1, 3, 4, 0])], lambda x, t: cross_entropy(x, t, label_smoothing=1.0))
case("cross_entropy_ignoring_2", [normal((4, 5)), T], lambda x, t: cross_entropy(x, t, ignore_index=2))
case("cross_entropy_ignoring_2_weighted", [normal((4, 5)), T], lambda x, t: cross_entropy(x, t, ignore_index=2, weight=WEIGHT, label_smoothing=0.2))

write("cross_entropy")
