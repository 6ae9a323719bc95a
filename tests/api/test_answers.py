"""What the interface answers: pages, tags, problems, languages."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cell.faces.api.application import routes_of
from cell.faces.api.fields import moment, stamp
from cell.faces.web.language import wanted
from cell.people.roles import Role
from tests.api.world import World


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """These only read."""
    world = World(tmp_path_factory.mktemp("cell"), parts=3)
    yield world
    world.close()


def test_the_description_is_openapi_3_1_and_its_page_loads_nothing(world: World) -> None:
    client = world.client(Role.OPERATOR)
    told = client.get("/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    assert len(told["paths"]) > 35
    page = client.get("/docs")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert not re.search(r"<(script|link|img|iframe)|https?://", page.text)
    assert "/orders/start" in page.text


@pytest.mark.parametrize("path", ["/nothing", "/parts/", "/parts/s1-00001/pictures/x/y"])
def test_unknown_paths_are_problems_of_the_interface(world: World, path: str) -> None:
    answer = world.client(Role.ADMIN).get(path, follow_redirects=False)
    assert answer.status_code in (404, 307)
    if answer.status_code == 404:
        assert answer.json()["code"] == "api.no_route"


def test_wrong_methods_are_told(world: World) -> None:
    answer = world.client(Role.ADMIN).delete("/parts")
    assert (answer.status_code, answer.json()["code"]) == (405, "api.method")
    assert answer.headers["allow"] == "GET"


def test_pages_lead_through_all_parts(world: World) -> None:
    client, found, cursor = world.client(Role.OPERATOR), [], ""
    while cursor is not None:
        page = client.get("/parts", params={"limit": 2, "cursor": cursor}).json()
        found += [row["part"] for row in page["items"]]
        cursor = page["next"]
    assert found == ["s1-00003", "s1-00002", "s1-00001"]
    rejected = client.get("/parts", params={"verdict": "reject"}).json()["items"]
    assert [row["part"] for row in rejected] == ["s1-00002"]


@pytest.mark.parametrize(
    "query",
    [
        {"cursor": "x"}, {"limit": 0}, {"limit": 201}, {"since": "yesterday"}, {"score": "nan"},
        {"since": "2026-01-01T00:00:00"}, {"verdict": "good"},
    ],
)  # fmt: skip
def test_questions_that_are_none(world: World, query: dict[str, Any]) -> None:
    assert world.client(Role.ADMIN).get("/parts", params=query).status_code == 422


def test_any_time_may_be_asked_for(world: World) -> None:
    for since in ("0001-01-01T00:00:00Z", "9999-12-31T23:59:59+00:00"):
        assert world.client(Role.ADMIN).get("/parts", params={"since": since}).status_code == 200
    when = 1_700_000_000_123_456_000
    assert stamp(moment(when)) == when


def test_one_part_and_its_pictures(world: World) -> None:
    client = world.client(Role.OPERATOR)
    whole = client.get("/parts/s1-00002").json()
    assert (whole["verdict"], whole["disposition"], whole["person"]) == ("reject", "purged", "test")
    (kept,) = whole["evidence"]
    for path in ("/parts/s1-00002/pictures/view", f"/pictures/{kept['sha256']}"):
        answer = client.get(path)
        assert (answer.status_code, answer.headers["content-type"]) == (200, "image/jpeg")
        assert hashlib.sha256(answer.content).hexdigest() == kept["sha256"]
        known = {"If-None-Match": answer.headers["etag"]}
        assert client.get(path, headers=known).status_code == 304
    assert client.get("/parts/s1-00002/pictures/frame").status_code == 404
    assert client.get("/pictures/" + "../" * 3 + "journal.db").status_code in (404, 422)


def test_what_has_not_changed_is_not_sent_again(world: World) -> None:
    client = world.client(Role.OPERATOR)
    first = client.get("/parts")
    tag = first.headers["etag"]
    again = client.get("/parts", headers={"If-None-Match": f'"other", W/{tag}'})
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", tag)
    assert client.get("/parts", headers={"If-None-Match": '"other"'}).status_code == 200


def test_records_that_are_not_there_yet(tmp_path: Path) -> None:
    world = World(tmp_path)
    world.shift.close()
    for file in tmp_path.glob("records.db*"):
        file.unlink()
    answer = world.client(Role.OPERATOR, **{"Accept-Language": "ko"}).get("/parts")
    assert (answer.status_code, answer.json()["code"]) == (503, "records.missing")
    assert "데이터" in answer.json()["detail"]
    world.close()


@pytest.mark.parametrize(
    ("header", "lang"),
    [
        ("ko", "ko"), ("ko-KR,ko;q=0.9,en;q=0.8", "ko"), ("de, en;q=0.5, ko;q=0.4", "en"),
        ("ko;q=0", None), ("de", None), ("", None), (";;q=,,", None), ("en;q=x, ko", "ko"),
    ],
)  # fmt: skip
def test_languages(header: str, lang: str | None) -> None:
    assert wanted(header) == lang


def test_every_route_has_words(world: World) -> None:
    told = world.client(Role.ADMIN).get("/openapi.json").json()
    for methods in told["paths"].values():
        for operation in methods.values():
            assert operation.get("description"), operation["operationId"]
    for route in routes_of():
        assert route.tags, route.name


LARGE = b" " * (4 * 2**20 + 1)


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "k"}], ids=["plain", "keyed"])
@pytest.mark.parametrize("in_pieces", [False, True], ids=["whole", "pieces"])
def test_a_body_over_the_limit_is_a_problem_as_others(
    world: World, headers: dict[str, str], in_pieces: bool
) -> None:
    client = world.client(Role.ADMIN, **{"Accept-Language": "ko"}, **headers)
    body = iter([LARGE[:-9], LARGE[:9]]) if in_pieces else LARGE
    told = client.post("/orders/recipe", content=body)
    assert told.headers["content-type"] == "application/problem+json"
    assert (told.status_code, told.json()["code"]) == (413, "api.too_large")
    assert told.headers["content-language"] == "ko"
    assert world.cell.given == []
    nobody = world.client(None).post("/labels/imports?format=coco", content=LARGE)
    assert nobody.status_code == 401, "it would not be too large there"
