"""The items of the queue as a list that follows what becomes of them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from nicegui import ui
from nicegui.element import Element

from cell.faces.studio.about import verdict, whys
from cell.faces.studio.frame import button, empty
from cell.faces.studio.visit import Visit, now_ns
from cell.labels.book import PAGE
from cell.labels.reasons import Why
from cell.labels.values import Item, Page, State

SCRIPT: Final = (Path(__file__).parent / "queue.js").read_text(encoding="utf-8")
"""Belongs on the page that holds a list."""


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
    """Rows stay the elements that they are while their items do: nobody loses place or focus."""

    def __init__(self, visit: Visit, wanted: Wanted) -> None:
        self._visit, self._wanted = visit, wanted
        self._items: dict[int, Item] = {}
        self._rows: dict[int, Element] = {}
        self._size = PAGE
        self._list = ui.element("ol").classes("queue").props("data-test=queue")
        self._none = ui.element("div")
        with self._none:
            remedy = "studio.queue.none_remedy"
            if wanted.why or wanted.state:
                remedy = "studio.queue.none_filtered"
            empty(visit.tr("studio.queue.none"), visit.tr(remedy))
        self._none.set_visibility(False)
        self._more = button(visit.tr("studio.queue.more"), "more")
        self._more.on_click(self._show_more)
        self._more.set_visibility(False)

    async def refresh(self, *, aloud: bool = False) -> bool:
        """Fetch what is shown, and show what has changed; whether anything has. aloud: people are
        told why it cannot be fetched.
        """
        fetch = self._visit.attempt if aloud else self._visit.quietly
        result = await fetch(self._fetch)
        if result.value is None:
            return False
        page = result.value
        self._more.set_visibility(bool(page.after))
        self._list.set_visibility(bool(page.items))
        self._none.set_visibility(not page.items)
        return self._take(page.items)

    async def _show_more(self) -> None:
        self._size = len(self._rows) + PAGE
        await self.refresh(aloud=True)

    def _fetch(self) -> Page:
        book, wanted = self._visit.tools.labels, self._wanted
        return book.queue(now_ns(), limit=self._size, why=wanted.why, state=wanted.state)

    def _take(self, items: tuple[Item, ...]) -> bool:
        new = {item.id: item for item in items}
        if list(new.items()) == list(self._items.items()):
            return False
        for gone in self._rows.keys() - new.keys():
            self._rows.pop(gone).delete()
        order = [number for number in self._items if number in new]
        for place, item in enumerate(items):
            if item.id not in self._rows:
                with self._list:
                    self._rows[item.id] = ui.element("li").classes("queue-item")
                self._rows[item.id].props(f"data-test=item-{item.id}")
                order.append(item.id)
            if self._items.get(item.id) != item:
                self._rows[item.id].clear()
                with self._rows[item.id]:
                    _row(self._visit, item)
            if order[place] != item.id:
                self._rows[item.id].move(target_index=place)
                order.remove(item.id)
                order.insert(place, item.id)
        self._items = new
        return True


def _row(visit: Visit, item: Item) -> None:
    """One item: its picture, why it is there, what is known, and the way to it."""
    _thumbnail(visit, item)
    with ui.element("div").classes("queue-words"):
        name = item.about.part or (item.picture.name if item.picture else f"{item.id}")
        ui.label(name).classes("queue-name")
        for words in whys(item, visit, blind=item.state is State.REVIEW):
            ui.label(words).classes("queue-why")
        if item.about.verdict and item.state is not State.REVIEW:
            told = f"{visit.tr('studio.verdict')}: {verdict(item.about, visit.lang)}"
            ui.label(told).classes("queue-verdict")
    with ui.element("div").classes("queue-end"):
        state = ui.label(visit.tr(f"studio.state.{item.state}"))
        state.classes(f"chip-state state-{item.state}")
        if item.held_by and item.held_by != visit.by.name:
            ui.label(visit.tr("studio.held", person=item.held_by)).classes("queue-held")
        else:
            words = visit.tr(f"studio.open.{item.state}")
            link = ui.link(words, visit.link("/studio/work", item=item.id))
            link.classes("st-button").props(f"data-test=open-{item.id} data-kept=open-{item.id}")
            link.props["aria-label"] = f"{words}: {name}"


def _thumbnail(visit: Visit, item: Item) -> None:
    if item.picture is None:
        ui.label(visit.tr("studio.no_picture_short")).classes("queue-no-picture")
        return
    url = f"/studio/picture/{item.id}/{item.picture.sha256}"
    ui.element("img").props(f'src="{url}" alt="" loading=lazy decoding=async').classes(
        "queue-thumb"
    )
