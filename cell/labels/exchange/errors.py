"""What is wrong with label files that come in or go out."""

from __future__ import annotations

from cell.labels.label import LabelError


class ExchangeError(LabelError):
    """Files of labels cannot be read or written; the message says which, where and what to do."""
