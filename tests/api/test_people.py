"""Accounts, tokens and the audit log by program."""

from __future__ import annotations

import pytest

from cell.people import rules
from cell.people.roles import Role
from tests.api.world import World

NEW = {"name": "kim", "role": "operator", "display": "Kim"}


def test_an_account_from_its_making_to_its_end(world: World) -> None:
    client = world.client(Role.ADMIN)
    made = client.post("/people", json=NEW)
    assert made.status_code == 201
    tag = made.headers["etag"]
    assert client.get("/people/kim").headers["etag"] == tag
    assert client.get("/people/kim", headers={"If-None-Match": tag}).status_code == 304
    assert client.post("/people", json=NEW).status_code == 409
    change = {"role": "quality", "why": "new work"}
    assert client.patch("/people/kim", json=change).status_code == 428
    stale = client.patch("/people/kim", json=change, headers={"If-Match": '"old"'})
    assert (stale.status_code, stale.headers["etag"]) == (412, tag)
    changed = client.patch("/people/kim", json=change, headers={"If-Match": tag})
    assert (changed.status_code, changed.json()["role"]) == (200, "quality")
    assert changed.headers["etag"] != tag
    (entry,) = world.audit.entries(limit=1, newest_first=True)
    assert (entry.subject, entry.why) == ("kim", "new work")
    assert client.delete("/people/kim", headers={"If-Match": tag}).status_code == 412
    assert client.delete("/people/kim", headers={"If-Match": "*"}).status_code == 204
    assert client.get("/people/kim").status_code == 404
    assert client.patch("/people/kim", json={}, headers={"If-Match": "*"}).status_code == 404


def test_no_secret_is_told_or_kept(world: World) -> None:
    client = world.client(Role.ADMIN, **{"Idempotency-Key": "k"})
    secret = "a long enough passphrase"
    made = client.post("/people", json=NEW | {"password": secret})
    assert (made.status_code, made.json()["password"]) == (201, True)
    assert secret not in made.text
    for file in world.folder.rglob("*.db*"):
        assert secret.encode() not in file.read_bytes(), file.name


def test_the_last_administrator_stays(world: World) -> None:
    client = world.client(Role.ADMIN)
    for answer in (
        client.patch("/people/admin_person", json={"disabled": True}, headers={"If-Match": "*"}),
        client.delete("/people/admin_person", headers={"If-Match": "*"}),
    ):
        assert (answer.status_code, answer.json()["code"]) == (409, "people.last_admin")


def test_sessions_are_ended(world: World) -> None:
    client = world.client(Role.ADMIN)
    begun = [
        world.people.by_provider("p 1", "lee", "Lee", Role.QUALITY, world.now_ns) for _ in "123"
    ]
    listed = client.get("/sessions").json()
    assert {one["id"] for one in listed} == {one.signed_in.session for one in begun}
    assert client.delete(f"/sessions/{begun[0].signed_in.session}").status_code == 204
    assert client.delete(f"/sessions/{begun[0].signed_in.session}").status_code == 404
    assert client.delete("/people/lee/sessions").json() == {"sessions": 2}
    assert client.delete("/people/nobody/sessions").status_code == 404
    assert client.get("/sessions").json() == []


def test_somebody_sees_and_ends_his_own_sessions_alone(world: World) -> None:
    mine = world.people.by_provider("p 1", "lee", "Lee", Role.QUALITY, world.now_ns)
    other = world.people.by_provider("p 2", "kim", "Kim", Role.QUALITY, world.now_ns)
    headers = {"Cookie": f"session={mine.token}", "X-CSRF-Token": mine.signed_in.csrf}
    client = world.client(None, **headers)
    assert [one["name"] for one in client.get("/me/sessions").json()] == ["lee"]
    assert client.delete(f"/me/sessions/{other.signed_in.session}").status_code == 404
    assert client.delete(f"/me/sessions/{mine.signed_in.session}").status_code == 204
    assert client.get("/me").status_code == 401


def test_tokens(world: World) -> None:
    mine = world.people.by_provider("p 1", "lee", "Lee", Role.QUALITY, world.now_ns)
    headers = {"Cookie": f"session={mine.token}", "X-CSRF-Token": mine.signed_in.csrf}
    client = world.client(None, **headers)
    wanted = {"label": "line report", "role": "quality", "days": 7}
    made = client.post("/tokens", json=wanted)
    assert (made.status_code, made.headers["cache-control"]) == (201, "no-store")
    text = made.json()["text"]
    program = world.client(None, Authorization=f"Bearer {text}")
    assert program.get("/me").json()["name"] == "lee"
    assert [one["label"] for one in client.get("/tokens").json()] == ["line report"]
    assert client.post("/tokens", json=wanted | {"role": "admin"}).status_code in (403, 409)
    others = world.people.tokens(world.now_ns, "admin_person")[0].id
    assert client.delete(f"/tokens/{others}").status_code == 404
    assert client.delete(f"/tokens/{made.json()['id']}").status_code == 204
    assert program.get("/me").status_code == 401


def test_the_audit_log_page_by_page(world: World) -> None:
    client = world.client(Role.INTEGRATOR)
    found, cursor = [], ""
    while cursor is not None:
        page = client.get("/audit", params={"limit": 3, "cursor": cursor}).json()
        found += [entry["number"] for entry in page["items"]]
        cursor = page["next"]
    assert found == list(range(found[0], 0, -1))
    assert client.get("/audit", params={"what": "order."}).json()["items"] == []
    assert client.get("/audit", params={"cursor": "x"}).status_code == 422
    assert client.get("/audit/verification").json() == {"sound": True, "findings": []}
    assert world.desk.checks.take()
    assert client.get("/audit/verification").status_code == 429
    world.desk.checks.leave()


def test_a_person_of_before_is_reached_although_an_address_reads_the_name_otherwise(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    client = world.client(Role.ADMIN)
    assert (
        client.post("/people", json=NEW | {"name": "a/b"}).json()["code"] == "people.name.address"
    )
    with monkeypatch.context() as before_the_rule:
        before_the_rule.setattr(rules, "_OF_ADDRESSES", frozenset())
        assert client.post("/people", json=NEW | {"name": "a/b"}).status_code == 201
    seen = {"If-Match": "*"}
    assert client.get("/people/a%2Fb").json()["name"] == "a/b"
    assert client.patch("/people/a%2Fb", json={"disabled": True}, headers=seen).status_code == 200
    assert client.put("/people/a%2Fb/secrets", json={"pin": ""}, headers=seen).status_code == 200
    assert client.delete("/people/a%2Fb/sessions").json() == {"sessions": 0}
    assert client.delete("/people/a%2Fb", headers=seen).status_code == 204
    assert client.get("/people/a%2Fb").status_code == 404
