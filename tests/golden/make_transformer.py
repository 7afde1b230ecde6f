"""Golden numbers for PyTorch's transformer modules, in float64. Parameters and inputs are float32 numbers, so that a
float32 module can have the same.

The modules are in training mode with dropout 0. In evaluation, PyTorch 1.13 runs a fused kernel, which writes zeros where
the padding is.
"""

import math
import pathlib

import torch
from safetensors_io import save
from torch import nn

goldens = {}


def rounded(x):
    return x.float().double()


# After one seed: PyTorch's initial values, in float32.
torch.manual_seed(0)
model = nn.Transformer(8, 2, 2, 2, 12)
goldens.update({f"init/transformer/{name}": p.clone() for name, p in model.state_dict().items()})
model = nn.TransformerEncoder(nn.TransformerEncoderLayer(8, 2, 12), 2)
goldens.update({f"init/encoder/{name}": p.clone() for name, p in model.state_dict().items()})
goldens["init/next"] = torch.rand(3)

torch.set_default_dtype(torch.float64)


def layers(D, H, FF, activation, norm_first):
    options = dict(dropout=0.0, activation=activation, batch_first=True, norm_first=norm_first)
    encoder = lambda: nn.TransformerEncoderLayer(D, H, FF, **options)
    decoder = lambda: nn.TransformerDecoderLayer(D, H, FF, **options)
    return {
        "encoder_layer": encoder,
        "decoder_layer": decoder,
        "encoder": lambda: nn.TransformerEncoder(encoder(), 2, nn.LayerNorm(D), enable_nested_tensor=False),
        "decoder": lambda: nn.TransformerDecoder(decoder(), 2, nn.LayerNorm(D)),
        "transformer": lambda: nn.Transformer(D, H, 2, 1, FF, **options),
    }


def set_parameters(model, values):
    """cos(0), cos(1), ... in each parameter, as in PyTorch's own tests of these modules; or random numbers."""
    with torch.no_grad():
        for p in model.parameters():
            cosines = torch.cos(torch.arange(p.numel(), dtype=torch.float64)).reshape(p.shape)
            p.copy_(rounded(cosines if values == "cos" else 0.3 * torch.randn(p.shape) + (p if p.dim() == 1 else 0)))


# name: (activation, norm_first, causal, padding)
VARIANTS = {
    "post_relu": ("relu", False, False, False),
    "post_gelu_causal_padding": ("gelu", False, True, True),
    "pre_relu_padding": ("relu", True, False, True),
    "pre_gelu_causal": ("gelu", True, True, False),
}
SIZES = {"cos": (4, 2, 8, 2, 3, 5), "random": (8, 4, 10, 3, 5, 6)}

torch.manual_seed(1)
for values, (D, H, FF, B, T, S) in SIZES.items():
    src, tgt = rounded(torch.randn(B, S, D)), rounded(torch.randn(B, T, D))
    lengths = torch.tensor([S, 2, 4][:B])
    goldens.update({f"{values}/src": src, f"{values}/tgt": tgt, f"{values}/lengths": lengths})
    hidden = torch.arange(S) >= lengths[:, None]  # (B, S)
    for kind in layers(D, H, FF, "relu", False):
        state = None
        for variant, (activation, norm_first, causal, padding) in VARIANTS.items():
            model = layers(D, H, FF, activation, norm_first)[kind]()
            if state is None:
                set_parameters(model, values)
                state = {name: p.clone() for name, p in model.state_dict().items()}
                goldens.update({f"{values}/{kind}/state/{name}": p for name, p in state.items()})
            model.load_state_dict(state)
            x, y = src.clone().requires_grad_(), tgt.clone().requires_grad_()
            causal_of = lambda n: torch.full((n, n), -math.inf).triu(1) if causal else None
            keys = hidden if padding else None
            if kind.startswith("encoder"):
                inputs, out = {"src": x}, model(x, causal_of(S), src_key_padding_mask=keys)
            elif kind.startswith("decoder"):
                inputs = {"tgt": y, "memory": x}
                out = model(y, x, tgt_mask=causal_of(T), memory_key_padding_mask=keys)
            else:
                inputs = {"src": x, "tgt": y}
                out = model(x, y, tgt_mask=causal_of(T), src_key_padding_mask=keys, memory_key_padding_mask=keys)
            prefix = f"{values}/{kind}/{variant}"
            gout = torch.cos(torch.arange(out.numel(), dtype=torch.float64)).reshape(out.shape)
            out.backward(gout)
            goldens[f"{prefix}/out"] = out
            goldens.update({f"{prefix}/grad_of/{name}": v.grad for name, v in inputs.items()})
            goldens.update({f"{prefix}/grad/{name}": p.grad for name, p in model.named_parameters()})

# Attention whose keys and values have widths of their own.
torch.manual_seed(2)
model = nn.MultiheadAttention(6, 2, kdim=5, vdim=3, batch_first=True)
with torch.no_grad():
    for p in model.parameters():
        p.add_(0.1 * torch.randn(p.shape))
q, k, v = torch.randn(2, 3, 6), torch.randn(2, 4, 5), torch.randn(2, 4, 3)
goldens.update({"widths/q": q, "widths/k": k, "widths/v": v, "widths/out": model(q, k, v)[0]})
goldens.update({f"widths/state/{name}": p.clone() for name, p in model.state_dict().items()})

path = pathlib.Path(__file__).parent / "transformer.safetensors"
save(path, goldens)
print(f"{path.name}: {len(goldens)} tensors, {path.stat().st_size} bytes")
