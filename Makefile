# Needs nothing but make and Python 3.11 or newer; every verb sets up what it uses.
#
#   make run      start Weir on http://127.0.0.1:8080   (ARGS="--port 9000" passes flags)
#   make demo     send varied traffic to it, so that every page has life
#   make test     the test suite, on SQLite and on PostgreSQL
#   make quick    what of it needs no server and no browser: under a minute
#   make coverage  which lines and branches the tests reach, processes included
#   make lint     ruff, mypy, Django's checks
#   make screenshots  docs/screenshots/, every page of a demo (needs Chromium)
#   make bench    measure against a direct connection and peers (docs/performance.md)
#   make install  only set up .venv        make lock  renew the lock files

.PHONY: run demo test quick coverage lint bench screenshots install lock help
.DEFAULT_GOAL := help

BIN := .venv/bin
READY := .venv/.ready
READY_DEV := .venv/.ready-dev
# Python compiles what is used when it is first used: a third faster than all at once.
# The locks hold every package, so nothing is resolved: pips before 23.3 ask a package's
# extras, such as google-auth[requests], for a hash of their own. `pip check` says whether
# anything is missing.
PIP := $(BIN)/python -m pip --disable-pip-version-check
INSTALL := $(PIP) install --quiet --no-compile --no-deps

help:
	@sed -n '3,11s/^#   //p' Makefile

run: $(READY)
	@exec $(BIN)/weir serve $(ARGS)

demo: $(READY)
	@exec $(BIN)/weir demo --start $(ARGS)

screenshots: $(READY_DEV)
	@$(BIN)/python -m tests.screenshots $(ARGS)

install: $(READY)
	@echo "Ready. make run starts Weir; $(BIN)/weir is the command."

test: $(READY_DEV)
	$(BIN)/python -m tests.suite $(ARGS)

quick: $(READY_DEV)
	$(BIN)/python -m tests.suite --quick $(ARGS)

# Everything the tests start is measured: supervisor, workers, recorder, commands. A test
# that fails does not keep the figures back: to say so is what `make test` is for.
coverage: $(READY_DEV)
	$(BIN)/coverage erase
	-$(BIN)/coverage run -m tests.coverage_run $(ARGS)
	$(BIN)/coverage combine --quiet
	@rm -f .coverage.*  # half a file of a process that was killed would end the report
	$(BIN)/coverage report
	@$(BIN)/coverage json --quiet -o - | $(BIN)/python -m tests.coverage_floor

lint: $(READY_DEV)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python manage.py check --fail-level WARNING
	$(BIN)/python manage.py makemigrations --check --dry-run

bench: $(READY)
	@$(BIN)/python -m bench.run $(ARGS)

$(BIN)/python:
	@python=$$(for name in python3 python3.14 python3.13 python3.12 python3.11 python; do \
	  "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	    && { echo "$$name"; break; }; done); \
	if [ -z "$$python" ]; then \
	  echo "Weir needs Python 3.11 or newer, and none was found on the PATH." >&2; exit 1; fi; \
	if ! "$$python" -c 'import ensurepip, venv' 2>/dev/null; then \
	  echo "$$python can't make virtual environments: its venv or ensurepip module is" >&2; \
	  echo "missing. On Debian and Ubuntu: apt install python3-venv" >&2; exit 1; fi; \
	echo "Making .venv with $$("$$python" --version) ..."; \
	"$$python" -m venv .venv || { rm -rf .venv; exit 1; }

# The stamps hold what was installed from; a second run starts at once. The project
# itself is installed with the locked setuptools, so nothing unpinned is fetched.
$(READY): requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing from requirements.lock ..."
	@$(INSTALL) --require-hashes -r requirements.lock
	@$(INSTALL) --no-build-isolation --editable .
	@$(PIP) check
	@touch $@

$(READY_DEV): requirements-dev.lock $(READY)
	@echo "Installing from requirements-dev.lock ..."
	@$(INSTALL) --require-hashes -r requirements-dev.lock
	@$(PIP) check
	@touch $@

# uv resolves for every platform at once; hashes cover all their wheels.
UV := .venv/lock/bin/uv --no-config pip compile pyproject.toml --group build \
	--universal --python-version 3.11 --generate-hashes --no-annotate \
	--no-emit-index-url --no-emit-find-links --no-header --quiet

lock: $(BIN)/python
	@test -x .venv/lock/bin/uv || { $(BIN)/python -m venv .venv/lock \
	  && .venv/lock/bin/python -m pip install --quiet uv; }
	$(UV) $(ARGS) --output-file requirements.lock
	$(UV) $(ARGS) --extra dev --constraint requirements.lock \
	  --output-file requirements-dev.lock
