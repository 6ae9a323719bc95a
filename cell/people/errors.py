"""What can go wrong with people and their log; messages are texts by code."""

from models.ground.errors import UserError


class PeopleError(UserError):
    """An account, session or token is not as it was asked for."""


class SignInError(PeopleError):
    """Somebody has not proven who he is; `wait_s`: before that nobody is asked again [s]."""

    def __init__(self, message: str, wait_s: int = 0) -> None:
        super().__init__(message)
        self.wait_s = wait_s


class AuditError(UserError):
    """The log of what people did cannot be written or read."""
