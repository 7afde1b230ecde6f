"""A post-norm and a pre-norm block as wiring, and the gradients that main.cpp prints, on a logarithmic scale."""
import math

from drawing import Figure

STACK = [24, 18, 12, 6, 0]
CURVES = [  # printed by main.cpp: words, values, dash, dx and dy of the words
    ("bare", [1, 0.0016, 3.8e-06, 1.3e-08, 6.4e-11], "", -50, 6),
    ("pre", [1, 1.1, 1.2, 1.5, 5.2], "", 8, 0),
    ("post", [1, 0.25, 0.19, 0.31, 0.57], "", 8, 15),
    ("pre, direct", [1, 1, 1, 1, 1], "5 4", 8, 4),
    ("post, direct", [1, 0.061, 0.0045, 0.00056, 9.9e-05], "5 4", 8, 5),
]


def block(figure, left, title, order):
    """The stream runs up at the left; attention and network stand beside it."""
    stream = left + 30
    figure.text(left, 24, title, "strong")
    figure.text(stream + 10, 384, "x", "")
    y, marks = 380, []
    for words in ("attention", "network"):
        fork, plus = (y - 30, y - 92)
        inner = [fork, plus]
        top = fork
        if order == "pre":
            figure.box(stream + 40, fork - 16, 110, 24, "warm")
            figure.text(stream + 95, fork + 1, "norm", "", "middle")
            figure.arrow([(stream, fork - 4), (stream + 40, fork - 4)])
            figure.arrow([(stream + 95, fork - 16), (stream + 95, fork - 30)])
        else:
            figure.arrow([(stream, fork - 4), (stream + 95, fork - 4), (stream + 95, fork - 30)])
        figure.box(stream + 40, fork - 54, 110, 24)
        figure.text(stream + 95, fork - 37, words, "", "middle")
        figure.arrow([(stream + 95, fork - 54), (stream + 95, plus - 8), (stream + 10, plus - 8)])
        marks.append(plus - 8)
        if order == "post":
            marks.append(plus - 44)
        y = plus - 64 if order == "post" else plus - 40
    end = 50
    figure.arrow([(stream, 380), (stream, end)], "flow")
    for i, mark in enumerate(marks):
        if order == "post" and i % 2:
            figure.box(stream - 28, mark - 12, 56, 24, "warm")
            figure.text(stream, mark + 5, "norm", "", "middle")
        else:
            figure.box(stream - 10, mark - 10, 20, 20)
            figure.text(stream, mark + 5, "+", "strong", "middle")


def draw():
    figure = Figure(860, 440)
    block(figure, 20, "post-norm", "post")
    block(figure, 225, "pre-norm", "pre")
    figure.text(20, 424, "blue: the direct path. It passes norms in post-norm, and sums only in pre-norm.", "faint")

    left, top, width, decade = 500, 50, 240, 24

    def at(i, value):
        return left + width * i / 4, top + decade * (1 - math.log10(value))

    figure.text(left - 40, 24, "size of dL/dx, as a share of that at the top", "strong")
    for power in range(1, -12, -2):
        y = at(0, 10.0**power)[1]
        figure.curve([(left, y), (left + width, y)], "arrow", "1 5")
        figure.text(left - 8, y + 4, "10" if power == 1 else f"1e{power}", "faint", "end")
    for i, block_number in enumerate(STACK):
        figure.text(left + width * i / 4, top + 12.5 * decade + 16, f"x{block_number}", "faint", "middle")
    for words, values, dash, dx, dy in CURVES:
        points = [at(i, value) for i, value in enumerate(values)]
        figure.curve(points, "flow", dash)
        for x, y in points:
            figure.dot(x, y)
        figure.text(points[-1][0] + dx, points[-1][1] + dy, words, "accent-text")
    figure.text(left, top + 12.5 * decade + 40, "from the top of 24 blocks to the bottom", "faint")
    return figure
