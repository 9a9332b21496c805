# What each line does stands in README.md. `uv` is fetched into .uv/ when the machine has none.
SHELL := /bin/bash
UV := $(shell command -v uv 2>/dev/null || echo $(CURDIR)/.uv/bin/uv)
export UV_PYTHON_PREFERENCE ?= only-system

.PHONY: run test check soak bench format sync screenshots

run: sync
	@exec $(UV) run --frozen --no-dev handoff

test: sync-dev
	$(UV) run --frozen python -m pytest --ignore=tests/browser
	$(UV) run --frozen python -m pytest tests/browser

check: sync-dev
	$(UV) run --frozen ruff format --check .
	$(UV) run --frozen ruff check .
	$(UV) run --frozen mypy
	$(UV) run --frozen lint-imports
	$(UV) run --frozen python -m pytest --ignore=tests/browser
	$(UV) run --frozen python -m pytest tests/browser

soak: sync-dev
	SOAK_KILLS=$${SOAK_KILLS:-2000} SOAK_TURNS=$${SOAK_TURNS:-1000} SOAK_LOCK=$${SOAK_LOCK:-60} \
		SOAK_QUEUED=$${SOAK_QUEUED:-10000} $(UV) run --frozen \
		python -m pytest tests/test_crash.py tests/test_queue.py tests/trips/test_locked.py

bench: sync-dev
	$(UV) run --frozen python -m bench

screenshots: sync-dev
	$(UV) run --frozen python docs/screenshots.py

format: sync-dev
	$(UV) run --frozen ruff format .
	$(UV) run --frozen ruff check --fix .

sync: $(UV)
	@$(UV) sync --frozen --no-dev

sync-dev: $(UV)
	@$(UV) sync --frozen

$(CURDIR)/.uv/bin/uv:
	@echo "Getting uv …"
	@python3 -m venv $(CURDIR)/.uv && $(CURDIR)/.uv/bin/pip install -q uv
