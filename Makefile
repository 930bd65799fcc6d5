# Everything a developer runs; `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.stamp
PORT ?= 8000

.DEFAULT_GOAL := help
.PHONY: help demo test check screenshots bench run clean

help: ## list the targets
	@grep -hE '^[a-z]+:.*## ' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 10

$(STAMP): pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Kundig needs Python 3.11 or newer: set PYTHON=/path/to/python3.11"; exit 2; }
	@$(PYTHON) -c 'import venv, ensurepip' 2>/dev/null || { echo "Python has no venv: apt install python3-venv (Debian, Ubuntu)"; exit 2; }
	test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --upgrade 'pip>=25.1'
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group test --editable '.[postgres]'
	touch $(STAMP)

demo: $(STAMP) ## set up, load the demo data and serve it on http://127.0.0.1:8000
	$(BIN)/kb demo --port $(PORT)

run: $(STAMP) ## serve what is in KB_HOME
	$(BIN)/kb serve --port $(PORT)

test: $(STAMP) ## set up and run all tests and checks
	@$(MAKE) --no-print-directory check
	$(BIN)/python -m pytest -n 2 --no-loadscope-reorder

check: $(STAMP) ## lint, types and import rules
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

screenshots: $(STAMP) ## take the pictures of docs/screenshots from the demo, with Chromium
	$(BIN)/python -m docs.take_screenshots

bench: $(STAMP) ## run the benchmarks beside their peers (KB_BENCH_DATA names the data)
	$(BIN)/python -m pip install --quiet --constraint constraints.txt --group bench
	$(BIN)/python -m benchmarks --report docs/benchmarks.md

clean: ## remove what was built; the record in KB_HOME stays
	rm -rf $(VENV) build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .import_linter_cache
