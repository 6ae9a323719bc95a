"""Labels are versions: added, never changed, and saved once."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from cell.labels import keeping
from cell.labels.book import LabelBook
from cell.labels.errors import LeaseError, StaleLabelError, StoreError
from cell.labels.label import Judgement, LabelError, Shape, ShapeKind
from cell.labels.reasons import Why
from cell.labels.rows import shapes_of, shapes_text
from cell.labels.values import NewPicture, Origin, Purpose, Reason, Said, State
from cell.texts import render
from tests.cell.evidence_world import noise
from tests.cell.small_disk import fill, prove
from tests.labels.desk import (
    ALWAYS_TWICE,
    GOOD,
    UNUSABLE,
    book_of,
    label,
    picture,
    scratch,
    tell,
)


def test_a_label_is_kept_as_it_was_said(tmp_path: Path) -> None:
    book = book_of(tmp_path, 1)
    bent = Shape("Kratzer 긁힘", ShapeKind.POLYGON, ((0.25, 0.0), (47.5, 3.0), (7.0, 47.9)))
    said = Said(Judgement.DEFECTIVE, (bent, *scratch().shapes), "near the 모서리")
    saved = tell(book, 1, "김 Ann", said, 7)
    assert (saved.state, saved.repeated) == (State.SETTLED, False)
    (found,) = book.history(1)
    assert found == saved.version
    assert (found.number, found.person, found.at_ns, found.based_on) == (1, "김 Ann", 7, 0)
    assert (found.said, found.origin) == (said, Origin.FIRST)
    better = tell(book, 1, "bob", GOOD, 9)
    assert (better.version.based_on, better.version.origin) == (1, Origin.CORRECTION)
    assert [one.said for one in book.history(1)] == [said, GOOD]


@given(
    st.lists(
        st.builds(
            Shape,
            st.text(max_size=8),
            st.sampled_from(ShapeKind),
            st.lists(
                st.tuples(*[st.floats(allow_nan=False, allow_infinity=False)] * 2), max_size=4
            ).map(tuple),
        ),
        max_size=3,
    ).map(tuple)
)
@settings(max_examples=20, derandomize=True, database=None)
def test_shapes_come_back_as_they_were(shapes: tuple[Shape, ...]) -> None:
    assert shapes_of(shapes_text(shapes)) == shapes


@pytest.mark.parametrize(
    ("said", "told"),
    [
        (Said(Judgement.DEFECTIVE), "nothing is outlined"),
        (replace(scratch(), judgement=Judgement.GOOD), "something is outlined"),
        (scratch(40.0), "outside the picture of 48 x 48 px"),
        (scratch(name=" "), "no class"),
        (scratch(name="c" * 101), "at most 100 signs"),
        (scratch(name="open\0x"), r"open\x00x cannot be the name of a class"),
        (scratch(name="ab\u202edc"), "abdc cannot be the name of a class"),
        (scratch(float("nan")), "outside"),
    ],
)
def test_what_is_not_sound_is_refused_and_changes_nothing(
    said: Said, told: str, tmp_path: Path
) -> None:
    book = book_of(tmp_path, 1)
    book.save_draft(1, "ann", "half", 0)
    with pytest.raises(LabelError) as refused:
        label(book, 1, "ann", said, 0)
    assert told in render(str(refused.value), "en")
    assert not book.history(1)
    assert book.open_item(1, "ann", 0).draft == "half"


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (lambda book: label(book, 1, "ann", GOOD, 5), "no version 5"),
        (lambda book: label(book, 1, "ann", GOOD, -1), "no version -1"),
        (lambda book: label(book, 99, "ann", GOOD, 0), "no item 99"),
        (lambda book: book.item(99, 0), "no item 99"),
        (lambda book: book.history(99), "no item 99"),
        (lambda book: book.renew(99, "ann", 0), "no item 99"),
        (lambda book: book.save_draft(99, "ann", "x", 0), "no item 99"),
        (lambda book: book.note(99, "ann", "x", 0), "no item 99"),
    ],
)
def test_what_is_not_there_is_said(
    wrong: Callable[[LabelBook], object], told: str, tmp_path: Path
) -> None:
    with pytest.raises(LabelError) as refused:
        wrong(book_of(tmp_path, 1))
    assert told in render(str(refused.value), "en")


@pytest.mark.parametrize("purpose", [Purpose.REVIEW, Purpose.DECIDE])
def test_nothing_is_reviewed_or_decided_that_does_not_wait_for_it(
    purpose: Purpose, tmp_path: Path
) -> None:
    book = book_of(tmp_path, 1)
    tell(book, 1, "ann", GOOD)
    with pytest.raises(LeaseError, match="not_awaited"):
        book.save(1, "bob", GOOD, base=1, purpose=purpose, now_ns=0)
    assert len(book.history(1)) == 1


def test_who_comes_second_is_told_who_was_first_and_nothing_is_lost(tmp_path: Path) -> None:
    book = book_of(tmp_path, 1)
    label(book, 1, "ann", GOOD, 0)
    with pytest.raises(StaleLabelError) as refused:
        label(book, 1, "bob", scratch(), 0, key="once")
    words = render(str(refused.value), "en")
    assert "ann has labelled it" in words
    assert "\n" not in words
    with pytest.raises(StaleLabelError) as again:
        label(book, 1, "bob", scratch(), 0, key="once")
    assert str(again.value) == str(refused.value)
    ann, bob = book.history(1)
    assert (bob.person, bob.said, bob.origin) == ("bob", scratch(), Origin.CONTRARY)
    assert book.item(1, 0).state is State.CONFLICT
    for disputant in ("ann", "bob"):
        with pytest.raises(LeaseError, match="own_decision"):
            book.open_item(1, disputant, 0)
        assert book.take(disputant, 0) is None
    task = book.take("cy", 0)
    assert task is not None
    assert (task.purpose, task.opinions, task.before) == (Purpose.DECIDE, (ann, bob), ann)
    saved = book.save(1, "cy", scratch(), base=2, purpose=task.purpose, now_ns=3)
    assert (saved.state, saved.version.origin) == (State.SETTLED, Origin.DECISION)
    assert len(book.history(1)) == 3


def test_the_same_request_saves_once(tmp_path: Path) -> None:
    book = book_of(tmp_path, 2)
    first = label(book, 1, "ann", GOOD, 0, key="k1")
    again = label(book, 1, "ann", GOOD, 0, key="k1")
    assert again.version == first.version
    assert (first.repeated, again.repeated) == (False, True)
    assert len(book.history(1)) == 1
    for item, said in ((2, GOOD), (1, UNUSABLE)):
        with pytest.raises(LabelError, match="key_taken"):
            label(book, item, "ann", said, 0, key="k1")
    assert not label(book, 2, "bob", GOOD, 0, key="k1").repeated, "a key is its person's"


@pytest.mark.parametrize("table", ["label", "remark", "comparison", "label_set", "member", "dealt"])
@pytest.mark.parametrize("verb", ["UPDATE {0} SET {1} = 'x'", "DELETE FROM {0}"])
def test_what_was_said_is_never_changed_nor_deleted(table: str, verb: str, tmp_path: Path) -> None:
    book = book_of(tmp_path, 1, ALWAYS_TWICE)
    tell(book, 1, "ann", GOOD)
    tell(book, 1, "bob", GOOD)
    book.note(1, "ann", "x", 0)
    book.freeze("first", "ann", 0)
    book.close()
    database = sqlite3.connect(tmp_path / "labels.db")
    column = database.execute(f"PRAGMA table_info({table})").fetchall()[-1][1]
    with pytest.raises(sqlite3.IntegrityError, match="never changed"):
        database.execute(verb.format(table, column))
    database.close()


def test_pictures_outlive_what_they_were_taken_from(tmp_path: Path) -> None:
    book = book_of(tmp_path)
    evidence = tmp_path / "pictures" / "day"
    evidence.mkdir(parents=True)
    kept, copied = picture(evidence, 1), picture(tmp_path, 2)
    for number, one in enumerate((kept, copied), 1):
        assert book.add(one, Reason(Why.WANTED), 0) == number
    files = [book.item(number, 0).file for number in (1, 2)]
    assert all(file is not None for file in files)
    assert files[0].samefile(kept.file), "no second copy of what nobody writes over"  # type: ignore[union-attr]
    content = [one.file.read_bytes() for one in (kept, copied)]
    kept.file.unlink()
    copied.file.write_bytes(b"overwritten")
    assert [file.read_bytes() for file in files if file] == content
    of = book.item(1, 0).picture
    assert of is not None
    assert (of.width, of.height, of.group) == (48, 48, "part-1")
    assert str(files[0]).endswith(f"labels/pictures/{of.sha256[:2]}/{of.sha256}.png")


def test_two_processes_that_keep_one_picture_leave_nothing_behind(tmp_path: Path) -> None:
    evidence, place = tmp_path / "view.jpg", tmp_path / "kept.jpg"
    evidence.write_bytes(b"x")
    assert keeping._linked(evidence, place)
    assert keeping._linked(evidence, place)
    assert {one.name for one in tmp_path.iterdir()} == {"view.jpg", "kept.jpg"}


@pytest.mark.parametrize("content", [b"", b"no picture", None])
def test_what_is_no_picture_is_refused(content: bytes | None, tmp_path: Path) -> None:
    book = book_of(tmp_path)
    one = picture(tmp_path, 1)
    whole = one.file.read_bytes()
    one.file.write_bytes(whole[: len(whole) // 2] if content is None else content)
    with pytest.raises(LabelError, match="not_a_picture"):
        book.add(one, Reason(Why.WANTED), 0)
    with pytest.raises(LabelError, match="not_a_picture"):
        book.bring_in(replace(one, file=tmp_path / "none.png"), GOOD, "ann", 0)
    assert not book.queue(0).items


def test_labels_from_files(tmp_path: Path) -> None:
    book = book_of(tmp_path)
    one, two = picture(tmp_path, 1), picture(tmp_path, 2)
    assert book.bring_in(two, None, "ann", 0) is None
    assert [item.id for item in book.queue(0).items] == [1]
    first = book.bring_in(one, scratch(), "ann", 0)
    assert first is not None
    assert (first.version.origin, first.state) == (Origin.IMPORTED, State.SETTLED)
    again = book.bring_in(one, scratch(), "bob", 0)
    assert again is not None
    assert again.repeated
    for _ in range(2):
        with pytest.raises(StaleLabelError, match="ann"):
            book.bring_in(one, GOOD, "bob", 0, key="again")
    assert [item.origin for item in book.history(2)] == [Origin.IMPORTED, Origin.CONTRARY]
    repeated = book.bring_in(one, GOOD, "bob", 0)
    assert repeated is not None
    assert repeated.repeated, "the same contrary label is kept once"


def _import_fills_the_disk(book: LabelBook, folder: Path) -> None:
    """Of an import that the disk has no room for nothing is left, labels or pictures."""
    kept = set(folder.rglob("*.png"))
    files = [(picture(Path("/tmp"), number), GOOD) for number in range(200, 204)]
    long = (picture(Path("/tmp"), 204), Said(Judgement.GOOD, note="x" * 300_000))
    for leave, brought in ((2_000, files), (200_000, [*files, long])):
        filler = fill(folder, leave=leave)
        with pytest.raises(StoreError, match=r"store\.full|disk is full"):
            book.bring_all_in(brought, "ann", 0)
        filler.unlink()
        assert set(folder.rglob("*.png")) == kept
    assert len(book.queue(0, limit=50).items) == 1
    assert book.bring_all_in([*files, files[0]], "ann", 0)[-1].saved.repeated


def full_disk_while_a_label_is_saved(folder: Path) -> None:
    book = book_of(folder, 2)
    before = label(book, 1, "ann", GOOD, 0)
    book.save_draft(2, "ann", "half", 0)
    filler = fill(folder)
    long = Said(Judgement.GOOD, note="x" * 200_000)
    with pytest.raises(StoreError) as refused:
        label(book, 2, "ann", long, 0, key="k")
    words = render(str(refused.value), "en")
    assert "the disk is full" in words
    assert "\n" not in words
    with pytest.raises(StoreError, match=r"store\.full|disk is full"):
        book.add(picture(Path("/tmp"), 99), Reason(Why.WANTED), 0)
    assert book.history(1) == (before.version,)
    assert not book.history(2)
    filler.unlink()
    _import_fills_the_disk(book, folder)
    assert book.open_item(2, "ann", 0).draft == "half"
    assert not label(book, 2, "ann", long, 0, key="k").repeated
    assert not list(folder.rglob("*.part"))
    book.close()
    again = book_of(folder)
    assert [len(again.history(item)) for item in (1, 2)] == [1, 1]
    again.close()


def test_a_full_disk_is_one_line_and_nothing_is_lost(tmp_path: Path) -> None:
    prove("tests.labels.test_versions", "full_disk_while_a_label_is_saved", tmp_path, "2m")


def test_pictures_that_could_not_be_inspected_are_not_kept(tmp_path: Path) -> None:
    frames = [Image.fromarray(noise(number)) for number in range(3)]
    several, deep = tmp_path / "several.webp", tmp_path / "deep.png"
    frames[0].save(several, save_all=True, append_images=frames[1:], lossless=True)
    assert cv2.imwrite(str(deep), noise(9).astype(np.uint16) * 257)
    with closing(book_of(tmp_path / "data")) as book:
        for file in (several, deep):
            with pytest.raises(LabelError, match="not_a_picture"):
                book.add(NewPicture(file, file.name, "g"), Reason(Why.WANTED, text="x"), 0)
    assert not list((tmp_path / "data" / "labels").rglob("*.webp"))
