"""The cases of tests/ops_normalization.cpp."""

import torch
from ops import case, normal, write

layer_norm = torch.nn.functional.layer_norm

# 40: whole batches and a rest, of any instruction set
SHAPES = {"normal": (2, 3, 5), "vector": (6,), "rows of 40": (4, 40), "rows of 70": (2, 70), "no rows": (0, 3), "one row": (1, 4)}

for name, shape in SHAPES.items():
    case("layer_norm", [normal(shape)], lambda x: layer_norm(x, x.shape[-1:]), name)
    case("layer_norm_affine", [normal(shape), normal(shape[-1:]), normal(shape[-1:])],
         lambda x, gamma, beta: layer_norm(x, x.shape[-1:], gamma, beta, 1e-3), name)
# a size of 1, or a constant row, has variance 0: the gradient is 0, and differences of 0 / √eps say nothing
case("layer_norm", [normal((3, 1))], lambda x: layer_norm(x, (1,)), "size 1", gradcheck=False)
case("layer_norm_affine", [normal((3, 1)), normal((1,)), normal((1,))],
     lambda x, gamma, beta: layer_norm(x, (1,), gamma, beta, 1e-3), "size 1", gradcheck=False)
case("layer_norm_affine", [torch.full((2, 4), 3.0), normal((4,)), normal((4,))],
     lambda x, gamma, beta: layer_norm(x, (4,), gamma, beta, 1e-3), "constant rows", gradcheck=False)

# over the last two dims
TWO_DIMS = {"normal": (2, 3, 5), "all dims": (3, 4), "four dims": (2, 2, 3, 2), "size 1": (2, 1, 4), "no rows": (0, 3, 2), "rows of size 0": (2, 0, 3)}
for name, shape in TWO_DIMS.items():
    case("layer_norm_2", [normal(shape)], lambda x: layer_norm(x, x.shape[-2:]), name)
    case("layer_norm_2_affine", [normal(shape), normal(shape[-2:]), normal(shape[-2:])],
         lambda x, gamma, beta: layer_norm(x, x.shape[-2:], gamma, beta, 1e-3), name)


# PyTorch 1.13 has no rms_norm.
def rms_norm(x, eps=torch.finfo(torch.float64).eps, dims=(-1,)):
    return x * torch.rsqrt(x.square().mean(dims, keepdim=True) + eps)


for name, shape in TWO_DIMS.items():
    case("rms_norm_2", [normal(shape), normal(shape[-2:])], lambda x, gamma: rms_norm(x, 1e-3, (-2, -1)) * gamma, name)


for name, shape in SHAPES.items():
    case("rms_norm", [normal(shape)], lambda x: rms_norm(x, 1e-5), name)
    case("rms_norm_affine", [normal(shape), normal(shape[-1:])], lambda x, gamma: rms_norm(x, 1e-3) * gamma, name)
case("rms_norm", [normal((3, 1)) + 3], lambda x: rms_norm(x, 1e-5), "size 1", gradcheck=False)
case("rms_norm", [torch.zeros(2, 4)], lambda x: rms_norm(x, 1e-5), "zeros", gradcheck=False)
case("rms_norm_affine", [normal((2, 0)), normal((0,))], lambda x, gamma: rms_norm(x, 1e-3) * gamma, "rows of size 0")

# of each channel
batch_norm = torch.nn.functional.batch_norm
CHANNELS = {"normal": (5, 3), "one dim more": (3, 3, 4), "images": (2, 3, 2, 3), "one sequence": (1, 3, 4), "no batch": (0, 3, 2), "no places": (2, 3, 0)}
MEAN, VAR = torch.tensor([0.5, -1.0, 2.0], dtype=torch.float64), torch.tensor([0.3, 2.0, 1.0], dtype=torch.float64)
for name, shape in CHANNELS.items():
    case("batch_norm", [normal(shape)], lambda x: batch_norm(x, None, None, training=True), name)
    case("batch_norm_affine", [normal(shape), normal((3,)), normal((3,))],
         lambda x, gamma, beta: batch_norm(x, None, None, gamma, beta, True, eps=1e-3), name)
    case("batch_norm_running", [normal(shape), normal((3,)), normal((3,))],
         lambda x, gamma, beta: batch_norm(x, MEAN, VAR, gamma, beta, eps=1e-3), name)
case("batch_norm_gamma", [normal((5, 3)), normal((3,))], lambda x, gamma: batch_norm(x, None, None, gamma, None, True))
case("batch_norm_beta", [normal((5, 3)), normal((3,))], lambda x, beta: batch_norm(x, None, None, None, beta, True))
case("batch_norm", [normal((4, 1))], lambda x: batch_norm(x, None, None, training=True), "one channel")
case("batch_norm", [torch.full((4, 2), 3.0)], lambda x: batch_norm(x, None, None, training=True), "constant", gradcheck=False)

case("layer_norm_gamma", [normal((3, 5)), normal((5,))], lambda x, gamma: layer_norm(x, (5,), gamma, None))
case("layer_norm_beta", [normal((3, 5)), normal((5,))], lambda x, beta: layer_norm(x, (5,), None, beta))

write("norm")
