"""What the resources of studies, audits and acceptance runs share."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any, Final, TypeVar

from fastapi import Path, Query, Response
from pydantic import Field

from cell.faces.api.desk import Desk
from cell.faces.api.fields import Asked, Told
from cell.faces.quality.examiner import Examiner
from cell.faces.quality.study_files import study_book
from cell.people.person import SignedIn
from cell.quality.studies.book import StudyBook
from cell.quality.studies.values import Drawn

T = TypeVar("T")
Share = Annotated[float, Field(ge=1e-6, le=0.999)]
PartName = Annotated[str, Path(min_length=1, max_length=80)]
ReportLanguage = Annotated[
    str, Query(alias="report", max_length=10, description="Its language; else yours.")
]
ALWAYS: Final = 2**62
"""After every part [ns]."""
PDF: Final[dict[int | str, dict[str, Any]]] = {
    200: {
        "description": "The report, PDF/A-2b.",
        "content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class Finding(Asked):
    """What a part is."""

    defective: bool


class PartTold(Told):
    """A drawn part. defective: null while nobody has looked at it."""

    part: str
    defective: bool | None


class IntervalTold(Told):
    """Both bounds."""

    low: float
    high: float


def parts_told(parts: tuple[Drawn, ...]) -> list[PartTold]:
    """In the order of their names: what the cell said of them is not for who looks at them."""
    told = (PartTold(part=one.part, defective=one.defective) for one in parts)
    return sorted(told, key=lambda one: one.part)


def asked_of(desk: Desk, ask: Callable[[StudyBook], T]) -> T:
    """What somebody asks of the book."""
    with study_book(desk.config) as book:
        return ask(book)


def done_by(desk: Desk, by: SignedIn, act: Callable[[Examiner], T]) -> T:
    """What a person does, under his name."""
    with study_book(desk.config) as book:
        return act(Examiner(book, desk.config, desk.audit, by))


def report(content: bytes) -> Response:
    """A PDF that nobody keeps on the way."""
    headers = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}
    return Response(content, 200, headers, "application/pdf")
