"""A label set that models shall inspect: chosen, begun, watched, ended."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from nicegui import ui

from cell.faces.studio.frame import button
from cell.faces.studio.visit import Visit
from cell.promotion.looker import Looker

LOOK_S = 0.5


class LookForm:
    """words: code of the button's text; test: what its elements' names end with. act: looks at the
    set of this name, and takes minutes; after: is given what came of it.
    """

    def __init__(
        self,
        visit: Visit,
        looker: Looker,
        sets: Sequence[str],
        words: str,
        test: str,
        act: Callable[[str], Any],
        after: Callable[[Any], Awaitable[Any]],
    ) -> None:
        self._visit, self._looker, self._act, self._after = visit, looker, act, after
        with ui.element("div").classes("st-row"):
            label = visit.tr("studio.look.set")
            self._set = ui.select(list(sets), value=sets[0] if sets else None, label=label)
            self._set.props(f"outlined dark data-test=set-{test}").classes("st-recipe")
            self._begin = button(visit.tr(words), f"look-{test}").on_click(self._look)
            self._end = button(visit.tr("studio.look.end"), f"end-{test}").on_click(looker.close)
        self._bar = ui.element("div").classes("up-bar").props("role=progressbar")
        self._bar.props["aria-label"] = visit.tr("studio.look.progress")
        with self._bar:
            self._done = ui.element("div")
        self._words = ui.label().props(f"data-test=look-words-{test}")
        self._timer = ui.timer(LOOK_S, self._show, active=False)
        # Whoever comes back to a page that was cut off finds what he began.
        self._under_way(looker.busy)
        self._mine = False

    def _under_way(self, is_so: bool) -> None:
        for one in (self._end, self._bar, self._words):
            one.set_visibility(is_so)
        self._begin.set_enabled(not is_so)
        self._end.set_enabled(self._looker.busy)
        self._timer.active = is_so

    def _show(self) -> None:
        if not self._mine and not self._looker.busy:
            self._under_way(False)
            return
        self._end.set_enabled(self._looker.busy)  # what has not begun cannot be ended
        done = round(100 * self._looker.done)
        self._bar.props(f"aria-valuenow={done} aria-valuemin=0 aria-valuemax=100")
        self._done.style(f"width: {done}%")
        self._words.set_text(self._visit.tr("studio.look.done", done=done))

    async def _look(self) -> None:
        if not self._set.value:
            self._visit.tell(self._visit.tr("studio.look.none"))
            return
        self._mine = True
        self._under_way(True)
        self._show()
        result = await self._visit.attempt(self._act, str(self._set.value))
        if self._visit.gone:
            return
        self._mine = False
        self._under_way(False)
        if result.value is not None:  # nothing is, too, where the server ends meanwhile
            await self._after(result.value)
