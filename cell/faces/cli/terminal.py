"""The terminal as every verb writes to it: what people call things is printed as it is."""

from __future__ import annotations

from rich.console import Console


def terminal(*, stderr: bool = False) -> Console:
    """A console that makes no pictures of words such as `:warning:`."""
    return Console(stderr=stderr, emoji=False)
