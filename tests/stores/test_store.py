"""A file of tables: of another version, of something else, damaged, read-only, on a full disk."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing, suppress
from dataclasses import replace
from pathlib import Path

import pytest

from cell.faces.api import repeats
from cell.labels import tables
from cell.labels.book import LabelBook
from cell.labels.errors import StoreError
from cell.people import people_tables
from cell.people.audit import AuditLog
from cell.people.audit_verify import verify
from cell.people.errors import AuditError, PeopleError
from cell.people.roles import Role
from cell.stores.shape import Shape
from cell.stores.store import Store
from models.ground.errors import UserError
from tests.cell.small_disk import fill, prove
from tests.labels.desk import NEVER_TWICE
from tests.people.world import NOW, PASSWORD, House, code_of, house

OLD = Shape(
    version=1,
    tables="CREATE TABLE people (name TEXT);\nINSERT INTO people VALUES ('kim');\n",
    marks=frozenset({"people"}),
)
A, B = (f"ALTER TABLE people ADD COLUMN {name} TEXT DEFAULT '{name}';\n" for name in "ab")
NEW = replace(OLD, version=3, tables="", steps={1: A, 2: B})


class OddError(UserError):
    """Of the stores of these tests."""


def store(path: Path, shape: Shape = OLD) -> Store:
    return Store(path / "some.db", shape, OddError)


def rows(path: Path) -> list[tuple[str, ...]]:
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT * FROM people").fetchall()


def test_an_older_one_is_migrated_after_a_copy(tmp_path: Path) -> None:
    store(tmp_path).close()
    for _ in range(2):
        store(tmp_path, NEW).close()
    assert rows(tmp_path / "some.db") == [("kim", "a", "b")]
    assert rows(tmp_path / "some.db.version-1") == [("kim",)]
    for file in tmp_path.iterdir():
        assert file.stat().st_mode & 0o077 == 0, file
    assert not list(tmp_path.glob("*.part"))


def test_a_migration_that_fails_leaves_it_as_it_was(tmp_path: Path) -> None:
    store(tmp_path).close()
    with pytest.raises(OddError) as refused:
        store(tmp_path, replace(NEW, steps={1: A, 2: "ALTER TABLE nothing ADD COLUMN b;\n"}))
    assert code_of(refused.value) == "store.damaged"
    assert rows(tmp_path / "some.db") == [("kim",)]
    store(tmp_path, NEW).close()
    assert rows(tmp_path / "some.db") == [("kim", "a", "b")]


def _newer(file: Path) -> None:
    with closing(sqlite3.connect(file)) as database:
        database.execute("PRAGMA user_version = 99")


def _foreign(file: Path) -> None:
    file.unlink()
    with closing(sqlite3.connect(file)) as database:
        database.execute("CREATE TABLE other (x)")


def _folder(file: Path) -> None:
    file.unlink()
    file.mkdir()


def _no_database(file: Path) -> None:
    file.write_bytes(b"no database " * 1000)


def _cut_off(file: Path) -> None:
    file.write_bytes(file.read_bytes()[:3000])


@pytest.mark.parametrize(
    ("does", "code"),
    [
        (_newer, "store.newer"),
        (_foreign, "store.foreign"),
        (_folder, "store.unwritable"),
        (_no_database, "store.damaged"),
        (_cut_off, "store.damaged"),
    ],
)
@pytest.mark.parametrize("name", ["people.db", "audit.db", "labels.db", "api.db"])
def test_a_file_that_cannot_be_used_is_refused_and_stays_as_it_is(
    tmp_path: Path, name: str, does: Callable[[Path], None], code: str
) -> None:
    _open_all(tmp_path)
    does(tmp_path / name)
    before = (tmp_path / name).read_bytes() if does is not _folder else b""
    with pytest.raises(UserError) as refused:
        _open_all(tmp_path)
    assert code_of(refused.value) == code
    assert f"{tmp_path / name}" in str(refused.value)
    assert does is _folder or (tmp_path / name).read_bytes() == before


def _open_all(folder: Path) -> None:
    AuditLog(folder, folder / "keys").close()
    people_tables.open_people(folder).close()
    LabelBook.open(folder, NEVER_TWICE).close()
    Store(folder / "api.db", repeats.SHAPE, repeats.RepeatsError).close()


def test_one_that_has_lost_its_tables_is_told(tmp_path: Path) -> None:
    store(tmp_path).close()
    with closing(sqlite3.connect(tmp_path / "some.db")) as database:
        database.execute("DROP TABLE people")
    with pytest.raises(OddError) as refused:
        store(tmp_path)
    assert code_of(refused.value) == "store.foreign"


def test_a_writer_that_fails_leaves_nothing_and_readers_never_wait(tmp_path: Path) -> None:
    with closing(store(tmp_path)) as opened:
        with suppress(KeyError), opened.writing() as connection:
            connection.execute("INSERT INTO people VALUES ('lee')")
            with opened.reading() as reader:
                assert reader.execute("SELECT count(*) FROM people").fetchone() == (1,)
            raise KeyError
        with opened.writing() as connection:
            assert connection.execute("SELECT count(*) FROM people").fetchone() == (1,)


def test_who_holds_it_for_too_long_is_told(tmp_path: Path) -> None:
    hasty = replace(OLD, wait_s=0.05)
    with closing(store(tmp_path)) as one, closing(store(tmp_path, hasty)) as other:
        with one.writing(), pytest.raises(OddError) as refused, other.writing():
            pass
        assert code_of(refused.value) == "store.busy"
        with other.writing():
            pass


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    with pytest.raises(OddError) as refused:
        store(tmp_path / "data")
    assert code_of(refused.value) == "store.unwritable"


def read_only(folder: Path) -> None:
    """Everything but reading is refused in one line."""
    for name in ("api.db", "audit.db", "labels.db", "people.db"):
        with pytest.raises(UserError) as refused:
            Store(folder / name, OLD, OddError)
        assert code_of(refused.value) == "store.unwritable"


def full(folder: Path) -> None:
    """Full while it is written, while it is migrated, and while it is made."""
    with closing(store(folder)) as opened:
        stuffing = fill(folder)
        with pytest.raises(OddError) as refused, opened.writing() as connection:
            connection.execute("INSERT INTO people VALUES (?)", ("x" * 300_000,))
        assert code_of(refused.value) == "store.full"
    with pytest.raises(OddError) as refused:
        store(folder, NEW)
    assert code_of(refused.value) == "store.full"
    assert not list(folder.glob("*.version-*"))
    with pytest.raises(OddError) as refused:
        store(folder / "below")
    assert code_of(refused.value) == "store.full"
    stuffing.unlink()
    store(folder, NEW).close()
    assert rows(folder / "some.db") == [("kim", "a", "b")]


def people(folder: Path) -> None:
    """Nothing is half done, in accounts or in the log, and with room again it goes on."""
    with house(folder) as home:
        home.add("boss", Role.ADMIN)
        stuffing = fill(folder)
        with pytest.raises((PeopleError, AuditError)) as refused:
            _adds_many(home)
        assert code_of(refused.value) == "store.full"
        done = [one.subject for one in home.log("account.add") if not one.refused]
        for one in home.log("account.add"):
            if one.refused:  # told as done, and then taken back
                done.remove(one.subject)
        assert sorted(done) == [one.name for one in home.people.accounts()]
        with pytest.raises((PeopleError, AuditError)):
            _begins_many(home)
        stuffing.unlink()
        home.add("last")
        begun = home.people.by_password("last", PASSWORD, NOW)
        assert home.people.session_of(begun.token, NOW)
    assert not list(verify(folder, folder / "keys"))


def _adds_many(home: House) -> None:
    for number in range(200):
        home.add(f"kim {number:03d}")


def _begins_many(home: House) -> None:
    for _ in range(200):
        home.people.by_password("boss", PASSWORD, NOW)


def full_disks(folder: Path) -> None:
    """One after the other: to start a process is what takes the time."""
    full(folder / "some")
    people(folder / "people")


def test_a_full_disk_leaves_nothing_half_done(tmp_path: Path) -> None:
    prove("tests.stores.test_store", "full_disks", tmp_path, "4m")


def test_a_disk_that_can_only_be_read(tmp_path: Path) -> None:
    prove("tests.stores.test_store", "read_only", tmp_path, "2m,ro")


def test_labels_know_their_columns_and_are_never_changed(tmp_path: Path) -> None:
    with closing(Store(tmp_path / "labels.db", tables.SHAPE, StoreError)) as labels:
        with pytest.raises(StoreError, match="never changed"), labels.writing() as connection:
            _replaces(connection)
        with labels.reading() as connection:
            assert connection.execute("SELECT count(*) AS n FROM dealt").fetchone()["n"] == 0


def _replaces(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO dealt VALUES ('a', 'train')")
    connection.execute("INSERT OR REPLACE INTO dealt VALUES ('a', 'val')")
