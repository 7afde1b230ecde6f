"""The cases of tests/attention_options.cpp: softcap, grouped heads, windows, learned biases and the scores of each stage,
written from their formulas with PyTorch's ops in float64."""

import itertools
import math
import pathlib

import torch
from safetensors_io import save

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
B, H, d, d_v = 2, 4, 3, 5
goldens = {}


def attention(q, k, v, scale, softcap, bias, hidden):
    """The stages: s q kT, softcapped, masked, weights, output. `hidden` is boolean."""
    shared = q.shape[1] // k.shape[1]
    k, v = k.repeat_interleave(shared, 1), v.repeat_interleave(shared, 1)
    scaled = scale * (q @ k.mT)
    capped = softcap * torch.tanh(scaled / softcap) if softcap else scaled
    masked = (capped + bias if bias is not None else capped).masked_fill(hidden, -math.inf)
    sees_none = hidden.all(-1, keepdim=True)
    weights = torch.softmax(masked.masked_fill(sees_none, 0), -1).masked_fill(sees_none, 0)
    return scaled, capped, masked, weights, weights @ v


def hidden_by(t_q, t_k, left, right, lengths):
    """Query i stands at key i + t_k - t_q."""
    at, j = torch.arange(t_q)[:, None] + t_k - t_q, torch.arange(t_k)
    hidden = torch.zeros(t_q, t_k, dtype=torch.bool)
    if left >= 0:
        hidden |= j < at - left
    if right >= 0:
        hidden |= j > at + right
    return hidden | (j >= lengths[:, None])[:, None, None, :]


leaf = lambda *shape: torch.randn(shape, requires_grad=True)
for (t_q, t_k), heads_k in itertools.product(((5, 5), (3, 7)), (1, 2, 4)):
    sizes = f"{t_q}x{t_k}, {heads_k} key heads"
    heads = {"q": leaf(B, H, t_q, d), "k": leaf(B, heads_k, t_k, d), "v": leaf(B, heads_k, t_k, d_v)}
    gout, lengths = torch.randn(B, H, t_q, d_v), torch.tensor([t_k, t_k - 3])
    goldens.update({f"{sizes}/{name}": x for name, x in {**heads, "gout": gout, "lengths": lengths}.items()})
    bias = goldens[f"{sizes}/bias"] = leaf(H, t_q, t_k)
    cases = {
        "plain": (0.7, 0, None, -1, -1),
        "softcap": (0.7, 1.5, None, -1, -1),
        "window": (0.7, 0, None, 2, 0),
        "window, right": (0.7, 0, None, 1, 1),
        "bias": (0.7, 0, bias, -1, -1),
        "all": (2.0, 0.8, bias, 2, 0),
    }
    for name, (scale, softcap, added, left, right) in cases.items():
        stages = attention(*heads.values(), scale, softcap, added, hidden_by(t_q, t_k, left, right, lengths))
        for stage, x in zip(("scaled", "softcapped", "masked", "weights", "out"), stages):
            if stage == "out" or heads_k == 2:
                goldens[f"{sizes}/{name}/{stage}"] = x.expand(B, H, t_q, -1)
        inputs = {**heads, "bias": added} if added is not None else heads
        for key, grad in zip(inputs, torch.autograd.grad(stages[-1], list(inputs.values()), gout)):
            goldens[f"{sizes}/{name}/grad/{key}"] = grad

path = pathlib.Path(__file__).parent / "attention_options.safetensors"
save(path, goldens)
print(f"{path.name}: {len(goldens)} tensors, {path.stat().st_size} bytes")
