"""The fuzz harness sees what it is there to see, and a short seeded part of it finds nothing."""

from __future__ import annotations

import os
import random
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import cv2
import pytest

from tests.fuzz import running
from tests.fuzz.campaign import main
from tests.fuzz.cases import PLACES, Case, laid
from tests.fuzz.damage import KINDS, damaged
from tests.fuzz.pictures import SAMPLE, PassedDamagedError, Screw, picture_targets
from tests.fuzz.running import Tally, attempt, run
from tests.fuzz.targets import Target, make_targets
from vision.lab.data.types import DataError


def target(folder: Path, read: Callable[[Path], None]) -> Target:
    (folder / "a.json").write_text('{"images": [1, 2]}')
    return Target("planted", folder, ("a.json",), read)


def fails() -> None:
    raise ValueError("planted")


def refuses() -> None:
    raise DataError("a.json: is odd")


def hangs() -> None:
    time.sleep(30)


def passes() -> None:
    raise PassedDamagedError


def takes() -> None:
    bytearray(os.urandom(1 << 20) * 900)


@pytest.mark.parametrize(
    ("read", "field", "words"),
    [
        (fails, "tracebacks", "ValueError at tests/fuzz/test_fuzz.py"),
        (passes, "passes_of_damaged", "passed although damaged"),
        (hangs, "hangs", "took too long"),
        (takes, "memory_exceeded", "MiB"),
        (refuses, "refused", ""),
    ],
)
def test_what_a_reader_does_wrong_is_counted(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    read: Callable[[], None],
    field: str,
    words: str,
) -> None:
    monkeypatch.setattr(running, "MOST_SECONDS", 0.2 if read is hangs else 20)
    tally = Tally()
    case = Case("planted", "a.json", b"{}")
    found = attempt(case, target(tmp_path, lambda _: read()), tally)
    assert words in found
    assert getattr(tally, field) == 1
    assert tally.clean == (read is refuses)


def test_drawing_reaches_every_way_and_is_the_same_for_a_seed(tmp_path: Path) -> None:
    seen: list[bytes] = []
    for _ in range(2):
        drawn: list[bytes] = []
        planted = target(tmp_path, lambda _: None)
        tally = run(
            [planted],
            120,
            5,
            lambda _: None,
            lambda *_: None,
            lambda c, d=drawn: d.append(c.content),
        )
        assert tally.inputs == 120
        assert len(set(drawn)) >= 120 - len(PLACES)
        seen.append(b"|".join(drawn))
    assert seen[0] == seen[1]


@pytest.mark.parametrize("instead", ["", *PLACES])
def test_the_sound_file_is_back_after_each_case(tmp_path: Path, instead: str) -> None:
    planted = target(tmp_path, lambda _: None)
    sound = (tmp_path / "a.json").read_bytes()
    case = Case("planted", "a.json", b"odd", instead)
    assert Case.from_json(case.to_json()) == case
    with laid(case, planted.folder):
        assert instead or (tmp_path / "a.json").read_bytes() == b"odd"
    assert (tmp_path / "a.json").read_bytes() == sound


@pytest.mark.parametrize("kind", sorted(set(KINDS), key=lambda one: one.__name__))
@pytest.mark.parametrize("content", [b"", b"a", SAMPLE.read_bytes()])
def test_every_damage_works_on_files_of_any_length(
    kind: Callable[[bytes, random.Random], bytes], content: bytes
) -> None:
    for seed in range(20):
        kind(content, random.Random(seed))
        assert damaged(content, seed) == damaged(content, seed)


def test_a_picture_in_which_the_inspection_misses_the_defect_is_seen_to_pass(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The check itself, with an inspection that no longer finds anything."""
    screw = Screw()
    sound, file = cv2.imread(str(SAMPLE), cv2.IMREAD_GRAYSCALE), tmp_path / "a.png"
    cv2.imwrite(str(file), sound)
    screw.learn(file)
    inspected = screw.inspected
    assert not screw.passes(file)
    assert screw.inspected == inspected  # the same pixels are not looked at again
    assert screw.seen is not None
    box = max(screw.seen.detections, key=lambda found: found.score).box
    sound[int(box.y_min) : int(box.y_max), int(box.x_min) : int(box.x_max)] ^= 1
    inspector = screw._setup.complete
    cv2.imwrite(str(file), sound)
    nothing = replace(inspector.inspect_view(sound)[0], detections=())
    monkeypatch.setattr(type(inspector), "inspect_view", lambda *_: (nothing, sound))
    assert screw.passes(file)
    assert screw.inspected == inspected + 1


def test_what_is_found_can_be_replayed(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "found.json"
    file.write_text(Case("recipe-pcb", "recipe.yaml", b"\tname: x").to_json())
    assert main(["--replay", str(file)]) == 0
    assert capsys.readouterr().out == "recipe-pcb recipe.yaml: nothing found\n"


@pytest.mark.parametrize(("make", "inputs"), [(make_targets, 400), (picture_targets, 200)])
def test_a_short_seeded_part_finds_nothing(
    tmp_path: Path, make: Callable[[Path], list[Target]], inputs: int
) -> None:
    tally = run(make(tmp_path), inputs, 0, lambda _: None, lambda *_: None)
    assert tally.inputs == inputs
    assert tally.clean, tally.kinds
