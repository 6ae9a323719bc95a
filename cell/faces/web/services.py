"""What every face that is served from here works with, made once."""

from __future__ import annotations

from dataclasses import dataclass

from calibration.cell import CellCalibration
from cell.client.link import CellLink
from cell.client.orders import Orders
from cell.config import CellConfig
from cell.faces.hmi.pictures import PictureStore
from cell.faces.hmi.recipes import RecipeBook
from cell.faces.hmi.shift_watch import ShiftWatch
from cell.faces.practice.coach import Coach
from cell.faces.quality.cell_judging import CellJudging
from cell.faces.web.audit_watch import AuditWatch
from cell.labels.book import LabelBook
from cell.people.audit import AuditLog
from cell.people.people import People
from cell.promotion.registry import Registry
from cell.promotion.trial_keeper import TrialKeeper
from cell.trainer.book import PracticeBook
from cell.training.book import JobBook


@dataclass(frozen=True, slots=True)
class Services:
    """The cell as it is configured and built, what is heard of it, and how it is given orders."""

    config: CellConfig
    site: CellCalibration
    link: CellLink
    orders: Orders
    pictures: PictureStore
    recipes: RecipeBook
    people: People
    audit: AuditLog
    audit_watch: AuditWatch
    labels: LabelBook
    jobs: JobBook
    registry: Registry
    trials: TrialKeeper
    shift: ShiftWatch
    learners: PracticeBook
    """Who has been shown around, and who practises."""
    judging: CellJudging
    """The cell as an appraiser of gauge studies."""
    practice: Coach | None = None
    """The trainer, where people practise."""

    @property
    def notes(self) -> AuditLog:
        """Where people's doings are taken down."""
        return self.audit
