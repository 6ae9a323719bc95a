"""The running line's monitors as HTML: a chart of each number, and a table of the same."""

from __future__ import annotations

from html import escape

from cell.faces.quality.html import Cell, note, table
from cell.nodes.drift_words import name_words
from cell.quality.reading.line_now import LineNow, NumberNow, WatchNow
from cell.quality.report.telling import NONE, Teller
from cell.quality.report.trails import trail_chart
from cell.texts import render

HEAD = ("number", "usual", "limits", "now", "state", "left")


def line_html(found: LineNow, t: Teller, *, watched: bool) -> str:
    """The watches of the newest part; watched: whether the configuration has the line watched."""
    if not watched:
        return note(t.tr("line.off"), "line-off")
    body = note(t.tr("line.lost"), "line-lost") if found.lost else ""
    shown = [one for one in found.watches if one.current]
    if not shown:
        body += note(t.tr("line.none"), "line-none")
    return body + "".join(_watch(one, t) for one in shown)


def _watch(one: WatchNow, t: Teller) -> str:
    model = one.key.partition("#")[0]
    title = t.tr(f"line.{one.of}", product=one.product, key=model)
    body = f"<h3 data-test='line-{one.of}'>{escape(title)}</h3>"
    if one.anew is not None:
        told = {"person": one.anew.by, "at": t.time(one.anew.at_ns), "why": one.anew.why}
        code = "waits" if one.waits else "begun"
        body += note(t.tr(f"line.{code}", **told), f"line-{code}-{one.of}")
    if one.unsettled:
        first = one.unsettled[0]
        values = {"before": f"{first.usual:.4g}", "after": f"{first.found:.4g}"}
        what = render(name_words(first.name), t.lang)
        body += note(t.tr("line.unsettled", what=what, **values), f"line-unsettled-{one.of}")
    if one.learnt is not None:
        words = t.tr("line.learning", learnt=f"{one.learnt:,}", baseline=f"{one.baseline:,}")
        return body + note(words, f"line-learning-{one.of}")
    charts = "".join(_chart(of, one.seen, t) for of in one.numbers)
    rows = [_row(of, t) for of in one.numbers]
    head = [t.tr(f"line.{word}") for word in HEAD]
    return f"{body}<div class='qp-trails'>{charts}</div>{table(head, rows, title)}"


def _chart(one: NumberNow, seen: int, t: Teller) -> str:
    name, state = _name(one, t), _state(one, t)
    told = t.tr(
        "line.alt", what=name, state=state, now=one.told(one.now), usual=one.told(one.usual)
    )
    begin = one.trail[0][0] if one.trail else seen
    ends = (t.tr("line.parts", number=f"{at:,}") for at in (begin, seen))
    kind = " qp-drifted" if one.drifted else ""
    drawn = trail_chart(one, seen, told, *ends)
    return f"<figure class='qp-trail{kind}'><figcaption>{escape(name)}</figcaption>{drawn}</figure>"


def _row(one: NumberNow, t: Teller) -> list[Cell]:
    left = NONE
    if one.left is not None:
        left = f"{t.tr('line.parts', number=f'{one.left[0]:,}')}, {t.time(one.left[1])}"
    limits = f"{one.told(one.low)} – {one.told(one.high)}"
    return [_name(one, t), one.told(one.usual), limits, one.told(one.now), _state(one, t), left]


def _name(one: NumberNow, t: Teller) -> str:
    return render(name_words(one.name), t.lang)


def _state(one: NumberNow, t: Teller) -> str:
    return t.tr("line.drifted" if one.drifted else "line.as_usual")
