"""The Jacobian of softmax for flat, middling and sharp scores, and the gradient of the cross entropy below it."""
from drawing import Figure

SIZE = 56  # of a cell


def number(value):
    return f"{value:.2f}".replace("-0.00", "0.00")


def draw():
    figure = Figure(760, 470)
    for column, (factor, title) in enumerate([(0.3, "scores · 0.3: flat"), (1, "the scores of the example"), (4, "scores · 4: sharp")]):
        left = 90 + 232 * column
        powers = [base**factor for base in (1, 2, 7)]  # exp(factor · log base)
        p = [power / sum(powers) for power in powers]
        figure.text(left - 20, 24, title, "strong")
        for i in range(3):
            height = round(60 * p[i], 1)
            figure.box(left + SIZE * i + 12, 110 - height, SIZE - 24, height, "bar")
            figure.text(left + SIZE * (i + 0.5), 128, number(p[i]), "", "middle")
            figure.text(left + SIZE * (i + 0.5), 168, f"x_{i}", "faint", "middle")
            figure.text(left - 8, 180 + SIZE * (i + 0.5), f"p_{i}", "faint", "end")
            for j in range(3):
                slope = p[i] * ((i == j) - p[j])
                figure.cell(left + SIZE * j, 176 + SIZE * i, SIZE - 2, SIZE - 2, slope, 0.25, number(slope))
            gradient = p[i] - (i == 1)
            figure.cell(left + SIZE * i, 376, SIZE - 2, 30, gradient, 1, number(gradient))
    for y, words in [(128, "p"), (396, "dL/dx")]:
        figure.text(14, y, words, "accent-text")
    figure.text(14, 168, "dp/dx", "accent-text")
    figure.text(20, 434, "Blue is positive, grey is negative. Each row adds up to 0, up to rounding.", "faint")
    figure.text(20, 454, "L is the cross entropy of class 1. Where p is sharp, dp/dx fades, but dL/dx does not.", "faint")
    return figure
