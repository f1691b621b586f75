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

bench-import: .venv/ready ## How fast a book of 100,000 rows comes in, beside bare loops
	$(BIN)/python tests/benchmarks/bench_import.py

bench-gate: .venv/ready ## Verdicts a second, beside a plain evaluation
	$(BIN)/python tests/benchmarks/bench_gate.py

oracle: .venv/ready ## Gate and oracle on a million random asks (SEED=1)
	$(BIN)/python tests/benchmarks/oracle_run.py --seed $(or $(SEED),1)

mutate: .venv/ready ## Move every figure of every rulebook by one: does a test notice?
	$(BIN)/python tests/benchmarks/mutate_rules.py

lock: .venv/ready ## Write requirements.lock anew from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --group dev --no-annotate --no-header --no-emit-index-url pyproject.toml -o requirements.lock

clean: ## Remove what was made here
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache outreach-demo dist

.PHONY: help run test check bench-import bench-gate oracle mutate lock clean
