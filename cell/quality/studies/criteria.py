"""The limits of an acceptance run against what was found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from fractions import Fraction

from cell.quality.intervals import Claim, Proof, Standing, audits_needed, prove
from cell.quality.kappa import Estimate
from cell.quality.studies.acceptance_values import Criterion, Plan, What
from cell.quality.studies.values import Audit


def parts_needed(plan: Plan) -> tuple[int | None, int | None]:
    """Passed and stopped parts that prove the limits if none of them fails: fewer prove nothing.
    None where no number does.
    """
    return (
        audits_needed(Claim(plan.escape_limit, plan.confidence), 0),
        audits_needed(Claim(plan.false_reject_limit, plan.confidence), 0),
    )


def enough(wish: Plan) -> Plan:
    """With the fewest parts that prove its limits where it names none."""
    try:
        passed, stopped = parts_needed(wish)
    except ValueError:
        return wish  # limits that are none: whoever keeps the plan says so
    return replace(wish, passed=wish.passed or passed or 0, stopped=wish.stopped or stopped or 0)


def judged(
    plan: Plan, audit: Audit | None, oee: Fraction | None, kappa: Estimate | None
) -> tuple[Criterion, ...]:
    """Every limit of the plan. kappa: the cell's against the reference, None while it is not known.

    Whether a rate is proven is said when all its parts have been looked at, not before: who looks
    until it fits proves less than he says.
    """
    parts = audit.parts if audit is not None else ()
    passed = [one.defective for one in parts if one.passed]
    stopped = [
        None if one.defective is None else not one.defective for one in parts if not one.passed
    ]
    found = [
        _rate(What.ESCAPES, Claim(plan.escape_limit, plan.confidence), passed),
        _rate(What.FALSE_REJECTS, Claim(plan.false_reject_limit, plan.confidence), stopped),
    ]
    if plan.oee_limit is not None:
        found.append(_oee(plan.oee_limit, oee))
    if plan.kappa_limit is not None:
        found.append(_kappa(plan.kappa_limit, kappa))
    return tuple(found)


def together(criteria: Sequence[Criterion], *, through: bool) -> Standing:
    """Of the whole run: proven where all are, refuted where one is, and open before its end."""
    standings = {one.standing for one in criteria}
    if not through:
        return Standing.OPEN
    if Standing.REFUTED in standings:
        return Standing.REFUTED
    return Standing.PROVEN if standings == {Standing.PROVEN} else Standing.OPEN


def _rate(what: What, claim: Claim, failures: Sequence[bool | None]) -> Criterion:
    """failures: of each drawn part whether it fails; None: nobody has looked."""
    seen = [one for one in failures if one is not None]
    proof: Proof = prove(claim, sum(seen), len(seen))
    through = bool(failures) and len(seen) == len(failures)
    return Criterion(
        what=what,
        limit=claim.limit,
        standing=proof.standing if through else Standing.OPEN,
        value=proof.found / proof.audited if proof.audited else None,
        low=proof.interval.low,
        high=proof.interval.high,
        found=proof.found,
        audited=proof.audited,
        more=proof.more,
    )


def _oee(limit: float, oee: Fraction | None) -> Criterion:
    """A number that is measured, not estimated: it has no interval."""
    if oee is None:
        return Criterion(What.OEE, limit, Standing.OPEN)
    standing = Standing.PROVEN if float(oee) >= limit else Standing.REFUTED
    return Criterion(What.OEE, limit, standing, float(oee))


def _kappa(limit: float, kappa: Estimate | None) -> Criterion:
    if kappa is None or kappa.value is None or kappa.low is None or kappa.high is None:
        return Criterion(What.KAPPA, limit, Standing.OPEN, kappa.value if kappa else None)
    standing = Standing.OPEN
    if kappa.low >= limit:
        standing = Standing.PROVEN
    elif kappa.high < limit:
        standing = Standing.REFUTED
    return Criterion(What.KAPPA, limit, standing, kappa.value, kappa.low, kappa.high)
