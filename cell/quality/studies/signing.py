"""What a signature vouches for, and whether it still does.

    fingerprint = SHA-256(canonical JSON of plan, drawn parts, what was found of each, by whom and
                  when, OEE, and every judgement of the gauge study that counts)
    digest n    = SHA-256(digest n-1 LF acceptance LF fingerprint LF person LF role LF how LF at_ns)

This finds damage, edits and mix-ups. Who can write the file could count both anew: the audit log,
whose entries hang on a key that lies elsewhere, holds each signature a second time.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from cell.quality.studies.acceptance_values import Plan, Signature


def fingerprint(db: sqlite3.Connection, plan: Plan) -> str:
    """Of all data of a run as they lie in the file."""
    data: dict[str, Any] = {"plan": asdict(plan)}
    for name, query, value in _questions(plan):
        data[name] = [[*row] for row in db.execute(query, (value,))]
    words = json.dumps(data, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(words.encode()).hexdigest()


def digest(name: str, before: str, one: Signature) -> str:
    """Of a signature that comes after the one with the digest `before`, '' for the first."""
    lines = (before, name, one.fingerprint, one.person, one.role, one.how, str(one.at_ns))
    return hashlib.sha256("\n".join(lines).encode()).hexdigest()


def broken(name: str, now: str, signatures: Sequence[Signature]) -> Iterator[int]:
    """Numbers of the signatures that do not vouch for the data as they are `now`, or are not as
    they were written.
    """
    before = ""
    for place, one in enumerate(signatures, 1):
        whole = one.number == place and one.digest == digest(name, before, one)
        if not whole or one.fingerprint != now:
            yield one.number
        before = one.digest


def _questions(plan: Plan) -> Iterator[tuple[str, str, str]]:
    yield "audit", "SELECT * FROM audit WHERE name = ?", plan.name
    yield "audited", "SELECT * FROM audited WHERE audit = ? ORDER BY number", plan.name
    yield "outcomes", "SELECT * FROM outcome WHERE audit = ? ORDER BY part", plan.name
    yield "draw", "SELECT * FROM acceptance_draw WHERE acceptance = ?", plan.name
    if plan.study:
        yield "study", "SELECT * FROM study WHERE name = ?", plan.study
        yield "subjects", "SELECT * FROM subject WHERE study = ? ORDER BY sha256", plan.study
        order = "ORDER BY appraiser, place"
        yield "judgements", f"SELECT * FROM judgement WHERE study = ? {order}", plan.study
