# `make demo` and `make test` set up everything they need. `make help` lists the rest.

PYTHON ?= python3
VENV ?= .venv
PEERS := .venv-peers
BIN := $(VENV)/bin
ARGS ?=
BENCH_RESULTS := --json docs/performance.json --plot docs/performance.svg --markdown docs/performance.md

# A PYTHON that was asked for is used or refused; otherwise the first that is new enough.
PYTHONS := $(PYTHON)
ifeq ($(origin PYTHON),file)
PYTHONS += python3.14 python3.13 python3.12 python3.11
endif

# Half of what a test does is to wait, and no test knows of another.
PYTEST = $(BIN)/python -m pytest -n logical --dist worksteal
# What measures how long others wait needs the machine for itself.
TRIALS := tests/acceptance/test_chaos.py tests/acceptance/test_killers.py
# What depends on the store and the Python, and not on the machine around them.
MATRIX := tests/model tests/wire tests/store tests/property tests/client tests/workers

PIP_INSTALL := -m pip install -qq --disable-pip-version-check --no-input
say = @printf '\n== %s\n' '$(1)'

.DEFAULT_GOAL := help
.NOTPARALLEL:
.DELETE_ON_ERROR:
.PHONY: help venv demo test test-matrix check lint types imports chromium unit coverage pages bench format lock clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-11s %s\n", $$1, $$2 }' Makefile
	@printf '\n  PYTHON=%s  VENV=%s  ARGS="..." goes to the program that is run\n' '$(PYTHON)' '$(VENV)'

demo: $(VENV)/.runtime.stamp ## submit real jobs over HTTP and watch them run (KEEP=1 stays up)
	$(BIN)/python examples/demo.py $(if $(filter-out 0,$(KEEP)),--keep) $(ARGS)

test: check chromium unit ## everything that must pass: check, then all tests

test-matrix: $(VENV)/.dev.stamp ## the oldest store, the ends of the Pythons here, longer faults
	$(call say,the oldest store)
	@redis=$$(sh scripts/redis.sh) && "$$redis" --version && \
	  $(PYTEST) --server "$$redis" $(MATRIX)
	$(call say,a store that refuses functions)
	$(PYTEST) --without-functions tests/store/test_matrix.py tests/store/test_groups.py
	$(call say,the oldest and the newest Python)
	@for python in $$(sh scripts/ends.sh $(BIN)/python) ''; do \
	  if [ -n "$$python" ]; then \
	    $(MAKE) unit PYTHON="$$python" VENV=".venv-$${python##*/}" ARGS="$(MATRIX)" || exit; \
	  fi; \
	done
	$(call say,longer faults)
	$(BIN)/python -m pytest --long $(TRIALS)

check: lint types imports ## lint, types and import rules

venv: $(VENV)/.dev.stamp ## make the environment for work on Tasuki
	@echo "Ready: $(BIN)/python"

lint: $(VENV)/.dev.stamp ## ruff: rules and formatting; the Lua scripts
	$(call say,lint)
	$(BIN)/python -m ruff check .
	$(BIN)/python -m ruff format --check .
	$(BIN)/python scripts/lua_lint.py

types: $(VENV)/.dev.stamp ## basedpyright, strict
	$(call say,types)
	$(BIN)/basedpyright --pythonpath $(BIN)/python

imports: $(VENV)/.dev.stamp ## the layers, by import-linter
	$(call say,imports)
	$(BIN)/lint-imports --no-cache --no-logo

chromium: # for the browser tests; they are skipped, with the reason, where it cannot be had
	$(call say,chromium)
	@sh scripts/chromium.sh

unit: $(VENV)/.dev.stamp ## all tests, without the checks (ARGS="-k lease" picks some)
	$(call say,tests)
	$(PYTEST) $(or $(ARGS),$(addprefix --ignore=,$(TRIALS)))
ifndef ARGS
	$(call say,trials with faults)
	$(BIN)/python -m pytest $(TRIALS)
endif

coverage: $(VENV)/.dev.stamp ## all tests, and what they did not reach
	$(BIN)/python -m coverage erase
	$(BIN)/python -m coverage run -m pytest $(ARGS)
	$(BIN)/python -m coverage combine --quiet
	$(BIN)/python -m coverage report

pages: $(VENV)/.dev.stamp ## write the pages of docs/reference that are made from the code
	$(BIN)/python -m scripts.reference

bench: $(VENV)/.bench.stamp $(PEERS)/.stamp $(PEERS)/node/.stamp ## measure, and write docs/performance.* anew (ARGS="--quick" only prints)
	$(BIN)/python -m benchmarks --peers-python $(PEERS)/bin/python $(or $(ARGS),$(BENCH_RESULTS))

format: $(VENV)/.dev.stamp ## let ruff mend what it can
	$(BIN)/python -m ruff check --fix .
	$(BIN)/python -m ruff format .

lock: $(VENV)/.dev.stamp ## write the lock files anew (UPGRADE=1 takes the newest releases)
	$(BIN)/python $(PIP_INSTALL) 'uv>=0.13'
	sh scripts/lock.sh $(BIN)/uv $(if $(filter-out 0,$(UPGRADE)),--upgrade)

clean: ## remove what was made here, the environments too; data in .tasuki stays
	rm -rf build dist .coverage .coverage.* .hypothesis .import_linter_cache .pytest_cache .ruff_cache
	find src tests examples benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
	for venv in $(VENV) $(PEERS) .venv-python*; do if [ -f $$venv/pyvenv.cfg ]; then rm -rf $$venv; fi; done

# ------------------------------------------------------------------- environments, made once

$(VENV)/.stamp:
	@python=$$(sh scripts/python.sh $(PYTHONS)) && \
	  echo "Making $(VENV) with $$("$$python" -V)" && \
	  "$$python" -m venv $(VENV)
	@touch $@

$(VENV)/.runtime.stamp: $(VENV)/.stamp pyproject.toml requirements.lock
	@echo "Installing Tasuki and what it runs on"
	@$(BIN)/python $(PIP_INSTALL) --require-hashes -r requirements.lock
	@$(BIN)/python $(PIP_INSTALL) --no-deps --editable .
	@touch $@

$(VENV)/.dev.stamp: $(VENV)/.runtime.stamp requirements-dev.lock
	@echo "Installing the tools for tests and checks"
	@$(BIN)/python $(PIP_INSTALL) --require-hashes -r requirements-dev.lock
	@touch $@

$(VENV)/.bench.stamp: $(VENV)/.runtime.stamp requirements-bench.lock
	@echo "Installing what the benchmarks draw with"
	@$(BIN)/python $(PIP_INSTALL) --require-hashes -r requirements-bench.lock
	@touch $@

$(PEERS)/.stamp: $(VENV)/.stamp benchmarks/peers/requirements.txt
	@echo "Installing the job servers to compare with, apart from Tasuki"
	@$(BIN)/python -m venv $(PEERS)
	@$(PEERS)/bin/python $(PIP_INSTALL) -r benchmarks/peers/requirements.txt
	@touch $@

# Where there is no Node.js, nothing is made, and the benchmarks say what they skip.
$(PEERS)/node/.stamp: $(PEERS)/.stamp benchmarks/peers/package.json
	@if command -v npm >/dev/null; then \
	  echo "Installing those of Node.js" && \
	  mkdir -p $(@D) && cp benchmarks/peers/package.json $(@D) && \
	  npm install --prefix $(@D) --silent --no-audit --no-fund --no-package-lock && \
	  touch $@; \
	fi
