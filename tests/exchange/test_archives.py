"""Archives as browsers send them: whole and inside their folder, or refused in one line."""

from __future__ import annotations

import gzip
import io
import random
import stat
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cell.labels.exchange.bounds import Bounds
from cell.labels.exchange.errors import ExchangeError
from cell.labels.exchange.exporting import export
from cell.labels.exchange.importing import Options, reading
from cell.labels.exchange.unpack import is_archive, unpack
from cell.texts import render
from tests.exchange.drawn import sound_set

Member = tuple[str, bytes | int]
"""A name, and the content or what it is instead: a link, a device."""
LINK, DEVICE, FOLDER, HARD_LINK = 1, 2, 3, 4
_TAR = {LINK: tarfile.SYMTYPE, DEVICE: tarfile.CHRTYPE, FOLDER: tarfile.DIRTYPE,
        HARD_LINK: tarfile.LNKTYPE}  # fmt: skip
_ZIP = {LINK: stat.S_IFLNK, DEVICE: stat.S_IFCHR, FOLDER: stat.S_IFDIR}


def make_zip(path: Path, members: list[Member]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, what in members:
            entry = zipfile.ZipInfo("placeholder")
            entry.filename = entry.orig_filename = name
            entry.compress_type = zipfile.ZIP_DEFLATED
            kind = stat.S_IFREG if isinstance(what, bytes) else _ZIP[what]
            entry.external_attr = (kind | 0o644) << 16
            archive.writestr(entry, what if isinstance(what, bytes) else b"/etc/passwd")
    return path


def make_tar(path: Path, members: list[Member]) -> Path:
    with tarfile.open(path, "w:gz") as archive:
        for name, what in members:
            entry = tarfile.TarInfo(name)
            if isinstance(what, bytes):
                entry.size = len(what)
            else:
                entry.type, entry.linkname = _TAR[what], "/etc/passwd"
            archive.addfile(entry, io.BytesIO(what) if isinstance(what, bytes) else None)
    return path


MAKERS = {"zip": make_zip, "tar.gz": make_tar}
OUTSIDE = "leads out of its folder"
BAD: dict[str, tuple[list[Member], str]] = {
    "up": ([("a.txt", b"a"), ("../b.txt", b"b")], OUTSIDE),
    "up in the middle": ([("a/../../b.txt", b"b")], OUTSIDE),
    "absolute": ([("/tmp/c-labels.txt", b"b")], OUTSIDE),
    "backslashes": ([("..\\b.txt", b"b")], OUTSIDE),
    "a drive": ([("C:\\b.txt", b"b")], OUTSIDE),
    "a line break": ([("a\nb.txt", b"b")], OUTSIDE),
    "a line separator": ([("a\u2028b.txt", b"b")], OUTSIDE),
    "a link": ([("a", LINK), ("a/b.txt", b"b")], "neither file nor folder"),
    "a device": ([("a", DEVICE)], "neither file nor folder"),
    "twice": ([("a.txt", b"a"), ("a.txt", b"b")], "taken by another"),
    "twice by its path": ([("a.txt", b"a"), ("./a.txt", b"b")], "taken by another"),
    "a file that is a folder": ([("a", b"a"), ("a/b", b"b")], "taken by another"),
    "a folder that is a file": ([("a/b", b"a"), ("a", b"b")], "taken by another"),
    "long": ([("x" * 300, b"a")], "too long"),
    "deep": ([("/".join(["x" * 20] * 150)[:2500], b"a")], "too long"),
    "many": ([(f"{n}.txt", b"") for n in range(30)], "more than 20 entries"),
    "a bomb": ([("a.png", bytes(3 << 20))], "more than the 1 MiB"),
    "large labels": ([("a.json", bytes(300_000)), ("b.png", bytes(300_000))], "besides pictures"),
    "bombs": ([(f"{n}.png", bytes(1 << 18)) for n in range(6)], "more than the 1 MiB"),
}
FEW = Bounds(entries=20, ratio=3, spare=1 << 20, label_bytes=200_000)


@pytest.mark.filterwarnings("ignore:Duplicate name")
@pytest.mark.parametrize("kind", MAKERS)
@pytest.mark.parametrize("what", BAD)
def test_what_may_not_be_in_an_archive_is_refused(tmp_path: Path, kind: str, what: str) -> None:
    members, words = BAD[what]
    archive = MAKERS[kind](tmp_path / f"a.{kind}", members)
    assert words in refused(archive, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == {archive.name, "in"}


def refused(archive: Path, folder: Path, bounds: Bounds = FEW) -> str:
    """The one line that refuses an archive, which has put nothing beside its folder."""
    (folder / "in").mkdir()
    with pytest.raises(ExchangeError) as caught:
        unpack(archive, folder / "in", bounds=bounds)
    line = render(str(caught.value), "en")
    assert line.startswith(str(archive))
    assert "\n" not in line
    assert render(str(caught.value), "ko") != line
    return line


def test_a_hard_link_is_no_file(tmp_path: Path) -> None:
    archive = make_tar(tmp_path / "a.tar.gz", [("a", HARD_LINK)])
    assert "neither file nor folder" in refused(archive, tmp_path)


def test_a_header_that_would_fill_the_memory_is_refused(tmp_path: Path) -> None:
    entry = tarfile.TarInfo("pax")
    entry.type, entry.size = tarfile.XHDTYPE, 1 << 31
    archive = tmp_path / "a.tar.gz"
    archive.write_bytes(gzip.compress(entry.tobuf() + bytes(1 << 20)))
    assert "larger than headers are" in refused(archive, tmp_path)


def test_a_zero_in_a_name_does_not_hide_its_end(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "a.zip", [("a.txtQb", b"a")])
    archive.write_bytes(archive.read_bytes().replace(b"a.txtQb", b"a.txt\0b"))
    assert OUTSIDE in refused(archive, tmp_path)


def test_names_of_a_code_page_are_not_guessed(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "a.zip", [("QQQQ.txt", b"a")])
    archive.write_bytes(archive.read_bytes().replace(b"QQQQ", "부품".encode("cp949")))
    assert "UTF-8" in refused(archive, tmp_path)
    raw = make_zip(tmp_path / "b.zip", [("QQQQQQ.txt", b"a")]).read_bytes()
    (tmp_path / "b.zip").write_bytes(raw.replace(b"QQQQQQ", "부품".encode()))
    (tmp_path / "out").mkdir()
    unpack(tmp_path / "b.zip", tmp_path / "out")
    assert (tmp_path / "out" / "부품.txt").is_file()


@pytest.mark.parametrize("method", [zipfile.ZIP_DEFLATED, zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_a_damaged_entry_is_told_of_the_archive(tmp_path: Path, method: int) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", method) as made:
        made.writestr("a.png", random.Random(1).randbytes(50_000))
    raw = bytearray((tmp_path / "a.zip").read_bytes())
    raw[60:20_000] = bytes(19_940)
    (tmp_path / "a.zip").write_bytes(raw)
    assert "is damaged" in refused(tmp_path / "a.zip", tmp_path)


def test_an_unknown_compression_is_refused_and_a_fault_of_ours_is_none(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "a.zip", [("a.txt", b"a")])
    raw = bytearray(archive.read_bytes())
    raw[8] = raw[raw.find(b"PK\x01\x02") + 10] = 97
    archive.write_bytes(raw)
    assert "pack it again" in refused(archive, tmp_path)

    def broken(*_: object) -> Any:
        raise RuntimeError("a fault")

    with pytest.raises(RuntimeError, match="a fault"):
        unpack(make_zip(tmp_path / "b.zip", [("a", b"a")]), tmp_path / "in", broken)


def test_an_encrypted_one_is_refused(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "a.zip", [("a.txt", b"a")])
    raw = bytearray(archive.read_bytes())
    raw[6] |= 1
    raw[raw.find(b"PK\x01\x02") + 8] |= 1
    archive.write_bytes(raw)
    assert "encrypted" in refused(archive, tmp_path)


def test_a_list_of_files_without_end_is_not_read(tmp_path: Path) -> None:
    archive = make_zip(tmp_path / "a.zip", [("a.txt", b"a")])
    raw = bytearray(archive.read_bytes())
    at = raw.rfind(b"PK\x05\x06")
    raw[at + 12 : at + 16] = (1 << 30).to_bytes(4, "little")
    archive.write_bytes(raw)
    assert "more than 20 entries" in refused(archive, tmp_path)


@pytest.mark.parametrize("kind", MAKERS)
def test_half_an_archive_is_refused_wherever_it_was_cut_off(tmp_path: Path, kind: str) -> None:
    target = export(sound_set(tmp_path), tmp_path / f"a.{kind}", "coco").target
    whole = target.read_bytes()
    for length in {*range(4, len(whole), 37), len(whole) - 1, len(whole) - 9}:
        target.write_bytes(whole[:length])
        with pytest.raises(ExchangeError, match=r"exchange\.damaged"):
            take(target, tmp_path / "scratch")
    assert not list((tmp_path / "scratch").iterdir())


@pytest.mark.parametrize("kind", MAKERS)
def test_a_flipped_bit_is_refused_or_changes_nothing(tmp_path: Path, kind: str) -> None:
    items = sound_set(tmp_path)
    target = export(items, tmp_path / f"a.{kind}", "coco").target
    whole = target.read_bytes()
    same = 0
    for at in range(0, len(whole), 23):
        target.write_bytes(whole[:at] + bytes([whole[at] ^ 4]) + whole[at + 1 :])
        try:
            found = take(target, tmp_path / "scratch")
        except ExchangeError:
            continue
        same += 1
        assert found == {item.labelled for item in items}
    assert same < 40


def take(target: Path, scratch: Path) -> set[object]:
    scratch.mkdir(exist_ok=True)
    with reading(target, "coco", Options(scratch=scratch)) as found:
        return {item.labelled for item in found.items}


def test_a_damaged_header_in_the_middle_does_not_end_a_tar(tmp_path: Path) -> None:
    """Compressed anew, so that no checksum of the compression tells."""
    archive = make_tar(tmp_path / "a.tar.gz", [(f"{n}.txt", b"x" * 600) for n in range(9)])
    raw = bytearray(gzip.decompress(archive.read_bytes()))
    raw[4 * 1536 + 3] ^= 1
    archive.write_bytes(gzip.compress(bytes(raw)))
    assert "damaged" in refused(archive, tmp_path)


@pytest.mark.parametrize("kind", MAKERS)
def test_pictures_outside_of_an_archive_are_not_read(tmp_path: Path, kind: str) -> None:
    """Whatever path the labels give."""
    items = sound_set(tmp_path)
    secret = items[0].file
    for written in (str(secret), f"../{secret.name}", f"../../..{secret}"):
        label = (
            f'{{"images": [{{"id": 1, "file_name": "{written}"}}], "annotations": [],'
            ' "categories": []}'
        )
        archive = MAKERS[kind](tmp_path / f"a.{kind}", [("a.json", label.encode())])
        with pytest.raises(ExchangeError) as caught:
            take(archive, tmp_path)
        assert "outside" in str(caught.value) or "not there" in str(caught.value)


def test_what_systems_add_is_passed_over_and_one_folder_is_entered(tmp_path: Path) -> None:
    items = sound_set(tmp_path)
    home = export(items, tmp_path / "out", "yolo-detect").target
    archive = tmp_path / "a.zip"
    with zipfile.ZipFile(archive, "w") as packed:
        packed.writestr("__MACOSX/set/._data.yaml", b"\0\1")
        packed.writestr("set/.DS_Store", b"\0\1")
        for file in sorted(home.rglob("*")):
            packed.write(file, f"set/{file.relative_to(home)}")
    with reading(archive, "yolo-detect") as found:
        assert [item.labelled.picture.name for item in found.items] == [
            f"part-{n}.png" for n in range(3)
        ]


def test_errors_and_warnings_name_the_archive(tmp_path: Path) -> None:
    archive = make_zip(
        tmp_path / 'a"b.zip',
        [("a.json", b'{"images": [], "annotations": ['), ("images/x.png", b"x")],
    )
    with pytest.raises(ExchangeError) as caught:
        take(archive, tmp_path)
    assert render(str(caught.value)).startswith(f"{archive}/a.json: line 1")


def test_progress_is_told(tmp_path: Path) -> None:
    seen: list[tuple[str, int]] = []

    def watch(items, what):  # type: ignore[no-untyped-def]
        seen.append((what, len(items)))
        return items

    target = export(sound_set(tmp_path), tmp_path / "a.zip", "coco", watch=watch).target
    with reading(target, "coco", watch=watch):
        assert seen == [("pictures", 4), ("files", 5), ("pictures", 4), ("pictures", 4)]


def test_an_archive_is_one_by_its_first_bytes_or_by_its_name(tmp_path: Path) -> None:
    plain = tmp_path / "a.json"
    plain.write_bytes(b"{}")
    assert not is_archive(plain)
    assert "damaged" in refused(plain.rename(tmp_path / "a.zip"), tmp_path)
    assert not is_archive(tmp_path)
    assert not is_archive(tmp_path / "nothing")
    assert is_archive(make_zip(tmp_path / "b", []))


@pytest.mark.parametrize("make", [make_zip, make_tar])
def test_a_folder_that_cannot_be_written_is_one_line(
    tmp_path: Path, make: Callable[[Path, list[Member]], Path]
) -> None:
    archive = make(tmp_path / "a", [("a.txt", b"a")])
    with (
        pytest.raises(ExchangeError) as caught,
        reading(archive, "coco", Options(scratch=tmp_path / "nowhere")),
    ):
        pass
    assert "nowhere" in str(caught.value)
