"""What was done, step by step, and the time that each took."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.table import Table

console = Console()


class Steps:
    """What was done, how long it took, and what came of it."""

    def __init__(self) -> None:
        self.rows: list[tuple[str, float, str]] = []

    @contextmanager
    def step(self, what: str) -> Iterator[list[str]]:
        """One of them; what is put into the list is told beside it."""
        console.print(f"[bold]{what}[/] ...")
        began, told = time.monotonic(), list[str]()
        try:
            yield told
        finally:
            took = time.monotonic() - began
            self.rows.append((what, took, "; ".join(told)))
            console.print(f"    {took:.0f} s  {'; '.join(told)}")

    def print(self) -> None:
        """All of them."""
        table = Table("step", "time", "what came of it")
        for what, took, told in self.rows:
            table.add_row(what, f"{took // 60:.0f} min {took % 60:.0f} s", told)
        total = sum(took for _, took, _ in self.rows)
        table.add_row("all", f"{total // 60:.0f} min {total % 60:.0f} s", "")
        console.print(table)
