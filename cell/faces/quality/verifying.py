"""Whether the signatures of an acceptance run, or a report of it, still hold."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cell.people.audit_reading import Wanted, read
from cell.people.audit_tables import FILE
from cell.quality.studies.acceptance_values import Acceptance, Issued
from cell.quality.studies.acceptances import Acceptances
from cell.quality.studies.errors import StudyError
from cell.texts import say


@dataclass(frozen=True, slots=True)
class Verified:
    """A run and what speaks against its signatures, one text each; report: the file's entry in the
    list of those handed out, where a file was asked about.
    """

    run: Acceptance
    findings: tuple[str, ...]
    report: Issued | None = None


def verified(acceptances: Acceptances, data_dir: Path, name: str) -> Verified:
    """The signatures of a run against its data, and against the audit log. Raises StudyError,
    AuditError.
    """
    run, broken = acceptances.verify(name)
    return Verified(run, tuple(_findings(run, frozenset(broken), data_dir)))


def verified_file(acceptances: Acceptances, data_dir: Path, file: Path) -> Verified:
    """The same, of the run that a report is of. Raises StudyError for a file that is none."""
    try:
        content = file.read_bytes()
    except OSError as error:
        why = error.strerror or str(error)
        raise StudyError(say("quality.verify.unreadable", file=file, why=why)) from error
    report = acceptances.issued(hashlib.sha256(content).hexdigest())
    if report is None:
        raise StudyError(say("quality.verify.not_issued", file=file))
    told = verified(acceptances, data_dir, report.acceptance)
    found, signed = told.findings, len(told.run.signatures)
    if report.signatures < signed:
        counts = {"shown": report.signatures, "signatures": signed}
        found = (*found, say("quality.verify.older", file=file, **counts))
    return Verified(told.run, found, report)


def _findings(run: Acceptance, broken: frozenset[int], data_dir: Path) -> Iterator[str]:
    name = run.plan.name
    if not run.signatures:
        yield say("quality.verify.unsigned", acceptance=name)
    logged = _logged(name, data_dir) if run.signatures else set()
    for one in run.signatures:
        told = {"number": one.number, "acceptance": name, "person": one.person}
        if one.number in broken:
            yield say("quality.verify.altered", **told)
        if (one.person, one.fingerprint) not in logged:
            yield say("quality.verify.not_logged", **told)


def _logged(name: str, data_dir: Path) -> set[tuple[str, str]]:
    """Who signed which fingerprint, by the audit log."""
    if not (data_dir / FILE).exists():
        return set()
    found = (one.entry for one in read(data_dir, Wanted(what="acceptance.sign")))
    return {
        (one.person, str(one.after["fingerprint"]))
        for one in found
        if one.subject == name and not one.refused and isinstance(one.after, dict)
    }
