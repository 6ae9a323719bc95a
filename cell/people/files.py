"""Accounts from a CSV file, and into one."""

from __future__ import annotations

import csv
import io
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

from cell.people.account import Account, NewAccount, folded
from cell.people.account_secrets import Hashed
from cell.people.accounts import Accounts, make
from cell.people.desk import Noted
from cell.people.errors import PeopleError
from cell.people.person import SignedIn
from cell.people.roles import Permission, require
from cell.people.rules import a_display, a_language, a_name, a_password, a_role
from cell.texts import say

COLUMNS = ("name", "display", "role", "language", "disabled", "password")
"""`name` and `role` must be there."""
YES = "yes"
MOST_LINES = 1000


class _Line(NamedTuple):
    number: int
    new: NewAccount


class Files(Accounts):
    """The part of `People` that reads and writes lists."""

    def import_csv(self, by: SignedIn, text: str, now_ns: int, why: str = "") -> list[Account]:
        """Make all accounts of a list, or none. First line: names of the columns, of `COLUMNS`.

        A password takes 0.4 s. Raises PeopleError with the line's number, ForbiddenError.
        """

        def checked() -> list[tuple[_Line, Hashed]]:
            require(by.role, Permission.PEOPLE)
            taken = {folded(one.name): one.name for one in self.accounts()}
            lines = [*_lines(text)]
            _require_single(lines, taken)
            return [(one, self._secret(one)) for one in lines]

        def act(connection: sqlite3.Connection, counts_ns: int) -> tuple[list[Account], Noted]:
            made = []
            for line, hashed in ready:
                with _at(line.number):
                    made.append(make(connection, line.new, hashed, counts_ns))
            return made, Noted(None, [one.told() for one in made])

        ready = self._checked(by, "account.import", "", why, checked)
        return self._noted(by, "account.import", "", why, now_ns, act)

    def export_csv(self) -> str:
        """All accounts as `import_csv` reads them, without secrets."""
        out = io.StringIO()
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow(COLUMNS[:-1])
        for one in self.accounts():
            disabled = YES if one.disabled else ""
            writer.writerow([one.name, one.display, one.role, one.lang, disabled])
        return out.getvalue()

    def _secret(self, line: _Line) -> Hashed:
        given = {"password": line.new.password} if line.new.password else {}
        return self.hashed(line.new.name, line.new.role, given)


@contextmanager
def _at(line: int) -> Iterator[None]:
    """Errors inside name the line."""
    try:
        yield
    except PeopleError as error:
        raise PeopleError(say("people.list.line", line=line, what=str(error))) from None


def _lines(text: str) -> Iterator[_Line]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    try:
        _require_columns([*(reader.fieldnames or ())])
        for count, row in enumerate(reader):
            if count >= MOST_LINES:
                raise PeopleError(say("people.list.long", most=MOST_LINES))
            with _at(reader.line_num):
                new = _new(row)
            yield _Line(reader.line_num, new)
    except csv.Error as error:
        line = reader.line_num + 1  # the record that could not be read
        what = say("people.list.broken", why=error)
        raise PeopleError(say("people.list.line", line=line, what=what)) from None


def _require_columns(names: list[str]) -> None:
    odd = [name for name in names if name not in COLUMNS]
    if odd or not {"name", "role"} <= set(names) or len(set(names)) < len(names):
        raise PeopleError(say("people.list.columns", known=list(COLUMNS)))


def _new(row: dict[str, str | None]) -> NewAccount:
    if None in row or None in row.values():  # cells without a column, columns without a cell
        raise PeopleError(say("people.list.cells"))
    cells = {column: str(row.get(column, "")) for column in COLUMNS}
    if cells["disabled"].strip().casefold() not in ("", YES):
        raise PeopleError(say("people.list.disabled", yes=YES))
    new = NewAccount(
        a_name(cells["name"]),
        a_role(cells["role"]),
        a_display(cells["display"]),
        a_language(cells["language"].strip()),
        cells["password"],
        disabled=bool(cells["disabled"].strip()),
    )
    if new.password:
        a_password(new.password, new.name)
    return new


def _require_single(lines: list[_Line], taken: dict[str, str]) -> None:
    """Raises PeopleError for a name that stands twice, or that somebody has."""
    seen: dict[str, int] = {}
    for line in lines:
        key = folded(line.new.name)
        with _at(line.number):
            if key in taken:
                raise PeopleError(say("people.account.taken", name=taken[key]))
            if key in seen:
                raise PeopleError(say("people.list.twice", name=line.new.name, line=seen[key]))
        seen[key] = line.number
