"""What the log of people's doings looks like to whoever does something."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from cell.people.person import SignedIn

Json = str | int | float | bool | None | Sequence["Json"] | Mapping[str, "Json"]


class Notes(Protocol):
    """Takes down who did what. May be called from any thread and process."""

    def note(
        self,
        by: SignedIn,
        what: str,
        subject: str = "",
        *,
        before: Json = None,
        after: Json = None,
        why: str = "",
        refused: str = "",
    ) -> None:
        """`what`: dotted, e.g. 'order.start', 'account.role', 'label.saved'; `subject`: to whom or
        to what; `refused`: why nothing came of it, as a text, '' when it was done.

        Raises AuditError when it cannot be written: then whoever asked must not do it either.
        """
