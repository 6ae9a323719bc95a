"""One case: a file of a target, and what becomes of it. Cases can be written down and replayed."""

from __future__ import annotations

import base64
import contextlib
import json
import shutil
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from hypothesis import strategies as st

from tests.fuzz.damage import damaged
from tests.fuzz.odd import odd_text
from tests.fuzz.targets import Target

KINDS = {".json": "json", ".yaml": "yaml", ".txt": "text", ".csv": "text", ".xml": "text"}
PLACES = ("missing", "empty", "folder", "loop", "broken link")
"""What may lie in a file's place instead of other content."""


@dataclass(frozen=True)
class Case:
    """A file by its path in the target's folder; `content`, or what lies there instead."""

    target: str
    file: str
    content: bytes
    instead: str = ""

    def to_json(self) -> str:
        """As text, for a file to replay from."""
        content = base64.b64encode(self.content).decode()
        fields = {"target": self.target, "file": self.file, "instead": self.instead}
        return json.dumps(fields | {"content": content}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Case:
        """The case that such a file holds."""
        fields = json.loads(text)
        content = base64.b64decode(fields["content"])
        return cls(fields["target"], fields["file"], content, fields["instead"])


@st.composite
def cases(draw: st.DrawFn, targets: Sequence[Target], seeds: Iterator[int]) -> Case:
    """Any file of any target, damaged or odd. seeds: of the damage, since drawn numbers recur."""
    target = draw(st.sampled_from([t for t in targets for _ in range(t.share)]))
    file = draw(st.sampled_from(target.files))
    content = (target.folder / file).read_bytes()
    if draw(st.integers(0, 40)) == 7:
        return Case(target.name, file, b"", draw(st.sampled_from(PLACES)))
    kind = KINDS.get(Path(file).suffix)
    if kind is None:
        return Case(target.name, file, damaged(content, next(seeds)))
    return Case(target.name, file, draw(odd_text(content, kind, next(seeds))))


@contextlib.contextmanager
def laid(case: Case, folder: Path) -> Iterator[None]:
    """The case on disk, in the target's folder, for the time of the block."""
    place = folder / case.file
    sound = place.read_bytes()
    place.unlink()
    try:
        if case.instead == "folder":
            place.mkdir()
        elif case.instead == "loop":
            place.symlink_to(place)
        elif case.instead == "broken link":
            place.symlink_to(place.with_name("nowhere"))
        elif case.instead != "missing":
            place.write_bytes(case.content)
        yield
    finally:
        if place.is_dir() and not place.is_symlink():
            shutil.rmtree(place)
        place.unlink(missing_ok=True)
        place.write_bytes(sound)
