"""Draws one chart: JSON on standard input, a PNG on standard output. Matplotlib is loaded here and nowhere else.

    python -m workers.drawing < chart.json > chart.png

Made for a phone: two panels, few lines, each with its name and its gain at its end instead of a legend, large type, colours
that are also told apart in grey, an opaque background that suits light and dark alike.
"""

import io
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from policies.picture import Chart, Line, gained
from policies.units import in_bytes, in_count

if TYPE_CHECKING:
    from matplotlib.axes import Axes

INCHES, DOTS = (7.2, 8.8), 150
PAPER, INK, FAINT = "#f7f5f0", "#2b2f36", "#c9c5bb"
LEAVING = ("#c2410c", "#d97706", "#92400e")
TAKING = ("#1d4ed8", "#0f766e", "#7e22ce")
TITLE, TEXT = 19, 16
FITTING = 37
"""Characters of a heading that fit in full size."""
LONGEST_NAME = 15
GAP = 0.21
"""Labels at the ends of lines keep this share of a panel's height from one another."""
TIMES = ((180.0, 1.0, "seconds"), (10_800.0, 60.0, "minutes"), (259_200.0, 3_600.0, "hours"), (float("inf"), 86_400.0, "days"))
SIZES = ((1024**4, "TB"), (1024**3, "GB"), (1024**2, "MB"), (1024, "KB"), (1, "B"))


@dataclass(frozen=True)
class Panel:
    """One quantity of all lines: counts in the panel's own unit, and what each line gained, in words."""

    heading: str
    counts: list[list[float]]
    gains: list[str]


def png(chart: Chart) -> bytes:
    """The picture. ImportError without matplotlib (extra `picture`)."""
    from matplotlib.backends.backend_agg import FigureCanvasAgg
    from matplotlib.figure import Figure

    end = max(line.seconds[-1] for line in chart.lines) or 1.0
    size, unit = next((size, unit) for limit, size, unit in TIMES if end < limit)
    figure = Figure(figsize=INCHES, dpi=DOTS, facecolor=PAPER)
    FigureCanvasAgg(figure)
    upper, lower = figure.subplots(2, 1, sharex=True)
    figure.subplots_adjust(left=0.135, right=0.67, top=0.82, bottom=0.095, hspace=0.24)
    heading, _, rest = chart.title.partition(": ")
    figure.text(0.03, 0.97, heading, fontsize=min(TITLE, TITLE * FITTING / len(heading)), color=INK, fontweight="bold", va="top")
    figure.text(0.03, 0.917, rest, fontsize=TITLE - 2, color=INK, va="top")
    _draw(upper, chart, _tablets(chart), size, end / size)
    _draw(lower, chart, _data(chart), size, end / size)
    lower.set_xlabel(f"{unit} since the start", fontsize=TEXT, color=INK)
    written = io.BytesIO()
    figure.savefig(written, format="png")
    return written.getvalue()


def _tablets(chart: Chart) -> Panel:
    gains = [_signed(gained(line)[0], in_count) for line in chart.lines]
    return Panel("Tablets", [list(map(float, line.tablets)) for line in chart.lines], gains)


def _data(chart: Chart) -> Panel:
    most = max(max(line.data_bytes) for line in chart.lines)
    size, unit = next((size, unit) for size, unit in SIZES if most >= size or size == 1)
    gains = [_signed(gained(line)[1], in_bytes) for line in chart.lines]
    return Panel(f"Data, {unit}", [[count / size for count in line.data_bytes] for line in chart.lines], gains)


def _draw(axes: "Axes", chart: Chart, panel: Panel, second: float, end: float) -> None:
    """One panel; `second` is the unit of time in seconds, `end` the last moment in it."""
    from matplotlib.ticker import FuncFormatter, MaxNLocator

    top = max(max(each) for each in panel.counts) or 1.0
    labels = zip(_spaced([each[-1] / top for each in panel.counts]), panel.gains, strict=True)
    for line, colour, counts, (height, gain) in zip(chart.lines, _colours(chart.lines), panel.counts, labels, strict=True):
        width = 5 if line.leaves else 3.5
        axes.plot([s / second for s in line.seconds], counts, color=colour, linewidth=width, solid_capstyle="round")
        axes.annotate(
            f"{_name(line.node)}\n{gain}", (1.03, height * top), xycoords=("axes fraction", "data"), color=colour, fontsize=TEXT,
            fontweight="bold" if line.leaves else "normal", va="center", linespacing=1.15, annotation_clip=False,
        )  # fmt: skip
    axes.set_title(panel.heading, loc="left", fontsize=TEXT, color=INK, fontweight="bold")
    axes.set_ylim(-0.04 * top, 1.08 * top)
    axes.set_xlim(0, end)
    axes.yaxis.set_major_locator(MaxNLocator(4))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda value, _: _short(value)))
    axes.xaxis.set_major_locator(MaxNLocator(5))
    axes.tick_params(labelsize=TEXT, colors=INK, length=0)
    axes.grid(axis="y", color=FAINT, linewidth=1)
    axes.set_axisbelow(True)
    axes.set_facecolor(PAPER)
    for side in axes.spines.values():
        side.set_visible(False)


def _colours(lines: tuple[Line, ...]) -> list[str]:
    left, takers = iter(LEAVING), iter(TAKING)
    return [next(left if line.leaves else takers) for line in lines]


def _spaced(heights: list[float]) -> list[float]:
    """The heights, moved apart as far as needed to keep `GAP`: those that crowd share the way up and down."""
    crowds: list[list[int]] = []
    for number in sorted(range(len(heights)), key=heights.__getitem__):
        crowds.append([number])
        while len(crowds) > 1 and _places(crowds[-2], heights)[-1] + GAP > _places(crowds[-1], heights)[0]:
            crowds[-2:] = [[*crowds[-2], *crowds[-1]]]
    placed = {number: place for crowd in crowds for number, place in zip(crowd, _places(crowd, heights), strict=True)}
    return [placed[number] for number in range(len(heights))]


def _places(crowd: list[int], heights: list[float]) -> list[float]:
    """One above the other around their middle, and none below the axis."""
    lowest = sum(heights[number] for number in crowd) / len(crowd) - GAP * (len(crowd) - 1) / 2
    return [max(0.0, lowest) + GAP * place for place in range(len(crowd))]


def _name(node: str) -> str:
    """An address without its port; of a host's name only the first part."""
    host = node.rpartition(":")[0] or node
    short = host if host.replace(".", "").isdigit() else host.partition(".")[0]
    return short if len(short) <= LONGEST_NAME else f"{short[: LONGEST_NAME - 1]}…"


def _short(count: float) -> str:
    return f"{count / 1000:g}k" if count >= 10_000 else f"{count:,g}"


def _signed(count: int, words: Callable[[float], str]) -> str:
    return f"{'−' if count < 0 else '+'}{words(abs(count))}"


def main() -> None:
    chart = Chart.model_validate_json(sys.stdin.buffer.read())
    try:
        drawn = png(chart)
    except ImportError as error:
        raise SystemExit(f"{error}; pip install 'sr[picture]' brings it") from None
    sys.stdout.buffer.write(drawn)


if __name__ == "__main__":
    main()
