"""Files are written whole or not at all, readable by others, and never over what was read."""

from __future__ import annotations

import json
import os
import stat
from pathlib import Path

import pytest

from models.ground.writing import WriteError, require_target, write_whole


def rights(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


@pytest.mark.parametrize(("umask", "expected"), [(0o022, 0o644), (0o002, 0o664), (0o077, 0o600)])
def test_a_new_file_has_the_rights_that_the_umask_leaves(
    tmp_path: Path, umask: int, expected: int
) -> None:
    before = os.umask(umask)
    try:
        write_whole(tmp_path / "new", "부품")
    finally:
        os.umask(before)
    assert rights(tmp_path / "new") == expected
    assert (tmp_path / "new").read_bytes() == "부품".encode()


def test_a_replaced_file_keeps_its_rights_and_a_link_stays_one(tmp_path: Path) -> None:
    file, link = tmp_path / "file", tmp_path / "link"
    file.write_text("old")
    file.chmod(0o640)
    link.symlink_to(file)
    write_whole(link, b"new")
    assert file.read_text() == "new"
    assert rights(file) == 0o640
    assert link.is_symlink()


def test_devices_and_pipes_are_written_to_and_stay() -> None:
    write_whole(Path("/dev/null"), "nothing")
    assert stat.S_ISCHR(os.stat("/dev/null").st_mode)
    with pytest.raises(WriteError, match="No space left"):
        write_whole(Path("/dev/full"), "nothing")


@pytest.mark.parametrize("trouble", [OSError(28, "No space left on device"), KeyboardInterrupt()])
def test_what_breaks_leaves_the_old_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, trouble: BaseException
) -> None:
    file = tmp_path / "file"
    file.write_text("old")

    def fails(_: int) -> None:
        raise trouble

    monkeypatch.setattr(os, "fsync", fails)
    with pytest.raises((WriteError, KeyboardInterrupt)):
        write_whole(file, "new" * 1000)
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
    assert file.read_text() == "old"


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("no/such/report.json", "is no folder"),
        ("", "is a folder"),
        ("file/report.json", "is no folder"),
        ("x" * 300, "File name too long"),
        ("a\0b", "embedded null"),
        ("loop", "cannot be written"),
    ],
)
def test_a_place_that_cannot_be_written_is_one_line(tmp_path: Path, place: str, words: str) -> None:
    (tmp_path / "file").write_text("in the way")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    for attempt in (require_target, lambda path: write_whole(path, "x")):
        with pytest.raises(WriteError) as caught:
            attempt(tmp_path / place)
        assert "\n" not in str(caught.value)
    with pytest.raises(WriteError, match=words):
        require_target(tmp_path / place)


def test_a_name_as_long_as_names_may_be_is_written(tmp_path: Path) -> None:
    write_whole(tmp_path / ("x" * 255), "content")
    assert (tmp_path / ("x" * 255)).read_text() == "content"


@pytest.mark.parametrize("name", ["input.png", "link.png", "hard.png", "sub/../input.png"])
def test_an_input_is_not_overwritten_under_any_of_its_names(tmp_path: Path, name: str) -> None:
    (tmp_path / "sub").mkdir()
    file = tmp_path / "input.png"
    file.write_bytes(b"picture")
    (tmp_path / "link.png").symlink_to(file)
    os.link(file, tmp_path / "hard.png")
    with pytest.raises(WriteError, match="is an input"):
        require_target(tmp_path / name, (file, None))
    require_target(tmp_path / "other.png", (file,))


@pytest.mark.parametrize(
    ("name", "content", "refused"),
    [
        ("labels.json", {"images": [], "annotations": [], "categories": []}, True),
        ("split.json", {"version": 1, "format": "coco", "groups": {}}, False),
        ("report.html", None, False),
        ("a.png", None, True),
        ("deep/b.txt", None, True),
        ("new.json", ..., False),
    ],
)
def test_in_a_folder_that_is_read_only_own_reports_are_replaced(
    tmp_path: Path, name: str, content: object, refused: bool
) -> None:
    (tmp_path / "deep").mkdir()
    if content is not ...:
        (tmp_path / name).write_text(json.dumps(content))
    own = ("version", "format", "groups")
    if refused:
        with pytest.raises(WriteError, match="is an input"):
            require_target(tmp_path / name, (tmp_path,), own)
    else:
        require_target(tmp_path / name, (tmp_path,), own)


def test_a_link_from_outside_into_a_folder_that_is_read_is_seen(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / "a.txt").write_text("0 1 1 1 1")
    (tmp_path / "soft").symlink_to(data / "a.txt")
    os.link(data / "a.txt", tmp_path / "hard")
    for name in ("soft", "hard"):
        with pytest.raises(WriteError, match="is an input"):
            require_target(tmp_path / name, (data,))
