"""What can be wrong with journal and records; apart, so that naming it does not load a database."""


class JournalError(Exception):
    """The journal cannot be used; the message says why and what to do."""


class RecordsError(Exception):
    """The records cannot be used; the message says why and what to do."""
