#!/bin/sh
# Makes the environment: packages by hash from requirements.lock, the ROS interfaces built into it, the project itself.
set -eu
venv=$1
python=${PYTHON:-python3.11}

if ! command -v "$python" >/dev/null 2>&1; then
  echo "setup: $python is not installed. Install Python 3.11 with venv (Debian 12: apt install python3 python3-venv), or set PYTHON=." >&2
  exit 1
fi
for tool in g++ make; do
  command -v $tool >/dev/null 2>&1 || { echo "setup: $tool is not installed (Debian: apt install build-essential)." >&2; exit 1; }
done

echo "[1/3] Python packages into $venv (half a minute to two minutes the first time)"
[ -x "$venv/bin/python" ] || "$python" -m venv "$venv"
pip="$venv/bin/python -m pip --quiet --disable-pip-version-check"
# uv is five times as fast; pip takes over where only pip's own settings know the way to a mirror.
{ $pip install --require-hashes -r requirements.setup.lock &&
  "$venv/bin/uv" --quiet --system-certs pip install --python "$venv/bin/python" --require-hashes --compile-bytecode -r requirements.lock; } ||
  { echo "setup: uv could not install the packages; pip tries (about two minutes)" >&2
    $pip install --require-hashes -r requirements.lock; }
echo "[2/3] ROS interfaces (about half a minute)"
"$venv/bin/python" interfaces/build.py
echo "[3/3] inspection-cell itself"
$pip install --no-deps --no-build-isolation --editable .
"$venv/bin/python" interfaces/install_share.py
