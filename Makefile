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

bench-send: .venv/ready ## How many texts a second leave, the whole path, beside bare loops
	$(BIN)/python -m pip install --quiet "celery>=5.5,<6"
	$(BIN)/python tests/benchmarks/bench_send.py

score-replies: .venv/ready ## How well and how fast replies are read, beside a library and keywords
	$(BIN)/python -m pip install --quiet "dateparser>=1.2,<2"
	$(BIN)/python tests/benchmarks/score_replies.py

learn-replies: .venv/ready ## Weigh the words of all labelled replies anew (after adding some)
	$(BIN)/python tests/benchmarks/learn_replies.py

bench-webhooks: .venv/ready ## How many signed reports a second are durable and answered, beside a bare Flask view
	$(BIN)/python tests/benchmarks/bench_webhooks.py

bench-decide: .venv/ready ## How many debtors a second are decided: reserved, or put off to the first lawful second
	$(BIN)/python tests/benchmarks/bench_decide.py

bench-growth: .venv/ready ## Does a contact cost more in a book of a million than in one of ten thousand?
	$(BIN)/python tests/benchmarks/bench_growth.py

bench-memory: .venv/ready ## Does a worker grow in an hour of its life?
	$(BIN)/python tests/benchmarks/bench_memory.py

oracle: .venv/ready ## Gate and oracle on a million random asks (SEED=1)
	$(BIN)/python tests/benchmarks/oracle_run.py --seed $(or $(SEED),1)

stories: .venv/ready ## Debtors' stories as printed logs, each in three languages (ONLY="opt_out moved" IN=es)
	$(BIN)/python -m tests.stories $(if $(ONLY),--only $(ONLY)) $(if $(IN),--language $(IN))

chaos: .venv/ready ## Web and workers killed 200 times while all else goes wrong, too (KILLS=200 SEED=1)
	$(BIN)/python -m tests.chaos --kills $(or $(KILLS),200) --seed $(or $(SEED),1)

mutate: .venv/ready ## Move every figure of every rulebook by one: does a test notice?
	$(BIN)/python tests/benchmarks/mutate_rules.py

lock: .venv/ready ## Write requirements.lock anew from pyproject.toml
	$(BIN)/python -m pip install --quiet uv
	$(BIN)/uv pip compile --quiet --universal --python-version 3.11 --group dev --no-annotate --no-header --no-emit-index-url pyproject.toml -o requirements.lock

clean: ## Remove what was made here
	rm -rf .venv .mypy_cache .ruff_cache .pytest_cache outreach-demo dist

.PHONY: help run test check bench-import bench-gate bench-send bench-webhooks bench-decide bench-growth bench-memory score-replies learn-replies oracle stories chaos mutate lock clean
