"""What went wrong, as RFC 9457 tells it: one form for every refusal of every route."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Future
from typing import Any, Final, NamedTuple

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.responses import Response

from cell.client.reply import Reply
from cell.faces.api.fields import Told
from cell.faces.api.language import reader
from cell.labels.errors import LeaseError, SetError, StaleLabelError, StoreError
from cell.labels.label import LabelError
from cell.people.errors import AuditError, PeopleError, SignInError
from cell.people.roles import ForbiddenError
from cell.products.loading import RecipeError
from cell.promotion.errors import RegistryError
from cell.records.errors import JournalError, RecordsError
from cell.records.reading import CursorError
from cell.texts import Lang, read, render, say, tr
from cell.training.errors import JobError, JobStoreError, TrainingError
from models.ground.errors import UserError
from vision.lab.data.types import DataError

MEDIA: Final = "application/problem+json"
STATUS: Final[Mapping[type[UserError], int]] = {
    ForbiddenError: 403,
    CursorError: 422,
    RecipeError: 422,
    SignInError: 403,
    PeopleError: 409,
    AuditError: 503,
    RecordsError: 503,
    JournalError: 503,
    StoreError: 503,
    RegistryError: 503,
    StaleLabelError: 409,
    LeaseError: 409,
    SetError: 409,
    LabelError: 422,
    DataError: 422,
    JobError: 409,
    JobStoreError: 503,
    TrainingError: 422,
}
"""The nearest class above counts; another UserError is a 409."""
NOT_THERE: Final = frozenset(
    {
        "label.no_item", "label.set_unknown", "people.account.none", "people.session.none",
        "people.token.none", "training.no_job", "promotion.unknown", "quality.acceptance.none",
        "quality.study.none", "quality.audit.none", "quality.study.no_picture",
    }
)  # fmt: skip
"""Codes of errors that say that there is no such thing."""
TITLES: Final = (400, 401, 403, 404, 405, 409, 412, 413, 415, 421, 422, 428, 429, 500, 503, 504)
NO_ROOM: Final = frozenset({"exchange.no_room", "studio.upload.disk", "studio.upload.full"})
"""Codes of errors of a disk that takes no more: 503, the request was right."""
STORE: Final = "store."
"""Codes of what disk and SQLite refuse begin so: whatever was asked, it was right."""
BY_CODE: Final = {"command.no_service": 503, "command.no_answer": 504}
REMEDIES: Final = {"command.no_answer": "api.find_out"}
"""What only programs can do about it, by the code of the problem."""
LATE: Final = "api_late"
"""Under this name the scope tells `Late` to those further out."""


class Wrong(Told):
    """One thing that is wrong with a request: where, and what."""

    place: str
    detail: str


class Problem(Told):
    """RFC 9457. `code` never changes; title and detail are in the reader's language."""

    type: str
    title: str
    status: int
    detail: str
    code: str
    errors: tuple[Wrong, ...] = ()


class Late(NamedTuple):
    """What became of an order whose answer did not come in time. done: what is answered, as JSON,
    if it was carried out after all.
    """

    reply: Future[Reply]
    done: str


class ProblemError(UserError):
    """A refusal with its status. words: a text by code; late: see `Late`."""

    def __init__(
        self,
        status: int,
        words: str,
        headers: Mapping[str, str] | None = None,
        late: Late | None = None,
    ) -> None:
        super().__init__(words)
        self.status, self.headers, self.late = status, dict(headers or {}), late


def missing(what: str) -> ProblemError:
    """There is nothing of this name. what: as it was asked for."""
    return ProblemError(404, say("api.not_found", what=what))


def refused(reply: Reply, seconds: float, done: str) -> ProblemError:
    """The cell has not followed an order. seconds: how long its answer was waited for; done: what
    is answered, as JSON, if it was carried out after all.
    """
    if reply.problem:
        words = say(reply.problem, seconds=f"{seconds:g}")
        late = Late(reply.later, done) if reply.later is not None else None
        return ProblemError(BY_CODE.get(reply.problem, 503), words, late=late)
    return ProblemError(_status_of_refusal(reply.message), reply.message)


def _status_of_refusal(message: str) -> int:
    text = read(message)
    if text is not None and text.code == "people.forbidden":
        return 403
    return 503 if text is not None and text.code.startswith(("audit.", "store.")) else 409


def told(status: int, words: str, lang: Lang, errors: list[Wrong] | None = None) -> Problem:
    """The problem in the reader's language."""
    text = read(words)
    code = text.code if text else "api.refused"
    known = status if status in TITLES else 500
    detail = render(words, lang)
    if code in REMEDIES:
        detail = f"{detail}. {tr(REMEDIES[code], lang)}"
    return Problem(
        type=f"urn:inspection-cell:problem:{code}",
        title=tr(f"api.title.{known}", lang),
        status=status,
        detail=detail,
        code=code,
        errors=tuple(errors or ()),
    )


def answer(
    status: int,
    words: str,
    lang: Lang,
    errors: list[Wrong] | None = None,
    headers: Mapping[str, str] | None = None,
) -> Response:
    """The problem as a response; never kept by anybody."""
    content = told(status, words, lang, errors).model_dump_json()
    kept = {"Cache-Control": "no-store", "Content-Language": lang, **(headers or {})}
    return Response(content, status, kept, MEDIA)


def handle(api: FastAPI) -> None:
    """Let every error of the routes be told as a problem."""
    api.add_exception_handler(UserError, _user_error)
    api.add_exception_handler(RequestValidationError, _invalid)
    api.add_exception_handler(HTTPException, _http)
    api.add_exception_handler(Exception, _fault)


def status_of(error: UserError) -> int:
    """The status of an error that people can do something about."""
    if isinstance(error, ProblemError):
        return error.status
    text = read(str(error))
    if text is not None and text.code in NOT_THERE:
        return 404
    if text is not None and (text.code in NO_ROOM or text.code.startswith(STORE)):
        return 503
    return next((STATUS[kind] for kind in type(error).__mro__ if kind in STATUS), 409)


async def _user_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, UserError)
    headers = error.headers if isinstance(error, ProblemError) else {}
    if isinstance(error, ProblemError) and error.late is not None:
        request.scope[LATE] = error.late
    return answer(status_of(error), str(error), reader(request), headers=headers)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    found = [_wrong(one) for one in error.errors()[:20]]
    first = found[0] if found else Wrong(place="body", detail="")
    words = say("api.invalid", place=first.place, detail=first.detail)
    return answer(422, words, reader(request), found)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    words = {
        400: say("api.unreadable"),
        404: say("api.no_route"),
        405: say("api.method"),
        413: say("api.too_large"),
    }
    said = words.get(error.status_code, str(error.detail))
    return answer(error.status_code, said, reader(request), headers=error.headers)


async def _fault(request: Request, _error: Exception) -> Response:
    return answer(500, say("api.fault"), reader(request))


def _wrong(found: Mapping[str, Any]) -> Wrong:
    return Wrong(place=".".join(str(part) for part in found["loc"]), detail=str(found["msg"]))
