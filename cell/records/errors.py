"""What can be wrong with the records; apart, so that naming it does not load a database."""


class RecordsError(Exception):
    """The records cannot be used; the message says why and what to do."""
