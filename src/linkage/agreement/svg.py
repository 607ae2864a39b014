"""Boxes, arrows and wrapped text as SVG: just enough for the data-flow diagram."""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, field
from html import escape

__all__ = ["Canvas", "Text", "text_height", "wrap"]

_LINE = 1.4
# Wider than most sans-serif letters on average, so that text stays inside its box in any font.
_LETTER = 0.55
_LETTER_BOLD = 0.6


@dataclass(frozen=True, slots=True)
class Text:
    """A paragraph.

    Args:
        text: its words.
        size: font size, pixels.
        bold: whether it is bold.
        colour: a CSS colour.
        gap: space above it, pixels.
    """

    text: str
    size: int = 13
    bold: bool = False
    colour: str = "#1d2733"
    gap: int = 0


def wrap(paragraph: Text, width: float) -> list[str]:
    """The lines of a paragraph that is ``width`` pixels wide; a long word is broken.

    >>> wrap(Text("victims in shelters", size=10), 60)
    ['victims in', 'shelters']
    """
    letter = paragraph.size * (_LETTER_BOLD if paragraph.bold else _LETTER)
    limit = max(int(width / letter), 4)
    lines, line = [], ""
    for word in paragraph.text.split():
        while _cells(word) > limit:
            if line:
                lines.append(line)
                line = ""
            head = _head(word, limit)
            lines.append(head)
            word = word[len(head) :]
        if line and _cells(line) + 1 + _cells(word) > limit:
            lines.append(line)
            line = word
        else:
            line = f"{line} {word}".strip()
    return [*lines, line] if line else lines


def text_height(paragraphs: list[Text], width: float) -> float:
    """Height of paragraphs under each other, pixels."""
    return sum(p.gap + len(wrap(p, width)) * p.size * _LINE for p in paragraphs)


@dataclass(slots=True)
class Canvas:
    """Collects the parts of a picture."""

    parts: list[str] = field(default_factory=list)
    arrow_colours: list[str] = field(default_factory=list)

    def box(self, x: float, y: float, width: float, height: float, fill: str, line: str) -> None:
        """A rounded rectangle."""
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="8" '
            f'fill="{fill}" stroke="{line}" stroke-width="1.5"/>'
        )

    def text(
        self, x: float, y: float, width: float, paragraphs: list[Text], *, centred: bool = False
    ) -> None:
        """Paragraphs under each other from the top-left corner, or centred on ``x``."""
        anchor = ' text-anchor="middle"' if centred else ""
        for paragraph in paragraphs:
            y += paragraph.gap
            weight = ' font-weight="600"' if paragraph.bold else ""
            for line in wrap(paragraph, width):
                y += paragraph.size * _LINE
                self.parts.append(
                    f'<text x="{x:g}" y="{y - paragraph.size * 0.35:g}" '
                    f'font-size="{paragraph.size}"{weight}{anchor} fill="{paragraph.colour}">'
                    f"{escape(line)}</text>"
                )

    def line(self, points: list[tuple[float, float]], colour: str, *, dashed: bool = False) -> None:
        """A line through the points."""
        self._path(points, colour, " stroke-dasharray='5 4'" if dashed else "")

    def arrow(
        self, points: list[tuple[float, float]], colour: str, *, dashed: bool = False
    ) -> None:
        """A line through the points with a head at its end."""
        dashes = " stroke-dasharray='5 4'" if dashed else ""
        if colour not in self.arrow_colours:
            self.arrow_colours.append(colour)
        self._path(points, colour, f'{dashes} marker-end="url(#head-{colour[1:]})"')

    def _path(self, points: list[tuple[float, float]], colour: str, extra: str) -> None:
        path = "M" + " L".join(f"{x:g},{y:g}" for x, y in points)
        self.parts.append(
            f'<path d="{path}" fill="none" stroke="{colour}" stroke-width="1.8"{extra}/>'
        )

    def picture(self, width: float, height: float, title: str, description: str) -> str:
        """The whole SVG file."""
        size = f"{width:g} {height:g}"
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {size}" width="{width:g}" '
            f'height="{height:g}" role="img" font-family="Helvetica, Arial, \'DejaVu Sans\', '
            'sans-serif">\n'
            f"<title>{escape(title)}</title>\n<desc>{escape(description)}</desc>\n"
            f"<defs>{''.join(_head_marker(colour) for colour in self.arrow_colours)}</defs>\n"
            f'<rect width="{width:g}" height="{height:g}" fill="#ffffff"/>\n'
            + "\n".join(self.parts)
            + "\n</svg>\n"
        )


def _head_marker(colour: str) -> str:
    """An arrow head; SVG 1.1 has no way to take over the line's colour."""
    return (
        f'<marker id="head-{colour[1:]}" viewBox="0 0 10 10" refX="9" refY="5" markerWidth="7" '
        f'markerHeight="7" orient="auto"><path d="M0,0 L10,5 L0,10 z" fill="{colour}"/></marker>'
    )


def _cells(text: str) -> int:
    """Width in letters; Chinese, Japanese and Korean characters take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _head(word: str, limit: int) -> str:
    """The beginning of a word that is ``limit`` letters wide at most."""
    width = 0
    for position, char in enumerate(word):
        width += _cells(char)
        if width > limit:
            return word[:position]
    return word
