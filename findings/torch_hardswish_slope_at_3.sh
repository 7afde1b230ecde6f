#!/usr/bin/env bash
# The gradient of hardswish at x = 3 depends on how many elements the tensor has, in PyTorch 1.13 on a processor: 3/2 in a
# small tensor, 1 in a large one.
#
# hardswish(x) = x · clamp(x + 3, 0, 6)/6 has a kink at 3: its slope is 3/2 to the left and 1 to the right. Either is a fair
# answer there, but the same element gets one of them from the loop over vectors and the other from the loop over the rest, so
# the answer changes with the shape, and within one tensor from its body to its tail.
#
# Whom it hurts: a test that compares gradients at the bounds of an activation with PyTorch's, or one batch size with
# another. Keep 3 out of such tests, or state which slope is meant.
#
# Needs root and debootstrap: PyTorch is installed in a folder of its own.
set -euo pipefail

folder=$(mktemp -d)
trap 'umount "$folder/root/proc" 2>/dev/null || true; rm -rf "$folder"' EXIT
debootstrap --variant=minbase --include=python3-torch bookworm "$folder/root" >"$folder/log"
mount -t proc proc "$folder/root/proc"  # PyTorch reads the processor there
chroot "$folder/root" dpkg-query -W -f '${Package} ${Version}\n' python3-torch | tee "$folder/version"
grep -q '^python3-torch 1\.13\.1+dfsg-4$' "$folder/version"

cat >"$folder/root/slope.py" <<'CODE'
import torch
from torch.nn.functional import hardswish

torch.set_num_threads(1)
for elements in (1, 64, 67):
    x = torch.full((elements,), 3.0, requires_grad=True)
    hardswish(x).sum().backward()
    print(f"{elements} elements: slopes at 3 are {sorted(set(x.grad.tolist()))}")
CODE
chroot "$folder/root" python3 /slope.py | tee "$folder/output"
diff "$folder/output" - <<'EXPECTED'
1 elements: slopes at 3 are [1.5]
64 elements: slopes at 3 are [1.0]
67 elements: slopes at 3 are [1.0, 1.5]
EXPECTED
echo "as described"
