"""A cell on two machines, with the link between them cut for a while."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

pytestmark = pytest.mark.cell


CABLE = "ip link add one0 type veth peer name one1"
PROBE = f"mount -t tmpfs tmpfs /dev/shm && {CABLE} && nsenter --version"


def _may() -> bool:
    words = ["unshare", "--net", "--mount", "--uts", "sh", "-c", PROBE]
    try:
        return os.geteuid() == 0 and subprocess.run(words, capture_output=True).returncode == 0
    except OSError:
        return False


@pytest.mark.skipif(not _may(), reason="needs root, network namespaces and iproute2")
def test_a_cut_link_stops_the_belt_and_no_evidence_is_lost() -> None:
    words = [sys.executable, "-m", "tests.system.two_hosts", "--parts", "12", "--cut", "6"]
    pipe = subprocess.PIPE
    with subprocess.Popen(words, stdout=pipe, stderr=pipe, text=True) as run:
        try:
            out, errors = run.communicate(timeout=280)
        finally:
            run.send_signal(signal.SIGINT)  # what it has started ends with it
    assert run.returncode == 0, out + errors
    told = json.loads(out.splitlines()[-1])
    assert told["belt_stood_after_s"] is not None
    assert told["accounts"]["parts"]["unaccounted"] == 0, told
    assert told["accounts"]["escapes"] == 0, told
    assert told["accounts"]["verify"] == 0, told
    pictures = told["pictures"]
    assert pictures["missing"] == pictures["waiting"] == 0, told
    assert pictures["views"] == pictures["inspections_with_a_view"] > 0, told
    assert pictures["frames"] > 0, told
