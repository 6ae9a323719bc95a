"""What a person does about a journal or records that cannot be trusted: nothing is ever deleted."""

BOTH = (
    "stop the cell; restore journal.db and records.db from one copy, or move everything in this "
    "folder to another one, where it stays readable: the next start begins a new journal"
)
"""The journal is not what was written, or is not the one of the records."""

REBUILD = (
    "stop the cell; move records.db, with its -wal and -shm if there, to another folder and keep "
    "journal.db: the next start rebuilds the records from it"
)
"""The records are damaged and the journal is whole."""
