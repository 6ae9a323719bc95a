"""Label sets: frozen, named, and split so that no part is on both sides."""

from __future__ import annotations

from pathlib import Path

import pytest

from cell.config.labels import LabelsConfig
from cell.labels.errors import SetError, StaleLabelError
from cell.labels.label import Judgement
from cell.labels.reasons import Why
from cell.labels.sets import fingerprint
from cell.labels.training import data_set
from cell.labels.values import Member, Reason, Said, SetChange, Split
from tests.labels.desk import GOOD, NEVER_TWICE, UNUSABLE, book_of, label, picture, scratch, tell


def by_name(members: list[Member]) -> dict[str, Member]:
    return {one.labelled.picture.name: one for one in members}


def test_a_set_holds_what_was_settled_and_stays_as_it_was(tmp_path: Path) -> None:
    book = book_of(tmp_path, 5)
    tell(book, 1, "ann", GOOD)
    tell(book, 2, "ann", scratch())
    tell(book, 3, "ann", UNUSABLE)
    label(book, 4, "ann", scratch(name="dent"), 0)
    with pytest.raises(StaleLabelError):
        label(book, 4, "bob", GOOD, 0)
    made = book.freeze("2026-11", "ann", 9, note="first")
    assert (made.size, made.left_out, made.classes) == (2, 2, ("scratch",))
    assert (made.person, made.at_ns, made.note, made.only_settled) == ("ann", 9, "first", True)
    before = list(book.members("2026-11"))
    assert set(by_name(before)) == {"p0.png", "p1.png"}
    assert by_name(before)["p1.png"].labelled.shapes == scratch().shapes
    assert all(one.file.is_file() for one in before)
    assert made.fingerprint == fingerprint(before[::-1])
    everything = book.freeze("everything", "ann", 10, only_settled=False)
    assert (everything.size, everything.only_settled) == (3, False)
    assert everything.classes == ("dent", "scratch")
    tell(book, 1, "bob", scratch(20.0))
    assert list(book.members("2026-11")) == before, "a later correction changes no set"
    assert book.label_set("2026-11") == made
    tell(book, 5, "ann", GOOD)
    last = book.freeze("next", "ann", 11)
    assert last.fingerprint != made.fingerprint
    assert book.compare("2026-11", "next") == SetChange(("p4.png",), ("p0.png",), ())
    assert book.compare("everything", "next").removed == ("p3.png",)
    assert [one.name for one in book.sets()] == ["next", "everything", "2026-11"]


def test_the_same_content_has_the_same_fingerprint_wherever_it_was_made(tmp_path: Path) -> None:
    two = Said(Judgement.DEFECTIVE, (*scratch().shapes, *scratch(25.0, name="dent").shapes))
    turned = Said(two.judgement, two.shapes[::-1], "another note")
    prints = []
    for name, said, person in (("one", two, "ann"), ("two", turned, "bob")):
        (tmp_path / name).mkdir()
        book = book_of(tmp_path / name, 2)
        tell(book, 2, person, GOOD)
        tell(book, 1, person, said)
        prints.append(book.freeze(name, person, 3).fingerprint)
    assert prints[0] == prints[1]


def test_a_set_is_data_for_training(tmp_path: Path) -> None:
    book = book_of(tmp_path, 3)
    tell(book, 1, "ann", GOOD)
    tell(book, 2, "ann", scratch())
    tell(book, 3, "ann", scratch(20.0, name="dent"))
    made = book.freeze("set", "ann", 0)
    members = list(book.members("set"))
    split = data_set(members, tmp_path, made.classes)
    assert split.data.classes == ("dent", "scratch")
    samples = {one.name: one for one in split.data.samples}
    assert samples["p0.png"].good
    assert samples["p1.png"].size == (48, 48)
    assert samples["p1.png"].boxes.tolist() == [[10, 10, 20, 20]]
    assert samples["p1.png"].labels.tolist() == [1]
    for one in members:
        assert split.split_of(one.labelled.picture.group) == one.split


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("taken", "set_taken"),
        ("", "set_name"),
        ("../up", "set_name"),
        ("a b", "set_name"),
        (".hidden", "set_name"),
        ("x" * 65, "set_name"),
    ],
)
def test_a_name_is_a_name_and_used_once(name: str, told: str, tmp_path: Path) -> None:
    book = book_of(tmp_path, 1)
    with pytest.raises(SetError, match="set_empty"):
        book.freeze("taken", "ann", 0)
    tell(book, 1, "ann", GOOD)
    book.freeze("taken", "ann", 0)
    with pytest.raises(SetError, match=told):
        book.freeze(name, "ann", 0)
    for missing in (book.label_set, book.members, lambda one: book.compare("taken", one)):
        with pytest.raises(SetError, match="set_unknown"):
            missing("other")
    assert len(book.sets()) == 1


def test_no_part_is_on_both_sides_and_none_ever_moves(tmp_path: Path) -> None:
    shares = LabelsConfig(review_share=0.0, validation_share=0.2, test_share=0.3)
    book = book_of(tmp_path, 0, shares)
    for number in range(80):
        one = picture(tmp_path, number, group=f"part-{number // 2}")
        item = book.add(one, Reason(Why.WANTED), 0)
        if number < 60:
            tell(book, item, "ann", GOOD)
    made = book.freeze("first", "ann", 0)
    before = by_name(list(book.members("first")))
    groups: dict[str, set[Split]] = {}
    for frozen in before.values():
        groups.setdefault(frozen.labelled.picture.group, set()).add(frozen.split)
    assert {len(splits) for splits in groups.values()} == {1}
    assert 6 <= made.counts[Split.TEST] <= 32
    assert min(made.counts.values()) > 0
    book.close()
    # Other shares deal what is new; what was held apart stays so, through any number of sets.
    book = book_of(tmp_path, 0, LabelsConfig(review_share=0, validation_share=0, test_share=0.9))
    for item in range(61, 81):
        tell(book, item, "ann", GOOD)
    later = book.freeze("later", "ann", 0)
    after = by_name(list(book.members("later")))
    assert len(after) == 80
    assert all(after[name].split is one.split for name, one in before.items())
    new = [one.split for name, one in after.items() if name not in before]
    assert new.count(Split.TEST) >= 14
    assert later.counts[Split.VALIDATION] == made.counts[Split.VALIDATION]


def test_a_part_is_dealt_alike_in_another_cell(tmp_path: Path) -> None:
    dealt = []
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        book = book_of(tmp_path / name, 12, NEVER_TWICE)
        for item in range(1, 13) if name == "one" else range(12, 0, -1):
            tell(book, item, "ann", GOOD)
        book.freeze("set", "ann", 0)
        dealt.append({k: one.split for k, one in by_name(list(book.members("set"))).items()})
    assert dealt[0] == dealt[1]
