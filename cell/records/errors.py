"""What can be wrong with journal and records; apart, so that naming it does not load a database."""

from models.ground.errors import UserError


class JournalError(UserError):
    """The journal cannot be used; the message says why and what to do."""


class RecordsError(UserError):
    """The records cannot be used; the message says why and what to do."""
