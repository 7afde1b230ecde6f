"""The three products of C = A B: forward, and the two of backward, each with the row and the column of one element."""
from drawing import Figure

A, B, G = [[1, 2], [3, 4]], [[1, 0, 2], [0, 1, 1]], [[1, 1, 0], [0, 2, 1]]
CELL = 34


def turned(m):
    return [list(column) for column in zip(*m)]


def product(a, b):
    return [[sum(p * q for p, q in zip(row, column)) for column in turned(b)] for row in a]


def matrix(figure, x, y, title, m, row=None, column=None, element=None):
    figure.text(x, y - 8, f"{title} ({len(m)}, {len(m[0])})", "faint")
    for i, numbers in enumerate(m):
        for j, number in enumerate(numbers):
            style = "warm" if (i, j) == element else "tint" if i == row or j == column else "box"
            figure.box(x + CELL * j, y + CELL * i, CELL - 4, CELL - 4, style)
            figure.text(x + CELL * j + CELL / 2 - 2, y + CELL * i + 20, str(number), "strong" if style == "warm" else "", "middle")


def equation(figure, y, left, right, result, names, at, words):
    i, j = at
    out = product(left, right)
    assert out == result
    matrix(figure, 20, y, names[0], left, row=i)
    figure.text(147, y + 36, "·", "strong", "middle")
    matrix(figure, 172, y, names[1], right, column=j)
    figure.text(299, y + 36, "=", "strong", "middle")
    matrix(figure, 324, y, names[2], out, element=at)
    terms = " + ".join(f"{p} · {q}" for p, q in zip(left[i], turned(right)[j]))
    figure.text(460, y + 20, words[0], "faint")
    figure.text(460, y + 42, f"{words[1]} = {terms} = {out[i][j]}", "accent-text")


def draw():
    figure = Figure(800, 384)
    equation(figure, 36, A, B, [[1, 2, 4], [3, 4, 10]], ("A", "B", "C"), (1, 2), ("forward: row of A, column of B", "c(1, 2)"))
    equation(figure, 144, G, turned(B), [[1, 1], [2, 3]], ("G", "Bᵀ", "dA"), (1, 0), ("row of G, row of B", "da(1, 0)"))
    equation(figure, 280, turned(A), G, [[1, 7, 3], [2, 10, 4]], ("Aᵀ", "G", "dB"), (1, 1),
             ("column of A, column of G", "db(1, 1)"))
    figure.text(20, 372, "Blue: the row and the column that make the yellow element. G is dL/dC.", "faint")
    return figure
