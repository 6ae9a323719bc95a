"""What can be wrong with labelling, besides a label itself (`label.LabelError`)."""

from __future__ import annotations

from cell.labels.label import LabelError
from models.ground.errors import UserError


class StoreError(UserError):
    """The labels cannot be read or written; nothing of what was being written is there."""


class StaleLabelError(LabelError):
    """Somebody else was first. The label is kept beside the other one, and a third person decides;
    the message names who was first.
    """


class LeaseError(LabelError):
    """The item is not this person's to work on now; the message says whose it is, or why not."""


class SetError(LabelError):
    """A label set cannot be made, or there is none of this name."""
