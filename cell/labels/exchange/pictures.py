"""Which file a label means that names its picture by a path or address of another machine."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, unquote, urlsplit

from vision.lab.data.findings import Kind
from vision.lab.data.names import alike
from vision.lab.data.places import parts_of, pictures_below
from vision.lab.data.reading import Reading
from vision.lab.data.saying import told

_UPLOADED = re.compile(r"^[0-9a-f]{8}-")
"""What Label Studio puts before the names of files that are uploaded."""


class Pictures:
    """The pictures below a folder, found by their last parts; never a guess between two."""

    def __init__(self, reading: Reading) -> None:
        self._reading = reading
        root = reading.root
        self.folder = root.parent if root.is_file() else root
        self.all = pictures_below(self.folder)
        self._by_name: dict[str, list[Path]] = defaultdict(list)
        for picture in self.all:
            self._by_name[alike(picture.name)].append(picture)

    def find(self, written: str, file: Path, place: str) -> Path | None:
        """The picture that is meant, None after having told why it is not known."""
        if not written.strip():
            what = told("file.no_picture", "{place}: names no picture", place=place)
            self._reading.error(
                Kind.MISSING, file, what, told("do.leave_out", "leave it out, or export it again")
            )
            return None
        for parts in _ways(written):
            fitting = self._fitting(parts)
            if len(fitting) == 1:
                return fitting[0]
            if fitting:
                shown = " and ".join(str(path) for path in fitting[:3])
                what = told(
                    "file.several_pictures",
                    "{place}: {written} may be {shown}",
                    place=place,
                    written=repr(written),
                    shown=shown,
                )
                self._reading.error(
                    Kind.MISSING, file, what, told("do.rename_one", "remove or rename one"), written
                )
                return None
        what = told(
            "file.picture_not_in",
            "{place}: its picture {written} is not in {folder}",
            place=place,
            written=repr(written),
            folder=self.folder,
        )
        self._reading.error(
            Kind.MISSING,
            file,
            what,
            told("do.picture_beside", "put the picture beside the labels"),
            written,
        )
        return None

    def _fitting(self, parts: list[str]) -> list[Path]:
        """Pictures of that name whose folders fit best."""
        found = self._by_name.get(parts[-1], [])
        shared = {path: self._shared(path, parts) for path in found}
        best = [path for path in found if shared[path] == max(shared.values())]
        exact = [path for path in best if len(self._parts(path)) == shared[path]]
        return exact if len(exact) == 1 else best

    def _parts(self, path: Path) -> list[str]:
        return [alike(part) for part in path.relative_to(self.folder).parts]

    def _shared(self, path: Path, parts: list[str]) -> int:
        count = 0
        for mine, theirs in zip(reversed(self._parts(path)), reversed(parts), strict=False):
            if mine != theirs:
                break
            count += 1
        return count


def _ways(written: str) -> Iterator[list[str]]:
    """The parts of a path or address in the ways in which it may be meant, likeliest first."""
    try:
        address = urlsplit(written)
        asked = parse_qs(address.query).get("d", [""])[0]
    except ValueError:
        address, asked = urlsplit(""), ""
    ways = [written, asked, unquote(address.path)]
    for way in dict.fromkeys(ways):
        parts = [alike(part) for part in parts_of(way)]
        if not parts or "\0" in way:
            continue
        yield parts
        if _UPLOADED.match(parts[-1]):
            yield [*parts[:-1], _UPLOADED.sub("", parts[-1])]
