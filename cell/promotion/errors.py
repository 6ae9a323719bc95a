"""What can be wrong with promoting a model."""

from __future__ import annotations

from models.ground.errors import UserError


class PromotionError(UserError):
    """A model cannot be taken in, or cannot go where somebody wants it; the message says why."""


class RegistryError(UserError):
    """The registry cannot be read or written; nothing of what was being written is there."""
