"""The graph of u = x · x, v = u · y, L = u + v, with a derivative on each edge, and what each direction carries."""
from drawing import Figure

VALUE = {"x": 3, "y": 4, "u": 9, "v": 36, "L": 45}
EDGES = [("x", "u", 3), ("x", "u", 3), ("u", "v", 4), ("y", "v", 9), ("u", "L", 1), ("v", "L", 1)]  # input, result, d(result)/d(input)


def forwards(leaf):
    slope = dict.fromkeys(VALUE, 0)
    slope[leaf] = 1
    for node in "uvL":  # oldest first
        slope[node] = sum(slope[start] * factor for start, end, factor in EDGES if end == node)
    return slope


def backwards():
    gradient = dict.fromkeys(VALUE, 0)
    gradient["L"] = 1
    for node in "Lvu":  # newest first
        for start, end, factor in EDGES:
            if end == node:
                gradient[start] += gradient[node] * factor
    return gradient


def draw():
    figure = Figure(800, 322)
    left = dict(zip("xyuvL", [130 + 135 * i for i in range(5)]))
    op = {"x": "leaf", "y": "leaf", "u": "x · x", "v": "u · y", "L": "u + v"}
    for node, x in left.items():
        figure.card(x, 90, 80, node, [op[node], f"= {VALUE[node]}"], "tint" if node in "xy" else "warm")
    figure.arrow([(left["x"] + 55, 90), (left["x"] + 55, 58), (left["u"] + 25, 58), (left["u"] + 25, 90)])
    figure.text(left["y"] + 40, 52, "3, twice", "", "middle")
    figure.arrow([(left["y"] + 55, 156), (left["y"] + 55, 180), (left["v"] + 25, 180), (left["v"] + 25, 156)])
    figure.text(left["u"] + 40, 174, "9", "", "middle")
    figure.arrow([(left["u"] + 80, 122), (left["v"], 122)])
    figure.text(left["u"] + 107, 116, "4", "", "middle")
    figure.arrow([(left["v"] + 80, 122), (left["L"], 122)])
    figure.text(left["v"] + 107, 116, "1", "", "middle")
    figure.arrow([(left["u"] + 55, 90), (left["u"] + 55, 58), (left["L"] + 25, 58), (left["L"] + 25, 90)])
    figure.text(left["v"] + 40, 52, "1", "", "middle")
    figure.text(20, 24, "A number on an arrow is d(result)/d(input).", "faint")
    rows = [("→ d(node)/dx", forwards("x"), ""), ("→ d(node)/dy", forwards("y"), ""), ("← dL/d(node)", backwards(), "accent-text")]
    for i, (title, numbers, style) in enumerate(rows):
        y = 220 + 26 * i
        figure.text(12, y, title, style or "faint")
        for node, x in left.items():
            figure.text(x + 40, y, str(numbers[node]), style, "middle")
    figure.text(12, 308, "→ forwards: one row for each input. ← backwards: one row for all inputs together.", "faint")
    return figure
