"""What an operator does at the page of a running plant."""

from __future__ import annotations

from typing import Any

from cell.control.ledger import events as e
from cell.control.ledger.events import Event
from tests.hmi.browsing import Page
from tests.system.plant import Plant


class Operator:
    """At the page of a plant, with the bins in sight. On a busy machine the twin's PLC may be late:
    the operator clears the belt and goes on, as at a line.
    """

    def __init__(self, plant: Plant, page: Page) -> None:
        self.plant, self.page = plant, page

    def arrive(self, view: str = "bins", lang: str = "en") -> None:
        """Open the page and choose a view."""
        self.plant.until(self.plant.answers, "its page answers")
        self.page.browser.get(f"{self.plant.url}?lang={lang}")
        self.page.live()
        self.page.click(f"view-{view}")

    def ask_out(self, name: str) -> None:
        """Touch a bin's key: the page asks once more."""
        page = self.page
        page.live()

        page.until(lambda: self._asked(f"bin-out-{name}", name), "it asks")

    def never_mind(self) -> None:
        """Touch the other key, while it asks."""
        page = self.page
        page.until(
            lambda: not page.covered("bin-cancel") or (page.touch("bin-cancel") and False),
            "it asks no more",
        )

    def confirm(self) -> bool:
        """Yes; whether it still asks."""
        return self.page.touch("bin-confirm")

    def take_out(self, name: str) -> None:
        """Until the cell has followed: it refuses while the arm moves."""
        self._exchange(f"bin-out-{name}", e.BinOpened, name, f"bin-in-{name}")

    def put_in(self, name: str) -> None:
        """An empty one is in its place."""
        self._exchange(f"bin-in-{name}", e.BinExchanged, name, f"bin-out-{name}")

    def _asked(self, key: str, name: str) -> bool:
        """Whether the page asks about this bin; else one touch that leads there. Keys that are just
        going elsewhere are missed by a finger, which the question tells.
        """
        page = self.page
        if not page.covered("bin-confirm"):
            page.touch(key)
            return False
        if name in page.text("bin-title").lower():
            return True
        page.touch("bin-cancel")
        return False

    def _exchange(self, key: str, kind: type[Event], name: str, then: str) -> None:
        page, plant, before = self.page, self.plant, len(self.plant.follow())

        def touch() -> None:
            if self._asked(key, name):
                self.confirm()

        plant.until(lambda: plant.first(kind, before, bin=name), f"{kind} {name}", tend=touch)
        page.until(lambda: page.enabled(then), f"the page shows it: {then}")

    def tend(self) -> None:
        """At most one touch from whatever stands towards production, as the keys allow: what they
        ask for may be withdrawn at any moment.
        """
        page, plant = self.page, self.plant
        if plant.state in ("running", "starting", "stopping"):
            return
        asks = page.covered("clear-seen")
        if asks and page.enabled("clear-confirm"):
            page.touch("clear-confirm")
        elif asks:
            page.touch("clear-seen")
        elif page.covered("bin-cancel"):
            page.touch("bin-cancel")
        elif page.enabled("start"):
            page.touch("start")
        elif page.enabled("reset"):
            page.touch("reset")
        elif page.enabled("confirm_clear") and plant.stands():
            plant.twin(op="clear_belt")
            page.touch("confirm_clear")

    def go_on(self) -> None:
        """From whatever stands to production."""
        self.plant.until(
            lambda: self.plant.state == "running", "back in production", tend=self.tend
        )

    def await_event(self, kind: type[Event], after: int, **fields: Any) -> Event:
        """While production goes on."""
        found: Event = self.plant.until(
            lambda: self.plant.first(kind, after, **fields), f"{kind.__name__} {fields}",
            tend=self.tend,
        )  # fmt: skip
        return found
