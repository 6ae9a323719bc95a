"""Beginning the running line's monitors anew, as people order it at a page, by a program or at a
shell: allowed by their role, taken down before it is done.
"""

from __future__ import annotations

from cell.config import CellConfig
from cell.people.noting import Json, Notes
from cell.people.person import SignedIn
from cell.people.roles import Permission, require
from cell.products.lookup import find_recipe
from cell.quality.monitor_files import Anew, order_anew
from cell.quality.studies.errors import StudyError
from cell.quality.watches import ALL
from cell.texts import say
from models.ground.errors import UserError


def begin_anew(
    config: CellConfig, notes: Notes, by: SignedIn, product: str, why: str, now_ns: int
) -> Anew:
    """Have the monitors of a product (`*`: of all) learn anew what is usual, from its next part on.
    A running inspector follows at that part, one that does not run when it does.

    Waits for the disk. Raises ForbiddenError, RecipeError, StudyError, WriteError, AuditError;
    then nothing was ordered.
    """
    told: Json = {"product": product, "why": why}
    try:
        require(by.role, Permission.MONITORS)
        if product != ALL:
            find_recipe(config, product)
        if not why.strip():
            raise StudyError(say("quality.line.no_why"))
        if not config.data_dir.is_dir():
            raise StudyError(say("quality.line.no_folder", folder=str(config.data_dir)))
        notes.note(by, "monitors.begin", product, after=told, why=why.strip())
        try:
            return order_anew(config.data_dir, product, by.name, now_ns, why.strip())
        except OSError as error:
            failed = say("quality.line.unwritten", error=error.strerror or str(error))
            raise StudyError(failed) from None
    except UserError as error:
        notes.note(by, "monitors.begin", product, after=told, refused=str(error))
        raise
