"""The cases of tests/ops_loss.cpp."""

import torch
from ops import case, normal, uniform, write
from torch.nn.functional import binary_cross_entropy_with_logits, mse_loss

SHAPES = {"normal": (2, 3, 4), "scalar": (), "long": (70,), "size 1": (1, 3, 1), "empty": (0, 3)}


def pairs(op, f, prediction=normal, target=normal):
    for name, shape in SHAPES.items():
        case(op, [prediction(shape), target(shape)], f, name, gradcheck=name != "empty")


for reduction in "mean", "sum", "none":
    def loss(f, **options):
        return lambda a, b: f(a, b, reduction=reduction, **options)

    pairs(f"mse_loss_{reduction}", loss(mse_loss))
    binary = loss(binary_cross_entropy_with_logits)
    op = f"bce_{reduction}"
    pairs(op, binary, target=uniform(0, 1))
    case(op, [[-800.0, -40.0, 40.0, 800.0, -800.0, 800.0, 0.0], [1.0, 0.0, 1.0, 0.0, 0.0, 1.0, 0.0]], binary, "sure", gradcheck=False)
    weight, pos_weight = torch.tensor([0.5, 2.0, 0.0], dtype=torch.float64), torch.tensor([3.0, 0.25, 1.0], dtype=torch.float64)
    inputs = [normal((2, 3)), uniform(0, 1)((2, 3))]
    case(op + "_weight", inputs, loss(binary_cross_entropy_with_logits, weight=weight))
    case(op + "_pos_weight", inputs, loss(binary_cross_entropy_with_logits, pos_weight=pos_weight))
    case(op + "_both", inputs, loss(binary_cross_entropy_with_logits, weight=weight, pos_weight=pos_weight))

write("loss")
