# Everything runs in .venv, made from the hash-pinned lock files. `make run` and `make test` need nothing but Python >= 3.11.
PYTHON ?= python3
BIN := .venv/bin
RAW ?= data/raw
CLEAN ?= data/clean

.PHONY: run test test-services lint bench bench-peers soak serve lock clean-venv help

help:  ## show this list
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*## /\t/' | expand -t 14

run: .venv/run  ## clean data/raw into data/clean and show where to look
	$(BIN)/qingwen run --raw $(RAW) --clean $(CLEAN)

test: .venv/dev  ## run all tests
	$(BIN)/python -m pytest

test-services: .venv/dev  ## run the tests that need servers or a browser: Prefect with a worker, PostgreSQL, S3, Dask, Chromium
	$(BIN)/python -m pytest -m "services and not long"

lint: .venv/dev  ## lint, format check, types, generated files up to date
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/python -m schemas.dictionary --check

bench: .venv/dev  ## measure speed and quality
	$(BIN)/python -m benchmarks.pipeline
	$(BIN)/python -m benchmarks.extraction
	$(BIN)/python -m benchmarks.descriptions
	$(BIN)/python -m benchmarks.pages
	$(BIN)/python -m benchmarks.quantities
	$(BIN)/python -m benchmarks.dedupe
	$(BIN)/python -m benchmarks.damage

bench-peers: .venv/dev .venv-peers/done  ## measure web pages, copies and numbers beside other tools
	$(BIN)/python -m benchmarks.extraction --peers .venv-peers/bin/python
	$(BIN)/python -m benchmarks.pages --peers .venv-peers/bin/python
	$(BIN)/python -m benchmarks.dedupe --peers .venv-peers/bin/python
	$(BIN)/python -m benchmarks.quantities --peers .venv-peers/bin/python

soak: .venv/dev  ## the whole fault table; kill 100 runs on each runner, clean hostile inputs at full size, have lxml check 10,000 pages
	$(BIN)/python -m pytest -m long
	$(BIN)/python -m tests.soak --kills 100
	$(BIN)/python -m tests.soak --kills 100 --runner dask
	$(BIN)/python -m tests.hostile
	$(BIN)/python -m tests.strip.third_parser

serve: .venv/run  ## start a Prefect server, a work pool, a worker; deploy
	$(BIN)/python -m flows.serve

lock:  ## write the lock files anew from pyproject.toml
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --group build pyproject.toml -o requirements.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header -c requirements.lock --group build --group dev --extra dask --extra s3 pyproject.toml -o requirements-dev.lock
	uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-annotate --no-header --group peers -o benchmarks/peers.lock

# The lock files are complete: --no-deps keeps pip from looking for other versions than theirs.
.venv/run: requirements.lock pyproject.toml
	test -x $(BIN)/python || $(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation --editable .
	touch $@

.venv/dev: .venv/run requirements-dev.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r requirements-dev.lock
	touch $@

.venv-peers/done: benchmarks/peers.lock
	test -x .venv-peers/bin/python || $(PYTHON) -m venv .venv-peers
	.venv-peers/bin/python -m pip install --quiet --disable-pip-version-check --no-deps --require-hashes -r benchmarks/peers.lock
	touch $@
