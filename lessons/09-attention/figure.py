"""Three queries and three keys: scores, weights with and without a mask, and outputs inside the triangle of the values."""
import math

from drawing import Figure

Q = [(1, 0), (0, 2), (1, 1)]
K = [(0, 1), (1, 0), (1, 1)]
V = [(1, 0), (0, 1), (2, 2)]
WIDTH, HEIGHT = 54, 30


def attention(seen):
    scores = [[sum(a * b for a, b in zip(q, k)) / math.sqrt(2) for k in K] for q in Q]
    powers = [[math.exp(s) if seen(i, j) else 0 for j, s in enumerate(row)] for i, row in enumerate(scores)]
    weights = [[p / sum(row) for p in row] for row in powers]
    outputs = [tuple(sum(w * v[n] for w, v in zip(row, V)) for n in (0, 1)) for row in weights]
    return scores, weights, outputs


def matrix(figure, left, top, title, rows, shares):
    figure.text(left + 1.5 * WIDTH, top - 28, title, "", "middle")
    for j in range(3):
        figure.text(left + WIDTH * j + WIDTH / 2, top - 8, f"k{j + 1}", "faint", "middle")
    for i in range(3):
        figure.text(left - 8, top + HEIGHT * i + 20, f"q{i + 1}", "faint", "end")
        for j in range(3):
            figure.box(left + WIDTH * j, top + HEIGHT * i, WIDTH, HEIGHT)
            figure.cell(left + WIDTH * j, top + HEIGHT * i, WIDTH, HEIGHT, shares[i][j], 1, rows[i][j])


def plane(figure, left, bottom, outputs, title):
    def at(point):
        return round(left + 60 * point[0], 1), round(bottom - 60 * point[1], 1)

    figure.text(left - 20, bottom - 150, title)
    corners = " L".join(f"{x},{y}" for x, y in map(at, V))
    figure.parts.append(f'<path d="M{corners} Z" class="tint" fill-opacity="0.5"/>')
    for i, v in enumerate(V):
        x, y = at(v)
        figure.text(x + (8 if i != 1 else -8), y + (14 if i == 0 else 0), f"v{i + 1}", "faint", "start" if i != 1 else "end")
    for i, (o, (dx, dy)) in enumerate(zip(outputs, [(-8, 12), (10, 4), (4, -8)])):
        x, y = at(o)
        figure.dot(x, y, 4)
        figure.text(x + dx, y + dy, f"o{i + 1}", "accent-text", "end" if dx < 0 else "start")


def draw():
    figure = Figure(760, 400)
    for top, title, seen in [(70, "all keys are seen", lambda i, j: True), (266, "causal mask", lambda i, j: j <= i)]:
        scores, weights, outputs = attention(seen)
        figure.text(20, top - 50, title, "strong")
        shown = [[f"{s:.3f}" if seen(i, j) else "−∞" for j, s in enumerate(row)] for i, row in enumerate(scores)]
        matrix(figure, 50, top, "scores q · k / √2", shown, [[0] * 3] * 3)
        figure.arrow([(50 + 3 * WIDTH + 8, top + 45), (310, top + 45)], "flow")
        figure.text(262, top + 36, "softmax", "accent-text", "middle")
        matrix(figure, 340, top, "weights", [[f"{w:.3f}" for w in row] for row in weights], weights)
        figure.arrow([(340 + 3 * WIDTH + 8, top + 45), (564, top + 45)], "flow")
        figure.text(534, top + 36, "· v", "accent-text", "middle")
        plane(figure, 600, top + 100, outputs, "outputs")
    return figure
