"""What is wrong with a command line."""

from models.ground.errors import UserError


class UsageError(UserError):
    """What was asked for on the command line cannot be done."""
