# make run: set up on first use, then start twin and cell, and order the twin's empty belt started.   make test: set up, lint, type-check, test.
VENV  := .venv
STAMP := $(VENV)/.set-up
PYTHON ?= python3.11

.PHONY: run test setup bench lint clean
run: setup
	@exec $(VENV)/bin/cell run --start

test: setup lint
	$(VENV)/bin/python -m pytest -m "not cell" -n 3 --dist loadfile
	$(VENV)/bin/python -m pytest -m cell

lint: setup
	$(VENV)/bin/ruff check .
	$(VENV)/bin/ruff format --check .
	$(VENV)/bin/mypy

bench: setup
	$(VENV)/bin/cell bench run

setup: $(STAMP)
$(STAMP): requirements.setup.lock requirements.lock pyproject.toml interfaces/build.py interfaces/install_share.py $(shell find interfaces/inspection_cell_interfaces -type f)
	@PYTHON="$(PYTHON)" sh interfaces/setup.sh $(VENV)
	@touch $@

clean:
	rm -rf $(VENV) .build runs data
