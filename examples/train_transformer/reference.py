"""`train_transformer --text FILE` in PyTorch, without dropout: the same model with the same initial weights, the same batches
in the same order, the same schedule and optimiser. Prints the losses of the first ten steps, some later ones, and the
validation loss.

    train_transformer --text FILE
    python3 reference.py --text FILE
"""

import argparse
import math
import pathlib
import time

import torch
import torch.nn.functional as F
from torch import nn


class Attention(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.heads = heads
        self.W_q, self.W_k, self.W_v, self.W_o = (nn.Linear(d, d) for _ in range(4))

    def forward(self, x):
        B, T, D = x.shape
        q, k, v = (W(x).view(B, T, self.heads, D // self.heads).transpose(1, 2) for W in (self.W_q, self.W_k, self.W_v))
        scores = q @ k.transpose(-2, -1) / math.sqrt(D // self.heads)  # (B, H, T, T)
        scores = scores.masked_fill(torch.ones(T, T, dtype=torch.bool).triu(1), -math.inf)
        return self.W_o((torch.softmax(scores, -1) @ v).transpose(1, 2).reshape(B, T, D))


class FeedForward(nn.Module):
    def __init__(self, d):
        super().__init__()
        self.expand, self.project = nn.Linear(d, 4 * d), nn.Linear(4 * d, d)

    def forward(self, x):
        return self.project(F.gelu(self.expand(x)))


class Block(nn.Module):
    def __init__(self, d, heads):
        super().__init__()
        self.norm1, self.attention = nn.LayerNorm(d), Attention(d, heads)
        self.norm2, self.feed_forward = nn.LayerNorm(d), FeedForward(d)

    def forward(self, x):
        x = x + self.attention(self.norm1(x))
        return x + self.feed_forward(self.norm2(x))


class GPT(nn.Module):
    """xgrad's nn::GPT. The order of construction decides about the initial weights."""

    def __init__(self, vocab, context, d, layers, heads):
        super().__init__()
        token, position, norm, head = (nn.Embedding(vocab, d), nn.Embedding(context, d), nn.LayerNorm(d),
                                       nn.Linear(d, vocab, bias=False))
        self.token, self.position = token, position
        self.blocks = nn.ModuleList(Block(d, heads) for _ in range(layers))
        self.norm, self.head = norm, head
        self.head.weight = self.token.weight
        for name, parameter in self.named_parameters():
            if parameter.dim() >= 2:
                ends_branch = name.endswith(("W_o.weight", "project.weight"))
                nn.init.normal_(parameter, 0, 0.02 / math.sqrt(2 * layers) if ends_branch else 0.02)
            elif name.endswith("bias"):
                nn.init.zeros_(parameter)

    def forward(self, tokens):
        x = self.token(tokens) + self.position.weight[: tokens.shape[1]]
        for block in self.blocks:
            x = block(x)
        return self.head(self.norm(x))


class Text:
    """Characters as tokens, numbered in the order of their code points: the first 90 % for training, the rest for
    validation."""

    def __init__(self, text, context):
        self.context = context
        self.vocabulary = sorted(set(text))
        number = {character: i for i, character in enumerate(self.vocabulary)}
        tokens = torch.tensor([number[character] for character in text])
        split = len(text) * 9 // 10
        self.training, self.validation = tokens[:split], tokens[split:]

    def windows(self, tokens, starts):
        rows = torch.stack([tokens[start : start + self.context + 1] for start in starts])
        return rows[:, :-1], rows[:, 1:]

    def next_batch(self, size, generator):
        starts = torch.randint(0, len(self.training) - self.context, (size,), generator=generator)
        return self.windows(self.training, starts.tolist())

    def validation_starts(self):
        windows = (len(self.validation) - 1) // self.context
        used = min(windows, max(1, 65536 // self.context))
        return [i * windows // used * self.context for i in range(used)]


def batch_loss(model, batch):
    tokens, targets = batch
    return F.cross_entropy(model(tokens).flatten(0, 1), targets.flatten())


@torch.no_grad()
def validation_loss(model, text, size=64):
    starts, total = text.validation_starts(), 0.0
    for i in range(0, len(starts), size):
        some = starts[i : i + size]
        total += batch_loss(model, text.windows(text.validation, some)).item() * len(some)
    return total / len(starts)


def learning_rate(step, steps, lr, warmup):
    warmup = min(warmup, steps)
    if step < warmup:
        return lr * (step + 1) / warmup
    progress = (step - warmup) / (steps - warmup)
    return 0.1 * lr + 0.9 * lr * 0.5 * (1 + math.cos(math.pi * progress))


def train(text, *, d_model, layers, heads, batch, steps, lr, warmup, weight_decay, seed, last=None):
    """Yields (model, loss) after each step, up to step `last` of `steps`."""
    torch.manual_seed(seed)
    model = GPT(len(text.vocabulary), text.context, d_model, layers, heads)
    batches = torch.Generator().manual_seed(seed + 1)
    optimizer = torch.optim.AdamW(model.parameters(), betas=(0.9, 0.99), weight_decay=weight_decay)
    for step in range(last or steps):
        for group in optimizer.param_groups:
            group["lr"] = learning_rate(step, steps, lr, warmup)
        loss = batch_loss(model, text.next_batch(batch, batches))
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        yield model, loss.item()


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--text", type=pathlib.Path, required=True)
    for name, default in (("seed", 0), ("steps", 2000), ("warmup", 100), ("context", 64), ("d-model", 128), ("layers", 4),
                          ("heads", 4), ("batch", 12)):
        parser.add_argument(f"--{name}", type=int, default=default)
    parser.add_argument("--lr", type=float, default=1e-3)
    parser.add_argument("--weight-decay", type=float, default=0)
    options = vars(parser.parse_args())
    text = Text(options.pop("text").read_bytes().decode("utf-8"), options.pop("context"))
    start = time.perf_counter()
    for step, (model, loss) in enumerate(train(text, **options), start=1):
        if step <= 10 or step % max(1, options["steps"] // 20) == 0:
            print(f"step {step}/{options['steps']}  loss {loss:.7f}", flush=True)
    print(f"trained for {time.perf_counter() - start:.1f} s")
    print(f"validation loss: {validation_loss(model, text):.4f}")


if __name__ == "__main__":
    main()
