"""Six numbers in one storage, and three Tensors that find them there: in each cell the element and its place."""
from drawing import Figure

STORAGE = [1, 2, 3, 4, 5, 6]
VIEWS = [("t", (2, 3), (3, 1), 0), ("t.transpose(0, 1)", (3, 2), (1, 3), 0), ("t[{Slice(), 2}]", (2, 1), (3, 0), 2)]
CELL = 54


def cell(figure, x, y, place, marked):
    figure.box(x, y, CELL - 4, CELL - 12, "warm" if marked else "tint")
    figure.text(x + CELL / 2 - 2, y + 18, str(STORAGE[place]), "strong", "middle")
    figure.text(x + CELL / 2 - 2, y + 35, f"at {place}", "faint", "middle")


def draw():
    figure = Figure(800, 336)
    figure.text(20, 26, "One storage", "strong")
    for place in range(6):
        cell(figure, 230 + CELL * place, 10, place, place == 5)
    for left, (title, shape, strides, offset) in zip([20, 330, 590], VIEWS):
        is_column = strides[1] == 0
        figure.text(left, 90, title, "strong")
        for i in range(shape[0]):
            for j in range(shape[1]):
                place = offset + i * strides[0] + j * strides[1]
                cell(figure, left + CELL * j, 138 + (CELL - 8) * i, place, place == 5)
        figure.text(left, 110, f"strides ({strides[0]},)" if is_column else f"strides {strides}")
        figure.text(left, 128, f"offset {offset}")
    figure.text(20, 300, "at 0 + 1 · 3 + 2 · 1 = 5", "accent-text")
    figure.text(330, 300, "at 0 + 2 · 1 + 1 · 3 = 5", "accent-text")
    figure.text(590, 300, "at 2 + 1 · 3 = 5", "accent-text")
    figure.text(20, 324, "Place = offset + the sum of index · stride. Yellow: place 5 of the storage, in all three Tensors.", "faint")
    return figure
