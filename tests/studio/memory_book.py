"""A book of labels in memory, for pages alone."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace
from pathlib import Path
from typing import Any

from cell.labels.agreement import Agreement, Boxes, Kappa
from cell.labels.errors import LeaseError, SetError
from cell.labels.label import Picture, require_sound, Labelled, LabelError
from cell.labels.reasons import Why
from cell.labels.values import (
    About, Item, LabelSet, Origin, Page, Purpose, Reason, Saved, SetChange, Split, State,
    Statistics, Task, Version,
)  # fmt: skip


class MemoryBook:
    def __init__(self) -> None:
        self.items: dict[int, Item] = {}
        self.versions: dict[int, list[Version]] = {}
        self.drafts: dict[tuple[int, str], str] = {}
        self.noted: list[Any] = []
        self.frozen: list[LabelSet] = []

    def put(self, file: Path, size: tuple[int, int], reason: Reason, about: About) -> int:
        number = len(self.items) + 1
        digest = hashlib.sha256(file.read_bytes() + str(number).encode()).hexdigest()
        picture = Picture(digest, file.name, *size, group=about.part)
        value = 1.0 - number / 1000
        self.items[number] = Item(number, State.OPEN, value, picture, file, 0, (reason,), about)
        return number

    def queue(self, now_ns, *, after="", limit=50, why=None, state=None) -> Page:
        wanted = {state} if state else {State.OPEN, State.REVIEW, State.CONFLICT}
        found = [i for i in self.items.values() if i.state in wanted]
        found = [i for i in found if why is None or why in {r.why for r in i.reasons}]
        start = int(after or 0)
        rest = found[start : start + limit]
        more = str(start + limit) if len(found) > start + limit else ""
        return Page(tuple(rest), more)

    def item(self, item: int, now_ns: int) -> Item:
        return self.items[item]

    def statistics(self, now_ns: int) -> Statistics:
        items = self.items.values()
        waiting = [i for i in items if i.state not in (State.SETTLED, State.NOTED)]
        return Statistics(
            dict(Counter(i.state for i in items)),
            dict(Counter(r.why for i in waiting for r in i.reasons)),
            dict(Counter(v.person for all_ in self.versions.values() for v in all_)),
            sum(1 for i in items if i.held_by),
        )

    def take(self, person, now_ns, *, besides=()) -> Task | None:
        for item in self.items.values():
            if item.id in besides or item.held_by not in ("", person):
                continue
            if item.state in (State.OPEN, State.REVIEW, State.CONFLICT):
                if any(v.person == person for v in self.versions.get(item.id, [])):
                    continue
                return self.open_item(item.id, person, now_ns)
        return None

    def open_item(self, item, person, now_ns) -> Task:
        found = self.items[item]
        if found.held_by not in ("", person):
            raise LeaseError(f"{found.held_by} has it")
        found = self.items[item] = replace(found, held_by=person)
        purposes = {State.REVIEW: Purpose.REVIEW, State.CONFLICT: Purpose.DECIDE}
        purpose = purposes.get(found.state, Purpose.LABEL)
        versions = tuple(self.versions.get(item, ()))
        before = versions[-1] if versions and purpose is Purpose.LABEL else None
        opinions = versions if purpose is Purpose.DECIDE else ()
        draft = self.drafts.get((item, person), "")
        return Task(found, purpose, now_ns + 10**12, draft, before, opinions)

    def renew(self, item, person, now_ns) -> int:
        return now_ns + 10**12

    def release(self, item, person) -> None:
        if self.items[item].held_by == person:
            self.items[item] = replace(self.items[item], held_by="")

    def save_draft(self, item, person, draft, now_ns) -> None:
        self.drafts[item, person] = draft

    def save(self, item, person, said, *, base, purpose, now_ns, key="") -> Saved:
        found = self.items[item]
        assert found.picture is not None
        require_sound(Labelled(found.picture, said.judgement, said.shapes))
        versions = self.versions.setdefault(item, [])
        origins = {Purpose.REVIEW: Origin.REVIEW, Purpose.DECIDE: Origin.DECISION}
        origin = origins.get(purpose, Origin.CORRECTION if versions else Origin.FIRST)
        version = Version(len(versions) + 1, item, person, now_ns, base, origin, said)
        versions.append(version)
        state = State.SETTLED
        if purpose is Purpose.REVIEW:
            same = versions[0].said == said
            state = State.SETTLED if same else State.CONFLICT
        self.items[item] = replace(found, state=state, version=version.number, held_by="")
        self.drafts.pop((item, person), None)
        return Saved(version, state)

    def note(self, item, person, text, now_ns, key="") -> State:
        self.noted.append((person, now_ns, text))
        self.items[item] = replace(self.items[item], state=State.NOTED, held_by="")
        return State.NOTED

    def history(self, item):
        return tuple(self.versions.get(item, ()))

    def notes(self, item):
        return ()

    def agreement(self) -> Agreement:
        boxes = Boxes(12, 2, 1, 0.89, 0.81)
        kappa = Kappa(20, 0.9, 0.78, 0.55, 1.0)
        return Agreement(kappa, boxes, {"open": boxes}, ())

    def freeze(self, name, person, now_ns, *, note="", only_settled=True) -> LabelSet:
        if any(one.name == name for one in self.frozen):
            raise SetError(f"{name} is taken")
        counts = {Split.TRAIN: 7, Split.VALIDATION: 2, Split.TEST: 1}
        made = LabelSet(name, "ab" * 32, now_ns, person, note, only_settled, counts, ("open",), 0)
        self.frozen.insert(0, made)
        return made

    def sets(self):
        return tuple(self.frozen)

    def label_set(self, name):
        return next(one for one in self.frozen if one.name == name)

    def members(self, name):
        return iter(())

    def compare(self, before, after) -> SetChange:
        return SetChange(("a.jpg",), (), ())


__all__ = ["LabelError", "MemoryBook", "Why"]
