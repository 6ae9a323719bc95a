"""The errors whose message is meant for a person: said in one line, without a traceback."""

from calibration.cell import CalibrationError
from cell.config import ConfigError
from cell.launcher.group import LaunchError
from cell.nodes.ownership import OwnedError
from cell.products.loading import RecipeError
from cell.records.errors import JournalError, RecordsError
from models.ground.writing import WriteError
from models.package import ModelError
from robot.base import RobotError
from vision.errors import VisionError
from vision.lab.data.types import DataError


class UsageError(Exception):
    """What was asked for on the command line cannot be done."""


EXPECTED = (
    CalibrationError, ConfigError, DataError, JournalError, LaunchError, ModelError, OwnedError,
    RecipeError, RecordsError, RobotError, UsageError, VisionError, WriteError,
)  # fmt: skip
