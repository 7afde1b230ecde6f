"""The tape of L = a · b + a, and the order of its replay."""
from drawing import Figure


def draw():
    figure = Figure(760, 300)
    figure.text(20, 24, "L = a · b + a, with a = 3 and b = 4", "strong")
    left = [30 + 185 * i for i in range(4)]
    nodes = [("#1 leaf", "a = 3", "saved: nothing"), ("#2 leaf", "b = 4", "saved: nothing"),
             ("#3 mul", "c = 12", "saved: 3, 4"), ("#4 add", "L = 15", "saved: nothing")]
    for x, (title, value, saved) in zip(left, nodes):
        figure.card(x, 100, 140, title, [value, saved], "tint" if "leaf" in title else "warm")
    for turn, (x, gradient) in enumerate(zip(reversed(left), ["1", "1", "3", "4 + 1 = 5"]), 1):
        figure.text(x + 70, 194, f"turn {turn}", "accent-text", "middle")
        figure.text(x + 70, 214, f"gradient {gradient}", "", "middle")
    figure.arrow([(left[3], 122), (left[2] + 140, 122)], "flow")
    figure.text(left[3] - 23, 116, "1", "accent-text", "middle")
    figure.arrow([(left[2], 122), (left[1] + 140, 122)], "flow")
    figure.text(left[2] - 23, 116, "3", "accent-text", "middle")
    figure.arrow([(left[2] + 50, 100), (left[2] + 50, 72), (left[0] + 90, 72), (left[0] + 90, 100)], "flow")
    figure.text(left[1] + 70, 66, "4", "accent-text", "middle")
    figure.arrow([(left[3] + 70, 100), (left[3] + 70, 46), (left[0] + 50, 46), (left[0] + 50, 100)], "flow")
    figure.text(left[2] + 70, 40, "1", "accent-text", "middle")
    figure.text(20, 250, "The tape grows from left to right. The replay goes from right to left: arrows carry gradients.", "faint")
    figure.text(20, 270, "At turn 4 both gradients of a, 4 from #3 and 1 from #4, have arrived.", "faint")
    return figure
