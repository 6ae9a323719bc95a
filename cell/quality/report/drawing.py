"""What charts are drawn with, as SVG. Looks are classes: `PRINTED` has those for paper."""

from __future__ import annotations

from html import escape
from typing import Final

MOST_DIGITS: Final = 9
PRINTED: Final = (
    "text{font-family:'Noto Sans KR';font-size:12px;fill:#333}.axis,.grid{stroke:#bbb;fill:none}"
    ".real,.producing{fill:#b34700}.producing{fill:#00785a}.false{fill:url(#q-hatch)}"
    ".unknown{fill:#b5bcc3}.standing{fill:url(#q-hatch)}.run{stroke:#1f5fa8;fill:none;stroke-width:1.4}"
    ".point{fill:#1f5fa8}.out{fill:#b34700;stroke:#333}.limit{stroke:#b34700;stroke-dasharray:5 3;"
    "fill:none}.centre{stroke:#333;fill:none}.hatch{stroke:#1f7fb8;stroke-width:3}.back{fill:#d8ecf7}"
    ".heat-1{fill:#fdd49e}.heat-2{fill:#fdaa65}.heat-3{fill:#ee6a3a}"
    ".heat-4{fill:#c4241a}.heat-5{fill:#6a0000}.ground{fill:#f3f3f3}"
    ".whisker{stroke:#1f5fa8;fill:none;stroke-width:1.6}.rule{font-weight:bold;fill:#b34700}"
)


def svg(width: float, height: float, body: str, told: str) -> str:
    """A drawing that says what it is. `body` may hold links."""
    return (
        f"<svg xmlns='http://www.w3.org/2000/svg' class='qc' viewBox='0 0 {width:g} {height:g}' "
        f"role='group' aria-label='{escape(told, quote=True)}'>{body}</svg>"
    )


def printed(drawing: str) -> str:
    """With its looks inside, and a size of its own."""
    return drawing.replace(">", f"><style>{PRINTED}</style>", 1)


def linked(drawn: str, href: str, told: str, *, quiet: bool = False) -> str:
    """quiet: passed over by the Tab key; a table beside the chart has the same link."""
    title = f"<title>{escape(told)}</title>"
    if not href:
        return f"<g>{title}{drawn}</g>"
    skip = " tabindex='-1'" if quiet else ""
    return f"<a href='{escape(href, quote=True)}'{skip}>{title}{drawn}</a>"


def text(x: float, y: float, words: str, anchor: str, kind: str = "") -> str:
    """Words at a point."""
    where = f"x='{x:.1f}' y='{y:.1f}' text-anchor='{anchor}'"
    return f"<text {where} class='{kind}'>{escape(words)}</text>" if words else ""


def clipped(words: str, most: int) -> str:
    """Short enough; a Hangul syllable is as wide as two letters."""
    room = float(most)
    for at, sign in enumerate(words):
        room -= 1.8 if ord(sign) > 0x10FF else 1.0
        if room < 0:
            return f"{words[: max(0, at - 1)]}…"
    return words


def percent(share: float) -> str:
    """With as many digits as are worth reading; what is not nothing, and not all, never looks it
    (to a ten-thousandth of a percent).
    """
    if share <= 0 or share >= 1:
        return f"{share:.0%}"
    for digits in range(0 if share >= 0.1 else 1, 5):
        words = f"{share:.{digits}%}"
        if 0 < float(words[:-1]) < 100:
            return words
    return "< 0.0001%" if share < 0.5 else "> 99.9999%"


def ticks(top: float, *, shares: bool) -> list[tuple[float, str]]:
    """Where a scale from 0 to `top`, a round number, has its lines, and what stands there: exactly
    that value, with the same digits at each. shares: as percentages.
    """
    head = f"{top:e}"[0]
    steps = 5 if head == "5" else 4
    values = [top * step / steps for step in range(steps + 1)]
    scale, sign = (100.0, "%") if shares else (1.0, "")
    told = [value * scale for value in values]
    exact = (
        digits
        for digits in range(MOST_DIGITS)
        if all(abs(round(one, digits) - one) <= told[-1] * 1e-9 for one in told)
    )
    digits = next(exact, MOST_DIGITS)
    return [
        (at, f"{one:.{digits}f}{sign}" if one else f"0{sign}")
        for at, one in zip(values, told, strict=True)
    ]


def round_up(value: float) -> float:
    """A round number at least as large."""
    step = 10.0
    while step > value:
        step /= 10.0
    return next((m * step for m in (1, 2, 4, 5, 8) if m * step >= value), 10 * step)
