"""The queue: what is worth a label, most valuable first, and why."""

from __future__ import annotations

from nicegui import ui

from cell.faces.studio.about import verdict, whys
from cell.faces.studio.frame import button, empty, frame, heading
from cell.faces.studio.visit import Visit, now_ns
from cell.labels.reasons import Why
from cell.labels.values import Item, Page, State, Statistics

WAITING = (State.OPEN, State.REVIEW, State.CONFLICT)


async def queue_page(visit: Visit, why: str, state: str) -> None:
    """Build the page; `why` and `state` are those of the address, '' for all."""
    wanted = Wanted.of(why, state)
    with frame(visit, "queue"):
        heading(visit.tr("studio.queue.title"), visit.tr("studio.queue.hint"))
        book = visit.tools.labels
        counted = await visit.attempt(book.statistics, now_ns())
        _filters(visit, wanted, counted.value)
        listing = Listing(visit, wanted)
        await listing.more()


class Wanted:
    """What of the queue is asked for; words that mean nothing ask for all."""

    def __init__(self, why: Why | None, state: State | None) -> None:
        self.why, self.state = why, state

    @classmethod
    def of(cls, why: str, state: str) -> Wanted:
        """From an address."""
        return cls(
            Why(why) if why in set(Why) else None, State(state) if state in set(State) else None
        )


class Listing:
    """Items as they are fetched, page by page."""

    def __init__(self, visit: Visit, wanted: Wanted) -> None:
        self._visit, self._wanted, self._after = visit, wanted, ""
        self._rows = ui.element("ol").classes("queue").props("data-test=queue")
        self._more = button(visit.tr("studio.queue.more"), "more")
        self._more.on_click(self.more)
        self._more.set_visibility(False)

    async def more(self) -> None:
        """Fetch and show the next page."""
        first = not self._after
        result = await self._visit.attempt(self._fetch)
        page = result.value or Page(())
        self._after = page.after
        with self._rows:
            for item in page.items:
                row(self._visit, item)
        self._more.set_visibility(bool(page.after))
        if first and not page.items and not result.refused:
            self._rows.set_visibility(False)
            remedy = "studio.queue.none_remedy"
            if self._wanted.why or self._wanted.state:
                remedy = "studio.queue.none_filtered"
            empty(self._visit.tr("studio.queue.none"), self._visit.tr(remedy))

    def _fetch(self) -> Page:
        book, wanted = self._visit.tools.labels, self._wanted
        return book.queue(now_ns(), after=self._after, why=wanted.why, state=wanted.state)


def row(visit: Visit, item: Item) -> None:
    """One item: its picture, why it is there, what is known, and the way to it."""
    with ui.element("li").classes("queue-item").props(f"data-test=item-{item.id}"):
        _thumbnail(visit, item)
        with ui.element("div").classes("queue-words"):
            name = item.about.part or (item.picture.name if item.picture else f"{item.id}")
            ui.label(name).classes("queue-name")
            for words in whys(item, visit, blind=item.state is State.REVIEW):
                ui.label(words).classes("queue-why")
            if item.about.verdict and item.state is not State.REVIEW:
                ui.label(f"{visit.tr('studio.verdict')}: {verdict(item, visit)}").classes(
                    "queue-verdict"
                )
        with ui.element("div").classes("queue-end"):
            ui.label(visit.tr(f"studio.state.{item.state}")).classes(
                f"chip-state state-{item.state}"
            )
            if item.held_by and item.held_by != visit.by.name:
                ui.label(visit.tr("studio.held", person=item.held_by)).classes("queue-held")
            else:
                words = visit.tr(f"studio.open.{item.state}")
                link = ui.link(words, visit.link("/studio/work", item=item.id))
                link.classes("st-button").props(f"data-test=open-{item.id}")
                link.props["aria-label"] = f"{words}: {name}"


def _thumbnail(visit: Visit, item: Item) -> None:
    if item.picture is None:
        ui.label(visit.tr("studio.no_picture_short")).classes("queue-no-picture")
        return
    url = f"/studio/picture/{item.id}/{item.picture.sha256}"
    ui.element("img").props(f'src="{url}" alt="" loading=lazy decoding=async').classes(
        "queue-thumb"
    )


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
            _filter(visit, words, count, {"state": state}, chosen=state == wanted.state)
    with ui.element("div").classes("queue-start"):
        if waiting:
            start = ui.link(visit.tr("studio.queue.start"), visit.link("/studio/work"))
            start.classes("st-button st-main").props("data-test=start")
        if counts.held:
            ui.label(visit.tr("studio.queue.held", count=counts.held)).classes("queue-held")


def _filter(
    visit: Visit, words: str, count: int, query: dict[str, object], *, chosen: bool
) -> None:
    link = ui.link(f"{words} ({count})", visit.link("/studio", **query)).classes("filter")
    name = "-".join(str(value) for value in query.values()) or "all"
    link.props(f"data-test=filter-{name}")
    if chosen:
        link.classes("filter-chosen").props("aria-current=true")
