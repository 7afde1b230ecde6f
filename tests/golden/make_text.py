"""Golden numbers for `train_transformer --text`: text.txt as a vocabulary and batches, and ten losses of a small model,
all from the example's reference.py; and byte strings decoded as UTF-8 by Python."""

import pathlib
import random
import sys

import numpy as np
import torch
from safetensors_io import save

here = pathlib.Path(__file__).parent
sys.path.insert(0, str(here.parents[1] / "examples" / "train_transformer"))
from reference import Text, train, validation_loss

goldens = {}

# Ten steps of a schedule of 12: the learning rate rises and falls.
text = Text((here / "text.txt").read_bytes().decode("utf-8"), context=16)
goldens["vocabulary"] = [ord(character) for character in text.vocabulary]
generator = torch.Generator().manual_seed(5)
goldens["tokens"], goldens["targets"] = text.next_batch(6, generator)
losses = []
for model, loss in train(text, d_model=32, layers=2, heads=4, batch=6, steps=12, lr=1e-2, warmup=4, weight_decay=0.1,
                         seed=3, last=10):
    losses.append(loss)
goldens["losses"] = losses
goldens["validation_loss"] = validation_loss(model, text)

# Byte strings, one after the other: their lengths, the position of the first error or −1, and the text.
edges = """C080 C1BF C280 DFBF E08080 E09FBF E0A080 ED9FBF EDA080 EDBFBF EE8080 EFBFBF F0808080 F08FBFBF F0908080 F48FBFBF
F4908080 F5808080 F8888080 80 BF FE FF C2 E282 F09F90 C241 E24182 E28241 F09F9041 F0419080""".split()
strings = [b"ok" + bytes.fromhex(edge) + end for edge in edges for end in (b"", b".")]
choice = random.Random(0)
for _ in range(200):
    string = bytearray("".join(choice.choices("a~\x01é߿ࠀ—長￿🐋\U0010ffff", k=choice.randint(0, 4))).encode("utf-8"))
    for _ in range(choice.choice((0, 1, 1, 2)) if string else 0):
        at = choice.randrange(len(string))
        string[at : at + 1] = choice.choice((b"", bytes([choice.randint(1, 255)]), bytes([string[at], 0x80])))
        if not string:
            break
    strings.append(bytes(string))
positions, points = [], []
for string in strings:
    try:
        points += [ord(character) for character in string.decode("utf-8")]
        positions.append(-1)
    except UnicodeDecodeError as error:
        positions.append(error.start)
goldens["utf8/bytes"] = np.frombuffer(b"".join(strings), np.uint8)
goldens["utf8/lengths"] = [len(string) for string in strings]
goldens["utf8/positions"] = positions
goldens["utf8/points"] = points

path = here / "text.safetensors"
save(path, goldens)
print(f"{path.name}: {len(goldens)} tensors, {path.stat().st_size} bytes; "
      f"{sum(position < 0 for position in positions)} of {len(positions)} byte strings are text")
