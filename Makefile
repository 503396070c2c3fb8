# AI Sales Agents. `make demo` and `make test` need nothing but Python 3.11+, make and git.
PYTHON ?= python3
VENV   := .venv
BIN    := $(VENV)/bin
# checkov wants other versions of what we use, so it lives apart.
CHECKS := .venv-checks
RENDERED := $(CHECKS)/rendered
PROTOS := $(shell find protos/sales -name '*.proto')
UI     := services/admin_bff/ui
# What the dashboard is built from: its own files, and its client of the API, made from what the API says of itself.
UI_CLIENT  := $(UI)/src/api/schema.d.ts
UI_SOURCES := $(shell find $(UI) \( -name node_modules -o -name dist \) -prune -o -type f \
  ! -name schema.d.ts ! -name openapi.json -print)
API_SOURCES := $(shell find services/admin_bff -name '*.py' ! -path '*/tests/*')
# Tests run in this many processes; each has a database and a NATS server of its own.
TEST_PROCESSES ?= 3
# npm and buf are started by the Node that the virtual environment brings.
WITH_NODE := PATH="$(CURDIR)/$(BIN):$$PATH"
# Where this is set, every process that starts compiles thousands of modules anew.
unexport PYTHONDONTWRITEBYTECODE

.DEFAULT_GOAL := help
.PHONY: check-images env lint-deploy help setup tools ui chromium demo up down status test test-detectors pictures lint format bench lock clean

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

$(CHECKS)/.installed: $(VENV)/.installed requirements-checks.lock
	@$(BIN)/uv venv --quiet --allow-existing --python $(BIN)/python $(CHECKS)
	@$(BIN)/uv pip sync --quiet --python $(CHECKS)/bin/python --require-hashes requirements-checks.lock
	@touch $@

tools: setup node_modules/.installed ## buf, for calling services by hand

ui: $(UI)/dist/index.html ## The dashboard's pages, which its service serves

$(UI_CLIENT): protos/gen/.generated node_modules/.installed $(API_SOURCES)
	@$(BIN)/python -m services.admin_bff.openapi > $(UI)/openapi.json
	@$(WITH_NODE) npm run client --silent --workspace $(UI)
	@touch $@

$(UI)/dist/index.html: $(UI_CLIENT) $(UI_SOURCES)
	@$(WITH_NODE) npm run build --silent --workspace $(UI)
	@touch $@

# --- running it on this machine ---
demo: setup ui ## Play the scenario as a Telegram customer and judge it
	@$(BIN)/python -m devstack.demo

up: setup ui ## Start everything, say what is where, print links to the dashboard; Ctrl+C stops it
	@$(BIN)/python -m devstack up

down: setup ## Stop what `make up` started
	@$(BIN)/python -m devstack down

env: setup ## Write .env with strong secrets, for docker compose; one that is there stays
	@$(BIN)/python -m devstack.env_file

status: setup ## Say what runs, whether it answers, and what work waits
	@$(BIN)/salesctl status

# --- gates ---
test: tools ui chromium ## Every test, on real PostgreSQL and NATS and in a real browser
	@$(WITH_NODE) npm test --silent --workspace $(UI)
	@GRPC_VERBOSITY=ERROR $(BIN)/pytest -n $(TEST_PROCESSES)

# Installed where that may be done; elsewhere the tests of the dashboard fail and say what to install.
chromium:
	@test -x /usr/bin/chromium-headless-shell || { test "$$(id -u)" = 0 && apt-get update -qq \
	  && apt-get install -y -qq --no-install-recommends chromium-headless-shell; } > /dev/null || true

pictures: tools ui chromium ## Take the README's pictures of the dashboard anew
	@GRPC_VERBOSITY=ERROR $(BIN)/pytest -q -k readme tests/browser/test_pages.py
	@cp tests/browser/pictures/readme/*.webp docs/images/

test-detectors: setup ## Break each safety mechanism in turn; a named test must notice
	@$(BIN)/python -m tests.detectors

check-images: setup ## Build every image without Docker, start it as nobody on read-only files, say how large it is
	@GRPC_VERBOSITY=ERROR $(BIN)/python -m tests.images

lint: tools $(UI_CLIENT) lint-deploy ## Style, types, who imports whom, dependencies, contracts
	@bash -n .ci/run
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/mypy .
	@$(BIN)/lint-imports --no-logo
	@$(BIN)/deptry .
	@$(WITH_NODE) node_modules/.bin/buf lint protos
	@$(WITH_NODE) node_modules/.bin/buf format protos --diff --exit-code
	@$(WITH_NODE) $(BIN)/python protos/breaking.py
	@$(WITH_NODE) npm run lint --silent --workspace $(UI)

# The same for what it is deployed with.
lint-deploy: $(CHECKS)/.installed node_modules/.installed
	@$(BIN)/hadolint services/Dockerfile
	@$(BIN)/check-jsonschema --quiet --builtin-schema vendor.compose-spec docker-compose.yml
	@rm -rf $(RENDERED) && mkdir -p $(RENDERED)
	@for overlay in dev prod; do \
	  $(BIN)/python -m deploy.tests.rendering $$overlay > $(RENDERED)/$$overlay.yaml || exit 1; done
	@$(CHECKS)/bin/checkov --config-file deploy/checkov.yaml \
	  --file services/Dockerfile docker-compose.yml $$(find $(RENDERED) -name '*.yaml')

format: tools ## Rewrite code and contracts in the one layout
	@$(BIN)/ruff check --fix --quiet .
	@$(BIN)/ruff format .
	@$(WITH_NODE) node_modules/.bin/buf format protos --write
	@$(WITH_NODE) npm run format --silent --workspace $(UI)

node_modules/.installed: $(VENV)/.installed package.json package-lock.json
	@$(WITH_NODE) npm ci --silent
	@touch $@

# --- speed ---
bench: setup ## Load the message path and the dashboard's lists, and print what they reach
	@$(BIN)/python -m bench

# --- upkeep ---
lock: setup ## Write the lock files anew from pyproject.toml and package.json
	@$(BIN)/uv pip compile --quiet pyproject.toml --all-extras --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-annotate -o requirements.lock
	@$(BIN)/uv pip compile --quiet --group checks --universal --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-annotate -o requirements-checks.lock
	@$(WITH_NODE) npm install --silent --package-lock-only

clean: ## Remove what set-up and tests made; the data of `make up` stays
	rm -rf $(VENV) $(CHECKS) node_modules protos/gen dist bench/out
	rm -rf $(UI)/dist $(UI)/node_modules $(UI)/openapi.json $(UI_CLIENT)
	rm -rf .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis
	find services devstack salesctl tests bench protos -name __pycache__ -prune -exec rm -rf {} +
