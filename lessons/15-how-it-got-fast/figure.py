"""What the inner loops use of A, B and C, and the counts that the program prints."""
from drawing import Figure

SIZE, CELL = 8, 13
LOOPS = [("naive", "k runs: down a column of B", 34816, 65536),
         ("by rows", "j runs: along rows of B and C", 2176, 66560),
         ("four at once", "j runs in steps of four", 2176, 17408),
         ("tiles", "k runs: a tile of C, kept", 1280, 6144)]


def shown(loop, matrix):
    """The cells (row, column) of a matrix that a few steps of the inner loop use: strong, and weak."""
    if loop == "naive":
        return {"A": ([(3, 0)], [(3, k) for k in range(1, 8)]), "B": ([(0, 2)], [(k, 2) for k in range(1, 8)]), "C": ([(3, 2)], [])}[matrix]
    if loop == "tiles":
        return {"A": ([(i, 0) for i in range(4)], [(i, k) for i in range(4) for k in range(1, 8)]),
                "B": ([(0, j) for j in range(8)], [(k, j) for k in range(1, 8) for j in range(8)]),
                "C": ([(i, j) for i in range(4) for j in range(8)], [])}[matrix]
    width = 1 if loop == "by rows" else 4
    row = 5 if matrix == "B" else 3
    return ([(3, 5)], []) if matrix == "A" else ([(row, j) for j in range(width)], [(row, j) for j in range(width, 8)])


def draw():
    figure = Figure(760, 390)
    for place, (loop, words, lines, loads) in enumerate(LOOPS):
        left, top = 20 + 380 * (place % 2), 24 + 182 * (place // 2)
        figure.text(left, top, loop, "strong")
        figure.text(left + 116, top, words, "faint")
        for m, matrix in enumerate("ABC"):
            strong, weak = shown(loop, matrix)
            for i in range(SIZE):
                for j in range(SIZE):
                    style = "bar" if (i, j) in strong else "tint" if (i, j) in weak else "box"
                    figure.box(left + 116 * m + CELL * j, top + 12 + CELL * i, CELL - 2, CELL - 2, style)
            figure.text(left + 116 * m + 46, top + 130, matrix, "", "middle")
        figure.text(left, top + 150, f"n = 32: {loads:,} loads, {lines:,} lines fetched", "accent-text")
    figure.text(20, 382, "Dark: what one step of the inner loop uses. Light: what the next steps use.", "faint")
    return figure
