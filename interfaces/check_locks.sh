#!/bin/sh
# Whether each requirements.VERSION.lock fits pyproject.toml and can be installed on that Python version: nothing is installed.
set -eu
uv="$VENV/bin/uv --quiet --system-certs"
folder=$(mktemp -d)
trap 'rm -rf "$folder"' EXIT INT TERM

for version in $VERSIONS; do
  lock=requirements.$version.lock
  cp "$lock" "$folder/lock"
  # shellcheck disable=SC2086
  $uv pip compile $WHEELS $EXTRAS --no-annotate --python-version "$version" pyproject.toml -o "$folder/lock" >/dev/null
  grep -o '^[^ ]*==[^ ]*' "$lock" >"$folder/stands"
  if ! grep -o '^[^ ]*==[^ ]*' "$folder/lock" | diff "$folder/stands" - >"$folder/diff"; then
    echo "$lock does not fit pyproject.toml: run \`make lock\`" >&2
    cat "$folder/diff" >&2
    exit 1
  fi
  # shellcheck disable=SC2086
  $uv pip install --dry-run --require-hashes $WHEELS --python "$VENV/bin/python" --python-version "$version" --target "$folder/nowhere" -r "$lock"
  echo "$lock: $(wc -l <"$folder/stands") packages for Python $version can be had"
done
