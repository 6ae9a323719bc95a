"""The first administrator, the demo, and TLS."""

from __future__ import annotations

import datetime
import re
import sqlite3
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from cell.config import load
from cell.config.people import TlsConfig
from cell.faces.web.audit_watch import AuditWatch
from cell.faces.web.greeting import address
from cell.faces.web.tls import TlsError, require_fit
from tests.hmi.conftest import ROOT, Hmi, end, until, written
from tests.people.audit_world import behind_its_back, filled
from tests.people.world import PASSWORD
from tests.web.visiting import PAGE, Visitor


def pair(folder: Path, name: str, days: int = 30) -> TlsConfig:
    """A certificate that ends in so many days, and its key."""
    pytest.importorskip("cryptography")
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder(who, who, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=60))
        .not_valid_after(now + datetime.timedelta(days=days))
        .sign(key, hashes.SHA256())
    )
    certificate, private = folder / f"{name}.pem", folder / f"{name}.key"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    private.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return TlsConfig(certificate=certificate, private_key=private)


def test_a_pair_that_does_not_do_is_told_in_one_line(tmp_path: Path) -> None:
    good, other, old = pair(tmp_path, "a"), pair(tmp_path, "b"), pair(tmp_path, "c", -1)
    require_fit(good, time.time())
    (tmp_path / "no.pem").write_text("no certificate")
    cases = {
        "cannot be read": good.model_copy(update={"certificate": tmp_path / "none.pem"}),
        "is no certificate": good.model_copy(update={"certificate": tmp_path / "no.pem"}),
        "does not fit": good.model_copy(update={"private_key": other.private_key}),
        "has expired on": old,
    }
    for words, tls in cases.items():
        with pytest.raises(TlsError, match=words) as told:
            require_fit(tls, time.time())
        assert "\n" not in str(told.value)
    with pytest.raises(TlsError, match="not valid before"):
        require_fit(good, time.time() - 100 * 86_400)


def test_a_start_that_is_refused_is_told_in_words(
    tmp_path: Path, ros_environment: dict[str, str]
) -> None:
    with closing(sqlite3.connect(tmp_path / "people.db")) as database:
        database.execute("PRAGMA user_version = 99")
    command = [sys.executable, "-m", "cell.faces.web", "--config", str(written(tmp_path))]
    ended = subprocess.run(command, env=ros_environment, capture_output=True, text=True, cwd=ROOT)
    assert ended.returncode == 2
    (line,) = [one for one in ended.stderr.splitlines() if one.startswith("error:")]
    assert f"{tmp_path}/people.db: was written by a newer cell" in line


def test_a_log_that_was_tampered_with_is_told_and_the_pages_go_on(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    filled(tmp_path, 250)
    with behind_its_back(tmp_path) as database:
        database.execute("DELETE FROM entries WHERE seq = 7")
    watch = AuditWatch(tmp_path, tmp_path / "keys")
    watch.start()
    until(lambda: watch.found, "it is found")
    watch.close()
    assert "entries 7 to 7 are missing" in caplog.text
    interrupted = AuditWatch(tmp_path, tmp_path / "none")
    interrupted.close()
    assert not interrupted.found


@pytest.mark.parametrize(
    ("settings", "shown"),
    [
        ({"hmi.host": "127.0.0.1"}, "http://127.0.0.1:8080"),
        ({"hmi.host": "0.0.0.0"}, "http://127.0.0.1:8080"),
        ({"hmi.host": "0.0.0.0", "people.hosts": ["cell.works"]}, "http://cell.works:8080"),
        ({"hmi.host": "::1"}, "http://[::1]:8080"),
    ],
)
def test_where_the_pages_are(settings: dict[str, Any], shown: str) -> None:
    assert address(load(None, settings)) == shown


@pytest.fixture
def served(
    ros_environment: dict[str, str], tmp_path: Path, request: pytest.FixtureRequest
) -> Iterator[Hmi]:
    page = Hmi(ros_environment, written(tmp_path, **request.param), "--lang", "en")
    yield page
    end(page.process)


@pytest.mark.parametrize("served", [{}, {"people.demo_sign_in": False}], indirect=True)
def test_the_first_administrator(served: Hmi, request: pytest.FixtureRequest) -> None:
    demo = "people.demo_sign_in" not in str(request.node.callspec.params)
    lines = [served.process.stdout.readline() for _ in range(3 if demo else 2)]
    found = re.search(r"first-admin\?token=(\S+)", lines[-1])
    assert found is not None
    with Visitor(served.url) as other, Visitor(served.url) as visitor:
        assert other.get("/", headers=PAGE).status_code == (200 if demo else 303)
        behind = {"X-Forwarded-For": "10.0.0.7"}
        assert other.get("/", headers=PAGE | behind).status_code == 303, "a proxy is no demo"
        page = visitor.get(f"/first-admin?token={found[1]}", headers=PAGE).text
        sign = re.search(r'name="sign" value="(\w+)"', page)
        assert sign is not None
        assert 'data-test="rules">10 to 200 signs' in page
        assert page.count('minlength="10"') == 2
        form = {"sign": sign[1], "name": "boss", "secret": PASSWORD, "again": PASSWORD}
        own = {"Origin": visitor.url}
        for wrong in ({"token": "x"}, {"token": found[1], "again": "other"}):
            answer = visitor.post("/first-admin", data=form | wrong, headers=own)
            assert answer.status_code == 422
        made = visitor.post("/first-admin", data=form | {"token": found[1]}, headers=own)
        assert made.status_code == 303
        assert "boss" in visitor.get("/", headers=PAGE).text
        assert other.get("/", headers=PAGE).status_code == 303, "the demo has ended"
        for _ in range(5):
            assert other.sign_in("boss", "wrong").status_code == 401
        locked = other.sign_in("boss")
        assert locked.status_code == 429
        assert int(locked.headers["Retry-After"]) > 20
        assert 'data-test="wait"' in locked.text


def test_over_tls(ros_environment: dict[str, str], tmp_path: Path) -> None:
    tls: Any = {key: str(value) for key, value in pair(tmp_path, "a").model_dump().items()}
    settings: Any = {"people.tls": tls, "people.demo_sign_in": False}
    page = Hmi(ros_environment, written(tmp_path, **settings), "--lang", "en", tls=True)
    try:
        context = ssl._create_unverified_context()
        with urllib.request.urlopen(f"{page.url}sign-in", context=context) as answer:
            assert answer.status == 200
            assert "Secure" in answer.headers["Set-Cookie"]
            assert "__Host-" in answer.headers["Set-Cookie"]
    finally:
        end(page.process)
