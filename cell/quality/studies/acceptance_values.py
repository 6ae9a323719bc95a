"""What acceptance runs are spoken in. Times are system-clock nanoseconds, shares 0..1."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from cell.quality.intervals import Standing
from cell.quality.studies.values import Audit, Looked


@dataclass(frozen=True, slots=True)
class Plan:
    """What a customer asks for, written down before parts are drawn. passed, stopped: parts to be
    looked at, of those of the recipe that arrive from `since_ns` on and before `until_ns`. study:
    the gauge study whose kappa counts; '' and None where nothing is asked.
    """

    name: str
    at_ns: int
    person: str
    customer: str
    recipe: str
    since_ns: int
    until_ns: int
    passed: int
    stopped: int
    escape_limit: float
    false_reject_limit: float
    confidence: float
    oee_limit: float | None = None
    kappa_limit: float | None = None
    study: str = ""


class What(StrEnum):
    """What a limit is set for."""

    ESCAPES = "escapes"
    FALSE_REJECTS = "false_rejects"
    OEE = "oee"
    KAPPA = "kappa"


@dataclass(frozen=True, slots=True)
class Criterion:
    """One limit and how it stands. value, low, high: what was found, with its interval; found of
    audited: counts of the rates; more: parts without a further failure that would prove a rate,
    None where no number does, or it is no rate.
    """

    what: What
    limit: float
    standing: Standing
    value: float | None = None
    low: float | None = None
    high: float | None = None
    found: int = 0
    audited: int = 0
    more: int | None = None


@dataclass(frozen=True, slots=True)
class Signature:
    """Who vouches for the result, in which role, how he had signed in, and over which data.
    digest: over all of it and the signature before.
    """

    number: int
    person: str
    role: str
    how: str
    at_ns: int
    fingerprint: str
    digest: str


@dataclass(frozen=True, slots=True)
class Acceptance:
    """A run as it stands. audit: the drawn parts, None before they are drawn; oee: of their time;
    waiting: parts that nobody has looked at; standing: of all limits together, open until the run
    is through; fingerprint: SHA-256 over all that a signature vouches for.
    """

    plan: Plan
    audit: Audit | None
    oee: Fraction | None
    criteria: tuple[Criterion, ...]
    waiting: int
    through: bool
    standing: Standing
    looked: tuple[Looked, ...]
    fingerprint: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True, slots=True)
class Issued:
    """A report that was handed out. sha256: of the file; signatures: how many it shows."""

    sha256: str
    acceptance: str
    lang: str
    signatures: int
    at_ns: int
