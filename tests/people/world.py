"""A cell's people with secrets that are hashed at next to no cost, and a clock to be set."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from pwdlib.hashers.argon2 import Argon2Hasher

from cell.people.account import NewAccount
from cell.people.audit import AuditLog
from cell.people.entries import Entry
from cell.people.hashing import Hashing
from cell.people.limits import PeopleSettings
from cell.people.people import People
from cell.people.person import How, SignedIn
from cell.people.roles import Role
from cell.trainer.book import PracticeBook
from models.ground.errors import UserError
from models.ground.text import read

S = 1_000_000_000
MIN, HOUR, DAY = 60 * S, 3600 * S, 86_400 * S
NOW = 1_700_000_000 * S
ADMIN = SignedIn("boss", Role.ADMIN, How.PASSWORD)
PASSWORD = "a good pass phrase"
SETTINGS = PeopleSettings()


class House:
    """People and their log, as one process has them open."""

    def __init__(self, folder: Path, settings: PeopleSettings = SETTINGS) -> None:
        keys = settings.keys_beside(folder)
        self.folder, self.keys = folder, keys
        self.audit = AuditLog(folder, keys)
        self.hashing = Hashing(Argon2Hasher(time_cost=1, memory_cost=8, parallelism=1))
        self.people = People(folder, settings, self.audit, self.hashing)

    def add(self, name: str, role: Role = Role.QUALITY, **secrets: str) -> None:
        """Somebody with a password, unless told otherwise."""
        given = secrets or {"password": PASSWORD}
        self.people.add(ADMIN, NewAccount(name, role, **given), NOW)  # type: ignore[arg-type]

    def log(self, what: str = "") -> list[Entry]:
        """What was written, newest first."""
        return self.audit.entries(what=what, newest_first=True)

    def close(self) -> None:
        """Close both."""
        self.people.close()
        self.audit.close()


@contextmanager
def house(folder: Path, settings: PeopleSettings = SETTINGS) -> Iterator[House]:
    """One that is closed again."""
    opened = House(folder, settings)
    try:
        yield opened
    finally:
        opened.close()


def shown_around(folder: Path, *names: str) -> None:
    """The way round the page does not come to them any more."""
    with closing(PracticeBook(folder)) as book:
        for name in names:
            book.show(name, NOW)


def code_of(error: BaseException) -> str:
    """The code of a UserError's text."""
    assert isinstance(error, UserError)
    text = read(str(error))
    assert text is not None, error
    return text.code
