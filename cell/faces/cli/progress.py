"""A bar with the time left, on the error stream so that output stays clean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import TypeVar

from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    TextColumn,
    TimeElapsedColumn,
    TimeRemainingColumn,
)

from cell.faces.cli.terminal import terminal

T = TypeVar("T")


@contextmanager
def counting(what: str) -> Iterator[Callable[[int], None]]:
    """A call that says how many are done, where nobody knows how many there will be; silent where
    nobody looks.
    """
    console = terminal(stderr=True)
    columns = (TextColumn("{task.completed} {task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        task = progress.add_task(what, total=None)
        yield lambda done: progress.update(task, completed=done)


def watched(items: Iterable[T], what: str, total: int | None = None) -> Iterable[T]:
    """Hand the items through and show how far the work is; silent where nobody looks. `total`:
    how many they are, where they cannot be counted.
    """
    console = terminal(stderr=True)
    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        TextColumn("left"),
        TimeRemainingColumn(),
    )
    with Progress(*columns, console=console, disable=not console.is_terminal) as progress:
        yield from progress.track(items, total, description=what)
