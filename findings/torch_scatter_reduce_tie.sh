#!/usr/bin/env bash
# scatter_reduce(..., "amax", include_self=False) of PyTorch 1.13 loses half of a gradient where the largest source equals the
# element of x that it replaces.
#
# With include_self=False the old element of x takes no part in the maximum. The rule counts it all the same when it divides
# the gradient among equal elements, and then gives its share to nobody: the source gets 1/2, x gets 0. Where the old element
# differs, the source gets 1. amin does the same.
#
# Whom it hurts: a pooling over groups written as zeros(n).scatter_reduce(0, group, x, "amax", include_self=False): a group
# whose largest element is exactly 0, as after a relu, trains at half the rate. gradcheck does not see it, since it is tried
# away from ties. Fill x with -inf instead.
#
# Needs root and debootstrap: PyTorch is installed in a folder of its own.
set -euo pipefail

folder=$(mktemp -d)
trap 'umount "$folder/root/proc" 2>/dev/null || true; rm -rf "$folder"' EXIT
debootstrap --variant=minbase --include=python3-torch bookworm "$folder/root" >"$folder/log"
mount -t proc proc "$folder/root/proc"  # PyTorch reads the processor there
chroot "$folder/root" dpkg-query -W -f '${Package} ${Version}\n' python3-torch | tee "$folder/version"
grep -q '^python3-torch 1\.13\.1+dfsg-4$' "$folder/version"

cat >"$folder/root/tie.py" <<'CODE'
import warnings
import torch

warnings.simplefilter("ignore")  # scatter_reduce says that it is new
for fill in (0.0, -float("inf")):
    x = torch.tensor([0.0, 0.0, 2.0], requires_grad=True)
    pooled = torch.full((2,), fill).scatter_reduce(0, torch.tensor([0, 0, 1]), x - torch.tensor([0.0, 1.0, 0.0]), "amax",
                                                   include_self=False)
    pooled.sum().backward()
    print(f"filled with {fill}: pooled {pooled.tolist()}, gradient {x.grad.tolist()}")
CODE
chroot "$folder/root" python3 /tie.py | tee "$folder/output"
diff "$folder/output" - <<'EXPECTED'
filled with 0.0: pooled [0.0, 2.0], gradient [0.5, 0.0, 1.0]
filled with -inf: pooled [0.0, 2.0], gradient [1.0, 0.0, 1.0]
EXPECTED
echo "as described"
