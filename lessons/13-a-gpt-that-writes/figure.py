"""Left: the least loss after 1 to 8 characters of the text. Right: three probabilities at three temperatures."""
from collections import Counter
from math import log

from drawing import Figure

TEXT = "Twinkle, twinkle, little star,\nHow I wonder what you are!\nUp above the world so high,\nLike a diamond in the sky.\n"
CIRCLE = TEXT + TEXT[:16]


def least_loss(seen):
    windows = [CIRCLE[i:i + seen + 1] for i in range(len(TEXT))]
    whole, begun = Counter(windows), Counter(window[:-1] for window in windows)
    return sum(-log(whole[window] / begun[window[:-1]]) for window in windows) / len(windows)


def draw():
    figure = Figure(760, 290)
    figure.text(20, 24, "least loss, by characters seen", "strong")
    for seen in range(1, 9):
        x, loss = 30 + 42 * (seen - 1), least_loss(seen)
        figure.box(x, 236 - 120 * loss, 30, 120 * loss, "bar")
        figure.text(x + 15, 228 - 120 * loss, f"{loss:.2f}", "", "middle")
        figure.text(x + 15, 254, str(seen), "faint", "middle")
    figure.text(20, 278, "With more characters seen, less is open.", "faint")

    figure.text(410, 24, "what follows l, at temperature", "strong")
    for place, temperature in enumerate([0.5, 1, 2]):
        raised = [p ** (1 / temperature) for p in (0.6, 0.2, 0.2)]
        for i, (name, part) in enumerate(zip("eid", raised)):
            x, p = 420 + 115 * place + 32 * i, part / sum(raised)
            figure.box(x, 236 - 170 * p, 26, 170 * p, "tint")
            figure.text(x + 13, 228 - 170 * p, f"{p:.2f}"[1:], "", "middle")
            figure.text(x + 13, 254, name, "", "middle")
        figure.text(420 + 115 * place + 45, 52, str(temperature), "accent-text", "middle")
    figure.text(410, 278, "Below 1: sharper. Above 1: flatter.", "faint")
    return figure
