"""What the machines before and after the cell are told, in the operator's words."""

from __future__ import annotations

from cell.client.model import CellStatus
from cell.texts import Lang, render, tr

AT_WORK = ("running", "starting", "stopping")
"""States in which it is worth a word why parts are not wanted; the others say it themselves."""


def feed_words(cell: CellStatus, lang: Lang) -> str:
    """One line: what is waited for, or what people have to do where there is no signal."""
    feed = cell.feed
    if feed.suspended == "blocked":
        return tr("feeding.blocked", lang)
    if feed.suspended == "starved":
        return tr("feeding.empty" if feed.infeed_tells else "feeding.starved", lang)
    if feed.ready:
        return tr("feeding.ready", lang)
    why = "; ".join(render(reason, lang) for reason in feed.reasons)
    if feed.permitted:
        return tr("feeding.waits", lang, why=why)
    if cell.state not in AT_WORK or not why:
        return tr("feeding.stopped" if feed.infeed else "feeding.stop_by_hand", lang)
    return tr("feeding.stop" if feed.infeed else "feeding.stop_now", lang, why=why)
