"""What goes wrong around practice."""

from __future__ import annotations

from models.ground.errors import UserError


class PracticeError(UserError):
    """Practice cannot be begun, gone on with or certified; the message says why."""
