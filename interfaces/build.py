"""Builds the ROS 2 interface packages into the environment that runs this script: the cell's own, and standard ones that
have no wheel.

Needs the packages of the extra `ros-build`. The ROS wheels carry paths of the machine that built them in their CMake
exports; they are mended first. With a ROS 2 from the system's packages, use `colcon build` instead.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import sysconfig
from pathlib import Path

HERE = Path(__file__).resolve().parent
PACKAGES = ("standard/tf2_msgs", "standard/vision_msgs", "inspection_cell_interfaces")
BUILD = HERE.parent / ".build" / "interfaces"
PREFIX = Path(sys.prefix)
BAKED_PATH = re.compile(
    r"/opt/python/[^/;\"]+/(include/python[\d.]+|lib/python[\d.]+/site-packages)"
)


def mend_cmake_exports() -> None:
    """Point baked-in Python paths of the wheels' CMake files at this interpreter."""
    include, site = sysconfig.get_path("include"), sysconfig.get_path("purelib")
    for file in (PREFIX / "share").glob("*/cmake/*.cmake"):
        text = file.read_text()
        mended = BAKED_PATH.sub(lambda m: include if m[1].startswith("include") else site, text)
        if mended != text:
            file.write_text(mended)


def fingerprint(source: Path) -> str:
    """Hash of a package's sources and of the interpreter they are built for."""
    digest = hashlib.sha256(f"{sys.version}{PREFIX}".encode())
    for file in sorted(p for p in source.rglob("*") if p.is_file()):
        digest.update(file.relative_to(source).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()


def cmake(*arguments: str) -> None:
    """Run cmake within the environment; on failure show its output and stop."""
    site = sysconfig.get_path("purelib")
    env = os.environ | {
        "PATH": f"{PREFIX / 'bin'}{os.pathsep}{os.environ['PATH']}",
        "AMENT_PREFIX_PATH": str(PREFIX),
        "CMAKE_PREFIX_PATH": str(PREFIX),
        "PYTHONPATH": site,
        "LD_LIBRARY_PATH": str(PREFIX / "lib"),
    }
    done = subprocess.run(
        ["cmake", *arguments], env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    )
    if done.returncode:
        sys.exit(
            f"{done.stdout[-4000:]}\ninterfaces: `cmake {' '.join(arguments)}` failed, see above."
        )


def build(source: Path) -> None:
    """Configure, build and install a package, unless the same sources are installed already."""
    share = PREFIX / "share" / source.name
    stamp = share / "fingerprint"
    wanted = fingerprint(source)
    if stamp.is_file() and stamp.read_text() == wanted:
        return
    if source.parent.name == "standard" and share.is_dir() and not stamp.is_file():
        return  # somebody else's, and whole
    mend_cmake_exports()
    folder = BUILD / source.name
    cmake(
        "-S", str(source), "-B", str(folder), "-G", "Ninja", "--fresh", "-Wno-dev",
        "-DCMAKE_BUILD_TYPE=Release", f"-DPython3_EXECUTABLE={sys.executable}",
        f"-DCMAKE_INSTALL_PREFIX={PREFIX}", "-DBUILD_TESTING=OFF",
    )  # fmt: skip
    cmake("--build", str(folder))
    cmake("--install", str(folder))
    stamp.write_text(wanted)


def main() -> None:
    """Build every package."""
    for package in PACKAGES:
        build(HERE / package)


if __name__ == "__main__":
    main()
