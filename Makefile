# Layan. `make help` explains itself.
PYTHON ?= python3
PORT ?= 8000
DATA ?= data
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --quiet --disable-pip-version-check

.DEFAULT_GOAL := help
.PHONY: help demo test check bench lint format venv dev packages messages lock clean

help: ## Show this help
	@awk 'BEGIN {FS = ":.*## "} /^[a-z]+:.*## / {printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

demo: venv ## Start a demonstration office on one port (PORT=8000, DATA=data)
	@exec $(BIN)/layan demo --port $(PORT) --data $(DATA)

test: packages dev ## Run the whole suite on SQLite and PostgreSQL, with real browsers and processes
	$(BIN)/python -m tests

check: dev ## Format, lint, types, architecture and the quick tests, in under 90 seconds
	$(BIN)/python -m tests --quick

bench: packages dev ## Measure speed; prints both sides of each comparison
	$(BIN)/python -m bench

lint: dev ## Format, lint, types, architecture
	$(BIN)/python -m tests --lint

format: dev ## Format the code
	$(BIN)/ruff format . && $(BIN)/ruff check --fix .

messages: dev ## Extract texts for translation and compile the catalogues
	$(BIN)/python scripts/messages.py

lock: ## Renew the lock files from pyproject.toml
	$(PYTHON) scripts/lock.py

clean: ## Remove the environment and caches
	rm -rf $(VENV) .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache .coverage*

venv: $(VENV)/installed ## Make the environment that runs Layan, from the lock file
dev: $(VENV)/installed-dev ## Make the environment that develops Layan, from the lock file

$(BIN)/python:
	@$(PYTHON) -c 'import sys; sys.exit("Layan needs Python 3.11 or newer.") if sys.version_info < (3, 11) else None'
	@$(PYTHON) -c 'import venv, ensurepip' || { echo "Python's venv is missing: apt-get install python3-venv"; exit 1; }
	@$(PYTHON) -m venv $(VENV)

$(VENV)/installed: requirements.lock pyproject.toml | $(BIN)/python
	@echo "Installing what Layan needs ..."
	@$(PIP) install --require-hashes --no-deps --requirement requirements.lock
	@$(PIP) install --no-deps --no-build-isolation --editable .
	@touch $@

$(VENV)/installed-dev: requirements-dev.lock | $(VENV)/installed
	@echo "Installing what development needs ..."
	@$(PIP) install --require-hashes --no-deps --requirement requirements-dev.lock
	@touch $@

packages: ## Install the Debian packages that the tests need (or say which are missing)
	@scripts/packages.sh
