"""A trained model becomes a candidate for its recipe."""

from __future__ import annotations

from cell.config import CellConfig
from cell.people.person import SignedIn
from cell.promotion.admitting import admit, origin_of
from cell.promotion.model import Model, Offer, Origin
from cell.promotion.registry import Registry
from cell.training.values import Job


def take_in(registry: Registry, config: CellConfig, job: Job, by: SignedIn, now_ns: int) -> Model:
    """Take in what a job has made; the same one again changes nothing. Raises ForbiddenError,
    PromotionError, ModelError, RecipeError, RegistryError.
    """
    package, recipe = config.data_dir / job.package, job.wish.recipe
    # The job itself is on record, whatever has become of the file beside the package.
    known = Origin(job.wish.label_set, job.fingerprint, f"{job.id}")
    offer = Offer(recipe, package, origin_of(package, recipe, known))
    return admit(registry, config, offer, by, now_ns)
