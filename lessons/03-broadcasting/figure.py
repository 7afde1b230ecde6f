"""Forward, one stored row of b serves both rows of x. Backward, the gradients of both rows are added."""
from drawing import Figure

X, B, G = [[1, 2, 3], [4, 5, 6]], [10, 20, 30], [[1, 0, 2], [3, 1, 1]]
WIDTH, HEIGHT = 48, 30


def row(figure, x, y, numbers, style, text=""):
    for j, number in enumerate(numbers):
        figure.box(x + WIDTH * j, y, WIDTH - 4, HEIGHT - 4, style)
        figure.text(x + WIDTH * j + WIDTH / 2 - 2, y + 18, str(number), text, "middle")


def draw():
    figure = Figure(800, 320)
    figure.text(20, 26, "Forward: y = x + b", "strong")
    places = [20, 210, 400]
    for x, sign in zip(places[1:], "+="):
        figure.text(x - 26, 88, sign, "strong", "middle")
    for left, title in zip(places, ["x (2, 3)", "b (3,), seen as (2, 3)", "y (2, 3)"]):
        figure.text(left, 54, title, "faint")
    for i in range(2):
        y = 66 + HEIGHT * i
        row(figure, places[0], y, X[i], "box")
        row(figure, places[1], y, B, "tint" if i == 0 else "box", "" if i == 0 else "faint")
        row(figure, places[2], y, [p + q for p, q in zip(X[i], B)], "box")
    figure.text(570, 84, "blue: the numbers in memory", "faint")
    figure.text(570, 114, "grey: the same, by stride 0", "faint")

    figure.text(20, 172, "Backward: db = the sum over the rows of g = dL/dy", "strong")
    figure.text(20, 200, "dx = g (2, 3)", "faint")
    figure.text(places[1], 200, "g (2, 3)", "faint")
    for i in range(2):
        row(figure, places[0], 212 + HEIGHT * i, G[i], "box")
        row(figure, places[1], 212 + HEIGHT * i, G[i], "warm")
    for j in range(3):
        x = places[1] + WIDTH * j + WIDTH / 2 - 2
        figure.arrow([(x, 268), (x, 288)], "flow")
    row(figure, places[1], 288, [sum(column) for column in zip(*G)], "tint", "accent-text")
    figure.text(places[2] - 38, 305, "db (3,): 1 + 3, 0 + 1, 2 + 1", "accent-text")
    return figure
