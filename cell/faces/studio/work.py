"""What somebody works on: the picture that is shown, those that come next, and what he said."""

from __future__ import annotations

import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import quote

from cell.faces.studio.classes import classes_of, recipe_of
from cell.faces.studio.documents import Document, Outline, draft_of, outlines, shapes_of
from cell.faces.studio.services import Tools
from cell.labels.label import Judgement, LabelError
from cell.labels.values import Purpose, Said, Task
from cell.texts import Lang, say


@dataclass(frozen=True, slots=True)
class Showing:
    """One task as it is shown once. ticket: names this showing, and the save that ends it: one that
    is sent twice counts once.
    """

    task: Task
    draft: Mapping[str, Any] = field(default_factory=dict)
    ticket: str = field(default_factory=lambda: uuid.uuid4().hex)

    @classmethod
    def of(cls, task: Task) -> Showing:
        """Show a task, with what the person left half-done."""
        return cls(task, draft_of(task.draft))

    @property
    def note(self) -> str:
        """What stands in the note's field."""
        before = self.task.before
        told = self.draft.get("note", before.said.note if before else "")
        return str(told)

    @property
    def blind(self) -> bool:
        """Whether nothing may be seen of what others, or the model, have said."""
        return self.task.purpose is Purpose.REVIEW

    def document(self, tools: Tools, lang: Lang) -> Document:
        """What the canvas shows of it."""
        return Document(
            ticket=self.ticket,
            url=picture_url(self.task),
            classes=classes_of(self.task, tools.recipes, lang),
            shapes=self.draft.get("shapes", self._shapes()),
            proposals=self.draft.get("proposals", self._proposals()),
            golden=golden_url(self.task, tools),
            version=self.task.item.version,
        )

    def kept(self, told: Mapping[str, Any], note: str) -> str:
        """What is kept as the draft. Raises LabelError for what is none."""
        content = {key: told.get(key, []) for key in ("shapes", "proposals")}
        shapes_of(content["shapes"])
        shapes_of(content["proposals"])
        return json.dumps({**content, "note": note}, ensure_ascii=False)

    def _shapes(self) -> list[Outline]:
        before = self.task.before
        settling = self.task.purpose is Purpose.DECIDE
        return [] if before is None or settling else outlines(before.said.shapes, "was")

    def _proposals(self) -> list[Outline]:
        task = self.task
        if task.purpose is Purpose.DECIDE:
            return [
                one
                for version in task.opinions
                for one in outlines(version.said.shapes, f"v{version.number}-", by=version.person)
            ]
        if self.blind or task.before is not None:
            return []
        found = task.item.about.proposals
        return outlines([one.shape for one in found], "model", [one.score for one in found])


def picture_url(task: Task) -> str:
    """Where the item's picture is; it never changes there."""
    picture = task.item.picture
    return f"/studio/picture/{task.item.id}/{picture.sha256}" if picture else ""


def golden_url(task: Task, tools: Tools) -> str:
    """Where the golden sample is that the part was compared with, '' for none."""
    about = task.item.about
    recipe = recipe_of(task.item, tools.recipes)
    if recipe is None or not about.golden:
        return ""
    return f"/studio/golden/{quote(recipe.name, safe='')}/{quote(about.golden, safe='')}"


def said_of(told: Mapping[str, Any], note: str) -> Said:
    """What a browser says that a person says. Raises LabelError."""
    try:
        judgement = Judgement(str(told.get("judgement")))
    except ValueError as error:
        raise LabelError(say("studio.not_shapes")) from error
    # What was outlined on a picture that nobody can judge, or on a good part, is not dropped in
    # silence: the book refuses it in words.
    return Said(judgement, shapes_of(told.get("shapes")), note.strip())


def opinion(task: Task, number: int, note: str) -> Said:
    """One of the opinions that somebody settles between, as his own word. Raises LabelError."""
    found = next((one for one in task.opinions if one.number == number), None)
    if found is None:
        raise LabelError(say("studio.not_shapes"))
    return replace(found.said, note=note.strip())
