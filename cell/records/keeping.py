"""Evidence finds its place: from the incoming folder to its part, noted in the records.

The order of the steps is what a kill at any point leaves whole: the file gets its second name, the
records say so, and only then the first name goes.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from pathlib import Path

from sqlalchemy import Engine, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session

from cell.records import rows
from cell.records.evidence_log import note
from cell.records.images import encoded, link, store_incoming, sync
from cell.records.naming import INCOMING, PICTURES, Incoming, evidence_path
from cell.records.schema import Evidence, Part
from vision.types import Image


class Keeper:
    """The one that moves evidence. `data_dir` holds both pictures and records."""

    def __init__(self, data_dir: Path, engine: Engine) -> None:
        self._folder, self.engine = data_dir, engine

    def keep_frame(self, part: str, trigger: int, exposure_ns: int, image: Image) -> None:
        """Store the camera's picture of a part; `settle` brings it to its place.

        Raises OSError, also for records that cannot be written.
        """
        content = encoded(image)
        self.take_frame(part, trigger, Incoming.of("frame", exposure_ns, content), content)

    def take_frame(self, part: str, trigger: int, picture: Incoming, content: bytes) -> None:
        """The same for one that is encoded already."""
        store_incoming(self._folder, picture, content, durable=True)
        try:
            self._note_frame(part, trigger, picture)
        except OperationalError as error:
            raise OSError(
                f"{self._folder}: the records cannot be written ({error.orig})"
            ) from error

    def settle(self, most: int, awaited: Callable[[Incoming], bool] = lambda _: False) -> int:
        """Bring at most so many pictures to their place; how many are done with.

        awaited: whether a picture that is not here yet will still come from another machine.

        Raises OSError and SQLAlchemyError; what was not done is done next time.
        """
        settled: list[tuple[Path, Evidence]] = []
        trouble: OSError | None = None
        with Session(self.engine) as session, session.begin():
            query = select(Evidence, Part.session).join(Part, Part.id == Evidence.part)
            waiting = query.where(Evidence.path == "", Evidence.pruned_ns.is_(None))
            found = session.execute(waiting.order_by(Evidence.exposure_ns).limit(most)).all()
            for row, run in found:
                picture = Incoming(row.exposure_ns, row.kind, row.sha256)
                source = self._folder / picture.path
                if not source.exists() and awaited(picture):
                    continue
                try:
                    row.path, row.bytes = self._place(source, row, run)
                except OSError as error:
                    trouble = error
                else:
                    settled.append((source, row))
                    rows.name_frame(session, row)
            note(self._folder, [row for _, row in settled if row.kind == "frame"])
        for source, _ in settled:
            source.unlink(missing_ok=True)
        if trouble is not None:
            raise trouble
        return len(settled)

    def tidy(self) -> None:
        """Drop first names that a kill left beside the second ones. Raises OSError."""
        for file in sorted((self._folder / INCOMING).glob("*.jpg")):
            picture = Incoming.parse(f"{INCOMING}/{file.name}")
            if picture is None:
                continue
            with Session(self.engine) as session:
                paths = session.scalars(rows.evidence_of(picture).where(Evidence.path != "")).all()
            if any(_same_file(file, self._folder / row.path) for row in paths):
                file.unlink()

    def _note_frame(self, part: str, trigger: int, picture: Incoming) -> None:
        exposure_ns = picture.exposure_ns
        with Session(self.engine) as session, session.begin():
            owner = session.get(Part, part)
            frame = rows.frame_of(session, owner.session, trigger, exposure_ns) if owner else None
            if frame is not None and session.get(Evidence, ("frame", frame.seq)) is None:
                session.add(rows.awaited(picture, frame.seq, part))

    def _place(self, source: Path, row: Evidence, run: str) -> tuple[str, int]:
        """Where the picture lies now, and its size [bytes]; 0 if there is none."""
        names = [
            evidence_path(run, row.part, row.kind, row.sha256, row.exposure_ns, whole=whole)
            for whole in (False, True)
        ]
        if not source.exists():
            return self._found(names, row.sha256)
        sync(source)
        for name in names:
            target = self._folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            try:
                link(source, target)
            except FileExistsError:
                if not (_same_file(source, target) or digest(target) == row.sha256):
                    continue  # another content has this name: it stays
            sync(target.parent)
            return name, target.stat().st_size
        raise FileExistsError(f"{self._folder / names[-1]}: is in the way: move it elsewhere")

    def _found(self, names: list[str], sha256: str) -> tuple[str, int]:
        """A picture that was brought to its place for records that are no more."""
        # The date is that of the time zone then.
        elsewhere = [
            str(path.relative_to(self._folder))
            for name in names
            for path in sorted(self._folder.glob(f"{PICTURES}/*/{'/'.join(Path(name).parts[2:])}"))
        ]
        for name in elsewhere:
            if digest(self._folder / name) == sha256:
                return name, (self._folder / name).stat().st_size
        return names[0], 0


def digest(file: Path) -> str:
    """SHA-256 of a file's content, in hexadecimal. Raises OSError."""
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _same_file(one: Path, other: Path) -> bool:
    try:
        return one.samefile(other)
    except OSError:
        return False
