"""The cases of tests/ops_softmax.cpp."""

import torch
from ops import booleans, case, integers, normal, write

inf = float("inf")


def masked(scores, keep):
    return scores.masked_fill(~keep, -inf)


def or_zero(scores, keep):
    """Softmax where a row without anything kept gives 0."""
    some = keep.expand(scores.shape).any(-1, keepdim=True)
    return torch.softmax(masked(scores, keep | ~some), -1) * some


def softmax_rule(g, y, dim, scale=1):
    return scale * y * (g - (g * y).sum(dim, keepdim=True))


# 40: whole batches and a rest, of any instruction set; 3, 6: rows shorter than a batch
SHAPES = {"normal": (2, 3, 5), "vector": (6,), "scalar": (), "size 1": (3, 1), "rows of 40": (2, 40),
          "one row": (1, 3), "many short rows": (12, 6), "no rows": (0, 3), "empty rows": (3, 0)}

for name, shape in SHAPES.items():
    case("softmax", [normal(shape)], lambda x: torch.softmax(x, -1), name)
    case("log_softmax", [normal(shape)], lambda x: torch.log_softmax(x, -1), name)
for name, shape in {"normal": (2, 3, 4), "matrix": (5, 2), "size 1": (1, 3), "empty": (0, 3)}.items():
    case("softmax_0", [normal(shape)], lambda x: torch.softmax(x, 0), name)
    case("log_softmax_0", [normal(shape)], lambda x: torch.log_softmax(x, 0), name)
case("softmax_1", [normal((2, 3, 4))], lambda x: torch.softmax(x, 1))
case("log_softmax_1", [normal((2, 3, 4))], lambda x: torch.log_softmax(x, 1))
case("softmax_scaled", [normal((3, 5))], lambda x: torch.softmax(-0.7 * x, -1))
case("softmax_scaled", [normal((3, 37))], lambda x: torch.softmax(-0.7 * x, -1), "rows of 37")

# scores (B, H, T_q, T_k) and what their masks look like
causal = torch.ones(4, 4, dtype=torch.bool).tril()
lengths = torch.tensor([[[[True, True, True, False]]], [[[True, False, False, False]]]])  # (B, 1, 1, T_k)
rows = torch.tensor([[True], [True], [True], [False]])  # (T_q, 1): the last row has nothing
MASKS = {"causal": ((2, 2, 4, 4), causal), "padding": ((2, 2, 4, 4), lengths), "full": ((2, 3, 4), booleans((2, 3, 4)) | (torch.arange(4) == 1)),
         "per head": ((2, 2, 3, 4), booleans((2, 1, 4)) | (torch.arange(4) == 2)), "long rows": ((2, 40), booleans((1, 40))),
         "vector": ((3, 6), torch.tensor([True, False, True, True, False, True])), "scalar": ((2, 3), torch.tensor(True))}
for name, (shape, keep) in MASKS.items():
    case("softmax_kept", [normal(shape), keep], lambda x, m: torch.softmax(masked(0.5 * x, m), -1), name)
    case("softmax_forbidden", [normal(shape), keep], lambda x, m: torch.softmax(masked(0.5 * x, m), -1), name)
    case("softmax_kept_or_zero", [normal(shape), keep], lambda x, m: or_zero(0.5 * x, m), name)
case("softmax_kept_1", [normal((2, 4, 3)), causal[:, :3]], lambda x, m: torch.softmax(masked(x, m), 1))
for op in "softmax_kept_or_zero", "softmax_forbidden_or_zero":
    case(op, [normal((2, 2, 4, 3)), rows], lambda x, m: or_zero(0.5 * x, m), "a row without anything")
    case(op, [normal((2, 2, 40)), rows[2:]], lambda x, m: or_zero(0.5 * x, m), "a long row without anything")
    case(op, [normal((2, 3)), torch.tensor(False)], lambda x, m: or_zero(0.5 * x, m), "nothing at all")
for name, shape in {"one for all": (4,), "per query": (3, 1), "square": (3, 4), "per batch": (2, 1, 1, 4), "full": (2, 2, 3, 4)}.items():
    case("softmax_added", [normal((2, 2, 3, 4)), integers(-4, 5)(shape)], lambda x, m: torch.softmax(x + 0.25 * m, -1), name)

# the fused rules, as ops of their own, from an output that is made in the op
for name, shape in {"normal": (2, 3, 4), "rows of 40": (2, 40), "empty": (0, 3)}.items():
    case("softmax_backward", [normal(shape), normal(shape)], lambda g, x: softmax_rule(g, torch.softmax(x, -1), -1, 0.5), name)
    case("softmax_backward_0", [normal(shape), normal(shape)], lambda g, x: softmax_rule(g, torch.softmax(x, 0), 0), name)
    case("log_softmax_backward", [normal(shape), normal(shape)], lambda g, x: g - torch.softmax(x, -1) * g.sum(-1, keepdim=True), name)

write("softmax")
