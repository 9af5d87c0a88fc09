# SPDX-License-Identifier: MIT
"""Charts as SVG: lines with markers over logarithmic axes, and a legend.

A chart has no background, and its colours can be read on light and on dark pages.  Programs of one
family, the first word of their names, share a colour; markers tell them apart.
"""
import math
from xml.sax.saxutils import escape

WIDTH, HEIGHT = 860, 460
LEFT, TOP, RIGHT, BOTTOM = 70, 50, 620, 400  # of the area with the lines
# (on light, on dark)
COLOURS = (("#1259c3", "#6ea8ff"), ("#6b6b6b", "#a8a8a8"), ("#b8430b", "#ff9457"), ("#12733a", "#5fcf8a"),
           ("#7a2fb5", "#c792f5"), ("#8a6d00", "#e0c04c"), ("#b01657", "#ff7fb0"))
MARKERS = ("M-4 0a4 4 0 1 0 8 0a4 4 0 1 0-8 0z", "M-4-4h8v8h-8z", "M0-5 5 4h-10z", "M0-6 5 0 0 6-5 0z",
           "M-5-4h10L0 5z", "M-1.5-5h3v3.5h3.5v3h-3.5v3.5h-3v-3.5h-3.5v-3h3.5z")


def style():
    light = "".join(f".c{i}{{--c:{c}}}" for i, (c, _) in enumerate(COLOURS))
    dark = "".join(f".c{i}{{--c:{c}}}" for i, (_, c) in enumerate(COLOURS))
    return ("text{font:13px sans-serif;fill:#333}.title{font-size:16px;font-weight:bold}"
            ".grid{stroke:#8886;fill:none}.line{fill:none;stroke:var(--c);stroke-width:2}"
            f".mark{{fill:var(--c)}}{light}"
            f"@media(prefers-color-scheme:dark){{text{{fill:#ddd}}{dark}}}")


class Axis:
    """Maps values to positions on a logarithmic scale that begins and ends at powers of ten or between."""

    def __init__(self, found, start, end):
        self.low, self.high = decade(min(found), math.floor), decade(max(found), math.ceil)
        if self.low == self.high:
            self.high *= 10
        self.start, self.end = start, end

    def at(self, value):
        share = math.log(value / self.low) / math.log(self.high / self.low)
        return round(self.start + share * (self.end - self.start), 1)

    def ticks(self):
        """1, 2 and 5 of each power of ten in between."""
        exponents = range(math.floor(math.log10(self.low)), math.ceil(math.log10(self.high)) + 1)
        return [t for e in exponents for t in (10.0 ** e, 2 * 10.0 ** e, 5 * 10.0 ** e)
                if self.low * 0.999 <= t <= self.high * 1.001]


def decade(value, direction):
    """The next 1, 2 or 5 times a power of ten in this direction."""
    steps = sorted(f * 10.0 ** e for e in range(-9, 13) for f in (1, 2, 5))
    if direction is math.floor:
        return max(s for s in steps if s <= value * 1.001)
    return min(s for s in steps if s >= value * 0.999)


def label(value):
    return f"{value:,.0f}" if value >= 1 else f"{value:g}"


def grid(x, y, x_unit, y_unit):
    parts = []
    for t in x.ticks():
        parts.append(f'<path class="grid" d="M{x.at(t)} {TOP}V{BOTTOM}"/>'
                     f'<text x="{x.at(t)}" y="{BOTTOM + 18}" text-anchor="middle">{label(t)}</text>')
    for t in y.ticks():
        parts.append(f'<path class="grid" d="M{LEFT} {y.at(t)}H{RIGHT}"/>'
                     f'<text x="{LEFT - 8}" y="{y.at(t) + 4}" text-anchor="end">{label(t)}</text>')
    parts.append(f'<text x="{(LEFT + RIGHT) / 2}" y="{BOTTOM + 40}" text-anchor="middle">{escape(x_unit)}</text>'
                 f'<text x="{LEFT - 8}" y="{TOP - 12}" text-anchor="end">{escape(y_unit)}</text>')
    return parts


def looks(names):
    """The colour and the marker of each name."""
    families, used, found = {}, {}, {}
    for name in names:
        family = name.partition("-")[0]
        colour = families.setdefault(family, len(families)) % len(COLOURS)
        used[family] = used.get(family, -1) + 1
        found[name] = colour, used[family] % len(MARKERS)
    return found


def mark(x, y, colour, marker):
    return f'<path class="mark c{colour}" transform="translate({x} {y})" d="{MARKERS[marker]}"/>'


def chart(title, x_unit, y_unit, series):
    """series: for each name a list of points (x, y), all above 0."""
    x = Axis([p[0] for points in series.values() for p in points], LEFT, RIGHT)
    y = Axis([p[1] for points in series.values() for p in points], BOTTOM, TOP)
    parts = grid(x, y, x_unit, y_unit)
    for i, (name, (colour, marker)) in enumerate(looks(series).items()):
        places = [(x.at(px), y.at(py)) for px, py in series[name]]
        parts.append(f'<path class="line c{colour}" d="M{" L".join(f"{a} {b}" for a, b in places)}"/>')
        parts += [mark(a, b, colour, marker) for a, b in places]
        parts.append(mark(RIGHT + 30, TOP + 8 + i * 20, colour, marker) +
                     f'<text x="{RIGHT + 45}" y="{TOP + 12 + i * 20}">{escape(name)}</text>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
            f'aria-label="{escape(title)}">\n<style>{style()}</style>\n'
            f'<text class="title" x="{LEFT}" y="20">{escape(title)}</text>\n' + "\n".join(parts) + "\n</svg>\n")
