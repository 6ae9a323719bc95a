"""What is wrong with a model package."""

from models.ground.errors import UserError


class ModelError(UserError):
    """The model package cannot be used; the message names the file and the fault."""
