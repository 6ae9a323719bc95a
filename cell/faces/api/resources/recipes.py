"""The products that there are recipes for. Changing over is an order."""

from __future__ import annotations

from fastapi import APIRouter, Request
from pydantic import Field
from starlette.responses import Response

from cell.client.following import name_of
from cell.faces.api.desk import AtDesk, Desk
from cell.faces.api.etags import is_known, tag_of
from cell.faces.api.fields import Name, Told, Words
from cell.faces.api.language import Reader
from cell.faces.api.pictures import PICTURE
from cell.faces.api.problems import missing
from cell.products.listing import RecipeEntry
from cell.texts import Lang

router = APIRouter(prefix="/recipes", tags=["recipes"])


class RecipeTold(Told):
    """A recipe by its folder's name."""

    name: str
    identity: str = Field(description="name@version; empty where it cannot be read.")
    in_use: bool
    problem: Words = Field(description="Why it cannot be used.")


@router.get("")
def list_recipes(desk: AtDesk, lang: Reader) -> list[RecipeTold]:
    """All of them, by name, as their files are now."""
    return [_told(desk, entry, lang) for entry in desk.recipes.offer()]


@router.get("/{name}")
def get_recipe(desk: AtDesk, lang: Reader, name: Name) -> RecipeTold:
    """One of them."""
    entry = next((entry for entry in desk.recipes.offer() if entry.name == name), None)
    if entry is None:
        raise missing(name)
    return _told(desk, entry, lang)


@router.get("/{name}/picture", response_class=Response, responses=PICTURE)
def get_recipe_picture(request: Request, desk: AtDesk, name: Name) -> Response:
    """A small picture of the product, as JPEG."""
    if all(entry.name != name for entry in desk.recipes.offer()):
        raise missing(name)
    content = desk.recipes.picture(name)
    if content is None:
        raise missing(name)
    headers = {"ETag": tag_of(content), "Cache-Control": "private, no-cache"}
    if is_known(request.headers, headers["ETag"]):
        return Response(status_code=304, headers=headers)
    return Response(content, headers=headers, media_type="image/jpeg")


def _told(desk: Desk, entry: RecipeEntry, lang: Lang) -> RecipeTold:
    cell = desk.link.view().cell
    return RecipeTold(
        name=entry.name,
        identity=entry.recipe.identity if entry.recipe else "",
        in_use=cell is not None and name_of(cell.recipe) == entry.name,
        problem=Words.of(entry.problem, lang),
    )
