"""Whether a label set's pictures are still those that were labelled."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

from cell.labels.errors import SetError
from cell.labels.values import Member
from cell.texts import say


def require_untouched(members: Iterable[Member]) -> None:
    """Read each picture's file and compare it with its label. Raises SetError, which names the
    first file that is gone, cannot be read, or holds another picture: nothing may be learnt from
    it, nor measured on it.
    """
    for one in members:
        try:
            with one.file.open("rb") as file:
                found = hashlib.file_digest(file, "sha256").hexdigest()
        except FileNotFoundError:
            raise SetError(say("label.set.picture_gone", file=one.file)) from None
        except OSError as error:
            why = error.strerror or str(error)
            raise SetError(say("label.set.picture_unread", file=one.file, why=why)) from None
        if found != one.labelled.picture.sha256:
            raise SetError(say("label.set.picture_changed", file=one.file))
