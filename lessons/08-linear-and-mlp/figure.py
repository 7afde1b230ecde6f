"""The loss of a line through two points as a surface with three walks, and XOR as a network with two hidden numbers."""
import math

from drawing import Figure

POINTS = [(1, 3), (3, 7)]
ACROSS, DOWN = 35, 22  # the lengths of 1
STEPS = 40


def place(w, b):
    return 30 + ACROSS * (w + 2), 250 - DOWN * b


def gradient(w, b):
    errors = [(w * x + b - y, x) for x, y in POINTS]
    return [sum(e * x for e, x in errors), sum(e for e, _ in errors)]


def contour(loss, shift):
    """The ellipse around (2, 1) on which the loss is this: with e = errors, loss = (e_1² + e_2²) / 2."""
    radius = math.sqrt(2 * loss)
    for i in range(101):
        e = [radius * math.cos(math.pi * i / 50), radius * math.sin(math.pi * i / 50)]
        slope = (e[1] - e[0]) / 2  # of the line of errors through x = 1 and x = 3
        x, y = place(2 + slope, 1 + e[0] - slope)
        yield x + shift, y


def walk(step, shift):
    p, memory = [0, 9], {"m": [0, 0], "s": [0, 0], "t": 0}
    for _ in range(STEPS + 1):
        x, y = place(*p)
        yield x + shift, y
        p = [x - d for x, d in zip(p, step(gradient(*p), memory))]


def sgd(g, memory):
    return [0.05 * x for x in g]


def momentum(g, memory):
    memory["m"] = [0.9 * m + x for m, x in zip(memory["m"], g)]
    return [0.05 * m for m in memory["m"]]


def adam(g, memory):
    memory["t"] += 1
    memory["m"] = [0.9 * m + 0.1 * x for m, x in zip(memory["m"], g)]
    memory["s"] = [0.999 * s + 0.001 * x * x for s, x in zip(memory["s"], g)]
    scale = [1 - beta ** memory["t"] for beta in (0.9, 0.999)]
    return [0.3 * m / scale[0] / (math.sqrt(s / scale[1]) + 1e-8) for m, s in zip(memory["m"], memory["s"])]


def relu(x):
    return max(x, 0)


def draw():
    figure = Figure(800, 636)
    for i, (step, name) in enumerate([(sgd, "SGD"), (momentum, "SGD with momentum"), (adam, "Adam")]):
        shift = 262 * i
        figure.text(30 + shift, 24, name, "strong")
        for loss in (0.5, 2, 6):
            figure.curve(list(contour(loss, shift)), "arrow", "2 3")
        path = list(walk(step, shift))
        figure.curve(path)
        for x, y in path:
            figure.dot(x, y, 2.5)
        x, y = path[0]
        figure.text(x + 10, y + 4, "w = 0, b = 9", "faint")
        x, y = place(2, 1)
        figure.text(x + shift, y + 5, "×", "strong", "middle")
    figure.text(30, 370, f"The loss over w (to the right) and b (upwards), and {STEPS} steps from one start.", "faint")
    figure.text(30, 388, "× is the best line. On the dotted lines the loss is 0.5, 2 and 6.", "faint")
    charts = [("h_1 = relu(x_1 + x_2)", lambda s: relu(s), 2), ("h_2 = relu(x_1 + x_2 − 1)", lambda s: relu(s - 1), 2),
              ("y = h_1 − 2 h_2", lambda s: relu(s) - 2 * relu(s - 1), 1)]
    for i, (name, value, largest) in enumerate(charts):
        left = 50 + 262 * i
        figure.text(left - 20, 428, name, "strong")
        for row in range(5):
            for column in range(5):
                y = value((column + 4 - row) / 4)
                corner = row in (0, 4) and column in (0, 4)
                figure.cell(left + 38 * column, 440 + 28 * row, 36, 26, y, largest, f"{y:g}" if corner else "")
    figure.text(30, 606, "XOR by hand: x_1 grows to the right, x_2 upwards, both from 0 to 1.", "faint")
    figure.text(30, 624, "y is 1 where one of the two is 1.", "faint")
    return figure
