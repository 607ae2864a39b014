"""The data flow of an agreement as a picture for a data protection impact assessment."""

from __future__ import annotations

from linkage.agreement.fingerprint import fingerprint, short_fingerprint
from linkage.agreement.load import filter_bits
from linkage.agreement.model import Agreement, Party
from linkage.agreement.svg import Canvas, Text, text_height

__all__ = ["data_flow_svg"]

_MARGIN = 24
_PAD = 12
_OWNER_WIDTH = 400
_BOX_WIDTH = 230
_GAP = 226
_BUS = _MARGIN + _OWNER_WIDTH + 34
_UNIT_X = _BUS + _GAP
_ANALYST_X = _UNIT_X + _BOX_WIDTH + _GAP
_WIDTH = _ANALYST_X + _BOX_WIDTH + _MARGIN

_ARROW = "#44546a"
_GREY = "#5b6675"
_OWNER = ("#e8f1fb", "#2f6db3")
_UNIT = ("#fdf1e3", "#b86e1d")
_ANALYST = ("#e9f5ec", "#2f8549")
_COORDINATOR = ("#f1eef8", "#6a52a8")
_PLAIN = ("#f6f7f9", "#a8b1bd")


def data_flow_svg(agreement: Agreement) -> str:
    """Draw who holds what, what travels on each arrow, what never leaves, and until when.

    Args:
        agreement: a valid agreement; signatures do not matter.

    Returns:
        a complete SVG file, without script, links or anything loaded from elsewhere.
    """
    canvas = Canvas()
    published = _published(agreement)
    bottom = _coordinator(canvas, agreement)
    top = bottom + 52
    owners_bottom = _owners(canvas, agreement, top)
    middle = (top + owners_bottom) / 2
    unit = agreement.with_role("linkage-unit")[0]
    duties = ["Compares encodings of all lists; counts overlaps.", "No key to encode, no names."]
    units = _column(canvas, _UNIT_X, middle, top, [_role_box(unit, "Linkage unit", duties)], _UNIT)
    analysts = _column(
        canvas,
        _ANALYST_X,
        middle,
        top,
        [
            _role_box(party, "Analyst", ["Receives exact counts; estimates.", published])
            for party in agreement.with_role("analyst")
        ],
        _ANALYST,
    )
    labels_bottom = _flows(canvas, agreement, middle, analysts)
    _agreements(canvas, bottom, (top, units[0][0], analysts[0][0]))
    body = max(owners_bottom, units[-1][1], analysts[-1][1], labels_bottom)
    height = _footer(canvas, agreement, body + 28)
    title = f"Data flow of agreement {agreement.id}, round {agreement.round}"
    description = (
        "Data owners encode their lists and seal the encodings to the linkage unit; the linkage "
        "unit seals counts to the analyst. Names never leave the data owners."
    )
    return canvas.picture(_WIDTH, height, title, description)


def _coordinator(canvas: Canvas, agreement: Agreement) -> float:
    party = agreement.with_role("coordinator")[0]
    width = _WIDTH - 2 * _MARGIN
    state = (
        f"Agreement {short_fingerprint(fingerprint(agreement))} · {agreement.id}, round "
        f"{agreement.round} · valid until {agreement.expires.isoformat()} · "
        f"DPIA: {_short(agreement.dpia_reference, 120)}"
    )
    paragraphs = [
        Text(agreement.title, size=18, bold=True),
        Text(f"Coordinator: {party.name}", bold=True, gap=6),
        Text(state, gap=2),
        Text(f"Purpose: {_short(agreement.purpose, 420)}", colour=_GREY, gap=2),
    ]
    height = text_height(paragraphs, width - 2 * _PAD) + 2 * _PAD
    canvas.box(_MARGIN, _MARGIN, width, height, *_COORDINATOR)
    canvas.text(_MARGIN + _PAD, _MARGIN + _PAD, width - 2 * _PAD, paragraphs)
    return _MARGIN + height


def _owners(canvas: Canvas, agreement: Agreement, top: float) -> float:
    y = top
    centres = []
    for owner in agreement.owners:
        paragraphs = _owner_text(owner)
        height = text_height(paragraphs, _OWNER_WIDTH - 2 * _PAD) + 2 * _PAD
        canvas.box(_MARGIN, y, _OWNER_WIDTH, height, *_OWNER)
        canvas.text(_MARGIN + _PAD, y + _PAD, _OWNER_WIDTH - 2 * _PAD, paragraphs)
        centres.append(y + height / 2)
        y += height + 14
    bottom = y - 14
    for centre in centres:
        canvas.line([(_MARGIN + _OWNER_WIDTH, centre), (_BUS, centre)], _ARROW)
    middle = (top + bottom) / 2
    ends = (min(*centres, middle), max(*centres, middle))
    canvas.line([(_BUS, ends[0]), (_BUS, ends[1])], _ARROW)
    return bottom


def _owner_text(owner: Party) -> list[Text]:
    paragraphs = [Text(f"Data owner: {owner.name}", bold=True)]
    if owner.list is not None:
        about = f"List {owner.list.id}: {_short(owner.list.description, 160)}"
        paragraphs.append(Text(f"{about} (about {owner.list.expected_records:,} records)", gap=2))
    if owner.legal_basis is not None:
        basis = f"Legal basis: {_short(owner.legal_basis, 240)}"
        paragraphs.append(Text(basis, size=12, colour=_GREY, gap=2))
    return paragraphs


def _role_box(party: Party, role: str, sentences: list[str]) -> list[Text]:
    return [
        Text(f"{role}: {party.name}", bold=True),
        *(Text(sentence, gap=6) for sentence in sentences),
    ]


def _column(
    canvas: Canvas,
    x: float,
    middle: float,
    top: float,
    boxes: list[list[Text]],
    colours: tuple[str, str],
) -> list[tuple[float, float]]:
    """Boxes under each other, centred on ``middle`` but not above ``top``; their spans."""
    inner = _BOX_WIDTH - 2 * _PAD
    heights = [text_height(paragraphs, inner) + 2 * _PAD for paragraphs in boxes]
    y = max(top, middle - (sum(heights) + 14 * (len(boxes) - 1)) / 2)
    spans = []
    for paragraphs, height in zip(boxes, heights, strict=True):
        spans.append((y, y + height))
        canvas.box(x, y, _BOX_WIDTH, height, *colours)
        canvas.text(x + _PAD, y + _PAD, inner, paragraphs)
        y += height + 14
    return spans


def _flows(
    canvas: Canvas, agreement: Agreement, middle: float, analysts: list[tuple[float, float]]
) -> float:
    """The two flows of data and what each carries; returns the bottom of the labels."""
    canvas.arrow([(_BUS, middle), (_UNIT_X, middle)], _ARROW)
    leaving, fork = _UNIT_X + _BOX_WIDTH, _ANALYST_X - 34
    canvas.line([(leaving, middle), (fork, middle)], _ARROW)
    for top, bottom in analysts:
        # One analyst stands on the line itself; several hang on a fork.
        y = middle if len(analysts) == 1 else (top + bottom) / 2
        canvas.arrow([(fork, middle), (fork, y), (_ANALYST_X, y)], _ARROW)
    strata = ", ".join(stratum.name for stratum in agreement.strata) or "none"
    size = f"{len(agreement.filters)} × {filter_bits(agreement):,} bits"
    carried = [
        f"encodings ({agreement.encoding.profile}, {size})",
        "random order, random handles",
        f"strata: {strata}",
    ]
    if agreement.encoding.presence:
        carried.append("pattern of missing fields")
    if agreement.encoding.token_counts:
        carried.append("number of tokens of each filter")
    links = "links only if two parties sign" if agreement.allow_links else "no records, no links"
    counts = ["counts per combination of lists, by stratum", links]
    return max(
        _label(canvas, _BUS, _UNIT_X, middle, "Sealed package, signed", carried),
        _label(canvas, leaving, fork, middle, "Sealed table, signed", counts),
    )


def _agreements(canvas: Canvas, bottom: float, tops: tuple[float, float, float]) -> None:
    """A dashed line to each column: everyone has the agreement, signed by all."""
    centres = (_MARGIN + _OWNER_WIDTH / 2, _UNIT_X + _BOX_WIDTH / 2, _ANALYST_X + _BOX_WIDTH / 2)
    for x, top in zip(centres, tops, strict=True):
        canvas.arrow([(x, bottom), (x, top)], _COORDINATOR[1], dashed=True)
        note = [Text("signed agreement", size=11, colour=_COORDINATOR[1])]
        canvas.text(x + 8, bottom + 14, _BOX_WIDTH / 2, note)


def _label(
    canvas: Canvas, left: float, right: float, y: float, title: str, lines: list[str]
) -> float:
    """A title above an arrow, what it carries below; returns the bottom."""
    centre, width = (left + right) / 2, right - left - 20
    above = [Text(title, bold=True)]
    canvas.text(centre, y - 6 - text_height(above, width), width, above, centred=True)
    below = [Text(line, size=12, colour=_GREY, gap=2) for line in lines]
    canvas.text(centre, y + 6, width, below, centred=True)
    return y + 6 + text_height(below, width)


def _footer(canvas: Canvas, agreement: Agreement, y: float) -> float:
    fields = ", ".join(rule.name for rule in agreement.fields)
    deletion = agreement.delete_by.isoformat()
    columns = [
        (
            "Never leaves a data owner",
            (
                f"The list itself ({fields}), row numbers and order, the key of the handles. "
                "The project key is shared by the data owners only, wrapped to each identity."
            ),
        ),
        (
            "Never reaches linkage unit or analyst",
            (
                "The project key, names, dates, identifiers of any kind. The analyst never sees an "
                "encoding; a data owner never learns who is on another list."
            ),
        ),
        (
            f"Deleted by {deletion}",
            "Encodings, project key and handles, at every party. Encodings remain personal data.",
        ),
    ]
    width = (_WIDTH - 2 * _MARGIN - 2 * 16) / 3
    texts = [[Text(title, bold=True), Text(text, size=12, gap=4)] for title, text in columns]
    height = max(text_height(text, width - 2 * _PAD) for text in texts) + 2 * _PAD
    for number, text in enumerate(texts):
        x = _MARGIN + number * (width + 16)
        canvas.box(x, y, width, height, *_PLAIN)
        canvas.text(x + _PAD, y + _PAD, width - 2 * _PAD, text)
    return y + height + _MARGIN


def _published(agreement: Agreement) -> str:
    rule = agreement.disclosure
    if rule.rule == "round":
        return f"Published: counts rounded to multiples of {rule.rounding_base}."
    return f"Published: no count under {rule.minimum_cell}."


def _short(text: str, length: int) -> str:
    words = " ".join(text.split())
    return words if len(words) <= length else words[: length - 1].rstrip() + "…"
