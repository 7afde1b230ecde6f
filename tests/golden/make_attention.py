"""Golden numbers for attention in float64: values, weights, gradients of the inputs and of every parameter.

Attention is written with einsum here, and compared with torch.nn.MultiheadAttention if that has no NaN.
"""

import math
import pathlib

import torch
from safetensors_io import save

torch.manual_seed(0)
torch.set_default_dtype(torch.float64)
B, T, D, H = 2, 5, 12, 3
goldens = {}


def attend(q, k, v, mask):
    """q (B, T_q, D), k and v (B, T_k, D), mask additive, broadcast to (B, H, T_q, T_k)."""
    heads = lambda x: x.reshape(x.shape[0], x.shape[1], H, D // H)
    scores = torch.einsum("bihd,bjhd->bhij", heads(q), heads(k)) / math.sqrt(D // H) + mask
    seen = torch.isfinite(scores).any(-1, keepdim=True)
    weights = torch.where(seen, torch.softmax(torch.where(seen, scores, torch.zeros(())), -1), torch.zeros(()))
    return torch.einsum("bhij,bjhd->bihd", weights, heads(v)).reshape(q.shape), weights


def additive(keep):
    return torch.zeros(keep.shape).masked_fill(~keep, -math.inf)


def masks(t_q, t_k):
    i, j = torch.arange(t_q)[:, None], torch.arange(t_k)
    causal = j <= i + t_k - t_q
    lengths = torch.tensor([t_k, t_k - 2])
    padding = (j < lengths[:, None])[:, None, None, :]
    keep = torch.rand(B, H, t_q, t_k) < 0.7
    keep[..., 0] = True
    blind = keep.clone()
    blind[0, 1, 2] = False  # one query of one head sees nothing
    bias = torch.randn(H, t_q, t_k)
    tensors = {"key_lengths": lengths, "keep": keep, "blind": blind, "bias": bias}
    return tensors, {
        "none": torch.zeros(()),
        "causal": additive(causal),
        "padding": additive(padding),
        "keep": additive(keep),
        "blind": additive(blind),
        "additive": bias,
        "causal & padding": additive(causal & padding),
        "causal & additive": additive(causal) + bias,
    }


def store(prefix, named, out, gout):
    for name, x in named.items():
        goldens[f"{prefix}/{name}"] = x
    goldens[f"{prefix}/out"] = out
    goldens[f"{prefix}/gout"] = gout
    for (name, _), grad in zip(named.items(), torch.autograd.grad(out, list(named.values()), gout)):
        goldens[f"{prefix}/grad/{name}"] = grad


def check_against_torch(params, Q, K, V, mask, out, weights):
    mha = torch.nn.MultiheadAttention(D, H, batch_first=True)
    with torch.no_grad():
        mha.in_proj_weight.copy_(torch.cat([params[f"W_{x}.weight"] for x in "qkv"]))
        mha.in_proj_bias.copy_(torch.cat([params[f"W_{x}.bias"] for x in "qkv"]))
        mha.out_proj.weight.copy_(params["W_o.weight"])
        mha.out_proj.bias.copy_(params["W_o.bias"])
        full = mask.expand(B, H, Q.shape[1], K.shape[1]).reshape(B * H, Q.shape[1], K.shape[1])
        theirs, their_weights = mha(Q, K, V, attn_mask=full, average_attn_weights=False)
    assert (theirs - out).abs().max() < 1e-12 and (their_weights - weights).abs().max() < 1e-12


# nn::MultiHeadAttention
parameters = {}
for x in "qkvo":
    parameters[f"W_{x}.weight"] = (torch.randn(D, D) / math.sqrt(D)).requires_grad_()
    parameters[f"W_{x}.bias"] = (0.1 * torch.randn(D)).requires_grad_()
project = lambda x, name: x @ parameters[f"W_{name}.weight"].T + parameters[f"W_{name}.bias"]

for kind, t_q, t_k in (("self", T, T), ("cross", 3, 7)):
    tensors, by_name = masks(t_q, t_k)
    for name, tensor in tensors.items():
        goldens[f"{kind}/mask/{name}"] = tensor
    if kind == "self":
        x = torch.randn(B, T, D, requires_grad=True)
        inputs, (Q, K, V) = {"x": x}, (x, x, x)
    else:
        inputs = {"Q": torch.randn(B, t_q, D, requires_grad=True), "K": torch.randn(B, t_k, D, requires_grad=True),
                  "V": torch.randn(B, t_k, D, requires_grad=True)}
        Q, K, V = inputs.values()
    gout = torch.randn(B, t_q, D)
    for name, mask in by_name.items():
        context, weights = attend(project(Q, "q"), project(K, "k"), project(V, "v"), mask)
        out = project(context, "o")
        if name != "blind":
            check_against_torch(parameters, Q, K, V, mask, out, weights)
        store(f"{kind}/{name}", {**inputs, **parameters}, out, gout)
        goldens[f"{kind}/{name}/weights"] = weights

# nn::attention_block
w = {f"w_{x}": (torch.randn(D, D) / math.sqrt(D)).requires_grad_() for x in "qkvo"}
x = torch.randn(B, T, D, requires_grad=True)
gout = torch.randn(B, T, D)
norm = lambda y: torch.nn.functional.layer_norm(y, (D,), eps=1e-5)
for order in ("post", "pre"):
    for name, mask in (("none", torch.zeros(())), ("causal", additive(torch.ones(T, T).tril() > 0))):
        h = norm(x) if order == "pre" else x
        y = x + attend(h @ w["w_q"], h @ w["w_k"], h @ w["w_v"], mask)[0] @ w["w_o"]
        store(f"block/{order}/{name}", {"x": x, **w}, norm(y) if order == "post" else y, gout)

# Many prefixes hold the same tensors: keep the inputs once.
unique = {}
for key, value in goldens.items():
    prefix, _, name = key.rpartition("/")
    if "grad/" not in key and (name.startswith("W_") or name in ("x", "Q", "K", "V", "gout", "w_q", "w_k", "w_v", "w_o")):
        kind = prefix.split("/")[0]
        unique[f"{kind}/{name}" if not name.startswith("W_") else name] = value
    else:
        unique[key] = value
path = pathlib.Path(__file__).parent / "attention.safetensors"
save(path, unique)
print(f"{path.name}: {len(unique)} tensors, {path.stat().st_size} bytes")


# examples/attention: float32, PyTorch's random numbers in the order of construction.
torch.set_default_dtype(torch.float32)
torch.manual_seed(0)
D, H = 32, 4
linears = [torch.nn.Linear(D, D) for _ in range(4)]


def mha(Q, K, V):
    q, k, v = (linear(x) for linear, x in zip(linears, (Q, K, V)))
    return linears[3](attend(q, k, v, torch.zeros(()))[0])


x = torch.randn(2, 6, D, requires_grad=True)
out = mha(x, x, x)
Q, K, V = (torch.randn(1, t, D, requires_grad=True) for t in (3, 7, 7))
cross = mha(Q, K, V)
example = {"out": out, "cross": cross, "W_q.weight": linears[0].weight, "x": x}
out.sum().backward()
example["grad/x"] = x.grad.clone()
for name, linear in zip("qkvo", linears):
    example[f"grad/W_{name}.weight"] = linear.weight.grad.clone()
    example[f"grad/W_{name}.bias"] = linear.bias.grad.clone()
cross.sum().backward()
example.update({"grad/Q": Q.grad, "grad/K": K.grad, "grad/V": V.grad})
w_q, w_k, w_v, w_o = (torch.randn(D, D) * (1 / math.sqrt(32.0)) for _ in range(4))
y = x + attend(x @ w_q, x @ w_k, x @ w_v, torch.zeros(()))[0] @ w_o
example["block"] = torch.nn.functional.layer_norm(y, (D,), eps=1e-5)
path = pathlib.Path(__file__).parent / "attention_example.safetensors"
save(path, example)
print(f"{path.name}: {path.stat().st_size} bytes; output values", *(f"{v:.6f}" for v in out.flatten()[:5].tolist()))
