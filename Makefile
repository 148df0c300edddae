# Everything a newcomer types. Needs python3.11, make and git; nothing is installed outside .venv.

PYTHON ?= python3.11
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.installed

export DO_NOT_TRACK := 1
export DAGSTER_DISABLE_TELEMETRY := 1
export GX_ANALYTICS_ENABLED := false
export PIP_DISABLE_PIP_VERSION_CHECK := 1

.DEFAULT_GOAL := help
.PHONY: help setup score test test-full ui bench soak lint format lock clean

help: ## Show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | while IFS="$$(printf '\t')" read -r name text; do printf '  make %-10s %s\n' "$$name" "$$text"; done

# Installs again only when the lock or the project's own metadata is newer than the last installation.
$(READY): requirements.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "$(PYTHON) is needed: install Python 3.11, or run make PYTHON=/path/to/python3.11" >&2; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@echo "Installing what requirements.lock lists into $(VENV) (a few minutes, once)"
	@$(BIN)/python -m pip install --quiet --no-deps --require-hashes -r requirements.lock
	@$(BIN)/python -m pip install --quiet --no-deps --no-build-isolation --editable .
	@touch $@

setup: $(READY) ## Install the locked dependencies into .venv

score: $(READY) ## Score the leads in landing/; writes sample data there first when it is empty
	@if [ -z "$$LEAD_SCORING_LANDING" ] && [ -z "$$(find landing -type f ! -name '.*' 2>/dev/null | head -n 1)" ]; then \
		$(BIN)/python -m orchestration.sample_data --landing landing; \
	fi
	@$(BIN)/leadscore score $(ARGS)

test: $(READY) ## Run the tests
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder -m "not full" $(ARGS)

test-full: $(READY) ## Run the tests and the long ones
	@$(BIN)/python -m pytest -n 2 --dist loadfile --no-loadscope-reorder $(ARGS)

ui: $(READY) ## Open the pipeline in a browser, on this machine only
	@DAGSTER_HOME="$(CURDIR)/.dagster" LEAD_SCORING_PROJECT_DIR="$(CURDIR)" PATH="$(CURDIR)/$(BIN):$$PATH" \
		$(BIN)/dagster dev -m orchestration.definitions --host 127.0.0.1 --port $${PORT:-3000}

soak: $(READY) ## Run 200 days in one process and measure what grows; ARGS="--runs 20" for fewer
	@$(BIN)/python -m benchmarks.soak $(ARGS)

bench: $(READY) ## Measure the models beside hand-written queries, then the next day; ARGS="--events 20000000" for more
	@$(BIN)/python -m benchmarks $(ARGS)

lint: $(READY) ## Check style: ruff and sqlfluff
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --check .
	@$(BIN)/sqlfluff lint --templater dbt models tests/dbt

format: $(READY) ## Bring Python and SQL into style
	@$(BIN)/ruff check --fix .
	@$(BIN)/ruff format .
	@$(BIN)/sqlfluff fix --templater dbt models tests/dbt

lock: $(READY) ## Write requirements.lock from pyproject.toml
	@$(BIN)/uv pip compile --python-version 3.11 --universal --generate-hashes --no-emit-index-url --no-strip-extras --no-header --extra dev pyproject.toml --output-file requirements.lock

clean: ## Remove what can be built again; landed, working and published data stay
	@rm -rf target logs .pytest_cache .ruff_cache .dagster/storage .dagster/history .dagster/schedules .dagster/logs .dagster/.logs_queue .dagster/.nux
	@find orchestration tests benchmarks -name __pycache__ -type d -prune -exec rm -rf {} + 2>/dev/null || true
