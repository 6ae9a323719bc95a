"""What whoever checks a gauge study asks of its result: the counts behind kappa, and its limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from cell.quality.gauge import EFFECTIVENESS, AppraiserResult, GaugeResult, Grade
from cell.quality.studies.values import Evaluation
from cell.texts import Lang, tr

EXAMPLE: Final = (50, 3, 3)
"""Parts, appraisers and trials of the example in AIAG, MSA, 4th edition 2010, chapter III-C."""
CROSS: Final = ("both_good", "second_defective", "first_defective", "both_defective")
"""Columns of the cross-tabulation: texts `quality.report.*`."""
Counts = tuple[tuple[int, int], tuple[int, int]]
Namer = Callable[[str], str]


def against_reference(one: AppraiserResult) -> Counts:
    """Trials. Rows: what the appraiser says, columns: the reference; good before defective."""
    good, bad = one.false_alarm, one.miss
    return (good.total - good.count, bad.count), (good.count, bad.total - bad.count)


def cross_tables(result: GaugeResult, lang: Lang, named: Namer) -> Iterator[list[str]]:
    """Lines of a table, of each appraiser against the reference, then of each pair: between whom;
    trials that both call good, that only the second, only the first, and that both call defective.
    """
    for one in result.appraisers:
        who = tr("quality.report.with_reference", lang, who=named(one.name))
        yield [who, *_cells(against_reference(one))]
    for pair in result.pairs:
        yield [" – ".join(map(named, pair.names)), *_cells(pair.table)]


def remarks(told: Evaluation, lang: Lang, named: Namer) -> list[str]:
    """What one has to know before one goes by the grade; none where there is nothing."""
    result, study, found = told.result, told.study, []
    labellers = {one.labelled_by for one in told.subjects}
    judges = [name for name in study.appraisers if name in labellers]
    if judges:
        found.append(
            tr("quality.report.remark.reference", lang, names=", ".join(map(named, judges)))
        )
    size = (result.parts, len(result.appraisers), result.trials)
    if any(is_ < usual for is_, usual in zip(size, EXAMPLE, strict=True)):
        found.append(
            tr(
                "quality.report.remark.small", lang, parts=size[0], appraisers=size[1],
                trials=size[2], usual_parts=EXAMPLE[0], usual_appraisers=EXAMPLE[1],
                usual_trials=EXAMPLE[2],
            )
        )  # fmt: skip
    doubted = [
        named(one.name)
        for one in result.appraisers
        if one.grade is Grade.ACCEPTABLE and one.effectiveness.interval.low < EFFECTIVENESS.good
    ]
    if doubted:
        found.append(
            tr(
                "quality.report.remark.interval", lang, names=", ".join(doubted),
                limit=EFFECTIVENESS.good,
            )
        )  # fmt: skip
    return found


def _cells(table: Counts) -> list[str]:
    return [f"{count}" for row in table for count in row]
