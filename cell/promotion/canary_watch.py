"""Takes down what a model on trial says, queues what people should decide, and tells what speaks
against it.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from pathlib import Path
from typing import Final

from cell.config.promotion import PromotionConfig
from cell.control.ledger.events import Tried
from cell.labels.book import LabelBook
from cell.labels.cases import Records
from cell.promotion.active_watch import before_it
from cell.promotion.canary import Watched
from cell.promotion.disagreement import disagree, queue_disagreement
from cell.promotion.evidence import Looked, Match
from cell.promotion.judging import line_truths
from cell.promotion.model import Model
from cell.promotion.pairs import Pair, Source, Tally, Truth
from cell.promotion.registry import Registry
from cell.promotion.shadow.parts import line_part
from cell.promotion.share import Shares, ShareWatch
from cell.promotion.states import State
from cell.records.following import follow

MOST_WAITING: Final = 500
"""Parts that are not recorded yet."""


class CanaryWatch:
    """Follows the journal for the models on trial. stop: says that nobody wants to know any more;
    now: the system clock [ns].
    """

    def __init__(
        self,
        data_dir: Path,
        rules: PromotionConfig,
        registry: Registry,
        labels: LabelBook,
        stop: Callable[[], bool],
        now: Callable[[], int],
    ) -> None:
        self._journal, self._records = data_dir / "journal.db", Records(data_dir)
        self._rules, self._registry, self._labels = rules, registry, labels
        self._stop, self._now = stop, now
        self._places: dict[Match, int] = {}
        self._waiting: OrderedDict[str, tuple[Match, Tried]] = OrderedDict()

    def look(self, model: Model) -> tuple[Watched, Shares]:
        """What speaks for and against it now. Raises RegistryError, JournalError, StoreError."""
        match = self._registry.match(model)
        self._take_down(match)
        self._queue(match, model)
        parts = self._registry.line_parts(match, Source.CANARY)
        truths = line_truths(self._records, self._labels, parts)
        shares = self._shares(match, model)
        return watched(self._registry.on_trial(match, truths), shares), shares

    def _take_down(self, match: Match) -> None:
        known = set(self._registry.line_parts(match, Source.CANARY))
        while not self._stop():
            place = self._places.get(match, 0)
            until, last, events = follow(self._journal, place, ("tried",))
            fresh = []
            for tried in events:
                assert isinstance(tried, Tried)
                if (tried.package, tried.against) != (match.candidate, match.active):
                    continue
                if disagree(tried.active, tried.candidate):
                    self._waiting[tried.part] = match, tried
                    if len(self._waiting) > MOST_WAITING:
                        self._waiting.popitem(last=False)
                if tried.part not in known:
                    known.add(tried.part)
                    fresh.append(_looked(tried))
            if fresh:
                self._registry.note_line(match, fresh, self._now())
            again = until < place  # another journal lies there
            self._places[match] = 0 if again else until
            if until >= last and not again:
                return

    def _queue(self, match: Match, model: Model) -> None:
        """Queue disagreements whose parts are closed by now. The same again changes nothing."""
        mine = {part: tried for part, (of, tried) in self._waiting.items() if of == match}
        for case in self._records.of(list(mine)):
            if not case.disposition:
                continue
            part, tried = line_part(case), mine[case.part]
            if part is not None:
                own = part.with_own(tried.active)
                said, found = tried.candidate, tried.defects
                queue_disagreement(self._labels, model, own, said, found, self._now())
            del self._waiting[case.part]

    def _shares(self, match: Match, model: Model) -> Shares:
        moves = self._registry.events(model.recipe, model.fingerprint)
        since_ns = max((one.at_ns for one in moves if one.move.after is State.CANARY), default=0)
        tuned = self._registry.thresholds(model.recipe)
        tuned_ns = tuned[-1].at_ns if tuned else 0
        said = [
            one
            for one in self._registry.line_said(model.recipe, model.fingerprint)
            if one.at_ns > tuned_ns
        ]
        before = [one for one in said if one.at_ns <= since_ns]
        share = ShareWatch(self._rules, before_it(before, self._rules))
        for one in said:
            if one.at_ns > since_ns and one.source is Source.CANARY and one.active == match.active:
                share.add(one.stopped, one.at_ns)
        return share.shares


def watched(tally: Tally, shares: Shares | None = None) -> Watched:
    """What speaks for and against a model on trial, of the parts that it has looked at there."""
    passed_good = tally.good - tally.false_rejects - tally.reviews
    escaped = tally.both + tally.only_candidate
    drifted = shares is not None and shares.change is not None
    return Watched(tally, passed_good + escaped, escaped, drifted)


def _looked(tried: Tried) -> Looked:
    pair = Pair(tried.part, Source.CANARY, Truth.UNKNOWN, tried.active, tried.candidate)
    return Looked(pair, f"{tried.part}-{tried.trigger}", tried.total_ms, tried.engine)
