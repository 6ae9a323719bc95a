"""What a vendor would have on his disk: the folders of docs/extend.md, installed."""

from __future__ import annotations

import os
import re
import subprocess
import sys
import xml.etree.ElementTree as ElementTree
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "extend.md"
DEVICES = ROOT / "docs" / "extend" / "devices.py"
_FILE = re.compile(r"^`(?P<path>[\w-]+/[\w.-]+)`\n\n```\w+\n(?P<text>.*?)^```$", re.M | re.S)


def files() -> dict[str, str]:
    """Every file that the page shows, by its path."""
    page = PAGE.read_text(encoding="utf-8")
    return {found["path"]: found["text"] for found in _FILE.finditer(page)}


@dataclass(frozen=True, slots=True)
class Vendor:
    """The folders, and where the packages were installed."""

    folder: Path
    site: Path

    @classmethod
    def install(cls, folder: Path) -> Vendor:
        """Write the page's files and install their packages, as pip does."""
        packages = set()
        for name, text in files().items():
            path = folder / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
            packages.add(path.parent)
        (folder / "acme-cell" / DEVICES.name).write_text(DEVICES.read_text(encoding="utf-8"))
        site = folder / "site"
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation"]
        subprocess.run(
            [*pip, "--target", str(site), *map(str, sorted(packages))], check=True, timeout=240,
        )  # fmt: skip
        return cls(folder, site)

    def env(self) -> dict[str, str]:
        """For a program that finds the packages."""
        own = ("pattern-camera", "opencv-engine", "acme-cell")
        paths = [self.site, *(self.folder / name for name in own), ROOT]
        return os.environ | {"PYTHONPATH": os.pathsep.join(map(str, paths))}

    def run(self, *tests: Path | str) -> dict[str, dict[str, str]]:
        """Run pytest on these files, or tests in them, as a vendor would. Gives what became of each
        test, by class and name: '' for passed, else its words.
        """
        report = self.folder / "report.xml"
        report.unlink(missing_ok=True)
        command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "--tb=short"]
        command += ["-o", "addopts=", "--timeout=120", f"--junit-xml={report}"]
        done = subprocess.run(
            [*command, *map(str, tests)], cwd=self.folder, env=self.env(), text=True,
            capture_output=True, timeout=850,
        )  # fmt: skip
        assert report.is_file(), done.stdout[-3000:] + done.stderr[-3000:]
        return _read(report)


def _read(report: Path) -> dict[str, dict[str, str]]:
    found: dict[str, dict[str, str]] = {}
    for case in ElementTree.parse(report).iter("testcase"):
        words = " ".join(
            f"{part.tag}: {part.get('message', '')} {part.text or ''}"
            for part in case
            if part.tag in ("failure", "error", "skipped")
        )
        kind = str(case.get("classname")).rpartition(".")[2]
        found.setdefault(kind, {})[str(case.get("name"))] = words
    return found
