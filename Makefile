# make render   the document of 90837, as 90837.pdf in this folder
# make test     all checks: format, lint, types, tests
# make bench    a table of speeds beside those of other programs; takes an hour and a half (WHAT="cold packet" takes less)
# They set up everything they need, in .venv; where the machine lacks a native library they install it or say how.

VENV := .venv
BIN := $(VENV)/bin

.PHONY: render test bench lint format schemas grades references trees clean help

help:
	@sed -n '1,4s/^# //p' Makefile

render: $(VENV)/.runtime
	$(BIN)/consentkit render 90837 -o 90837.pdf --clinic samples/clinic

test: lint
	$(BIN)/pytest -n auto

lint: $(VENV)/.dev
	$(BIN)/ruff format --check
	$(BIN)/ruff check
	$(BIN)/mypy

format: $(VENV)/.dev
	$(BIN)/ruff format
	$(BIN)/ruff check --fix

bench: $(VENV)/.dev
	$(BIN)/pip install --quiet --disable-pip-version-check --requirement benchmarks/requirements.txt || true
	$(BIN)/python -m benchmarks.compare $(WHAT)

# The committed files that are made from others.
schemas: $(VENV)/.dev
	for kind in procedure translation language clauses clinic services visit; do $(BIN)/consentkit schema $$kind > docs/$$kind.schema.json; done

grades: $(VENV)/.dev
	$(BIN)/consentkit check --grades --clinic samples/clinic > docs/reading-grades.md
	{ printf "# The rules of consentkit check\n\nMade by a command; do not edit.\n\n"; $(BIN)/consentkit check --explain all; } > docs/rules.md

references: $(VENV)/.dev
	$(BIN)/python tests/pictures.py --write

trees: $(VENV)/.dev
	$(BIN)/python tests/golden_trees.py --write

$(VENV)/.runtime: pyproject.toml tools/setup.sh
	tools/setup.sh $(VENV) runtime

$(VENV)/.dev: pyproject.toml tools/setup.sh
	tools/setup.sh $(VENV) dev

clean:
	rm -rf $(VENV) build dist .mypy_cache .pytest_cache .ruff_cache .hypothesis
