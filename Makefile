# SPDX-License-Identifier: EUPL-1.2
# make run: everything is set up, then http://127.0.0.1:8000 serves a demo region. make test: all tests.
PYTHON ?= python3
BIN := .venv/bin
export FILANDA_DEMO ?= 1

.PHONY: run setup setup-dev test check bench assets clean lock messages workflows help

help:  ## this list
	@grep -E '^[a-z-]+:.*##' Makefile | sed -E 's/:.*## /\t/' | expand -t 12

run: setup  ## set up what is missing, then serve the demo region
	@exec $(BIN)/filanda run

setup:  ## set-up alone; $(BIN)/filanda then works
	@$(PYTHON) tools/setup.py

setup-dev:
	@$(PYTHON) tools/setup.py --dev

test: setup-dev  ## all tests, a real browser included
	@browser=$$($(PYTHON) tools/browser.py) && FILANDA_BROWSER="$$browser" $(BIN)/pytest -n 2 --dist loadfile --no-loadscope-reorder

check: setup-dev  ## style, types, room borders, migrations, templates, translations, diagrams
	@$(BIN)/ruff check src tests bench tools manage.py
	@$(BIN)/ruff format --check -q src tests bench tools manage.py
	@$(BIN)/mypy
	@$(BIN)/lint-imports --no-cache
	@$(BIN)/python tools/check.py

bench: setup-dev  ## speed and relevance, measured
	@$(BIN)/python -m bench

assets: setup  ## build the assets again
	@$(PYTHON) tools/setup.py --assets

messages: setup-dev  ## collect translatable strings into the catalogues
	@$(BIN)/python tools/messages.py

workflows: setup-dev  ## write docs/workflows.md from the tables of states
	@$(BIN)/python tools/workflows.py

lock: setup-dev  ## lock the dependencies again, with hashes and without index addresses
	@for name in bootstrap node run dev; do \
	  $(BIN)/uv pip compile requirements/$$name.in -o requirements/$$name.txt --generate-hashes --no-emit-index-url \
	    --python-version 3.11 --custom-compile-command "make lock" -q $(LOCK_FLAGS) || exit 1; done

clean:  ## remove everything that set-up made; data in var/ stays
	rm -rf .venv node_modules src/filanda/kernel/ui/static/ui/build .pytest_cache .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './var/*' -prune -exec rm -rf {} +
	find src -name '*.mo' -delete
