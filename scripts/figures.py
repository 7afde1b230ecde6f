#!/usr/bin/env python3
"""Draws the figures of docs/architecture.md and docs/g2p.md: writes docs/figures/*.svg, readable on light and dark pages."""
import pathlib

from count_lines import lines_of
from drawing import Figure

FOLDER = pathlib.Path(__file__).resolve().parent.parent / "docs/figures"


def layers():
    rows = [("examples", "programs"), ("mpi", "several processes"), ("training", "runs, checkpoints, reports"), ("data", "batches"),
            ("optim", "optimisers"), ("nn", "modules"), ("core/bridge", "xtensor"),
            ("core/io", "safetensors"), ("core/debug", "trace, gradcheck, anomaly"), ("core/ops", "results and rules"),
            ("core/autograd", "tape, backward()"), ("core/kernels", "loops over Tensors"), ("core/tensor", "Tensor, views"),
            ("core/rows", "loops over numbers"), ("core/parallel", "threads"), ("core/memory", "pool"),
            ("core/base", "shapes, dtypes, errors")]
    read_first = {"core/autograd", "core/ops", "nn", "optim"}
    figure = Figure(700, 32 * len(rows) + 58)
    for i, (layer, holds) in enumerate(rows):
        y, lines = 8 + 32 * i, lines_of(layer)
        figure.box(10, y, 360, 26, "tint" if layer in read_first else "box")
        figure.text(20, y + 18, layer, "strong")
        figure.text(150, y + 18, holds)
        figure.parts.append(f'<rect x="385" y="{y + 6}" width="{lines / 20:.0f}" height="14" class="bar"/>')
        figure.text(393 + lines // 20, y + 18, f"{round(lines, -2):,}" if lines >= 100 else f"{lines}", "faint")
    figure.text(10, 32 * len(rows) + 28, "A layer includes itself and the layers below it. Blue: read these first.", "faint")
    figure.text(10, 32 * len(rows) + 46, "Bars: lines of code, without comments and blank lines.", "faint")
    return figure


def ownership():
    """What `y = x * w` leaves behind, where x and w require gradients."""
    figure = Figure(860, 420)
    figure.text(20, 24, "Variables", "faint")
    figure.text(170, 24, "State, one for all copies", "faint")
    figure.text(420, 24, "Node: the tape", "faint")
    figure.text(690, 24, "Storage: the numbers", "faint")
    for row, (name, node, members) in enumerate([
            ("w", "Node #2", ["op: leaf", "inputs: none", "grad"]),
            ("y", "Node #3", ["op: mul", "inputs: #1, #2", "saved: Tensors of w, x", "rule"]),
            ("x", "Node #1", ["op: leaf", "inputs: none", "grad"])]):
        y = 40 + 130 * row
        figure.box(20, y, 60, 26, "tint")
        figure.text(50, y + 18, name, "strong", "middle")
        figure.arrow([(80, y + 13), (170, y + 13)])
        figure.card(170, y, 170, "State", ["value: Tensor", "requires_grad", "node"])
        figure.card(420, y, 205, node, members, "warm" if name == "y" else "box")
        figure.box(690, y, 150, 48)
        figure.text(700, y + 20, "Storage", "strong")
        figure.text(700, y + 38, "data, version")
        figure.arrow([(340, y + 72), (380, y + 72), (380, y + 14), (420, y + 14)])  # State.node
        figure.arrow([(340, y + 36), (360, y + 36), (360, y - 7), (765, y - 7), (765, y)])  # State.value
    figure.box(20, 332, 60, 26, "tint")
    figure.text(50, 350, "copy", "strong", "middle")
    figure.arrow([(80, 345), (125, 345), (125, 318), (170, 318)])
    figure.arrow([(520, 170), (520, 124)])  # inputs of y
    figure.arrow([(520, 272), (520, 300)])
    figure.arrow([(625, 224), (655, 224), (655, 70), (690, 70)])  # saved
    figure.arrow([(625, 232), (655, 232), (655, 330), (690, 330)])
    figure.text(20, 405, "An arrow owns what it points to. Arrows lead from newer to older nodes, so there are no cycles.", "faint")
    return figure


def cells(figure, x, y, values, style="box", size=30):
    for i, value in enumerate(values):
        figure.box(x + size * i, y, size, size, style)
        figure.text(x + size * i + size // 2, y + 20, str(value), "", "middle")


def strides():
    """Three Tensors over one Storage."""
    figure = Figure(800, 300)
    views = [(20, "a = tensor({{0, 1, 2}, {3, 4, 5}})", [[0, 1, 2], [3, 4, 5]], "shape (2, 3)", "strides (3, 1)"),
             (325, "a.transpose(0, 1)", [[0, 3], [1, 4], [2, 5]], "shape (3, 2)", "strides (1, 3)"),
             (560, "a.select(0, 1).expand({2, 3})", [[3, 4, 5], [3, 4, 5]], "shape (2, 3)", "strides (0, 1)")]
    for x, title, rows, shape, steps in views:
        figure.text(x, 24, title, "strong")
        for i, row in enumerate(rows):
            cells(figure, x, 40 + 30 * i, row)
        figure.text(x + 105, 60, shape)
        figure.text(x + 105, 80, steps)
    figure.text(665, 100, "offset 3")
    cells(figure, 325, 210, range(6), "tint")
    figure.arrow([(50, 104), (50, 180), (333, 180), (333, 210)])
    figure.arrow([(347, 134), (347, 210)])
    figure.arrow([(605, 104), (605, 180), (430, 180), (430, 210)])
    figure.text(20, 230, "one Storage, three Tensors", "faint")
    figure.text(20, 270, "Element (i, j) is number offset + i · strides[0] + j · strides[1] of the storage.")
    figure.text(20, 290, "A stride of 0 shows the same row again. No element moves.", "faint")
    return figure


def replay():
    """z = x · w + x; L = sum(z)."""
    figure = Figure(800, 250)
    figure.text(20, 24, "L = sum(x * w + x)", "strong")
    nodes = [("#1", "leaf x"), ("#2", "leaf w"), ("#3", "mul"), ("#4", "add"), ("#5", "sum")]
    left = [40 + 150 * i for i in range(5)]
    for x, (number, op) in zip(left, nodes):
        figure.box(x, 110, 90, 46, "tint" if op.startswith("leaf") else "warm")
        figure.text(x + 45, 129, number, "faint", "middle")
        figure.text(x + 45, 147, op, "strong", "middle")
    for start, end, height in ((4, 3, 0), (3, 2, 0), (2, 1, 0), (2, 0, 82), (3, 0, 58)):
        if height == 0:
            figure.arrow([(left[start], 133), (left[end] + 90, 133)], "flow")
        else:
            figure.arrow([(left[start] + 45, 110), (left[start] + 45, height), (left[end] + (45 if height == 58 else 65), height),
                          (left[end] + (45 if height == 58 else 65), 110)], "flow")
    for i, x in enumerate(left):
        turn = 5 - i
        words = f"turn {turn}"
        figure.text(x + 45, 180, words, "accent-text", "middle")
    figure.text(20, 216, "An op is newer than its inputs. So newest first is an order in which every gradient is complete", "faint")
    figure.text(20, 234, "before its node's turn: both gradients of x, from #4 and from #3, have arrived before turn 5.", "faint")
    return figure


def row(page, name):
    """The numbers of the table's row that begins with this name."""
    line = next(line for line in page.splitlines() if line.startswith(f"| {name} |"))
    return [float(cell) for cell in line.split("|")[2:-1]]


def g2p_curve():
    """The validations in the table of docs/g2p.md."""
    page = (FOLDER.parent / "g2p.md").read_text()
    epochs = row(page, "after epoch")
    figure = Figure(620, 300)
    left, bottom, across, up = 60, 250, 500 / max(epochs), 3.2
    for percent in range(0, 61, 10):
        figure.curve([(left, bottom - up * percent), (left + 500, bottom - up * percent)], "arrow", "1 5")
        figure.text(left - 8, bottom - up * percent + 5, str(percent), "faint", "end")
    figure.text(left, 24, "wrong in the validation words, %")
    for name, words in (("words wrong, %", "words"), ("phonemes wrong, %", "phonemes")):
        points = [(left + across * epoch, bottom - up * percent) for epoch, percent in zip(epochs, row(page, name))]
        figure.curve(points)
        for x, y in points:
            figure.dot(x, y)
        figure.text(left + 496, points[-1][1] - 10, words, "accent-text", "end")
    for epoch in epochs:
        figure.text(left + across * epoch, bottom + 20, f"{epoch:.0f}", "faint", "middle")
    figure.text(left + 250, bottom + 40, "epoch", "faint", "middle")
    return figure


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for draw in (layers, ownership, strides, replay, g2p_curve):
        (FOLDER / f"{draw.__name__}.svg").write_text(draw().svg())
