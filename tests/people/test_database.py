"""Databases of other versions: migrated after a copy, or refused; whole or not at all."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from cell.people.database import Database, Shape
from cell.people.errors import PeopleError
from cell.people.roles import Role
from models.ground.errors import UserError
from tests.cell.small_disk import fill, prove
from tests.people.world import NOW, PASSWORD, House, code_of, house

OLD = Shape(1, ("CREATE TABLE people (name TEXT)", "INSERT INTO people VALUES ('kim')"))
NEW = Shape(
    3,
    ("CREATE TABLE people (name TEXT, a TEXT, b TEXT)",),
    steps={
        1: ("ALTER TABLE people ADD COLUMN a TEXT DEFAULT 'one'",),
        2: ("ALTER TABLE people ADD COLUMN b TEXT DEFAULT 'two'",),
    },
)
BROKEN = Shape(3, (), steps={1: NEW.steps[1], 2: ("ALTER TABLE nothing ADD COLUMN b TEXT",)})


def rows(path: Path) -> list[tuple[str, ...]]:
    connection = sqlite3.connect(path)
    found = connection.execute("SELECT * FROM people").fetchall()
    connection.close()
    return found


def test_an_older_one_is_migrated_after_a_copy(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    Database(path, OLD, PeopleError).close()
    for _ in range(2):
        Database(path, NEW, PeopleError).close()
    assert rows(path) == [("kim", "one", "two")]
    copy = tmp_path / "people.version1.db"
    assert rows(copy) == [("kim",)]
    assert copy.stat().st_mode & 0o077 == 0


def test_a_migration_that_fails_leaves_it_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    Database(path, OLD, PeopleError).close()
    with pytest.raises(PeopleError) as refused:
        Database(path, BROKEN, PeopleError)
    assert code_of(refused.value) == "people.database.unusable"
    assert rows(path) == [("kim",)]
    Database(path, NEW, PeopleError).close()
    assert rows(path) == [("kim", "one", "two")]


def test_a_newer_one_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "people.db"
    Database(path, NEW, PeopleError).close()
    with pytest.raises(PeopleError) as refused:
        Database(path, OLD, PeopleError)
    assert code_of(refused.value) == "people.database.newer"


def test_a_writer_that_fails_leaves_nothing_and_readers_never_wait(tmp_path: Path) -> None:
    database = Database(tmp_path / "people.db", OLD, PeopleError)
    with pytest.raises(KeyError):
        _fails(database)
    with database.writing() as connection:
        assert connection.execute("SELECT count(*) FROM people").fetchone() == (1,)
    database.close()


def _fails(database: Database) -> None:
    with database.writing() as connection:
        connection.execute("INSERT INTO people VALUES ('lee')")
        with database.reading() as reader:
            assert reader.execute("SELECT count(*) FROM people").fetchone() == (1,)
        raise KeyError


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(PeopleError) as refused:
        Database(tmp_path / "data" / "people.db", OLD, PeopleError)
    assert code_of(refused.value) == "people.database.unusable"


def fills_up(folder: Path) -> None:
    """On a disk of 2 MiB that is full: nothing is half done, and with room again it goes on."""
    with house(folder) as home:
        home.add("boss", Role.ADMIN)
        stuffing = fill(folder)
        with pytest.raises(UserError):
            _adds_many(home)
        done = [one.subject for one in home.log("account.add") if not one.refused]
        for one in home.log("account.add"):
            if one.refused:  # told as done, and then taken back
                done.remove(one.subject)
        assert sorted(done) == [one.name for one in home.people.accounts()]
        stuffing.unlink()
        home.add("last")
        assert home.people.by_password("last", PASSWORD, NOW)


def _adds_many(home: House) -> None:
    for number in range(200):
        home.add(f"kim {number:03d}")


def test_a_full_disk_leaves_no_half_account(tmp_path: Path) -> None:
    prove("tests.people.test_database", "fills_up", tmp_path, "2m")
