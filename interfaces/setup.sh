#!/bin/sh
# Makes the environment: packages by hash from the lock of the Python version that is there, the ROS interfaces built into it,
# the project itself. PYTHON= names an interpreter; without it the first of VERSIONS that works is taken.
set -eu
venv=$1
versions=${VERSIONS:-3.11 3.12}

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }
supported() { case " $versions " in *" $1 "*) [ -n "$1" ] ;; *) return 1 ;; esac; }
fail() { echo "setup: $1" >&2; exit 1; }

python=${PYTHON:-}
if [ -x "$venv/bin/python" ] && version_of "$venv/bin/python" >/dev/null; then
  [ -z "$python" ] || [ "$(version_of "$python")" = "$(version_of "$venv/bin/python")" ] ||
    fail "$venv has Python $(version_of "$venv/bin/python"), PYTHON=$python is another; \`make clean\` first."
  python=$venv/bin/python
elif [ -z "$python" ]; then
  # A name alone proves nothing: version managers put a name on the path for what they do not run.
  for name in $(printf 'python%s ' $versions) python3; do
    if supported "$(version_of "$name" || true)"; then python=$name; break; fi
  done
fi
[ -n "$python" ] || fail "no Python of $versions is here. Install one with venv (Debian 12, Ubuntu 24.04: apt install python3 python3-venv python3-dev), or set PYTHON=."
version=$(version_of "$python" || true)
[ -n "$version" ] || fail "$python does not run. Install it, or set PYTHON= to another."
supported "$version" || fail "$python is Python $version; every requirement has wheels for $versions: set PYTHON= to one of them."
"$python" -c 'import ensurepip, venv' 2>/dev/null || fail "$python has no venv (Debian, Ubuntu: apt install python3-venv)."
"$python" -c 'import os, sys, sysconfig as s; sys.exit(not os.path.exists(s.get_path("include") + "/Python.h") and not os.path.exists(s.get_config_var("INCLUDEPY") + "/Python.h"))' ||
  fail "$python has no headers, which the ROS interfaces need (Debian, Ubuntu: apt install python3-dev)."
for tool in g++ make; do
  command -v $tool >/dev/null 2>&1 || fail "$tool is not installed (Debian, Ubuntu: apt install build-essential)."
done

echo "[1/3] Python $version packages into $venv (half a minute to two minutes the first time)"
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
lock=requirements.$version.lock
pip="$venv/bin/python -m pip --quiet --disable-pip-version-check"
# uv is five times as fast; pip takes over where only pip's own settings know the way to a mirror.
{ $pip install --require-hashes -r requirements.setup.lock &&
  "$venv/bin/uv" --quiet --system-certs pip install --python "$venv/bin/python" --require-hashes --compile-bytecode -r "$lock"; } ||
  { echo "setup: uv could not install the packages; pip tries (about two minutes)" >&2
    $pip install --require-hashes -r "$lock"; }
echo "[2/3] ROS interfaces (about half a minute)"
"$venv/bin/python" interfaces/build.py
echo "[3/3] inspection-cell itself"
$pip install --no-deps --no-build-isolation --editable .
"$venv/bin/python" interfaces/install_share.py
