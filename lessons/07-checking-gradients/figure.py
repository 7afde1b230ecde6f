"""The error of finite differences of x³ at 2, for steps from long to short."""
import math
import struct

from drawing import Figure

LEFT, RIGHT, TOP, BOTTOM = 70, 730, 50, 330  # of the plot


def float64(x):
    return x


def float32(x):
    return struct.unpack("f", struct.pack("f", x))[0]


def cube(x, rounded):
    v = rounded(x)
    return rounded(rounded(v * v) * v)


def forward(h, rounded):
    return (cube(2 + h, rounded) - cube(2, rounded)) / h


def central(h, rounded):
    return (cube(2 + h, rounded) - cube(2 - h, rounded)) / (2 * h)


def across(power):
    return LEFT + (RIGHT - LEFT) * -power / 16


def down(power):
    return BOTTOM - (BOTTOM - TOP) * (power + 12) / 14


def draw():
    figure = Figure(760, 420)
    figure.text(20, 24, "Error of the slope of x³ at 2", "strong")
    for power in range(-12, 3, 2):
        figure.curve([(LEFT, down(power)), (RIGHT, down(power))], "arrow", "1 5")
        figure.text(LEFT - 8, down(power) + 4, f"1e{power:+03d}" if power else "1", "faint", "end")
    for power in range(-16, 1, 2):
        figure.text(across(power), BOTTOM + 20, f"1e{power:+03d}" if power else "1", "faint", "middle")
    figure.text((LEFT + RIGHT) / 2, BOTTOM + 42, "step h, from long to short", "faint", "middle")
    steps = [1.0] + [float(f"{digit}e-{power}") for power in range(1, 17) for digit in (4.7, 2.3, 1.1)]
    for slope, rounded, style, dash in [(forward, float64, "flow", "6 4"), (central, float32, "arrow", ""), (central, float64, "flow", "")]:
        errors = [(h, max(abs(slope(h, rounded) - 12), 1e-12)) for h in steps]
        figure.curve([(across(math.log10(h)), down(math.log10(error))) for h, error in errors], style, dash)
    figure.text(150, 222, "central", "accent-text", "end")
    figure.text(272, 158, "forward", "accent-text")
    figure.text(470, 88, "central in float32")
    figure.text(20, 396, "To the right the error first falls: the function bends less within the step.", "faint")
    figure.text(20, 414, "Then it rises: the difference of two nearly equal numbers keeps ever fewer digits.", "faint")
    return figure
