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



# PyTorch 1.13 has no rms_norm.
def rms_norm(x, eps=torch.finfo(torch.float64).eps):
    return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + eps)


for name, shape in SHAPES.items():
    case("rms_norm", [normal(shape)], lambda x: rms_norm(x, 1e-5), name)
    case("rms_norm_affine", [normal(shape), normal(shape[-1:])], lambda x, gamma: rms_norm(x, 1e-3) * gamma, name)
case("rms_norm", [normal((3, 1)) + 3], lambda x: rms_norm(x, 1e-5), "size 1", gradcheck=False)
case("rms_norm", [torch.zeros(2, 4)], lambda x: rms_norm(x, 1e-5), "zeros", gradcheck=False)
case("rms_norm_affine", [normal((2, 0)), normal((0,))], lambda x, gamma: rms_norm(x, 1e-3) * gamma, "rows of size 0")

write("norm")
