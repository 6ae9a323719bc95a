"""The book of labels: the one door to the queue, to what people say, and to label sets."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path

from cell.config.labels import LabelsConfig
from cell.labels import filling, leases, queue, saving, sets
from cell.labels.agreement import Agreement, SecondLook, agreement
from cell.labels.cases import Records
from cell.labels.errors import StaleLabelError, StoreError
from cell.labels.filling import Filled
from cell.labels.keeping import Kept, keep, place_of
from cell.labels.label import LabelError
from cell.labels.margins import RecipeOf
from cell.labels.reasons import Why
from cell.labels.rows import item_row, items, require_number, said_of, versions
from cell.labels.tables import SHAPE
from cell.labels.values import (
    Item,
    LabelSet,
    Member,
    NewPicture,
    Page,
    Purpose,
    Reason,
    Said,
    Saved,
    SetChange,
    State,
    Statistics,
    Task,
    Version,
)
from cell.stores.store import Store
from cell.texts import say
from vision.lab.data.reading import Watch, unwatched

FILE = "labels.db"
PAGE = 50
FILL = 200
MOST_DRAFT = 1 << 20
"""Longest draft [characters]."""

_LOOKS = """
SELECT comparison.item, label.* FROM comparison
JOIN label ON label.item = comparison.item AND label.number = comparison.{side}
ORDER BY comparison.id
"""
_KNOWN = "SELECT 1 FROM picture WHERE sha256 = ?"
_SIDES = ("first", "second")


class LabelBook:
    """Labels of one data folder (`labels.db`, pictures in `labels/pictures/`). May be used from any
    thread, and several processes may have one each. Times are system-clock nanoseconds.

    Every method may raise StoreError (damaged, locked, a full disk): then nothing has changed.
    """

    def __init__(self, store: Store, data_dir: Path, settings: LabelsConfig) -> None:
        self._store, self.data_dir, self.settings = store, data_dir, settings
        self._lease_ns = int(settings.lease_min * 60e9)

    @classmethod
    def open(cls, data_dir: Path, settings: LabelsConfig) -> LabelBook:
        """Make what is missing, bring what is older to this version after a backup.

        Raises StoreError for a file that is damaged or of a newer version.
        """
        return cls(Store(data_dir / FILE, SHAPE, StoreError), data_dir, settings)

    def close(self) -> None:
        """Let go of the file."""
        self._store.close()

    # The queue

    def add(self, picture: NewPicture, reason: Reason, now_ns: int) -> int:
        """Queue a picture, or give one that is there a further reason; its item's id. Whoever finds
        `disagreement` or `drift` calls this. The file is kept by its content.

        Raises LabelError for a file that is no picture.
        """
        kept = keep(self.data_dir, picture.file)
        with self._store.writing() as db:
            return queue.add_picture(db, picture, kept, reason, now_ns)

    def queue(
        self,
        now_ns: int,
        *,
        after: str = "",
        limit: int = PAGE,
        why: Why | None = None,
        state: State | None = None,
    ) -> Page:
        """A page of items, most valuable first: those that wait for somebody, or of one state.
        after: `Page.after` of the page before. why: only items with this reason.

        Raises LabelError for an `after` that no page gave.
        """
        with self._store.reading() as db:
            gone = leases.gone_by(db, now_ns)
            chosen = queue.Choice(after, limit, why, state)
            return queue.page(db, self.data_dir, gone, chosen)

    def item(self, item: int, now_ns: int) -> Item:
        """One item. Raises LabelError when there is none."""
        with self._store.reading() as db:
            return self._item(db, item, leases.gone_by(db, now_ns))

    def statistics(self, now_ns: int) -> Statistics:
        """How the work stands."""
        with self._store.reading() as db:
            return queue.statistics(db, leases.gone_by(db, now_ns))

    def fill(self, recipe_of: RecipeOf, now_ns: int, most: int = FILL) -> Filled:
        """Queue what the records tell since the last time, at most `most` parts: overridden ones,
        scores near a threshold, what was not inspected, audits. recipe_of: `margins.Recipes`.
        Beyond `labels.most_waiting` items, the least valuable that nobody has touched go again.
        """
        if not Records(self.data_dir).there:
            return Filled()
        with self._store.reading() as db:
            places, without = filling.places(db), filling.without_picture(db)
        found = filling.look(self.data_dir, self.settings, recipe_of, places, without, most)
        moved = found.reading.place != places.get(found.reading.journal)
        if moved or found.turned_up:
            with self._store.writing() as db:
                filling.write(db, found, now_ns)
                spare = queue.trim(db, self.settings.most_waiting)
            for sha256, suffix in spare:
                place_of(self.data_dir, sha256, suffix).unlink(missing_ok=True)
        return Filled(len(found.reading.cases), len(found.found), moved)

    # Working on an item

    def take(self, person: str, now_ns: int, *, besides: Collection[int] = ()) -> Task | None:
        """What this person should do next, now held by him; None: there is nothing for him.

        First what he holds already, then what he left half-done, then the most valuable item that
        nobody holds and that he may do (no review of his own label, no decision on it).
        besides: items that his page has already, when it fetches ahead.
        """
        with self._store.writing(durable=False) as db:
            gone = leases.tick(db, now_ns)
            item = leases.next_for(db, person, gone, besides)
            return None if item is None else self._task(db, item, person, gone, now_ns)

    def open_item(self, item: int, person: str, now_ns: int) -> Task:
        """Take this very item: to label or correct it, to review it or to decide, as it stands.

        Raises LeaseError when somebody else holds it or this person may not.
        """
        require_number(item)
        with self._store.writing(durable=False) as db:
            return self._task(db, item, person, leases.tick(db, now_ns), now_ns)

    def renew(self, item: int, person: str, now_ns: int) -> int:
        """Hold it on; until when. Also after the lease expired, unless somebody else took it.

        Raises LeaseError, which names who has it, or says that it was given back or saved.
        """
        with self._store.writing(durable=False) as db:
            item_row(db, item)
            leases.renew(db, item, person, leases.tick(db, now_ns), self._lease_ns)
            return now_ns + self._lease_ns

    def release(self, item: int, person: str) -> None:
        """Give it back; a draft stays. Nothing happens where he does not hold it."""
        with self._store.writing(durable=False) as db:
            leases.release(db, item, person)

    def save_draft(self, item: int, person: str, draft: str, now_ns: int) -> None:
        """Keep half-done work (the page's own text, at most 1 MiB), '' forgets it. `take` and
        `open_item` give it back to the same person; a save of the item ends it.
        """
        if len(draft) > MOST_DRAFT:
            raise LabelError(say("label.draft_too_long", most=MOST_DRAFT))
        with self._store.writing() as db:
            item_row(db, item)
            leases.save_draft(db, item, person, draft, now_ns)

    def save(
        self,
        item: int,
        person: str,
        said: Said,
        *,
        base: int,
        purpose: Purpose,
        now_ns: int,
        key: str = "",
    ) -> Saved:
        """Save a label, and let the item go. base: `Item.version` when the person began. key: names
        the request; the same key again gives the same answer and saves nothing.

        Holding the item is not asked for: who saves first counts. Raises LabelError for a label
        that is not sound, LeaseError where this person may not (his own label's review), and
        StaleLabelError when `base` is not the newest version: then the label is kept and the item
        is a conflict.
        """
        wish = saving.Wish(item, person, said, base, purpose, now_ns, key)
        with self._store.writing() as db:
            outcome = saving.save(db, self.settings, wish)
        return _told(outcome)

    def note(self, item: int, person: str, text: str, now_ns: int, key: str = "") -> State:
        """Note what is known of an item; one without a picture is done by that."""
        with self._store.writing() as db:
            row = item_row(db, item)
            told = (item, person, now_ns, text, key)
            done = db.execute(
                "INSERT OR IGNORE INTO remark (item, person, at_ns, text, key) "
                "VALUES (?, ?, ?, ?, ?)",
                told,
            )
            if done.rowcount and row["sha256"] is None:
                queue.set_state(db, item, State.NOTED)
                leases.release(db, item, person)
            return State(item_row(db, item)["state"])

    def bring_in(
        self, picture: NewPicture, said: Said | None, person: str, now_ns: int, key: str = ""
    ) -> Saved | None:
        """A picture from a file, with its label if it has one. Without a label it is queued as
        wanted (None is returned). A label that says what is there already changes nothing; a
        contrary one becomes a conflict (StaleLabelError).

        Raises LabelError for what is no picture, or no sound label.
        """
        (outcome,) = self.bring_all_in([(picture, said)], person, now_ns, key=key)
        return None if outcome is None else _told(outcome)

    def bring_all_in(
        self,
        files: Sequence[tuple[NewPicture, Said | None]],
        person: str,
        now_ns: int,
        watch: Watch = unwatched,
        *,
        key: str = "",
    ) -> list[saving.Outcome | None]:
        """The same with many at once, all of them or none: what was kept for them goes again where
        one cannot be. A contrary label is no error here, its outcome is stale.
        """
        fresh: list[Kept] = []
        try:
            kept = [
                keep(self.data_dir, picture.file, fresh=fresh)
                for picture, _ in watch(files, "pictures")
            ]
            with self._store.writing() as db:
                return [
                    self._bring_in(db, picture, has, said, person, now_ns, key)
                    for (picture, said), has in watch(list(zip(files, kept, strict=True)), "labels")
                ]
        except BaseException:
            self._let_go(fresh)
            raise

    def history(self, item: int) -> tuple[Version, ...]:
        """Every version of the item's label, oldest first. Raises LabelError for no such item."""
        with self._store.reading() as db:
            item_row(db, item)
            return versions(db, item)

    def notes(self, item: int) -> tuple[tuple[str, int, str], ...]:
        """Who noted when what of an item."""
        with self._store.reading() as db:
            rows = db.execute("SELECT * FROM remark WHERE item = ? ORDER BY id", (item,))
            return tuple((row["person"], row["at_ns"], row["text"]) for row in rows)

    def agreement(self) -> Agreement:
        """How well people agree, over all second looks so far: judgements and boxes, per class and
        per pair of people.
        """
        with self._store.reading() as db:
            firsts, seconds = (db.execute(_LOOKS.format(side=s)).fetchall() for s in _SIDES)
        looks = [
            SecondLook((one["person"], other["person"]), said_of(one), said_of(other))
            for one, other in zip(firsts, seconds, strict=True)
        ]
        return agreement(looks, self.settings.agree_iou)

    # Label sets

    def freeze(
        self, name: str, person: str, now_ns: int, *, note: str = "", only_settled: bool = True
    ) -> LabelSet:
        """Freeze what is labelled now as a set. Groups that an earlier set dealt stay where they
        are. Pictures that nobody can judge stay out.

        Raises SetError for a name that is taken or none, or when nothing is labelled.
        """
        wish = sets.Freezing(name, person, now_ns, note, only_settled)
        with self._store.writing() as db:
            return sets.freeze(db, self.data_dir, self.settings, wish)

    def sets(self) -> tuple[LabelSet, ...]:
        """All sets, newest first."""
        with self._store.reading() as db:
            return sets.sets(db)

    def label_set(self, name: str) -> LabelSet:
        """One set. Raises SetError when there is none."""
        with self._store.reading() as db:
            return sets.label_set(db, name)

    def members(self, name: str) -> Iterator[Member]:
        """What a set holds, by picture. Raises SetError when there is none."""
        with self._store.reading() as db:
            return iter(sets.members(db, self.data_dir, name))

    def compare(self, before: str, after: str) -> SetChange:
        """What differs from one set to another. Raises SetError when there is none."""
        with self._store.reading() as db:
            return sets.compare(*(sets.members(db, self.data_dir, one) for one in (before, after)))

    def _bring_in(
        self,
        db: sqlite3.Connection,
        picture: NewPicture,
        kept: Kept,
        said: Said | None,
        person: str,
        now_ns: int,
        key: str,
    ) -> saving.Outcome | None:
        wanted = Reason(Why.WANTED, text=say("label.why.wanted", person=person))
        item = queue.add_picture(db, picture, kept, None if said else wanted, now_ns)
        if said is None:
            return None
        wish = saving.Wish(item, person, said, 0, Purpose.LABEL, now_ns, key)
        return saving.bring_in(db, self.settings, wish)

    def _let_go(self, fresh: Sequence[Kept]) -> None:
        """Delete what was kept for nothing; somebody else may have queued the same meanwhile."""
        with suppress(StoreError), self._store.reading() as db:
            for kept in fresh:
                if not db.execute(_KNOWN, (kept.sha256,)).fetchone():
                    place = place_of(self.data_dir, kept.sha256, kept.suffix)
                    place.unlink(missing_ok=True)

    def _item(self, db: sqlite3.Connection, item: int, gone_ns: int) -> Item:
        return items(db, self.data_dir, [item_row(db, item)], gone_ns)[0]

    def _task(
        self, db: sqlite3.Connection, item: int, person: str, gone_ns: int, now_ns: int
    ) -> Task:
        purpose = leases.purpose_for(db, item, person)
        leases.hold(db, item, person, gone_ns, self._lease_ns)
        row = item_row(db, item)
        head = versions(db, item, row["head"] - 1)[:1] if row["head"] else ()
        return Task(
            item=self._item(db, item, gone_ns),
            purpose=purpose,
            until_ns=now_ns + self._lease_ns,
            draft=leases.draft_of(db, item, person),
            before=head[0] if head and purpose is not Purpose.REVIEW else None,
            opinions=versions(db, item, row["since"]) if purpose is Purpose.DECIDE else (),
        )


def _told(outcome: saving.Outcome) -> Saved:
    """What was saved. Raises StaleLabelError for who was second."""
    if outcome.stale:
        raise StaleLabelError(outcome.stale)
    return outcome.saved
