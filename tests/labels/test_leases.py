"""Who works on what: several people, and a clock that moves both ways."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from cell.config.labels import LabelsConfig
from cell.labels import queue
from cell.labels.book import LabelBook
from cell.labels.errors import LeaseError, StaleLabelError
from cell.labels.label import Judgement, LabelError
from cell.labels.reasons import Why
from cell.labels.values import About, Origin, Purpose, Reason, Said, State, Task, Version
from tests.labels.desk import GOOD, MINUTE, NEVER_TWICE, book_of, label, picture, scratch, tell

PEOPLE = st.sampled_from(["ann", "bob", "cy", "dee"])
ITEMS = st.integers(1, 4)
CLOCK = 5
"""An item of which nothing is wanted any more."""
SAYINGS = (GOOD, scratch(), scratch(20.0), Said(Judgement.UNUSABLE, note="dark"))
LEASE = 10 * MINUTE


class Room(RuleBasedStateMachine):
    """People in a room with one queue. The model knows who holds what, and what was said."""

    def __init__(self) -> None:
        super().__init__()
        self.folder = tempfile.TemporaryDirectory()
        settings = LabelsConfig(lease_min=10.0, review_share=0.5)
        self.book = book_of(Path(self.folder.name), CLOCK, settings)
        label(self.book, CLOCK, "clock", GOOD, 0)
        assert self.book.item(CLOCK, 0).state is State.SETTLED
        self.book.open_item(CLOCK, "clock", 10**15)
        self.now_ns, self.gone_ns = 10**15, 0
        self.held: dict[int, tuple[str, int]] = {}
        self.tasks: dict[tuple[str, int], Task] = {}
        self.said: dict[int, list[tuple[str, Said]]] = {item: [] for item in range(1, 5)}

    def teardown(self) -> None:
        self.book.close()
        self.folder.cleanup()

    def holder(self, item: int) -> str:
        person, ends = self.held.get(item, ("", 0))
        return person if ends > self.gone_ns else ""

    def head(self, item: int) -> Version:
        """The label that counts."""
        beside = (Origin.REVIEW, Origin.CONTRARY)
        return [one for one in self.book.history(item) if one.origin not in beside][-1]

    def holds(self, task: Task, person: str) -> None:
        item = task.item.id
        assert self.holder(item) in ("", person), "two people have one item"
        self.held[item] = (person, self.gone_ns + LEASE)
        self.tasks[person, item] = task
        assert task.item.version == len(self.said[item])
        if task.purpose is Purpose.REVIEW:
            assert person != self.head(item).person, "nobody reviews his own"
            assert task.before is None, "a second look is blind"
        if task.purpose is Purpose.DECIDE:
            assert person not in {one.person for one in task.opinions}, "a third one decides"
            assert task.before in task.opinions
            assert len(task.opinions) >= 2

    @rule(minutes=st.integers(-60, 12))
    def time_goes_by(self, minutes: int) -> None:
        # Leases count what somebody has seen go by.
        self.book.renew(CLOCK, "clock", self.now_ns)
        self.now_ns += minutes * MINUTE
        self.gone_ns += max(0, minutes) * MINUTE
        self.book.renew(CLOCK, "clock", self.now_ns)

    @rule(person=PEOPLE)
    def take(self, person: str) -> None:
        free = {
            one.id: one.value
            for one in self.book.queue(self.now_ns).items
            if self.holder(one.id) in ("", person) and one.state is State.OPEN
        }
        own = [item for item in self.held if self.holder(item) == person]
        task = self.book.take(person, self.now_ns)
        if task is None:
            assert not free
            return
        if not own and not task.draft:
            assert task.item.value >= max(free.values(), default=0.0)
        self.holds(task, person)

    @rule(person=PEOPLE, item=ITEMS)
    def open_it(self, person: str, item: int) -> None:
        try:
            task = self.book.open_item(item, person, self.now_ns)
        except LeaseError:
            disputed = self.book.item(item, self.now_ns).state is State.CONFLICT
            assert self.holder(item) not in ("", person) or disputed
        else:
            self.holds(task, person)

    @rule(person=PEOPLE, item=ITEMS)
    def renew(self, person: str, item: int) -> None:
        took = self.held.get(item, ("", 0))[0]
        try:
            self.book.renew(item, person, self.now_ns)
        except LeaseError:
            assert took != person
        else:
            assert took == person, "only what he has taken and not given back"
            self.held[item] = (person, self.gone_ns + LEASE)

    @rule(person=PEOPLE, item=ITEMS)
    def release(self, person: str, item: int) -> None:
        self.book.release(item, person)
        self.lets_go(item, person)

    @precondition(lambda self: self.tasks)
    @rule(data=st.data(), said=st.sampled_from(SAYINGS))
    def save(self, data: st.DataObject, said: Said) -> None:
        person, item = data.draw(st.sampled_from(sorted(self.tasks)))
        task = self.tasks.pop((person, item))
        newest = len(self.said[item])
        refused = ""
        try:
            self.book.save(
                item,
                person,
                said,
                base=task.item.version,
                purpose=task.purpose,
                now_ns=self.now_ns,
            )
        except StaleLabelError as error:
            refused = str(error)
        assert bool(refused) == (task.item.version != newest)
        if refused:
            assert self.said[item][-1][0] in refused, "who was first is named"
            assert self.book.item(item, self.now_ns).state is State.CONFLICT
        self.said[item].append((person, said))
        self.lets_go(item, person)

    def lets_go(self, item: int, person: str) -> None:
        if self.held.get(item, ("", 0))[0] == person:
            del self.held[item]

    @invariant()
    def nothing_is_lost_or_doubled(self) -> None:
        for item, said in self.said.items():
            history = self.book.history(item)
            assert [(one.person, one.said) for one in history] == said
            assert [one.number for one in history] == list(range(1, len(said) + 1))


def test_people_in_a_room() -> None:
    run_state_machine_as_test(
        Room,
        settings=settings(
            max_examples=30,
            stateful_step_count=25,
            deadline=None,
            derandomize=True,
            database=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_what_expired_goes_to_the_next_and_a_late_save_still_counts(tmp_path: Path) -> None:
    book = book_of(tmp_path, 1)
    task = book.take("ann", 0)
    assert task is not None
    assert book.take("bob", 14 * MINUTE) is None
    assert book.renew(1, "ann", 14 * MINUTE) == 29 * MINUTE
    assert book.take("bob", 28 * MINUTE) is None
    second = book.take("bob", 30 * MINUTE)
    assert second is not None
    with pytest.raises(LeaseError, match="bob"):
        book.renew(1, "ann", 30 * MINUTE)
    assert label(book, 1, "ann", GOOD, task.item.version).state is State.SETTLED
    with pytest.raises(StaleLabelError, match="ann"):
        label(book, 1, "bob", scratch(), second.item.version)
    assert book.item(1, 0).state is State.CONFLICT


def test_a_clock_set_back_gives_nothing_away_and_holds_nothing_for_ever(tmp_path: Path) -> None:
    book = book_of(tmp_path, 1)
    day = 24 * 60 * MINUTE
    assert book.take("ann", 2 * day)
    assert book.take("bob", day) is None, "only the clock went back"
    assert book.take("bob", day + 14 * MINUTE) is None
    assert book.take("bob", day + 16 * MINUTE) is not None


def test_who_comes_back_finds_his_half_done_work(tmp_path: Path) -> None:
    book = book_of(tmp_path, 3)
    assert book.open_item(1, "ann", 0).draft == ""
    book.save_draft(1, "ann", '{"shapes": 3}', 0)
    book.close()
    book = book_of(tmp_path)
    assert book.open_item(2, "ann", 20 * MINUTE).draft == ""
    book.release(2, "ann")
    other = book.take("bob", 20 * MINUTE)
    assert other is not None
    assert (other.item.id, other.draft) == (3, ""), "drafts are one's own"
    again = book.take("ann", 20 * MINUTE)
    assert again is not None
    assert (again.item.id, again.draft) == (1, '{"shapes": 3}')
    book.note(1, "ann", "see the edge", 20 * MINUTE)
    book.renew(1, "ann", 20 * MINUTE)
    tell(book, 1, "ann", GOOD, 20 * MINUTE)
    with pytest.raises(LeaseError, match="given_back"):
        book.renew(1, "ann", 20 * MINUTE)
    assert book.open_item(1, "ann", 20 * MINUTE).draft == "", "a save ends it"
    with pytest.raises(LabelError, match="too_long"):
        book.save_draft(2, "ann", "x" * (2 << 20), 0)


def test_a_page_that_fetches_ahead_holds_more_than_one(tmp_path: Path) -> None:
    book = book_of(tmp_path, 3)
    assert take_all(book, "ann") == [3, 2, 1], "the most valuable first"
    assert book.take("bob", 0) is None
    resumed = book.take("ann", 0)
    assert resumed is not None
    assert resumed.item.id == 3, "what he holds, he gets again"


def take_all(book: LabelBook, person: str) -> list[int]:
    taken: list[int] = []
    while (task := book.take(person, 0, besides=taken)) is not None:
        taken.append(task.item.id)
    return taken


def test_threads_and_processes_never_share_an_item(tmp_path: Path) -> None:
    count = 60
    book = book_of(tmp_path, count)
    code = (
        "import sys, pathlib; from tests.labels.test_leases import book_of, take_all; "
        "print(*take_all(book_of(pathlib.Path(sys.argv[1])), sys.argv[2]))"
    )
    command = [sys.executable, "-c", code, str(tmp_path)]
    others = [
        subprocess.Popen([*command, name], stdout=subprocess.PIPE, text=True)
        for name in ("cy", "dee")
    ]
    with ThreadPoolExecutor(2) as pool:
        found = list(pool.map(take_all, [book] * 2, ["ann", "bob"]))
    found += [list(map(int, other.communicate(timeout=60)[0].split())) for other in others]
    assert not any(other.returncode for other in others)
    counted = Counter(item for taken in found for item in taken)
    assert sorted(counted) == list(range(1, count + 1))
    assert set(counted.values()) == {1}
    book.close()


def test_an_item_without_a_picture_is_listed_and_only_noted(tmp_path: Path) -> None:
    book = book_of(tmp_path)
    with book._store.writing() as db:
        queue.add_part(db, About(part="s1-7"), Reason(Why.NOT_INSPECTED, 0.0), 0)
    (item,) = book.queue(0).items
    assert (item.picture, item.file, item.about.part) == (None, None, "s1-7")
    assert book.take("ann", 0) is None
    with pytest.raises(LabelError, match="no_picture"):
        label(book, item.id, "ann", GOOD, 0)
    for _ in range(2):
        assert book.note(item.id, "ann", "cable was loose", 5, key="k") is State.NOTED
    assert book.notes(item.id) == (("ann", 5, "cable was loose"),)
    assert not book.queue(0).items


def test_pages_of_the_queue_follow_each_other(tmp_path: Path) -> None:
    book = book_of(tmp_path, 7, NEVER_TWICE)
    tell(book, 4, "ann", GOOD)
    seen, after = [], ""
    while True:
        page = book.queue(0, after=after, limit=2)
        seen += [one.id for one in page.items]
        after = page.after
        if not after:
            break
    assert seen == [7, 6, 5, 3, 2, 1]
    assert [one.id for one in book.queue(0, state=State.SETTLED).items] == [4]
    for wrong in ("x", "1_y", "__"):
        with pytest.raises(LabelError, match="no_page"):
            book.queue(0, after=wrong)
    assert book.add(picture(tmp_path, 3), book.item(4, 0).reasons[0], 0) == 4, "once by content"
