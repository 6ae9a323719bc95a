"""The book of studies, opened for one thing that a page or a program does, and closed after it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time, timedelta
from typing import TypeVar
from zoneinfo import ZoneInfo

from cell.config import CellConfig
from cell.faces.quality.examiner import Examiner
from cell.faces.quality.room import Room
from cell.people.person import SignedIn
from cell.quality.studies.book import StudyBook
from cell.quality.studies.errors import StudyError
from cell.texts import say

T = TypeVar("T")


@contextmanager
def study_book(config: CellConfig) -> Iterator[StudyBook]:
    """Made where there is none yet. Raises StudyError."""
    book = StudyBook(config.data_dir)
    try:
        yield book
    finally:
        book.close()


def reading(config: CellConfig, ask: Callable[[StudyBook], T]) -> T:
    """What somebody asks of the book. Waits for the disk. Raises StudyError."""
    with study_book(config) as book:
        return ask(book)


def examining(room: Room, by: SignedIn, act: Callable[[Examiner], T]) -> T:
    """What a person does, under his name. Waits for the disk. Raises what `Examiner` does."""
    with study_book(room.config) as book:
        return act(Examiner(book, room.config, room.audit, by))


def recipe_names(room: Room) -> tuple[str, ...]:
    """All recipes that can be read, the one in use first. Waits for the disk."""
    found = [one.recipe.name for one in room.recipes.offer() if one.recipe is not None]
    return tuple(sorted(found, key=lambda name: (name != room.config.recipe, name)))


def day_ns(words: str, zone: ZoneInfo, *, after: bool = False) -> int | None:
    """Where a day begins, or with `after` the next one [ns]; None for no words. Raises
    StudyError.
    """
    if not words.strip():
        return None
    try:
        day = date.fromisoformat(words.strip())
        begin = datetime.combine(day + timedelta(days=after), time(), zone)
        return int(begin.timestamp()) * 10**9
    except (ValueError, OverflowError):
        raise StudyError(say("quality.no_day", day=words)) from None
