"""The weights of the four heads, as `main --maps` prints them: rows write a digit of the result, columns are read."""
from drawing import Figure

MAPS = """
0  47   0   0  53   0   0   0
47   0   0  53   0   0   0   0
5   1  62   4   1  19   0   7
0  49   0   0  51   0   0   0
48   0   0  52   0   0   0   0
47   0  11  41   0   0   0   0
0   3   1   0   1  94   0   0
0  51   0   0  47   0   1   0
48   0   1  50   1   0   0   0
0  52   0   0  48   0   0   0
54   0   0  45   0   0   0   0
10   3  15  13   2  46   1  10
"""
READ, WRITTEN = "47+85=23", ["2, the units", "3, the tens", "1, the hundreds"]
WIDTH, HEIGHT = 30, 28


def draw():
    figure = Figure(800, 356)
    rows = [[int(number) for number in line.split()] for line in MAPS.strip().splitlines()]
    figure.text(20, 24, "47 + 85 = 132, written 47+85=231. In percent, the mean of 500 sums:", "strong")
    for head in range(4):
        left, top = 160 + 370 * (head % 2), 74 + 140 * (head // 2)
        figure.text(left + 4 * WIDTH, top - 22, f"head {head}", "", "middle")
        for j, character in enumerate(READ):
            figure.text(left + WIDTH * j + WIDTH / 2, top - 5, character, "accent-text", "middle")
        for i, words in enumerate(WRITTEN):
            if head % 2 == 0:
                figure.text(left - 10, top + HEIGHT * i + 19, words, "faint", "end")
            for j, share in enumerate(rows[3 * head + i]):
                if j > 5 + i:
                    continue  # the mask hides it
                figure.box(left + WIDTH * j, top + HEIGHT * i, WIDTH, HEIGHT)
                figure.cell(left + WIDTH * j, top + HEIGHT * i, WIDTH, HEIGHT, share, 100, str(share) if share else "")
    figure.text(20, 326, "Units and tens: heads 0, 1 and 3 fetch the two digits of the place that is written.", "faint")
    figure.text(20, 344, "In the row of the tens, head 2 fetches the units: it sees whether there is a carry.", "faint")
    return figure
