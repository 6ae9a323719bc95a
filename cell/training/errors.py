"""What can be wrong with training jobs."""

from __future__ import annotations

from models.ground.errors import UserError


class TrainingError(UserError):
    """A model cannot be trained of this, or not so; the message says why and what would do."""


class JobError(TrainingError):
    """There is no such job, or it is in no state for that."""


class JobStoreError(TrainingError):
    """The jobs cannot be read or written; nothing of what was being written is there."""
