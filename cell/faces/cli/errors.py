"""What is wrong with a command line."""

from models.errors import UserError


class UsageError(UserError):
    """What was asked for on the command line cannot be done."""
