"""Names on the terminal, as they are: people's names for classes and files may look like markup."""

from __future__ import annotations

from rich.markup import escape

from vision.lab.data.names import printable


def shown(name: object) -> str:
    """A name for a table or a line that knows markup, in one line."""
    return escape(printable(str(name)))
