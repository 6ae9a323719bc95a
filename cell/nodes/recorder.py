"""The recorder's node: follows the journal into the records, and keeps pictures as evidence."""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack
from pathlib import Path

from inspection_cell_interfaces.msg import Inspection as InspectionMessage
from inspection_cell_interfaces.msg import PartEvent
from sqlalchemy.exc import SQLAlchemyError

from cell.nodes.base import CellNode
from cell.nodes.evidence import Evidence
from cell.nodes.parameters import declare
from cell.nodes.process import run
from cell.nodes.topics import RELIABLE
from cell.nodes.workers import Worker
from cell.records.agreement import follow_journal
from cell.records.errors import RecordsError
from cell.records.evidence_log import recall
from cell.records.folder import require_writable
from cell.records.journal import Journal, JournalError
from cell.records.keeping import Keeper
from cell.records.migrating import SMALL, bring_up, is_older
from cell.records.projection import Projection
from cell.records.pruning import Pruner
from cell.records.space import ailment
from cell.records.store import open_records


class RecorderNode(CellNode):
    """Reads the supervisor's journal; events on the topic only tell it when to look."""

    def __init__(self) -> None:
        super().__init__("recorder")
        self.section = declare(self, self.config.recorder)
        self._journal: Journal | None = None
        self._projection: Projection | None = None
        self._evidence: Evidence | None = None
        self._due = self._untidy = True
        self._ailments: dict[str, str] = {}
        self._raising: Worker | None = None
        self._filled = False
        self._counts = {"events": 0, "pictures_pruned": 0, "parts_summed": 0}

    def set_up(self) -> None:
        folder = Path(self.config.data_dir)
        require_writable(folder)
        self._journal = follow_journal(folder)
        self._projection = self._opened(folder / "records.db")
        self._keeper = Keeper(folder, self._projection.engine)
        self._pruner = Pruner(folder, self._projection.engine, self.section.retention)
        self._evidence = Evidence(self, self._keeper)
        self.create_subscription(PartEvent, "supervisor/part_event", self._on_event, RELIABLE)
        self.create_subscription(
            InspectionMessage, "inspector/inspection", self._evidence.inspected, RELIABLE
        )

    def begin(self) -> None:
        self.create_timer(0.2, self._turn)
        self.create_timer(1.0, self._look)

    def halt(self) -> None:
        self._due = True
        self._turn()

    def tear_down(self) -> None:
        with ExitStack() as stack:  # the others, too, when one does not close
            for held in (self._evidence, self._journal, self._projection):
                if held is not None:
                    stack.callback(held.close)
        self._projection = self._journal = self._evidence = None

    def details(self) -> dict[str, object]:
        return {**self._counts, **({} if self._evidence is None else self._evidence.counts)}

    def _on_event(self, _event: PartEvent) -> None:
        self._due = True

    def _turn(self) -> None:
        """What the journal has first, then pictures; what fails is done in a later turn."""
        if self._projection is None or self._journal is None or self._evidence is None:
            return
        if self._raising is not None:
            if not self._raising.done:
                return  # the journal holds everything meanwhile
            self._raising = None
        try:
            self._journal.check_still_there()
            self._evidence.turn()
            busy = self._follow(self._projection, self._journal, self._evidence)
            if self._evidence.unsettled:
                self._evidence.settle()
            elif not busy:
                self._clean_up()
        except (JournalError, RecordsError) as error:
            if not isinstance(error.__cause__, sqlite3.Error):
                self.fail(str(error))  # another journal, or none: no later turn mends that
                return
            self._put_off(error.__cause__)
        except (OSError, SQLAlchemyError, sqlite3.Error) as error:
            self._put_off(error)
        else:
            self._ailments = {}
        self._tell()

    def _opened(self, records: Path) -> Projection:
        """Large records of an older version are copied and changed beside the cell's start."""
        self._filled = False
        if not is_older(records) or records.stat().st_size <= SMALL:
            return Projection.open(records)
        projection = Projection(open_records(records))
        self._raising = self.start_worker("records", lambda _: bring_up(records), once=True)
        return projection

    def _put_off(self, error: Exception) -> None:
        assert self._evidence is not None
        self._due = self._untidy = self._evidence.unsettled = True
        self._ailments = ailment(error)

    def _clean_up(self) -> None:
        """What has time: the records hold all of the journal, and pictures are in their place."""
        if not self._filled and self._projection is not None and self._journal is not None:
            filled = self._projection.fill(self._journal.path)
            self._filled = filled is None
            self._counts["parts_summed"] = filled.parts_done if filled is not None else 0
            return
        if self._untidy:
            recall(Path(self.config.data_dir), self._keeper.engine)
            self._keeper.tidy()
            self._untidy = False
        self._counts["pictures_pruned"] += len(self._pruner.turn(self.now_ns()))

    def _look(self) -> None:
        if self._evidence is not None:
            self._evidence.look()
        self._tell()

    def _tell(self) -> None:
        told = {} if self._evidence is None else self._evidence.advisories
        self.advisories = told | self._ailments

    def _follow(self, projection: Projection, journal: Journal, evidence: Evidence) -> bool:
        """Bring the records up to the journal; whether there was anything."""
        if not self._due:
            return False
        self._due = False
        for batch in projection.follow(journal):
            for _, event in batch:
                self._counts["events"] += 1
                evidence.hear(event)
        return True


if __name__ == "__main__":
    run(RecorderNode)
