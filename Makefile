# make run: set up on first use, then start twin and cell, and order the twin's empty belt started.   make test: set up, lint, type-check, test.
VENV  := .venv
STAMP := $(VENV)/.set-up
# Python versions that every requirement has wheels for, and that there is a lock for.
VERSIONS := 3.11 3.12
EXTRAS   := --extra ros --extra ros-build --extra twin --extra dev
# A worker that dies ends the run: xdist 3.8 may wait for ever for the one that replaces it.
SHARED_OUT := --dist loadfile --max-worker-restart 0
WHEELS   := --only-binary :all: --no-binary empy

.PHONY: run test setup bench fuzz lint lock check-locks clean
run: setup
	@exec $(VENV)/bin/cell run --start

test: setup lint
	$(VENV)/bin/python -m pytest -m "not cell" -n 3 $(SHARED_OUT)
	$(VENV)/bin/python -m pytest -m cell -n 2 $(SHARED_OUT)

lint: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

bench: setup
	$(VENV)/bin/cell bench run

# Damaged and odd inputs for every reader; FUZZ="--inputs 2000 --seed 3" chooses how many and which.
fuzz: setup
	$(VENV)/bin/python -m tests.fuzz $(FUZZ)

setup: $(STAMP)
$(STAMP): $(wildcard requirements.*.lock) pyproject.toml interfaces/build.py interfaces/install_share.py interfaces/setup.sh $(shell find interfaces/inspection_cell_interfaces interfaces/standard -type f)
	@PYTHON="$(PYTHON)" VERSIONS="$(VERSIONS)" sh interfaces/setup.sh $(VENV)
	@touch $@

# Writes the locks: versions that stand in them stay where pyproject.toml allows them.
lock: setup
	for v in $(VERSIONS); do UV_CUSTOM_COMPILE_COMMAND="make lock" $(VENV)/bin/uv --system-certs pip compile --quiet \
	  --generate-hashes --no-annotate $(WHEELS) $(EXTRAS) --python-version $$v pyproject.toml -o requirements.$$v.lock || exit 1; done

# Each lock fits pyproject.toml, and all of it can be had for its Python version.
check-locks: setup
	@VENV="$(VENV)" VERSIONS="$(VERSIONS)" WHEELS="$(WHEELS)" EXTRAS="$(EXTRAS)" sh interfaces/check_locks.sh

clean:
	rm -rf $(VENV) .build runs data
