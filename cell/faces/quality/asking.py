"""What an address of the quality pages asks for, and addresses that ask for more."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from cell.config.quality import QualityConfig
from cell.quality.calendar import shifts
from cell.records.reading import PartsAsked, SumsAsked
from cell.records.summaries.tables import CELLS
from cell.texts import say

DAY_NS: Final = 86_400 * 10**9
PERIODS: Final = {"day": DAY_NS, "week": 7 * DAY_NS, "month": 30 * DAY_NS}
"""Times that end now."""
SHIFT, ALL = "shift", "all"
VERDICTS: Final = ("pass", "reject", "review", "none")
DISPOSITIONS: Final = ("passed", "removed", "purged", "open")
OVERRIDDEN: Final = {"yes": True, "no": False}
CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    "period": (SHIFT, *PERIODS, ALL), "verdict": VERDICTS, "disposition": DISPOSITIONS,
    "overridden": tuple(OVERRIDDEN),
}  # fmt: skip
NAMES: Final = frozenset({
    *CHOICES, "since", "until", "run", "part", "defect", "score", "recipe", "model", "person",
    "after", "form", "lang", "place",
})  # fmt: skip
"""What an address may say. Whatever else it says is told, and not taken for a condition."""
LONGEST: Final = 200
"""Of a word in an address."""
_MOST_NS: Final = 2**62


@dataclass(frozen=True, slots=True)
class Asking:
    """What is asked for. words: of the address; period: one of PERIODS, SHIFT, ALL, or '' for a
    time of its own; problems: of what it asks and cannot be, as texts that travel.
    """

    words: Mapping[str, str]
    period: str
    parts: PartsAsked
    problems: tuple[str, ...]

    @property
    def sums(self) -> SumsAsked:
        """The same for sums, which know nothing of single parts."""
        own = self.parts
        return SumsAsked(own.since_ns, own.until_ns, own.recipe, own.model, own.class_name)

    def query(self, **changes: str) -> dict[str, str]:
        """The address's words with these changes, '' for those that shall go."""
        return {name: word for name, word in {**self.words, **changes}.items() if word}


def asking(words: Mapping[str, str], settings: QualityConfig, now_ns: int, default: str) -> Asking:
    """Read an address. default: the period where it names none."""
    known = {name: word.strip()[:LONGEST] for name, word in words.items()}
    problems: list[str] = []

    def time_of(name: str) -> int | None:
        word = known.get(name, "")
        if not word:
            return None
        try:
            at = datetime.fromisoformat(word)
            zoned = at if at.tzinfo else at.replace(tzinfo=settings.zone)
            return max(-_MOST_NS, min(_MOST_NS, int(zoned.timestamp()) * 10**9))
        except (ValueError, OverflowError):
            problems.append(say("quality.asked.no_time", time=word))
            return None

    for name, word in known.items():
        if name not in NAMES:
            problems.append(say("quality.asked.no_name", name=name[:LONGEST]))
        elif word and name in CHOICES and word not in CHOICES[name]:
            choices = ", ".join(CHOICES[name])
            problems.append(say("quality.asked.no_choice", name=name, word=word, choices=choices))
    since, until = time_of("since"), time_of("until")
    period = "" if since is not None or until is not None else known.get("period", default)
    if period not in ("", *PERIODS, SHIFT, ALL):
        period = default
    if period:
        since, until = _period(period, settings, now_ns)
        if period == SHIFT and since is None:
            problems.append(say("quality.asked.no_shift"))
    if since is not None and until is not None and until <= since:
        problems.append(say("quality.asked.no_length"))
    verdict, disposition = known.get("verdict", ""), known.get("disposition", "")
    parts = PartsAsked(
        since_ns=since,
        until_ns=until,
        session=known.get("run", ""),
        part=known.get("part", ""),
        verdict=verdict if verdict in VERDICTS else "",
        disposition=disposition if disposition in DISPOSITIONS else "",
        class_name=known.get("defect", ""),
        least_score=_score(known.get("score", ""), problems),
        recipe=known.get("recipe", ""),
        model=known.get("model", ""),
        person=known.get("person", ""),
        overridden=OVERRIDDEN.get(known.get("overridden", "")),
        place=place_of(known.get("place", ""), problems),
    )
    return Asking(known, period, parts, tuple(problems))


def place_of(word: str, problems: list[str]) -> tuple[int, int] | None:
    """A square of the map of defects, as `x,y`; what is none is told in `problems`."""
    if not word:
        return None
    x, _, y = word.partition(",")
    if x.strip().isdecimal() and y.strip().isdecimal() and max(int(x), int(y)) < CELLS:
        return int(x), int(y)
    problems.append(say("quality.asked.no_place", place=word, most=CELLS - 1))
    return None


def _score(word: str, problems: list[str]) -> float | None:
    if not word:
        return None
    try:
        score = float(word.replace(",", "."))
    except ValueError:
        score = -1.0
    if 0.0 <= score <= 1.0:
        return score
    problems.append(say("quality.asked.no_score", score=word))
    return None


def _period(period: str, settings: QualityConfig, now_ns: int) -> tuple[int | None, int | None]:
    if period == ALL:
        return None, None
    if period == SHIFT:
        found = [*shifts(settings.patterns, settings.zone, now_ns, now_ns + 1)]
        return (found[-1].begin_ns, min(found[-1].end_ns, now_ns)) if found else (None, None)
    return now_ns - PERIODS[period], now_ns


def at_time(ns: int, zone: ZoneInfo) -> str:
    """A time as an address has it: by the cell's clock, with its distance from UTC."""
    return datetime.fromtimestamp(ns // 10**9, zone).isoformat(timespec="seconds")


def address(path: str, lang: str, query: Mapping[str, str]) -> str:
    """An address of ours."""
    return f"{path}?{urlencode({**{n: w for n, w in query.items() if w}, 'lang': lang})}"
