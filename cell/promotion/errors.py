"""What can be wrong with promoting a model."""

from __future__ import annotations

from typing import TYPE_CHECKING

from models.ground.errors import UserError

if TYPE_CHECKING:
    from cell.promotion.gate import Decision


class PromotionError(UserError):
    """A model cannot be taken in, or cannot go where somebody wants it; the message says why."""


class GateError(PromotionError):
    """The gate does not let a model through; `decision` says all of it."""

    def __init__(self, words: str, decision: Decision) -> None:
        super().__init__(words)
        self.decision = decision


class RegistryError(UserError):
    """The registry cannot be read or written; nothing of what was being written is there."""
