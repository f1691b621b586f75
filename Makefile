.DEFAULT_GOAL := help
PYTHON ?= python3
BIN := .venv/bin

help: ## Show what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 14

.venv/ready: requirements.lock pyproject.toml
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --upgrade pip
	$(BIN)/python -m pip install --quiet -r requirements.lock
	$(BIN)/python -m pip install --quiet --no-deps -e .
	touch $@

run: .venv/ready ## The demo: sample book, simulated carrier and debtors, fast clock, console in the browser
	$(BIN)/outreach demo

test: .venv/ready ## All tests, on SQLite and on a real PostgreSQL that they start themselves
	$(BIN)/pytest -n 2 --dist loadgroup

check: .venv/ready ## Lint, types, layers, and the shipped campaigns, templates and rulebooks
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/pytest tests/test_architecture.py
	$(BIN)/outreach check

lock: .venv/ready ## Write requirements.lock anew from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --group dev --no-annotate --no-header --no-emit-index-url pyproject.toml -o requirements.lock

clean: ## Remove what was made here
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache outreach-demo dist

.PHONY: help run test check lock clean
