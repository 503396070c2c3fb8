# AI Sales Agents. `make demo` and `make test` need nothing but Python 3.11+, make and git.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
PROTOS := $(shell find protos/sales -name '*.proto')

.DEFAULT_GOAL := help
.PHONY: help setup demo up down status test test-detectors lint format bench lock clean

help: ## This list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-16s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

# --- set-up: everything below depends on it, so nobody has to call it ---
setup: $(VENV)/.installed protos/gen/.generated ## Virtual environment and generated stubs

$(VENV)/.installed: requirements-uv.lock requirements.lock pyproject.toml
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements-uv.lock
	@mkdir -p protos/gen
	@$(BIN)/uv pip sync --quiet --python $(BIN)/python --require-hashes requirements.lock
	@$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

protos/gen/.generated: $(VENV)/.installed $(PROTOS) protos/generate.py
	@$(BIN)/python protos/generate.py
	@touch $@

# --- running it on this machine ---
demo: setup ## Play the nine-step scenario as a Telegram customer and judge it
	@$(BIN)/python -m devstack.demo

up: setup ## Start everything and say what is where; Ctrl+C stops it
	@$(BIN)/python -m devstack up

down: setup ## Stop what `make up` started
	@$(BIN)/python -m devstack down

status: setup ## Say what runs and whether it answers
	@$(BIN)/python -m devstack status
