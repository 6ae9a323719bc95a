"""Label files by program, and the configuration as read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from starlette.testclient import TestClient

from cell.faces.api.idempotent import MOST_BYTES
from cell.faces.api.resources.configuration import settings_of
from cell.labels.exchange.exporting import export
from cell.labels.exchange.table import FORMATS
from cell.people.roles import Role
from tests.api.world import World
from tests.exchange.drawn import sound_set


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    folder = tmp_path_factory.mktemp("cell")
    world = World(
        folder,
        **{
            "people.tls": {"certificate": "c.pem", "private_key": "k.pem"},
            "camera.options": {
                "trigger": "external",
                "password": "0749",
                "url": "rtsp://me:0749@cam",
                "host": "cam",
            },
        },
    )
    yield world
    world.close()


@pytest.fixture(scope="module")
def client(world: World) -> TestClient:
    return world.client(Role.QUALITY, **{"Accept-Language": "ko"})


def test_in_by_one_format_and_out_by_all(world: World, client: TestClient, tmp_path: Path) -> None:
    archive = export(sound_set(tmp_path), tmp_path / "set.zip", "coco").target.read_bytes()
    wrong = client.post("/labels/imports?format=cvat", content=archive)
    assert (wrong.status_code, wrong.headers["content-language"]) == (422, "ko")
    assert wrong.json()["code"] == "exchange.fault"
    assert wrong.json()["detail"].startswith("upload: 여기 있는 XML 파일: none")
    cut = client.post("/labels/imports?format=coco", content=archive[:900])
    assert (cut.status_code, cut.json()["code"]) == (422, "exchange.damaged")
    assert not client.get("/labels/queue").json()["items"]
    for new, same in ((4, 0), (0, 4)):
        brought = client.post("/labels/imports?format=coco", content=archive)
        assert brought.status_code == 201, brought.text
        assert (brought.json()["new"], brought.json()["same"]) == (new, same)
    assert client.post("/labels/sets", json={"name": "one", "only_settled": False}).is_success
    formats = client.get("/labels/formats")
    assert {one["name"] for one in formats.json()} == FORMATS.keys()
    assert "`" not in formats.text
    for form in FORMATS:
        sent = client.get(f"/labels/sets/one/export?format={form}")
        assert sent.headers["content-type"] == "application/zip"
        again = client.post(f"/labels/imports?format={form}", content=sent.content)
        assert again.status_code == 201, (form, again.text)
    for query, status in (("one/export?format=x", 422), ("none/export?format=coco", 404)):
        assert client.get(f"/labels/sets/{query}").status_code == status
    shown = client.post("/labels/imports?format=pictures", content=sent.content)
    assert (shown.status_code, shown.json()["new"]) == (201, 3)
    left = [
        *(world.folder / "labels").glob("incoming/*"),
        *(world.folder / "labels").glob("outgoing/*"),
    ]
    assert not left
    log = list(world.audit.entries(person="quality_person"))
    told = {(entry.what, bool(entry.refused)) for entry in log}
    assert {("labels.import", False), ("labels.import", True), ("labels.imported", False)} < told
    broken = next(entry for entry in log if entry.refused)
    assert broken.after == {"format": "cvat", "person": "quality_person"}
    (out, *_) = [entry for entry in log if entry.what == "labels.export"]
    assert (out.subject, out.after) == ("one", {"format": "coco", "pictures": 3})


def test_only_an_archive_may_be_large(client: TestClient) -> None:
    large = b" " * (MOST_BYTES + 1)
    assert client.post("/labels/imports?format=coco", content=large).status_code == 422
    assert client.post("/labels/sets", content=large).status_code == 413


def test_the_configuration_tells_no_secret(world: World) -> None:
    told = world.client(Role.INTEGRATOR).get("/configuration")
    found = {one["name"]: one for one in told.json()}
    assert found["belt.speed_m_s"]["unit"] == "m/s"
    options = {"trigger": "external", "url": "rtsp://cam", "host": "cam"}
    assert found["camera.options"]["value"] == options
    assert all(one["title"] and one["description"] for one in found.values())
    assert not [word for word in ("0749", "c.pem", "k.pem") if word in told.text]
    assert len(found) == len(list(settings_of(world.config))) > 80
