"""The cases of tests/attention_masks.cpp: PyTorch's causal mask, and gradients of biases that are added to the scores."""

import math
import pathlib

import torch
from safetensors_io import save

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
B, H, d = 2, 3, 4
goldens = {}


def store(prefix, named, out, gout):
    goldens[f"{prefix}/out"] = out
    for (name, _), grad in zip(named.items(), torch.autograd.grad(out, list(named.values()), gout)):
        goldens[f"{prefix}/grad/{name}"] = grad


for t_q, t_k in ((5, 5), (3, 7), (6, 4)):
    sizes = f"{t_q}x{t_k}"
    leaf = lambda *shape: torch.randn(shape, requires_grad=True)
    heads = {"q": leaf(B, H, t_q, d), "k": leaf(B, H, t_k, d), "v": leaf(B, H, t_k, d)}
    q, k, v = heads.values()
    gout = torch.randn(B, H, t_q, d)
    goldens.update({f"{sizes}/{name}": x for name, x in {**heads, "gout": gout}.items()})
    out, _ = torch.nn.functional._scaled_dot_product_attention(q, k, v, is_causal=True)
    store(f"{sizes}/is_causal", heads, out, gout)

    i, j = torch.arange(t_q)[:, None], torch.arange(t_k)
    lengths = torch.tensor([t_k, t_k - 2])
    hidden = {"all": torch.ones(t_q, t_k) < 0, "upper left": j > i, "padding": (j >= lengths[:, None])[:, None, None, :]}
    biases = {"square": (t_q, t_k), "per head": (1, H, t_q, t_k), "per key": (B, 1, 1, t_k), "scalar": ()}
    goldens[f"{sizes}/lengths"] = lengths
    for shape_name, shape in biases.items():
        bias = goldens[f"{sizes}/{shape_name}/bias"] = leaf(*shape)
        for name, where in hidden.items():
            scores = (q @ k.mT / math.sqrt(d) + bias).masked_fill(where, -math.inf)
            store(f"{sizes}/{shape_name}/{name}", {**heads, "bias": bias}, torch.softmax(scores, -1) @ v, gout)

path = pathlib.Path(__file__).parent / "attention_masks.safetensors"
save(path, goldens)
print(f"{path.name}: {len(goldens)} tensors, {path.stat().st_size} bytes")
