"""Drawings in SVG: a graph on a circle, and boxes along stages. Knows nothing of planning."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape
from math import cos, hypot, pi, sin
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from planscript.stdlib.viz import Graph

FONT = 13  # px
GAP = 36
HIGH = 30  # of a box
COLOURS = ("#e8f0fe", "#e6f4ea", "#fef7e0", "#fce8e6", "#f3e8fd", "#e4f7fb")


def wide(text: str) -> int:
    """About how wide a text is, in px."""
    return sum(FONT if ord(one) > 0x2E7F else 8 for one in text)


def draw_stages(steps: Sequence[str], stages: Sequence[int]) -> str:
    """Boxes from left to right, those of one stage below one another."""
    columns: list[list[str]] = [[] for _ in range(max(stages, default=-1) + 1)]
    for step, stage in zip(steps, stages, strict=True):
        columns[stage].append(step)
    kinds = list(dict.fromkeys(step.partition("(")[0] for step in steps))
    parts = []
    x = 10
    for number, column in enumerate(columns):
        width = max(map(wide, column)) + 20
        parts.append(_text(x + width / 2, 18, str(number + 1), "#666"))
        for row, step in enumerate(column):
            y = 28 + row * (HIGH + 8)
            colour = COLOURS[kinds.index(step.partition("(")[0]) % len(COLOURS)]
            parts.append(_box(x, y, width, colour))
            parts.append(_text(x + width / 2, y + 20, step))
        x += width + GAP
        if number + 1 < len(columns):
            parts.append(_line(x - GAP + 4, 28 + HIGH / 2, x - 6, 28 + HIGH / 2))
    height = 28 + max(map(len, columns), default=0) * (HIGH + 8) + 8
    return _svg(max(x - GAP + 10, 40), height, parts)


def draw_graph(graph: Graph) -> str:
    """The nodes on a circle, the edges as arrows; several between two nodes share one."""
    widths = [wide(node) + 20 for node in graph.nodes]
    count = len(graph.nodes)
    widest = max(widths, default=0)
    radius = max(110.0, count * (HIGH + 34) / (2 * pi)) if count > 1 else 0.0
    across = radius * 1.6 + widest / 2 + 20  # the circle is drawn wider than high: texts are wide
    down = radius + HIGH / 2 + 24
    angles = [2 * pi * i / count - pi / 2 for i in range(count)]
    at = [(across + radius * 1.6 * cos(a), down + radius * sin(a)) for a in angles]
    told: dict[tuple[int, int], list[str]] = {}
    for start, end, text in graph.edges:
        told.setdefault((start, end), []).append(text)
    parts = []
    labels = []
    for (start, end), texts in told.items():
        (x1, y1), (x2, y2) = at[start], at[end]
        if start == end:
            labels.append(_text(x1, y1 - HIGH / 2 - 5, ", ".join(texts), "#06c"))
            continue
        a, b = _edge(x1, y1, x2, y2, widths[start]), _edge(x2, y2, x1, y1, widths[end])
        parts.append(_line(*a, *b))
        share = 0.4 if (end, start) in told else 0.5  # two ways: each text nearer to its start
        x, y = a[0] + (b[0] - a[0]) * share, a[1] + (b[1] - a[1]) * share
        labels.append(_text(x, y - 4, ", ".join(texts), "#06c", halo=True))
    for (x, y), width, node in zip(at, widths, graph.nodes, strict=True):
        parts.append(_box(x - width / 2, y - HIGH / 2, width, COLOURS[0]))
        parts.append(_text(x, y + 5, node))
    return _svg(2 * across, 2 * down, [*parts, *labels])


def _edge(x1: float, y1: float, x2: float, y2: float, width: float) -> tuple[float, float]:
    """Where the line from the middle of a box to elsewhere leaves the box."""
    dx, dy = x2 - x1, y2 - y1
    far = hypot(dx, dy) or 1.0
    share = min(
        (width / 2 + 3) / abs(dx) if dx else far, (HIGH / 2 + 3) / abs(dy) if dy else far, 1.0
    )
    return x1 + dx * share, y1 + dy * share


def _box(x: float, y: float, width: float, colour: str) -> str:
    return (
        f'<rect x="{x:.0f}" y="{y:.0f}" width="{width:.0f}" height="{HIGH}" rx="6" '
        f'fill="{colour}" stroke="#888"/>'
    )


def _text(x: float, y: float, text: str, colour: str = "#222", halo: bool = False) -> str:
    around = ' stroke="#fff" stroke-width="4" paint-order="stroke"' if halo else ""
    return (
        f'<text x="{x:.0f}" y="{y:.0f}" text-anchor="middle" fill="{colour}"{around}>'
        f"{escape(text)}</text>"
    )


def _line(x1: float, y1: float, x2: float, y2: float) -> str:
    return (
        f'<line x1="{x1:.0f}" y1="{y1:.0f}" x2="{x2:.0f}" y2="{y2:.0f}" '
        'stroke="#888" marker-end="url(#arrow)"/>'
    )


def _svg(width: float, height: float, parts: Sequence[str]) -> str:
    arrow = (
        '<defs><marker id="arrow" viewBox="0 0 8 8" refX="7" refY="4" markerWidth="8" '
        'markerHeight="8" orient="auto"><path d="M0 0L8 4L0 8z" fill="#888"/></marker></defs>'
    )
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width:.0f}" height="{height:.0f}" '
        f'viewBox="0 0 {width:.0f} {height:.0f}" font-family="sans-serif" font-size="{FONT}">\n'
        + "\n".join([arrow, *parts])
        + "\n</svg>"
    )
