"""The cases of tests/ops_loss.cpp."""

import torch
from ops import away_from, case, normal, uniform, write
from torch.nn.functional import (binary_cross_entropy, binary_cross_entropy_with_logits, huber_loss, kl_div, l1_loss, mse_loss,
                                 smooth_l1_loss)

SHAPES = {"normal": (2, 3, 4), "scalar": (), "long": (70,), "size 1": (1, 3, 1), "empty": (0, 3)}
FAR = [float("inf"), float("-inf"), 1e30, -1e30, float("nan")]


def pairs(op, f, prediction=normal, target=normal):
    for name, shape in SHAPES.items():
        case(op, [prediction(shape), target(shape)], f, name, gradcheck=name != "empty")


def distances(op, f, *kinks):
    """Losses of prediction − target, with kinks at some differences."""
    for name, shape in SHAPES.items():
        target = normal(shape)
        case(op, [target + away_from(*kinks)(shape), target], f, name, gradcheck=name != "empty")
    if kinks:
        case(op, [kinks, [0.0] * len(kinks)], f, "at the kinks", gradcheck=False)
    case(op, [FAR, [0.0] * len(FAR)], f, "far out", gradcheck=False)


for reduction in "mean", "sum", "none":
    def loss(f, **options):
        return lambda a, b: f(a, b, reduction=reduction, **options)

    pairs(f"mse_loss_{reduction}", loss(mse_loss))
    distances(f"l1_loss_{reduction}", loss(l1_loss), 0.0)
    distances(f"huber_loss_{reduction}", loss(huber_loss), -1.0, 1.0)
    distances(f"huber_loss_{reduction}_narrow", loss(huber_loss, delta=0.5), -0.5, 0.5)
    distances(f"smooth_l1_loss_{reduction}", loss(smooth_l1_loss), -1.0, 1.0)
    distances(f"smooth_l1_loss_{reduction}_narrow", loss(smooth_l1_loss, beta=0.5), -0.5, 0.5)

    binary = loss(binary_cross_entropy_with_logits)
    op = f"bce_{reduction}"
    pairs(op, binary, target=uniform(0, 1))
    case(op, [[-800.0, -40.0, 40.0, 800.0, -800.0, 800.0, 0.0], [1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0]], binary, "sure", gradcheck=False)
    weight, pos_weight = torch.tensor([0.5, 2.0, 0.0], dtype=torch.float64), torch.tensor([3.0, 0.25, 1.0], dtype=torch.float64)
    inputs = [normal((2, 3)), uniform(0, 1)((2, 3))]
    case(op + "_weight", inputs, loss(binary_cross_entropy_with_logits, weight=weight))
    case(op + "_pos_weight", inputs, loss(binary_cross_entropy_with_logits, pos_weight=pos_weight))
    case(op + "_both", inputs, loss(binary_cross_entropy_with_logits, weight=weight, pos_weight=pos_weight))

    op = f"bce_of_probs_{reduction}"
    pairs(op, loss(binary_cross_entropy), uniform(0.1, 0.9), uniform(0, 1))
    case(op + "_weight", [uniform(0.1, 0.9)((2, 3)), uniform(0, 1)((2, 3))], loss(binary_cross_entropy, weight=weight))

for reduction in "mean", "sum", "none", "batchmean":
    pairs(f"kl_div_{reduction}", lambda a, b: kl_div(a, b, reduction=reduction), target=uniform(0.2, 1))
    pairs(f"kl_div_{reduction}_log", lambda a, b: kl_div(a, b, reduction=reduction, log_target=True))

case("bce_of_probs_sure", [[0.0, 1.0, 0.0, 1.0, 0.25], torch.tensor([0, 1, 1, 0, 1])],
     lambda p, t: binary_cross_entropy(p, t.to(p.dtype), reduction="none"), gradcheck=False)
case("smooth_l1_loss_linear", [[-2.0, 0.5, 3.0], [0.0, 0.0, 1.0]], lambda a, b: smooth_l1_loss(a, b, beta=0.0))

write("loss")
