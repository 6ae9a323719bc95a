"""What is wrong with a model package."""


class ModelError(Exception):
    """The model package cannot be used; the message names the file and the fault."""
