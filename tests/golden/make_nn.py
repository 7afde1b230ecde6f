"""Golden numbers for modules: initial values in float32, transformer blocks and a GPT's training in float64."""

import math
import pathlib

import torch
import torch.nn.functional as F
from safetensors_io import save
from torch import nn

goldens = {}

# Initial values, in the order of these lines, from one seed.
torch.manual_seed(7)
linear = nn.Linear(20, 6)
goldens["init/linear.weight"], goldens["init/linear.bias"] = linear.weight, linear.bias
goldens["init/embedding.weight"] = nn.Embedding(5, 8).weight
w = torch.empty(6, 10)
for name in ("xavier_uniform_", "xavier_normal_", "kaiming_uniform_", "kaiming_normal_"):
    goldens[f"init/{name}"] = getattr(nn.init, name)(w.clone())
goldens["init/double"] = nn.Linear(3, 4, dtype=torch.float64).weight

# TransformerBlock, against PyTorch's own encoder layer.
torch.set_default_dtype(torch.float64)
torch.manual_seed(0)
B, T, D, H, HIDDEN = 2, 4, 8, 2, 16
x = torch.randn(B, T, D, requires_grad=True)
gout = torch.randn(B, T, D)
goldens.update({"block/x": x, "block/gout": gout})
layer = nn.TransformerEncoderLayer(D, H, HIDDEN, dropout=0.0, activation="gelu", batch_first=True)
with torch.no_grad():
    for p in layer.parameters():
        p.add_(0.1 * torch.randn(p.shape))


def named(layer):
    q, k, v = layer.self_attn.in_proj_weight.chunk(3)
    bq, bk, bv = layer.self_attn.in_proj_bias.chunk(3)
    return {
        "norm1.weight": layer.norm1.weight, "norm1.bias": layer.norm1.bias,
        "attention.W_q.weight": q, "attention.W_q.bias": bq, "attention.W_k.weight": k, "attention.W_k.bias": bk,
        "attention.W_v.weight": v, "attention.W_v.bias": bv,
        "attention.W_o.weight": layer.self_attn.out_proj.weight, "attention.W_o.bias": layer.self_attn.out_proj.bias,
        "norm2.weight": layer.norm2.weight, "norm2.bias": layer.norm2.bias,
        "feed_forward.expand.weight": layer.linear1.weight, "feed_forward.expand.bias": layer.linear1.bias,
        "feed_forward.project.weight": layer.linear2.weight, "feed_forward.project.bias": layer.linear2.bias,
    }


goldens.update({f"block/{name}": p for name, p in named(layer).items()})
causal = torch.full((T, T), -math.inf).triu(1)
for order in ("post", "pre"):
    layer.norm_first = order == "pre"
    layer.zero_grad()
    x.grad = None
    out = layer(x, src_mask=causal)
    out.backward(gout)
    goldens[f"block/{order}/out"] = out
    goldens[f"block/{order}/grad/x"] = x.grad.clone()
    grads = {name.replace("self_attn.", ""): p.grad.clone() for name, p in layer.named_parameters()}
    attention = {}
    for x_, g, b in zip("qkv", grads["in_proj_weight"].chunk(3), grads["in_proj_bias"].chunk(3)):
        attention[f"attention.W_{x_}.weight"], attention[f"attention.W_{x_}.bias"] = g, b
    for name, p in named(layer).items():
        goldens[f"block/{order}/grad/{name}"] = attention[name] if name in attention else p.grad.clone()


# GPT: ten losses over ten AdamW steps from given weights and batches.
class Block(nn.Module):
    def __init__(self, d, h):
        super().__init__()
        self.h, self.norm1, self.norm2 = h, nn.LayerNorm(d), nn.LayerNorm(d)
        self.attention = nn.ModuleDict({f"W_{x}": nn.Linear(d, d) for x in "qkvo"})
        self.feed_forward = nn.ModuleDict({"expand": nn.Linear(d, 4 * d), "project": nn.Linear(4 * d, d)})

    def forward(self, x):
        b, t, d = x.shape
        y = self.norm1(x)
        q, k, v = (self.attention[f"W_{n}"](y).view(b, t, self.h, d // self.h).transpose(1, 2) for n in "qkv")
        scores = q @ k.transpose(-2, -1) / math.sqrt(d // self.h) + torch.full((t, t), -math.inf).triu(1)
        x = x + self.attention["W_o"]((torch.softmax(scores, -1) @ v).transpose(1, 2).reshape(b, t, d))
        return x + self.feed_forward["project"](F.gelu(self.feed_forward["expand"](self.norm2(x))))


class GPT(nn.Module):
    def __init__(self, vocab, context, d, layers, heads, tied):
        super().__init__()
        self.token, self.position = nn.Embedding(vocab, d), nn.Embedding(context, d)
        self.blocks = nn.ModuleList(Block(d, heads) for _ in range(layers))
        self.norm, self.head = nn.LayerNorm(d), nn.Linear(d, vocab, bias=False)
        if tied:
            self.head.weight = self.token.weight

    def forward(self, tokens):
        x = self.token(tokens) + self.position.weight[: tokens.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


V, CONTEXT, STEPS = 7, 6, 10
for tied in (True, False):
    prefix = "gpt/tied" if tied else "gpt/free"
    torch.manual_seed(3)
    model = GPT(V, CONTEXT, 8, 2, 2, tied)
    for name, p in model.state_dict().items():
        goldens[f"{prefix}/state/{name}"] = p.clone()
    tokens = torch.randint(0, V, (STEPS, 3, CONTEXT + 1))
    goldens[f"{prefix}/tokens"] = tokens
    optimizer = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=0.1)
    losses = []
    for step in range(STEPS):
        loss = F.cross_entropy(model(tokens[step, :, :-1]).reshape(-1, V), tokens[step, :, 1:].reshape(-1))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.detach())
    goldens[f"{prefix}/losses"] = torch.stack(losses)

# Sequential, with a root mean square norm, which PyTorch 1.13 does not have.
class RMSNorm(nn.Module):
    def __init__(self, size, eps):
        super().__init__()
        self.weight, self.eps = nn.Parameter(torch.randn(size)), eps

    def forward(self, x):
        return x * torch.rsqrt(x.square().mean(-1, keepdim=True) + self.eps) * self.weight


torch.manual_seed(4)
model = nn.Sequential(nn.Linear(3, 5), nn.ReLU(), RMSNorm(5, 1e-3), nn.Linear(5, 2))
x = torch.randn(4, 3, requires_grad=True)
out, gout = model(x), torch.randn(4, 2)
out.backward(gout)
goldens.update({"sequential/x": x, "sequential/out": out, "sequential/gout": gout, "sequential/grad/x": x.grad})
for name, p in model.named_parameters():
    goldens[f"sequential/state/{name}"], goldens[f"sequential/grad/{name}"] = p, p.grad

path = pathlib.Path(__file__).parent / "nn.safetensors"
save(path, goldens)
print(f"{path.name}: {len(goldens)} tensors, {path.stat().st_size} bytes")
