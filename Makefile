# Everything a person or a machine does with this project. The first `make …` on a machine installs what is missing and
# says so; later ones find it there. Each set-up step leaves a stamp named after the content of the file it followed,
# so that a changed lock file is installed and an unchanged one costs nothing.

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.NOTPARALLEL:
MAKEFLAGS += --no-builtin-rules
SHELL := /bin/bash

PYTHON ?= python3
DATA_DIR ?= ./var
PORT ?= 8000
MINUTES ?= 30
export DATA_DIR PORT
# What was read once is kept compiled: a program of ours starts twice as fast then, and tests start very many.
unexport PYTHONDONTWRITEBYTECODE

CLIENTS := certification/demonstration/clients
BROWSER := tests/browser
TESTED := tests/clients
VERIFIERS := tests/verifiers
content = $(shell cat $(wildcard $(1)) 2>/dev/null | sha256sum | cut -c1-12)

UV   := .venv/uv-$(call content,.ci/requirements-uv.txt)
RUN  := .venv/run-$(call content,.ci/requirements-uv.txt .ci/requirements-run.txt)
DEMO := .venv/demo-$(call content,.ci/requirements-uv.txt .ci/requirements-demo.txt)
TEST := .venv/test-$(call content,.ci/requirements-uv.txt .ci/requirements-test.txt)
CLIENT_PACKAGES  := $(CLIENTS)/node_modules/installed-$(call content,$(CLIENTS)/package-lock.json)
BROWSER_PACKAGES := $(BROWSER)/node_modules/installed-$(call content,$(BROWSER)/package-lock.json)
TESTED_PACKAGES  := $(TESTED)/node_modules/installed-$(call content,$(TESTED)/package-lock.json)
VERIFIER_PACKAGES := $(VERIFIERS)/node_modules/installed-$(call content,$(VERIFIERS)/package-lock.json)

.PHONY: help demo install run pictures walks words test test-quick test-faults faults hostile bench lint sbom format clean system-run system-demo system-test

help: ## show this list
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

demo: system-demo $(DEMO) $(CLIENT_PACKAGES) ## set up, run the main job on invented people, then keep serving on PORT
	@exec .venv/bin/flask certification demo

install: system-run $(RUN) ## set up what serving needs, and nothing else
	@# Who serves may not write here, and would compile all of it at every start.
	@.venv/bin/python -m compileall -q -j 0 lrs certification migrations schemas wsgi.py .venv/lib

run: install ## serve on PORT, with data in DATA_DIR or DATABASE_URL, until Ctrl-C or SIGTERM
	@exec .venv/bin/python wsgi.py

test: lint $(CLIENT_PACKAGES) $(BROWSER_PACKAGES) $(TESTED_PACKAGES) $(VERIFIER_PACKAGES) ## everything a change must pass, on SQLite and on PostgreSQL
	@FAULTS_SCALE=$${FAULTS_SCALE:-0.3} exec .venv/bin/python -m pytest -n 2 --dist worksteal

test-quick: system-test $(TEST) $(CLIENT_PACKAGES) $(TESTED_PACKAGES) ## the fast part of the tests on SQLite, an eighth of it on PostgreSQL too
	@HYPOTHESIS_PROFILE=quick exec .venv/bin/python -m pytest -n 2 --dist worksteal --quick

test-faults: system-test $(TEST) ## kill, repeat, crowd and break, FAULTS_SCALE (1) times as much as asked for; `make test` does 0.3
	@exec .venv/bin/python -m pytest -n 2 --dist worksteal -rP tests/faults

faults: system-test $(TEST) ## the long tier: write, kill and compare for MINUTES (30) on each database, and add to the ledger
	@exec .venv/bin/python -m tests.faults.ledger --minutes $(MINUTES)

hostile: system-test $(TEST) ## ask what nobody should for MINUTES (30), on both databases at once, and add to the ledger of it
	@# Large pages: what asks and answers in one process is slowed most by looking up where its memory lies.
	@GLIBC_TUNABLES=glibc.malloc.hugetlb=1 PYTHONMALLOC=malloc exec .venv/bin/python -m tests.faults.hostile --minutes $(MINUTES)

bench: system-test $(TEST) ## measure how fast Statements are taken and workers judged
	@exec .venv/bin/python -m bench

lint: system-test $(TEST) ## style, formatting and types
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy

walks: system-test $(TEST) $(BROWSER_PACKAGES) ## write the guides for first-time users and take their pictures (docs/walks)
	@exec .venv/bin/python -m tests.browser.walks

pictures: system-test $(TEST) $(BROWSER_PACKAGES) ## take the kept pictures of pages anew (tests/browser/pictures); look at them
	@RENEW_PICTURES=1 exec .venv/bin/python -m pytest -q -n 0 tests/browser/test_pictures.py -k look

words: system-test $(TEST) ## gather the words of pages into the catalogues of their English
	@for package in $(dir $(wildcard certification/web/*/templates/)); do \
		mkdir -p .cache $${package%/templates/}/translations; \
		catalogue=$${package%/templates/}/translations/en.po; \
		.venv/bin/pybabel -q extract -F certification/web/babel.cfg -k _l --no-location --sort-output --omit-header -o .cache/words.pot $${package%/templates/} && \
		if [ -f $$catalogue ]; then .venv/bin/pybabel -q update --no-fuzzy-matching --omit-header --ignore-obsolete -w 110 -l en -i .cache/words.pot -o $$catalogue; \
		else cp .cache/words.pot $$catalogue; fi; \
	done

sbom: ## write what serving installs, package by package with hashes (CycloneDX), to dist/sbom.cdx.json
	@mkdir -p dist
	@$(PYTHON) .ci/sbom.py > dist/sbom.cdx.json
	@echo "Written: dist/sbom.cdx.json"

format: system-test $(TEST) ## bring the code into shape
	.venv/bin/ruff check --fix .
	.venv/bin/ruff format .

clean: ## remove what set-up and tests made; DATA_DIR stays
	rm -rf .venv .cache .mypy_cache .pytest_cache .ruff_cache .hypothesis $(CLIENTS)/node_modules $(BROWSER)/node_modules $(TESTED)/node_modules $(VERIFIERS)/node_modules
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

# ---------------------------------------------------------------- set-up

system-run system-demo system-test: system-%:
	@PYTHON="$(PYTHON)" .ci/system-packages $*

.venv/bin/python:
	@echo "==> Making the virtual environment .venv"
	@$(PYTHON) -m venv .venv

$(UV): .ci/requirements-uv.txt | .venv/bin/python
	@echo "==> Installing the package installer into .venv"
	@.venv/bin/python -m pip install --quiet --disable-pip-version-check --require-hashes -r $<
	@touch $@

$(RUN) $(DEMO) $(TEST): .venv/%: | $(UV)
	@set=$*; list=.ci/requirements-$${set%-*}.txt; \
	echo "==> Installing $$(grep -c '^[a-zA-Z].*==' $$list) pinned Python packages from $$list into .venv"; \
	.venv/bin/uv pip install --system-certs --python .venv/bin/python --require-hashes -r $$list
	@touch $@

$(CLIENT_PACKAGES) $(BROWSER_PACKAGES) $(TESTED_PACKAGES) $(VERIFIER_PACKAGES):
	@echo "==> Installing the JavaScript packages of $(@D:/node_modules=)"
	@npm ci --no-audit --no-fund --prefix $(@D:/node_modules=)
	@touch $@
