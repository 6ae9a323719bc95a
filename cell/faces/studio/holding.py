"""Which pages of a person show an item: one that goes must not give back what another one shows,
such as the same page loaded anew.
"""

from __future__ import annotations

from collections import defaultdict


class Holding:
    """Used by the event loop alone."""

    def __init__(self) -> None:
        self._pages: defaultdict[tuple[str, int], set[object]] = defaultdict(set)

    def add(self, person: str, item: int, page: object) -> None:
        """The page has the item now."""
        self._pages[person, item].add(page)

    def drop(self, person: str, item: int, page: object) -> bool:
        """The page has it no longer; whether no other page of the person has it either."""
        pages = self._pages[person, item]
        pages.discard(page)
        if not pages:
            del self._pages[person, item]
        return not pages
