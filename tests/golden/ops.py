"""The cases of an op table: for every op, inputs from its domain, the value and the gradients, by PyTorch.

A family's script, make_<family>.py, names its cases and writes them for tests/ops_<family>.cpp:

    from ops import case, unary, uniform, write
    unary("exp", torch.exp)
    case("softmax", [normal((2, 5))], lambda x: torch.softmax(x, -1))
    write("pointwise")

Keys are <op>/<case>/in0, in1, ..., out, and, where the result has a gradient, gout (dL/d(out)) and grad0, grad1, ...
for the floating inputs. Everything floating is float64.
"""

import pathlib

import torch
from safetensors_io import save

torch.manual_seed(0)
goldens = {}


# Domains. Each takes a shape and returns float64 numbers, unless its docstring says otherwise.

def normal(shape):
    return torch.randn(shape, dtype=torch.float64)


def uniform(low, high):
    return lambda shape: low + (high - low) * torch.rand(shape, dtype=torch.float64)


def positive(shape):
    """Away from 0, where log, sqrt and powers have a pole or a kink."""
    return uniform(0.4, 2.5)(shape)


def away_from(*points, margin=0.2, scale=1.5):
    """Normal numbers, those within `margin` of a kink or a pole moved off it."""
    def sample(shape):
        x = scale * normal(shape)
        for point in points:
            side = torch.where(x >= point, 1.0, -1.0).to(x.dtype)
            x = torch.where((x - point).abs() < margin, point + side * (margin + (x - point).abs()), x)
        return x
    return sample


def distinct(shape):
    """No two within 0.1 of each other: for a maximum, whose ties are kinks."""
    count = int(torch.Size(shape).numel())
    x = torch.randperm(count).to(torch.float64) * 0.25 - count / 8
    return (x + 0.1 * torch.rand(count, dtype=torch.float64)).reshape(shape)


def integers(low, high):
    """int64 in [low, high)."""
    return lambda shape: torch.randint(low, high, shape)


def booleans(shape):
    return torch.rand(shape) < 0.6


# Cases.

def case(op, inputs, f, name="normal", gradcheck=True):
    """f(*inputs) and its gradients. gradcheck=False: at a kink or not finite, where differences mean nothing."""
    key = f"{op}/{name}"
    if f"{key}/out" in goldens:
        raise ValueError(f"[case] {key} is there already; give it another name")
    inputs = [torch.as_tensor(x) for x in inputs]
    inputs = [x.to(torch.float64).requires_grad_() if x.is_floating_point() else x for x in inputs]
    out = f(*inputs)
    goldens.update({f"{key}/in{i}": x for i, x in enumerate(inputs)}, **{f"{key}/out": out})
    if out.requires_grad:
        sign = torch.where(torch.rand(out.shape) < 0.5, -1.0, 1.0)
        gout = sign * uniform(0.5, 1.5)(out.shape)  # never uniform, or the gradients of a row could cancel
        wanted = {i: x for i, x in enumerate(inputs) if x.requires_grad}
        grads = torch.autograd.grad(out, list(wanted.values()), gout, allow_unused=True)
        goldens[f"{key}/gout"] = gout
        for (i, x), grad in zip(wanted.items(), grads):
            goldens[f"{key}/grad{i}"] = torch.zeros_like(x) if grad is None else grad
    if not gradcheck:
        goldens[f"{key}/no_gradcheck"] = torch.tensor(True)


UNARY_SHAPES = {"normal": (2, 3, 4), "vector": (5,), "scalar": (), "size 1": (1, 3, 1), "empty": (2, 0, 3)}

BINARY_SHAPES = {
    "normal": ((2, 3, 4), (2, 3, 4)),
    "broadcast right": ((2, 3, 4), (3, 1)),
    "broadcast left": ((4,), (3, 4)),
    "broadcast both": ((2, 1, 4), (3, 1)),
    "scalar": ((), ()),
    "with scalar": ((2, 3), ()),
    "size 1": ((1, 3, 1), (1, 3, 1)),
    "empty": ((2, 0, 3), (2, 0, 3)),
    "empty broadcast": ((0, 3), (1, 3)),
}


def unary(op, f, domain=normal, but=()):
    """The usual cases of one input, without those named in `but`."""
    for name, shape in UNARY_SHAPES.items():
        if name not in but:
            case(op, [domain(shape)], f, name)


def binary(op, f, a=normal, b=normal, but=()):
    """The usual cases of two inputs that broadcast."""
    for name, (shape_a, shape_b) in BINARY_SHAPES.items():
        if name not in but:
            case(op, [a(shape_a), b(shape_b)], f, name)


def write(family):
    path = pathlib.Path(__file__).parent / f"{family}.safetensors"
    save(path, goldens)
    ops = {key.split("/")[0] for key in goldens}
    cases = sum(key.endswith("/out") for key in goldens)
    print(f"{path.name}: {len(ops)} ops, {cases} cases, {path.stat().st_size} bytes")
