"""Two tokens of four columns are cut into two heads, each head mixes the tokens with its own weights, and the heads are joined."""
import math

from drawing import Figure

X = [[1, 2, 3, 4], [5, 6, 7, 8]]
Q = [[9, 0, 9, 0], [0, 9, 0, 9]]
K = [[0, 9, 9, 0], [9, 0, 0, 9]]
CELL = 34


def weights_of(columns):
    scores = [[sum(q[c] * k[c] for c in columns) / math.sqrt(len(columns)) for k in K] for q in Q]
    powers = [[math.exp(s - max(row)) for s in row] for row in scores]
    return [[p / sum(row) for p in row] for row in powers]


def mixed(weights, columns):
    return [[sum(w * X[j][c] for j, w in enumerate(row)) for c in columns] for row in weights]


def table(figure, left, top, rows, style):
    """style(i, j): the class of a cell."""
    for i, row in enumerate(rows):
        for j, number in enumerate(row):
            figure.box(left + CELL * j, top + CELL * i, CELL, CELL, style(i, j))
            figure.text(left + CELL * j + CELL / 2, top + CELL * i + 22, f"{number:.0f}", "", "middle")


def shares(figure, left, top, rows):
    for i, row in enumerate(rows):
        for j, share in enumerate(row):
            figure.box(left + 40 * j, top + CELL * i, 40, CELL)
            figure.cell(left + 40 * j, top + CELL * i, 40, CELL, share, 1, f"{share:.1f}")


def draw():
    figure = Figure(760, 470)
    side = lambda i, j: "tint" if j < 2 else "warm"
    figure.text(20, 24, "two heads: columns 0 and 1 belong to head 0, columns 2 and 3 to head 1", "strong")
    table(figure, 60, 104, X, side)
    for i in (0, 1):
        figure.text(50, 104 + CELL * i + 22, f"x{i + 1}", "faint", "end")
    joined = [[], []]
    for head, (top, style) in enumerate([(56, "tint"), (152, "warm")]):
        columns = [2 * head, 2 * head + 1]
        weights = weights_of(columns)
        out = mixed(weights, columns)
        joined = [row + more for row, more in zip(joined, out)]
        middle = top + CELL
        figure.arrow([(60 + 4 * CELL + 6, 104 + CELL), (256, middle)], "flow")
        figure.text(264 + 40, top - 6, f"head {head}: weights", "", "middle")
        shares(figure, 264, top, weights)
        figure.text(362, middle + 5, "·", "strong", "middle")
        table(figure, 380, top, [[X[i][c] for c in columns] for i in (0, 1)], lambda i, j: style)
        figure.text(466, middle + 5, "=", "strong", "middle")
        table(figure, 486, top, out, lambda i, j: style)
        figure.arrow([(486 + 2 * CELL + 6, middle), (600, 104 + CELL)], "flow")
    figure.text(100 + CELL - 6, 92, "v = x", "", "middle")
    table(figure, 606, 104, joined, side)
    figure.text(606 + 2 * CELL, 92, "joined", "", "middle")

    figure.text(20, 262, "one head: the same q and k give each token one weight for all of its columns", "strong")
    weights = weights_of(range(4))
    shares(figure, 264, 284, weights)
    figure.text(362, 323, "·", "strong", "middle")
    table(figure, 380, 284, X, lambda i, j: "box")
    figure.text(534, 323, "=", "strong", "middle")
    table(figure, 554, 284, mixed(weights, range(4)), lambda i, j: "box")

    figure.text(20, 392, "reshape alone cuts rows, not columns: head 0 has both halves of x1, and no token 2", "strong")
    table(figure, 264, 408, [X[0]], lambda i, j: "tint")
    table(figure, 430, 408, [X[1]], lambda i, j: "warm")
    figure.text(255, 430, "memory, in its order", "faint", "end")
    figure.text(264 + 2 * CELL, 460, "\"head 0\"", "accent-text", "middle")
    figure.text(430 + 2 * CELL, 460, "\"head 1\"", "accent-text", "middle")
    return figure
