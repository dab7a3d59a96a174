# make render        the document of 90837, as 90837.pdf in this folder
# make test          all checks: format, lint, types, tests; nine to ten minutes on two cores
# make quick         checks for daily work: format, lint, types, and the tests that need no whole document; under a minute
# make thorough      make test with each case of each test (tests/thorough.yaml has what make test leaves out); twice as long
# make test-latest   all tests with the newest versions of what we depend on, in place of those in the lock
# make test-lowest   all tests with the lowest versions of what we depend on (TESTS="-m quick" takes less)
# make coverage      the tests, then a table of how much of each room they run; slower than make test (TESTS="tests/pdf" takes less)
# make desk          opens the page of the front desk with the sample clinic (Ctrl-C ends it)
# make docs          builds the site of the documentation, to be opened as build/site/html/index.html
# make pictures      remakes the pictures of the documentation; some minutes (WHAT="papers" or "desk" takes less)
# make lock          locks the newest versions of everything, for every platform; then run make test (KEEP=yes adds what is new, and keeps the rest)
# make guards        takes out each guard of the program, and shows which test notices; ten minutes (WHAT="words" takes less)
# make bench         a table of speeds beside those of other programs; takes a quarter of an hour (WHAT="cold packet" takes less)
# They set up everything they need, in .venv; where the machine lacks a native library they install it or say how.

VENV := .venv
BIN := $(VENV)/bin
LOCK := requirements/runtime.txt requirements/dev.txt

# Tests start the command some hundred times: it is compiled once, whatever the shell is told of bytecode.
export PYTHONDONTWRITEBYTECODE :=

.PHONY: render desk docs pictures test cases thorough quick test-latest test-lowest coverage lock bench guards lint format schemas grades references trees pages clean help

help:
	@sed -n '1,14s/^# //p' Makefile

render: $(VENV)/.runtime
	$(BIN)/consentkit render 90837 -o 90837.pdf --clinic samples/clinic

desk: $(VENV)/.runtime
	$(BIN)/consentkit desk samples/schedule.csv --clinic samples/clinic --allow-drafts

docs: $(VENV)/.dev
	$(BIN)/python tools/documentation.py build/site

pictures: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python tools/pictures.py $(WHAT)

# One worker more than there are cores: many tests wait for another process.
WORKERS = $$(( $$(getconf _NPROCESSORS_ONLN) + 1 ))

# The linters run beside the tests: that of the types takes a quarter of a minute on one core. Where one complains, the run
# fails once the tests are done.
test: $(VENV)/.dev
	$(MAKE) -j 2 lint cases

cases: $(VENV)/.dev
	$(BIN)/pytest -n $(WORKERS) -m "not thorough"

thorough: lint
	$(BIN)/pytest -n $(WORKERS)

quick: lint
	$(BIN)/pytest -n auto -m quick

# Fresh each time, so that the newest is what is tested. The linters stay with the lock: a newer one brings newer opinions.
test-latest:
	rm -rf $(VENV)-latest
	tools/setup.sh $(VENV)-latest latest
	$(VENV)-latest/bin/pytest -n auto $(TESTS)

# With the lowest that pyproject.toml allows: a bound that is too low fails here. Fresh each time, since a bound may have changed.
test-lowest:
	rm -rf $(VENV)-lowest
	tools/setup.sh $(VENV)-lowest lowest
	$(VENV)-lowest/bin/pytest -n auto $(TESTS)

coverage: $(VENV)/.dev
	rm -f .coverage .coverage.*
	$(BIN)/coverage run -m pytest -n auto $(TESTS)
	$(BIN)/coverage combine --quiet
	PYTHONPATH=tests $(BIN)/python -m kit.coverage_of_rooms

lock:
	tools/lock.sh $(VENV)-lock $(if $(KEEP),keep,newest)

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

# Takes out each guard of the program, and shows which test notices: ten minutes, or less with words of the entries.
guards: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python -m kit.guarding $(WHAT)

# The committed files that are made from others.
schemas: $(VENV)/.dev
	for kind in $$($(BIN)/python -c 'from consentkit.model.schema import MODELS, REPORTS; print(*MODELS, *REPORTS)'); do $(BIN)/consentkit schema $$kind > docs/$$kind.schema.json; done

grades: $(VENV)/.dev
	$(BIN)/consentkit check --grades --clinic samples/clinic > docs/reading-grades.md
	{ printf "# The rules of consentkit check\n\nMade by a command; do not edit.\n\n"; $(BIN)/consentkit check --explain all; } > docs/rules.md

references: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python -m kit.pictures --write

pages: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python -m kit.measured_pages

trees: $(VENV)/.dev
	PYTHONPATH=tests $(BIN)/python -m kit.golden_trees --write

$(VENV)/.runtime: pyproject.toml tools/setup.sh $(LOCK)
	tools/setup.sh $(VENV) runtime

$(VENV)/.dev: pyproject.toml tools/setup.sh $(LOCK)
	tools/setup.sh $(VENV) dev

clean:
	rm -rf $(VENV) $(VENV)-latest $(VENV)-lowest $(VENV)-lock build dist .coverage* .mypy_cache .pytest_cache .ruff_cache .hypothesis
