"""A recorder that finds large records of an older version brings them up beside its work."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cell.records.errors import RecordsError
from cell.records.reading import Archive, PartsAsked, Sums
from cell.records.verify import verify
from tests.cell.journals import rows, small_shift, write
from tests.cell.test_sums import as_version_1

if TYPE_CHECKING:
    from tests.nodes.conftest import Bench, Listener

DOMAIN = 93
PROGRAM = (
    "from cell.nodes import recorder\nfrom cell.nodes.process import run\n"
    "recorder.SMALL = 0\nrun(recorder.RecorderNode)\n"
)


def parts_of(archive: Archive) -> int:
    """0 while they cannot be searched yet."""
    try:
        return len(archive.parts(PartsAsked()).rows)
    except RecordsError:
        return 0


def test_large_records_of_before_are_brought_up_while_it_works(
    bench: Bench, listener: Listener
) -> None:
    config = bench.config("recorder")
    (bench.folder / "journal.db").unlink()
    events = small_shift().events()
    write(bench.folder, events[: len(events) // 2])
    before = len(rows(bench.folder / "records.db", "SELECT * FROM part"))
    as_version_1(bench.folder / "records.db")
    bench.start("-c", PROGRAM, "--ros-args", "-p", f"config:={config}")
    listener.active(bench, "recorder")
    archive = Archive(bench.folder)
    listener.until(lambda: parts_of(archive), bench)
    assert parts_of(archive) == before
    assert sum(one.parts for one in Sums(bench.folder).parts()) == before
    assert (bench.folder / "records.db.version-1").is_file()
    assert list(verify(bench.folder, lambda items, *_: items)) == []
