# python3 (3.10 or newer, with venv) and make are enough: every target sets up what it needs.
# PYTHON names another interpreter for a venv that is still to be made: make test PYTHON=python3.12

MAKEFLAGS += --no-builtin-rules

PYTHON ?= python3
UPGRADE ?=
TEMPLATE ?= template.yml
POLICY ?=

PIP_INSTALL = bin/python -m pip --disable-pip-version-check --no-input -qq install
PINNED = $(PIP_INSTALL) --require-hashes --requirement
ITSELF = $(PIP_INSTALL) --no-deps --no-build-isolation --editable .
FAST_TESTS := tests/unit tests/functional tests/examples shared/eniguard/rules
NODE_CLIENT := tests/real/node
SERVERLESS := tests/real/serverless
# The OpenID Connect provider and axe-core.
BROWSED := tests/real/approval/node

# One requirement file serves Python 3.10 to 3.13 on every platform.
EVERYWHERE := UV_PYTHON_DOWNLOADS=never .venvs/lock/bin/uv pip compile --quiet --no-config --generate-hashes \
    --no-annotate --no-header --python-version 3.10 --universal $(if $(UPGRADE),--upgrade)
PINS := requirements

# Hosts of package registries, and the options that name one.
REGISTRY := (pypi|pythonhosted|npmjs|debian)[.](org|com)|--(extra-)?index[-]url|--find[-]links
GENERATED := .venv .venvs $(NODE_CLIENT)/node_modules $(SERVERLESS)/node_modules $(BROWSED)/node_modules build dist site .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
# Keeps the interpreters of venvs that only a pattern names.
.SECONDARY:
.PHONY: help up scenario down demo package test test-fast test-pythons check no-registry bench sizes docs events alert-goldens pictures coverage-page rule-pages messages permissions-page lock seeds clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-14s %s\n", $$1, $$2 }' Makefile

# What it starts keeps its state where the policy has to say: env:ENIGUARD_STATE. Without a policy it is given one.
up: POLICY := $(or $(POLICY),$(ENIGUARD_POLICY),$(wildcard guard.yml),local/guard.yml)
up: package .venv/test.stamp ## start a fake cloud and the functions of template.yml on loopback; TEMPLATE=file takes another
	@.venv/bin/python -m local up '$(TEMPLATE)'

scenario: .venv/test.stamp ## play incidents in what `make up` started: ENI001 is found, what EXP001 finds is put back
	@.venv/bin/python -m local scenario

down: .venv/test.stamp ## end what `make up` started
	@.venv/bin/python -m local down

demo: .venv/run.stamp ## decide the recorded calls in events/ and print the findings
	@.venv/bin/eniguard replay events --policy events/guard.yml

package: .venv/package.stamp .venv/sdk-build.stamp ## build what is deployed of each function into build/; POLICY=guard.yml names the policy
	@.venv/bin/python -m eniguard.bundles $(if $(POLICY),--policy '$(POLICY)')

test: .venv/sdks.stamp .venv/package.stamp .venvs/oldsdk/oldsdk.stamp $(NODE_CLIENT)/node_modules/.stamp $(SERVERLESS)/node_modules/.stamp $(BROWSED)/node_modules/.stamp .venv/browser.stamp .venvs/redis/redis.stamp .venvs/chromium/chromium.stamp ## run every test
	@.venv/bin/python -m pytest

test-fast: .venv/sdks.stamp ## run the unit, functional and rule tests
	@.venv/bin/python -m pytest $(FAST_TESTS)

test-pythons: ## run the same tests on each Python from 3.10 to 3.13 that is found
	@MAKE='$(MAKE)' .ci/test-pythons $(FAST_TESTS)

check: .venv/check.stamp .venv/package.stamp no-registry ## lint, format, types, import direction, no registry address
	@.venv/bin/ruff check --quiet .
	@.venv/bin/ruff format --check --quiet .
	@.venv/bin/mypy
	@.venv/bin/lint-imports --no-logo

no-registry:
	@! grep -rInE $(addprefix --exclude-dir=,.git __pycache__ $(notdir $(GENERATED))) -e '$(REGISTRY)' . || \
	    { echo 'The lines above name a package registry.' >&2; exit 1; }
	@! grep -nE '://' $(PINS)/*.txt functions/*/requirements.txt || \
	    { echo 'The lines above pin a package to an address.' >&2; exit 1; }

bench: .venvs/bench/bench.stamp .venvs/redis/redis.stamp ## measure events/s, the cold start and the fake cloud next to their floors
	@.venvs/bench/bin/python -m tests.perf.bench

sizes: package .venv/sdks.stamp ## measure what each function takes as it is deployed, and a sweep of a large account
	@.venv/bin/python -m tests.perf.sizes

events: .venv/test.stamp ## write the recorded calls in events/ anew from tests/scenarios
	@.venv/bin/python -m tests.scenarios.write

alert-goldens: .venv/test.stamp ## write anew what each chat is sent in the tests; read the difference
	@.venv/bin/python -m tests.unit.alerts.formats.goldens

coverage-page: .venv/test.stamp ## list anew which APIs the fake cloud implements
	@.venv/bin/fakealiyun coverage > docs/fakealiyun-coverage.md

rule-pages: .venv/run.stamp ## write the pages about the rules anew, from the rules and events/
	@.venv/bin/eniguard generate rule-pages --policy events/guard.yml --events events docs/rules

messages: .venv/test.stamp ## take the texts of alerts up into their catalogue, and compile it
	@.venv/bin/python -m tests.messages.write

pictures: .venv/pictures.stamp .venvs/chromium/chromium.stamp ## draw the pictures of messages in docs/chats anew
	@.venv/bin/python -m tests.pictures.draw

permissions-page: .venv/run.stamp ## write the policies in docs/permissions.md anew, from template.yml and the rules
	@sed -i '/^<!-- generated/q' docs/permissions.md
	@env -i PATH="$$PATH" .venv/bin/eniguard generate ram-policy --format markdown --policy guard.example.yml >> docs/permissions.md

docs: .venv/docs.stamp ## build the documentation into site/
	@.venv/bin/mkdocs build --strict --quiet

lock: .venvs/lock/lock.stamp ## pin the requirement files anew; UPGRADE=1 moves to the newest versions
	@$(EVERYWHERE) -o $(PINS)/run.txt pyproject.toml $(PINS)/build.in
	@$(EVERYWHERE) -o $(PINS)/test.txt -c $(PINS)/run.txt pyproject.toml --extra test --extra fake --extra redis --extra serve --extra approval $(PINS)/build.in
	@$(EVERYWHERE) -o $(PINS)/sdk-build.txt $(PINS)/sdk-build.in
	@$(EVERYWHERE) -o $(PINS)/sdks.txt -c $(PINS)/test.txt -c $(PINS)/sdk-build.txt $(PINS)/sdks.in
	@$(EVERYWHERE) -o $(PINS)/node.txt $(PINS)/node.in
	@$(EVERYWHERE) -o $(PINS)/browser.txt -c $(PINS)/test.txt $(PINS)/browser.in
	@$(EVERYWHERE) -o $(PINS)/pictures.txt -c $(PINS)/test.txt $(PINS)/pictures.in
	@$(EVERYWHERE) -o $(PINS)/check.txt -c $(PINS)/test.txt -c $(PINS)/sdks.txt pyproject.toml --extra test --extra fake --extra redis --extra serve --extra approval $(PINS)/build.in $(PINS)/check.in
	@$(EVERYWHERE) -o $(PINS)/oldsdk.txt -c $(PINS)/sdk-build.txt $(PINS)/oldsdk.in
	@$(EVERYWHERE) -o $(PINS)/docs.txt -c $(PINS)/run.txt pyproject.toml --extra docs $(PINS)/build.in
	@$(EVERYWHERE) -o $(PINS)/bench.txt -c $(PINS)/test.txt -c $(PINS)/oldsdk.txt pyproject.toml --extra fake --extra redis $(PINS)/build.in $(PINS)/bench.in
	@$(EVERYWHERE) -o $(PINS)/lock.txt $(PINS)/lock.in
	@$(EVERYWHERE) -o $(PINS)/package.txt -c $(PINS)/check.txt -c $(PINS)/lock.txt pyproject.toml --extra bundles
	@for folder in functions/*/; do \
	    $(EVERYWHERE) -o $${folder}requirements.txt -c $(PINS)/sdks.txt -c $(PINS)/test.txt \
	        --excludes $(PINS)/not-in-functions.in $${folder}requirements.in || exit 1; \
	done

seeds: .venv/run.stamp ## derive the permission tables from the source documents: make seeds DIR=documents
	@test -n '$(DIR)' || { echo 'Name the folder of the source documents: make seeds DIR=documents' >&2; exit 2; }
	@.venv/bin/python -m eniguard.rules.permissions.derive '$(DIR)'

clean: ## remove everything that the other targets made
	@rm -rf $(GENERATED)
	@find . -name __pycache__ -type d -prune -exec rm -rf {} +

# A stamp is newer than what was installed for it.
.venv/run.stamp: $(PINS)/run.txt pyproject.toml | .venv/bin/python
	@.venv/$(PINNED) $(PINS)/run.txt
	@.venv/$(ITSELF)
	@touch $@

.venv/%.stamp: $(PINS)/%.txt .venv/run.stamp
	@.venv/$(PINNED) $<
	@touch $@

# Packages of the SDKs that come as source are built with what sdk-build.txt pins.
.venv/sdks.stamp: $(PINS)/sdks.txt $(PINS)/sdk-build.txt .venv/test.stamp
	@.venv/$(PINNED) $(PINS)/sdk-build.txt
	@.venv/$(PINNED) $< --no-build-isolation
	@touch $@

.venvs/oldsdk/oldsdk.stamp: $(PINS)/oldsdk.txt $(PINS)/sdk-build.txt | .venvs/oldsdk/bin/python
	@$(@D)/$(PINNED) $(PINS)/sdk-build.txt
	@$(@D)/$(PINNED) $< --no-build-isolation
	@touch $@

# npm finds the node that lies beside it.
%/node_modules/.stamp: %/package.json %/package-lock.json .venv/node.stamp
	@PATH="$(CURDIR)/.venv/bin:$$PATH" npm ci --prefix $* --ignore-scripts --no-audit --no-fund --silent
	@touch $@

# A redis-server, unless there is one on PATH.
.venvs/redis/redis.stamp: .ci/debian-packages
	@.ci/debian-packages $(@D) redis-server
	@touch $@

# Chromium, unless there is one on PATH, with a font that has Chinese.
.venvs/chromium/chromium.stamp: .ci/debian-packages
	@.ci/debian-packages $(@D) chromium chromium fonts-wqy-zenhei
	@touch $@

.venvs/py%/sdks.stamp: $(PINS)/test.txt $(PINS)/sdk-build.txt $(PINS)/sdks.txt pyproject.toml | .venvs/py%/bin/python
	@$(@D)/$(PINNED) $< --requirement $(PINS)/sdk-build.txt
	@$(@D)/$(PINNED) $(PINS)/sdks.txt --no-build-isolation
	@$(@D)/$(ITSELF)
	@touch $@

.venvs/bench/bench.stamp: $(PINS)/sdk-build.txt $(PINS)/bench.txt pyproject.toml | .venvs/bench/bin/python
	@$(@D)/$(PINNED) $(PINS)/sdk-build.txt
	@$(@D)/$(PINNED) $(PINS)/bench.txt --no-build-isolation
	@$(@D)/$(ITSELF)
	@touch $@

.venvs/lock/lock.stamp: $(PINS)/lock.txt | .venvs/lock/bin/python
	@$(@D)/$(PINNED) $<
	@touch $@

%/bin/python:
	@command -v '$(PYTHON)' >/dev/null || \
	    { echo 'There is no $(PYTHON) here. eniguard needs Python 3.10 or newer: name one with PYTHON=python3.12' >&2; exit 1; }
	@'$(PYTHON)' -c 'import sys; sys.exit(sys.version_info < (3, 10))' || \
	    { echo '$(PYTHON) is too old. eniguard needs Python 3.10 or newer: name one with PYTHON=python3.12' >&2; exit 1; }
	@'$(PYTHON)' -c 'import ensurepip, venv' 2>/dev/null || \
	    { echo '$(PYTHON) has no venv module. On Debian: apt-get install python3-venv' >&2; exit 1; }
	@echo 'Setting up $* (the first time only) …' >&2
	@'$(PYTHON)' -m venv --clear $*
