"""The queue: what is worth a label, most valuable first, and why."""

from __future__ import annotations

from typing import Final

from nicegui import ui

from cell.faces.studio.frame import frame, heading
from cell.faces.studio.queue_list import SCRIPT, Listing, Wanted
from cell.faces.studio.visit import Visit, now_ns
from cell.labels.values import State, Statistics

WAITING = (State.OPEN, State.REVIEW, State.CONFLICT)
REFRESH_S: Final = 3.0
"""How often an open page looks what has become of the queue."""


async def queue_page(visit: Visit, why: str, state: str) -> None:
    """Build the page; `why` and `state` are those of the address, '' for all."""
    ui.add_head_html(f"<script>{SCRIPT}</script>")
    with frame(visit, "queue"):
        heading(visit.tr("studio.queue.title"), visit.tr("studio.queue.hint"))
        page = QueuePage(visit, Wanted.of(why, state))
        await page.refresh(aloud=True)
    ui.timer(REFRESH_S, page.refresh_seen)


class QueuePage:
    """What stands above the list, and the list; both follow the queue while somebody looks."""

    def __init__(self, visit: Visit, wanted: Wanted) -> None:
        self._visit, self._wanted = visit, wanted
        self._counts: Statistics | None = None
        self._top = ui.element("div").classes("queue-top")
        self._listing = Listing(visit, wanted)
        self._client = ui.context.client

    async def refresh(self, *, aloud: bool = False) -> None:
        """Show what has changed."""
        counted = await self._visit.quietly(self._visit.tools.labels.statistics, now_ns())
        changed = counted.value is not None and counted.value != self._counts
        if changed or self._counts is None:
            self._counts = counted.value
            self._top.clear()
            with self._top:
                _filters(self._visit, self._wanted, self._counts)
        if await self._listing.refresh(aloud=aloud) or changed:
            self._client.run_javascript("window.focusKept?.()")

    async def refresh_seen(self) -> None:
        """The same, where a browser shows the page."""
        if self._client.has_socket_connection:
            await self.refresh()


def _filters(visit: Visit, wanted: Wanted, counted: Statistics | None) -> None:
    counts = counted or Statistics({}, {}, {}, 0)
    waiting = sum(counts.by_state.get(state, 0) for state in WAITING)
    with (
        ui.element("nav")
        .classes("filters")
        .props(f'aria-label="{visit.tr("studio.queue.filter")}"')
    ):
        chosen = wanted.why is None and wanted.state is None
        _filter(visit, visit.tr("studio.queue.all"), waiting, {}, chosen=chosen)
        for why, count in counts.by_reason.items():
            if count:
                words = visit.tr(f"studio.reason.{why}")
                _filter(visit, words, count, {"why": why}, chosen=why == wanted.why)
        for state in (State.SETTLED, State.NOTED):
            words = visit.tr(f"studio.state.{state}")
            count = counts.by_state.get(state, 0)
            if not count and state != wanted.state:
                continue
            _filter(visit, words, count, {"state": state}, chosen=state == wanted.state)
    with ui.element("div").classes("queue-start"):
        if waiting:
            start = ui.link(visit.tr("studio.queue.start"), visit.link("/studio/work"))
            start.classes("st-button st-main").props("data-test=start data-kept=start")
        if counts.held:
            ui.label(visit.tr("studio.queue.held", count=counts.held)).classes("queue-held")


def _filter(
    visit: Visit, words: str, count: int, query: dict[str, object], *, chosen: bool
) -> None:
    link = ui.link(f"{words} ({count})", visit.link("/studio", **query)).classes("filter")
    name = "-".join(str(value) for value in query.values()) or "all"
    link.props(f"data-test=filter-{name} data-kept=filter-{name}")
    if chosen:
        link.classes("filter-chosen").props("aria-current=true")
