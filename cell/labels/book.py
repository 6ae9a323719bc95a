"""The book of labels: the one door to the queue, to what people say, and to label sets."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from pathlib import Path

from cell.config.labels import LabelsConfig
from cell.labels.agreement import Agreement
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
from cell.labels.reasons import Why

PAGE = 50


class LabelBook:
    """Labels of one data folder (`labels.db`, pictures in `labels/pictures/`). May be used from any
    thread, and several processes may have one each. Times are system-clock nanoseconds.

    Every method may raise StoreError (damaged, locked, a full disk): then nothing has changed.
    """

    @classmethod
    def open(cls, data_dir: Path, settings: LabelsConfig) -> LabelBook:
        """Make what is missing, bring what is older to this version after a backup.

        Raises StoreError for a file that is damaged or of a newer version.
        """
        raise NotImplementedError

    def close(self) -> None:
        """Let go of the file."""
        raise NotImplementedError

    # The queue

    def add(self, picture: NewPicture, reason: Reason, now_ns: int) -> int:
        """Queue a picture, or give one that is there a further reason; its item's id. Whoever finds
        `disagreement` or `drift` calls this. The file is kept by its content.

        Raises LabelError for a file that is no picture.
        """
        raise NotImplementedError

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
        raise NotImplementedError

    def item(self, item: int, now_ns: int) -> Item:
        """One item. Raises LabelError when there is none."""
        raise NotImplementedError

    def statistics(self, now_ns: int) -> Statistics:
        """How the work stands."""
        raise NotImplementedError

    # Working on an item

    def take(self, person: str, now_ns: int, *, besides: Collection[int] = ()) -> Task | None:
        """What this person should do next, now held by him; None: there is nothing for him.

        First what he holds already, then what he left half-done, then the most valuable item that
        nobody holds and that he may do (no review of his own label, no decision on it).
        besides: items that his page has already, when it fetches ahead.
        """
        raise NotImplementedError

    def open_item(self, item: int, person: str, now_ns: int) -> Task:
        """Take this very item: to label or correct it, to review it or to decide, as it stands.

        Raises LeaseError when somebody else holds it or this person may not.
        """
        raise NotImplementedError

    def renew(self, item: int, person: str, now_ns: int) -> int:
        """Hold it on; until when. Also after the lease expired, unless somebody else took it.

        Raises LeaseError, which names who has it.
        """
        raise NotImplementedError

    def release(self, item: int, person: str) -> None:
        """Give it back; a draft stays. Nothing happens where he does not hold it."""
        raise NotImplementedError

    def save_draft(self, item: int, person: str, draft: str, now_ns: int) -> None:
        """Keep half-done work (the page's own text, at most 1 MiB), '' forgets it. `take` and
        `open_item` give it back to the same person; a save of the item ends it.
        """
        raise NotImplementedError

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
        raise NotImplementedError

    def note(self, item: int, person: str, text: str, now_ns: int, key: str = "") -> State:
        """Note what is known of an item; one without a picture is done by that."""
        raise NotImplementedError

    def bring_in(
        self, picture: NewPicture, said: Said | None, person: str, now_ns: int, key: str = ""
    ) -> Saved | None:
        """A picture from a file, with its label if it has one. Without a label it is queued as
        wanted (None is returned). Labels that are there already with the same content stay; contrary
        ones become a conflict (StaleLabelError).

        Raises LabelError for what is no picture, or no sound label.
        """
        raise NotImplementedError

    def history(self, item: int) -> tuple[Version, ...]:
        """Every version of the item's label, oldest first. Raises LabelError for no such item."""
        raise NotImplementedError

    def notes(self, item: int) -> tuple[tuple[str, int, str], ...]:
        """Who noted when what of an item."""
        raise NotImplementedError

    def agreement(self) -> Agreement:
        """How well people agree, over all second looks so far: judgements and boxes, per class and
        per pair of people.
        """
        raise NotImplementedError

    # Label sets

    def freeze(
        self, name: str, person: str, now_ns: int, *, note: str = "", only_settled: bool = True
    ) -> LabelSet:
        """Freeze what is labelled now as a set. Groups that an earlier set dealt stay where they
        are. Pictures that nobody can judge stay out.

        Raises SetError for a name that is taken or none, or when nothing is labelled.
        """
        raise NotImplementedError

    def sets(self) -> tuple[LabelSet, ...]:
        """All sets, newest first."""
        raise NotImplementedError

    def label_set(self, name: str) -> LabelSet:
        """One set. Raises SetError when there is none."""
        raise NotImplementedError

    def members(self, name: str) -> Iterator[Member]:
        """What a set holds, by picture. Raises SetError when there is none."""
        raise NotImplementedError

    def compare(self, before: str, after: str) -> SetChange:
        """What differs from one set to another. Raises SetError when there is none."""
        raise NotImplementedError
