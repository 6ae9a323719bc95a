"""What the models of requests and answers are made of."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Annotated, Generic, TypeVar

from fastapi import Path, Query
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from cell.texts import Lang, read, render

T = TypeVar("T")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MOST_NS = 2**63 - 1


class Asked(BaseModel):
    """Base of what is sent to us: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class Told(BaseModel):
    """Base of what we answer."""

    model_config = ConfigDict(
        extra="forbid", frozen=True, from_attributes=True, serialize_by_alias=True
    )


class Page(Told, Generic[T]):
    """A page of rows. Give `next` as `cursor` to get the next page; it is null on the last one."""

    items: list[T]
    next: str | None


class Words(Told):
    """Words for people in the reader's language, and the code that stands for them everywhere."""

    text: str
    code: str = Field(description="Empty where the words came without a code, e.g. a person's.")

    @classmethod
    def of(cls, words: str, lang: Lang) -> Words:
        """From a text as it travels."""
        text = read(words)
        return cls(text=render(words, lang), code=text.code if text else "")


def moment(stamp_ns: int) -> datetime:
    """A time of the system clock [ns] as answers tell it, in UTC."""
    return _EPOCH + timedelta(microseconds=stamp_ns // 1000)


def moment_or_none(stamp_ns: int | None) -> datetime | None:
    """The same for what may not have been yet."""
    return None if stamp_ns is None else moment(stamp_ns)


def stamp(when: datetime | None) -> int | None:
    """A time that somebody gave in ns of the system clock, within what the records can hold."""
    if when is None:
        return None
    since = when - _EPOCH
    ns = ((since.days * 86_400 + since.seconds) * 10**6 + since.microseconds) * 1000
    return max(-_MOST_NS, min(_MOST_NS, ns))


Cursor = Annotated[
    str, Query(max_length=500, description="`next` of the page before; empty for the first page.")
]
Limit = Annotated[int, Query(ge=1, le=200, description="Most rows on the page.")]
Since = Annotated[AwareDatetime | None, Query(description="From then on, with a time zone.")]
Until = Annotated[AwareDatetime | None, Query(description="Before then, with a time zone.")]
Name = Annotated[str, Path(min_length=1, max_length=200)]
Line = Annotated[str, Field(max_length=200, pattern=r"^[^\x00-\x1f\x7f]*$")]
"""Words in one line."""
Reason = Annotated[
    str, Field(min_length=1, max_length=500, pattern=r"^[^\x00-\x1f\x7f]*\S[^\x00-\x1f\x7f]*$")
]
"""Words in one line that say something."""
