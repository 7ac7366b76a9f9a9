# Needs Python >= 3.11 and make, nothing else: everything is installed below .venv, hash-checked.
.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help demo clean-demo test pictures check fmt bench lock
SHELL := /bin/sh

PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && echo $$name && break; done)
BIN := .venv/bin
# The stamps carry the sum of what they were made from: a second call is instant, a changed lock installs.
SUM_RUN := $(shell cat requirements-install.txt requirements.txt pyproject.toml | cksum | cut -d' ' -f1)
SUM_DEV := $(SUM_RUN)-$(shell cksum < requirements-dev.txt | cut -d' ' -f1)
SUM_BENCH := $(SUM_RUN)-$(shell cksum < requirements-bench.txt | cut -d' ' -f1)
RUN := .venv/.run-$(SUM_RUN)
DEV := .venv/.dev-$(SUM_DEV)
BENCH := .venv/.bench-$(SUM_BENCH)

# uv takes seconds where pip takes minutes; both check every hash. pip is asked when uv cannot
# (pip's configuration may know an index that uv does not).
define install
	@echo "Installing $(1) into .venv ..."
	@$(BIN)/uv pip install -q --python $(BIN)/python --require-hashes -r $(1) \
		|| $(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r $(1)
endef

help: ## Show this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

demo: $(RUN) ## Start the pretend country, Airflow and the portal (ONCE=1: one wave, then exit; PEOPLE=200 SEED=1)
	@$(BIN)/python -m sync.demo.run $(if $(ONCE),--once) $(if $(PEOPLE),--people $(PEOPLE)) $(if $(SEED),--seed $(SEED))

clean-demo: $(RUN) ## Stop what the demo left running and remove its data
	@$(BIN)/python -m sync.demo.run --clean

# A file of tests stays with one worker; each worker has a PostgreSQL server of its own.
SPREAD := -n auto --maxprocesses 4 --dist loadfile

test: $(DEV) ## Run all tests (ARGS="tests/store -k server"; COVER=1, SPREAD=: one by one)
	@$(BIN)/python -m pytest $(SPREAD) $(if $(COVER),--cov) $(ARGS)

PICTURES := .cbccvc/pictures

pictures: $(DEV) ## Walk through a demo of its own and leave pictures of its main pages in .cbccvc/pictures
	@CBCCVC_TEST_PICTURES=$(PICTURES) $(BIN)/python -m pytest tests/e2e/test_whole_loops.py

check: $(DEV) ## Style, types, layers, migrations up-down-up, generated documents
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q tests/house tests/store/test_migrate.py
	$(BIN)/cbccvc docs --check

fmt: $(DEV) ## Put the code into the project's shape
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

bench: $(BENCH) ## Measure the budgets: one JSON object a line
	@$(BIN)/python -m tests.bench.run $(ARGS)

lock: $(DEV) ## Choose versions anew within pyproject.toml and write the locked requirements
	@for lock in "requirements.txt pyproject.toml" \
		"requirements-dev.txt pyproject.toml --extra test -c requirements.txt" \
		"requirements-bench.txt pyproject.toml --extra test --extra bench -c requirements-dev.txt" \
		"requirements-install.txt --group install -c requirements-bench.txt"; do \
		set -- $$lock; out=$$1; shift; \
		$(BIN)/uv pip compile -q "$$@" --universal --python-version 3.11 --generate-hashes \
			--no-header --no-annotate --no-emit-index-url --no-emit-find-links $(if $(UPGRADE),--upgrade) \
			-o $$out >/dev/null || exit 1; done

$(RUN): $(BIN)/uv
	$(call install,requirements.txt)
	@$(BIN)/python -m pip install -q --disable-pip-version-check --no-deps --no-build-isolation -e .
	@rm -f .venv/.run-* && touch $@

$(DEV): $(RUN)
	$(call install,requirements-dev.txt)
	@rm -f .venv/.dev-* && touch $@

$(BENCH): $(RUN)
	$(call install,requirements-bench.txt)
	@rm -f .venv/.bench-* && touch $@

$(BIN)/uv: requirements-install.txt
	@test -n "$(PYTHON)" || { echo "No Python >= 3.11 was found: install one, or run make PYTHON=/path/to/python3."; exit 1; }
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "$(PYTHON) is older than 3.11: run make PYTHON=/path/to/a/newer/python3."; exit 1; }
	@$(BIN)/python -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear .venv >/dev/null 2>&1 \
		|| { rm -rf .venv; echo "$(PYTHON) cannot make a .venv: install its venv module (Debian: apt-get install python3-venv)."; exit 1; }
	@$(BIN)/python -m pip install -q --disable-pip-version-check --require-hashes -r requirements-install.txt
	@touch $@
