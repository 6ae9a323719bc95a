"""What can be wrong with a study or an audit."""

from __future__ import annotations

from models.ground.errors import UserError


class StudyError(UserError):
    """A study or an audit cannot be planned, judged or read; nothing was changed."""
