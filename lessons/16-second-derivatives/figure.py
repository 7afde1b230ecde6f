"""Which of 16 values are in memory when the last segment is replayed, for checkpoints around 1 to 16 blocks."""
from drawing import Figure

BLOCKS = 16


def draw():
    figure = Figure(760, 330)
    figure.text(20, 24, "16 blocks: the inputs in memory when the replay begins", "strong")
    for x, style, words in ((20, "tint", "kept by the tape"), (210, "warm", "computed again"), (390, "box", "not in memory")):
        figure.box(x, 42, 18, 18, style)
        figure.text(x + 26, 56, words)
    figure.text(700, 56, "held", "strong", "middle")
    for row, length in enumerate([0, 1, 2, 4, 8, 16]):
        y = 78 + 36 * row
        figure.text(20, y + 19, f"length {length}" if length else "no checkpoint")
        held = 0
        for i in range(BLOCKS):
            kept = length == 0 or i % length == 0
            again = not kept and i >= BLOCKS - length
            held += kept or again
            figure.box(150 + 31 * i, y, 27, 27, "tint" if kept else "warm" if again else "box")
            figure.text(163 + 31 * i, y + 18, str(i), "" if kept or again else "faint", "middle")
        figure.text(700, y + 19, str(held), "strong" if length == 4 else "", "middle")
    figure.text(20, 316, "The replay goes from right to left. It drops a segment before it runs the next one.", "faint")
    return figure
