"""Boxes, arrows and text as an SVG that is readable on light and dark pages: what the scripts of figures share."""
import html

COLOURS = {  # name: (on a light page, on a dark page)
    "text": ("#1f2328", "#e6edf3"),
    "faint": ("#57606a", "#9198a1"),
    "box": ("#f6f8fa", "#161b22"),
    "line": ("#8c959f", "#6e7681"),
    "accent": ("#0550ae", "#79c0ff"),
    "tint": ("#ddf4ff", "#12304d"),
    "warm": ("#fff8c5", "#3d2e00"),
}
STYLE = """text {{ fill: {text} }} .faint {{ fill: {faint} }} .strong {{ font-weight: bold }} .accent-text {{ fill: {accent} }}
.box {{ fill: {box}; stroke: {line} }} .tint {{ fill: {tint}; stroke: {accent} }} .warm {{ fill: {warm}; stroke: {line} }}
.bar {{ fill: {accent} }} .arrow {{ fill: none; stroke: {line}; stroke-width: 1.5 }} .head {{ fill: {line} }}
.flow {{ fill: none; stroke: {accent}; stroke-width: 1.5 }} .flow-head {{ fill: {accent} }}"""
LIGHT = {name: light for name, (light, _) in COLOURS.items()}
DARK = {name: dark for name, (_, dark) in COLOURS.items()}


def path(points, form=""):
    return " ".join(f"{'L' if i else 'M'}{x:{form}},{y:{form}}" for i, (x, y) in enumerate(points))


class Figure:
    def __init__(self, width, height):
        self.width, self.height, self.parts = width, height, []

    def text(self, x, y, words, style="", anchor="start"):
        self.parts.append(f'<text x="{x}" y="{y}" class="{style}" text-anchor="{anchor}">{html.escape(words)}</text>')

    def box(self, x, y, width, height, style="box"):
        self.parts.append(f'<rect x="{x}" y="{y}" width="{width}" height="{height}" rx="4" class="{style}"/>')

    def card(self, x, y, width, title, lines, style="box"):
        """A box with a title and a line of text for each member."""
        self.box(x, y, width, 30 + 18 * len(lines), style)
        self.text(x + 10, y + 20, title, "strong")
        for i, line in enumerate(lines):
            self.text(x + 10, y + 40 + 18 * i, line)

    def arrow(self, points, style="arrow"):
        head = "flow-head" if style == "flow" else "head"
        self.parts.append(f'<path d="{path(points)}" class="{style}" marker-end="url(#{head})"/>')

    def cell(self, x, y, width, height, value, largest, words=""):
        """A coloured rectangle: the larger the value, the stronger. Positive ones are blue, negative ones grey."""
        style, strength = "bar" if value > 0 else "head", round(0.65 * min(abs(value) / largest, 1), 3)
        self.parts.append(f'<rect x="{x}" y="{y}" width="{width}" height="{height}" class="{style}" fill-opacity="{strength}"/>')
        self.text(x + width / 2, y + height / 2 + 5, words, "", "middle")

    def curve(self, points, style="flow", dash=""):
        """A line without a head, in the style of an arrow."""
        dashes = f' stroke-dasharray="{dash}"' if dash else ""
        self.parts.append(f'<path d="{path(points, ".1f")}" class="{style}"{dashes}/>')

    def dot(self, x, y, radius=3, style="bar"):
        self.parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius}" class="{style}"/>')

    def svg(self):
        heads = "".join(
            f'<marker id="{name}" viewBox="0 0 8 8" refX="8" refY="4" markerWidth="8" markerHeight="8" '
            f'markerUnits="userSpaceOnUse" orient="auto"><path d="M0,0 L8,4 L0,8 z" class="{name}"/></marker>'
            for name in ("head", "flow-head"))
        size = f'width="{self.width}" height="{self.height}" viewBox="0 0 {self.width} {self.height}"'
        dark = f"@media (prefers-color-scheme: dark) {{ {STYLE.format(**DARK)} }}"
        return "\n".join([
            f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="monospace" font-size="13">',
            f"<style>{STYLE.format(**LIGHT)}\n{dark}</style>", f"<defs>{heads}</defs>", *self.parts, "</svg>", ""])
