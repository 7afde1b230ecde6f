"""Layer norm of one row, forwards, and its gradient, backwards, as bars."""
from drawing import Figure

X, G = [1, 7, 9, 15], [1, 0, 0, 0]
WIDTH, GAP = 30, 8  # of a bar, and between two


def number(value):
    return f"{value:.3f}".rstrip("0").rstrip(".").replace("-0.", "-.").replace("0.", ".") if value else "0"


def bars(figure, x, zero, values, title, largest):
    figure.text(x, zero - 76, title, "strong")
    figure.curve([(x, zero), (x + 4 * (WIDTH + GAP) - GAP, zero)], "arrow")
    for i, value in enumerate(values):
        height = 38 * abs(value) / largest
        left, top = x + i * (WIDTH + GAP), zero - height if value > 0 else zero
        figure.cell(left, top, WIDTH, height, value, abs(value) or 1)
        figure.text(left + WIDTH / 2, zero - height - 5 if value > 0 else zero + height + 14, number(value), "", "middle")


def draw():
    figure = Figure(820, 400)
    mean = sum(X) / 4
    centred = [x - mean for x in X]
    sigma = (sum(c * c for c in centred) / 4) ** 0.5
    x_hat = [c / sigma for c in centred]
    flat = [g - sum(G) / 4 for g in G]
    along = sum(g * h for g, h in zip(G, x_hat)) / 4
    across = [f - h * along for f, h in zip(flat, x_hat)]
    dx = [a / sigma for a in across]
    left = [16 + 214 * i for i in range(4)]
    for column, values, title, largest in [(0, X, "x", 15), (1, centred, "x − μ", 7), (2, x_hat, "x̂ = (x − μ)/σ", 1.4)]:
        bars(figure, left[column], 96, values, title, largest)
    for column, values, title, largest in [(3, G, "g = dL/dx̂", 1), (2, flat, "− mean(g)", 0.75),
                                           (1, across, "− x̂ mean(g x̂)", 0.32), (0, dx, "dL/dx", 0.064)]:
        bars(figure, left[column], 266, values, title, largest)
    for i, words in enumerate([f"− {mean:g}", f"/ {sigma:g}"]):
        figure.arrow([(left[i + 1] - 54, 90), (left[i + 1] - 12, 90)])
        figure.text(left[i + 1] - 34, 82, words, "", "middle")
    for i, words in enumerate([f"/ {sigma:g}", f"+ {number(-along)} x̂", f"− {number(sum(G) / 4)}"]):
        figure.arrow([(left[i + 1] - 12, 260), (left[i + 1] - 54, 260)], "flow")
        figure.text(left[i + 1] - 34, 252, words, "accent-text", "middle")
    figure.text(16, 344, "Above, left to right: the row loses its mean, and its spread becomes 1.", "faint")
    figure.text(16, 364, "Below, right to left: the gradient loses its mean and its part along x̂, and is divided by σ.", "faint")
    figure.text(16, 384, "Each chart has a scale of its own. Grey is negative.", "faint")
    return figure
