"""Which letters of "knight" each sound was read from: the cross-attention that `main --attention` prints."""
from drawing import Figure

WEIGHTS = [[0.0046, 0.9951, 0.0000, 0.0000, 0.0001, 0.0002],
           [0.0008, 0.0009, 0.2034, 0.3899, 0.3886, 0.0164],
           [0.0471, 0.0376, 0.2627, 0.1029, 0.0501, 0.4996],
           [0.0725, 0.0247, 0.6071, 0.0694, 0.1076, 0.1187]]


def draw():
    figure = Figure(760, 320)
    figure.text(20, 24, "the encoder reads all letters at once", "strong")
    for j, letter in enumerate("knight"):
        figure.box(250 + 56 * j, 44, 44, 30, "tint")
        figure.text(272 + 56 * j, 64, letter, "", "middle")
    figure.text(272 + 56 * 2.5, 94, "memory: a vector for each letter", "faint", "middle")
    figure.text(20, 94, "the decoder", "strong")
    figure.text(20, 112, "reads", "faint")
    figure.text(628, 112, "and says", "faint")
    for i, (read, said) in enumerate(zip(["<", "< n", "< n Y", "< n Y t"], "nYt>")):
        y = 122 + 44 * i
        figure.text(20, y + 24, read)
        figure.arrow([(110, y + 19), (240, y + 19)], "flow")
        for j, weight in enumerate(WEIGHTS[i]):
            figure.cell(250 + 56 * j, y, 44, 38, weight, 1, f"{weight:.2f}" if weight >= 0.005 else "")
        figure.arrow([(582, y + 19), (620, y + 19)], "flow")
        figure.box(630, y + 4, 34, 30, "warm")
        figure.text(647, y + 24, said, "", "middle")
    figure.text(20, 312, "Weights of the cross-attention, mean of two heads: n is read from n, Y from igh.", "faint")
    return figure
