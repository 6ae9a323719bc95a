"""What errors say: their English, as logs and the command line show it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from cell.texts import render


@contextmanager
def raises(kind: type[Exception], words: str) -> Iterator[pytest.ExceptionInfo[Exception]]:
    """Such an error comes, and in its English `words`, a pattern, are found."""
    with pytest.raises(kind) as told:
        yield told
    english = render(str(told.value))
    assert re.search(words, english), english
