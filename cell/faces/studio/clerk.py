"""Labels as people make them, at the page or by a program: allowed by their role, taken down before
they are kept, and kept under their name.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import TypeVar

from cell.labels.book import LabelBook
from cell.labels.values import LabelSet, NewPicture, Purpose, Said, Saved, State, Task
from cell.people.noting import Json, Notes
from cell.people.person import SignedIn
from cell.people.roles import Permission, require
from models.ground.errors import UserError
from vision.lab.data.reading import Watch

T = TypeVar("T")


class Clerk:
    """What one person does with the book of labels. Its methods may wait for the disk: call them
    off the event loop. Times are system-clock nanoseconds.

    Each may raise ForbiddenError, and what the book raises; nothing is done that the log cannot
    take down.
    """

    def __init__(self, book: LabelBook, notes: Notes, by: SignedIn) -> None:
        self.book, self._notes, self.by = book, notes, by

    def may(self, permission: Permission) -> bool:
        """Whether the person's role allows it."""
        return self.by.may(permission)

    def take(self, now_ns: int, besides: Collection[int] = ()) -> Task | None:
        """What to do next, None for nothing."""
        require(self.by.role, Permission.LABEL)
        return self.book.take(self.by.name, now_ns, besides=besides)

    def open(self, item: int, now_ns: int) -> Task:
        """This very item."""
        require(self.by.role, Permission.LABEL)
        return self.book.open_item(item, self.by.name, now_ns)

    def renew(self, item: int, now_ns: int) -> int:
        """Hold it on; until when."""
        require(self.by.role, Permission.LABEL)
        return self.book.renew(item, self.by.name, now_ns)

    def release(self, item: int) -> None:
        """Give it back."""
        self.book.release(item, self.by.name)

    def draft(self, item: int, words: str, now_ns: int) -> None:
        """Keep half-done work."""
        require(self.by.role, Permission.LABEL)
        self.book.save_draft(item, self.by.name, words, now_ns)

    def save(self, task: Task, said: Said, key: str, now_ns: int) -> Saved:
        """Save what the person says of the item that he took."""
        needs = Permission.FREEZE if task.purpose is Purpose.DECIDE else Permission.LABEL
        before = None if task.before is None else told(task.before.said)
        item = task.item

        def act() -> Saved:
            return self.book.save(
                item.id,
                self.by.name,
                said,
                base=item.version,
                purpose=task.purpose,
                now_ns=now_ns,
                key=key,
            )

        what = f"label.{task.purpose}"
        return self._noted(needs, what, name_of(task), act, before, told(said), said.note)

    def note(self, task: Task, words: str, key: str, now_ns: int) -> State:
        """Note what is known of an item."""

        def act() -> State:
            return self.book.note(task.item.id, self.by.name, words, now_ns, key)

        return self._noted(Permission.LABEL, "label.note", name_of(task), act, why=words)

    def bring_in(self, pictures: Sequence[NewPicture], now_ns: int, watch: Watch) -> None:
        """Pictures alone, to be labelled; their import is taken down by `importing`."""
        require(self.by.role, Permission.EXCHANGE)
        self.book.bring_all_in([(one, None) for one in pictures], self.by.name, now_ns, watch)

    def importing(self, source: str, told: Json, act: Callable[[], T]) -> T:
        """Take down that an import begins, then do it; a refusal is taken down, too."""
        return self._noted(Permission.EXCHANGE, "labels.import", source, act, None, told)

    def imported(self, source: str, counts: dict[str, int]) -> None:
        """Take down what an import has brought."""
        self._notes.note(self.by, "labels.imported", source, after=counts)

    def export(self, name: str, form: str, pictures: int, act: Callable[[], T]) -> T:
        """Take down that a set leaves the cell, then do it."""
        told: Json = {"format": form, "pictures": pictures}
        return self._noted(Permission.EXCHANGE, "labels.export", name, act, None, told)

    def freeze(self, name: str, note: str, only_settled: bool, now_ns: int) -> LabelSet:
        """Freeze a label set."""

        def act() -> LabelSet:
            return self.book.freeze(
                name, self.by.name, now_ns, note=note, only_settled=only_settled
            )

        wanted = {"only_settled": only_settled}
        return self._noted(Permission.FREEZE, "labels.freeze", name, act, None, wanted, note)

    def _noted(
        self,
        needs: Permission,
        what: str,
        subject: str,
        act: Callable[[], T],
        before: Json = None,
        after: Json = None,
        why: str = "",
    ) -> T:
        """Take it down, then do it; what nothing came of is taken down once more."""
        try:
            require(self.by.role, needs)
            self._notes.note(self.by, what, subject, before=before, after=after, why=why)
            return act()
        except UserError as error:
            self._notes.note(self.by, what, subject, after=after, refused=str(error))
            raise


def told(said: Said) -> Json:
    """A label for the log."""
    shapes: list[Json] = [
        {
            "class": shape.class_name,
            "kind": str(shape.kind),
            "points": [[round(x, 1), round(y, 1)] for x, y in shape.points],
        }
        for shape in said.shapes
    ]
    return {"judgement": str(said.judgement), "shapes": shapes}


def name_of(task: Task) -> str:
    """What an item is called in the log."""
    picture = task.item.picture
    return f"{task.item.id}" if picture is None else f"{picture.name} {picture.sha256[:12]}"
