"""A cell on two machines, with the link between them cut for a while."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.cell


def _may() -> bool:
    words = ["unshare", "--net", "--mount", "--uts", "true"]
    try:
        return os.geteuid() == 0 and subprocess.run(words, capture_output=True).returncode == 0
    except OSError:
        return False


@pytest.mark.skipif(not _may(), reason="network namespaces are made by root on Linux")
def test_a_cut_link_stops_the_belt_and_no_evidence_is_lost() -> None:
    words = [sys.executable, "-m", "tests.system.two_hosts", "--parts", "12", "--cut", "6"]
    done = subprocess.run(words, capture_output=True, text=True, timeout=550)
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads(done.stdout.splitlines()[-1])
    assert told["belt_stood_after_s"] is not None
    assert told["accounts"]["parts"]["unaccounted"] == 0, told
    assert told["accounts"]["escapes"] == 0, told
    assert told["accounts"]["verify"] == 0, told
    pictures = told["pictures"]
    assert pictures["missing"] == pictures["waiting"] == 0, told
    assert pictures["views"] == pictures["inspections_with_a_view"] > 0, told
    assert pictures["frames"] > 0, told
