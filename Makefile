# The commands of this repository. `make demo` and `make test` need Python 3.11 and nothing else.
.DEFAULT_GOAL := help
.PHONY: help demo down test unit coverage format check lint audit bench load simulate fuzz mutants slack browser image-test \
        deploy doctor packages debian clean

PYTHON ?= python3.11
VENV := .venv
AUDIT := .venv-audit
RUN := $(VENV)/bin/python
STAGE ?= dev
QUICK := tests/unit
BROWSER := chromium fonts-dejavu-core fonts-liberation
export PIP_DISABLE_PIP_VERSION_CHECK := 1

help: ## Show what can be done
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{printf "  make %-12s %s\n", $$1, $$2}'

# Of what is installed only what is imported is compiled, when it first is.
$(VENV)/installed: requirements-dev.txt
$(AUDIT)/installed: requirements-audit.txt
$(VENV)/installed $(AUDIT)/installed:
	@$(PYTHON) -c "import sys; sys.exit(sys.version_info[:2] != (3, 11))" 2>/dev/null || { \
		echo "Python 3.11 is needed, and $(PYTHON) is not it. Install it (Debian: python3.11-venv), or name one: PYTHON=/path/to/python3.11"; exit 1; }
	@echo "Installing the locked requirements into $(@D): a minute or two, about 1 GB …"
	@$(PYTHON) -m venv $(@D)
	@$(@D)/bin/pip install --quiet --no-compile --retries 1 --no-deps --require-hashes --requirement $< 2>$(@D)/pip.log || { \
		tail -1 $(@D)/pip.log; echo "The requirements were not installed: is there a network? All that pip said: $(@D)/pip.log"; exit 1; }
	@touch $@

demo: $(VENV)/installed ## Bring the whole service up here and build a demo (DEMO_COMPONENTS, DEMO_PACE, DEMO_PORT)
	@$(RUN) -m local.demo

down: $(VENV)/installed ## Stop what `make demo` left running; forget=1 also removes what it made
	@$(RUN) -m local.down $(if $(forget),--forget)

test: $(VENV)/installed debian ## Run every test, on all cores; installs Debian's packages for it, packages=no does not
	@$(RUN) -m tools.packaging
	@$(RUN) -m pytest -q -n auto --dist loadfile --no-loadscope-reorder # the long files first

unit: $(VENV)/installed ## Run the tests that need no emulator and no browser
	@$(RUN) -m pytest -q -n auto $(QUICK)

coverage: $(VENV)/installed ## Say which lines of the service those tests do not reach
	@$(RUN) -m pytest -q -n auto --cov=chalicelib --cov-report=term-missing:skip-covered $(QUICK)

format: $(VENV)/installed ## Format the code and mend what the linter can
	@$(VENV)/bin/ruff check --quiet --fix .
	@$(VENV)/bin/ruff format --quiet .

packages: # Apache, MariaDB, Chromium, two font families, and binutils, which makes the package small
	@tools/install-debian.sh apache2 binutils mariadb-server-core $(BROWSER)

debian:
	@test "$(packages)" != no && $(MAKE) --no-print-directory packages || echo "Tests that need Debian's packages will be skipped."

check: ## The gate: linters, types, layers, templates, policies, then the tests
	@$(MAKE) --no-print-directory -j2 lint audit
	@$(MAKE) --no-print-directory test

lint: $(VENV)/installed
	@$(VENV)/bin/ruff format --check --quiet . || { echo "run: $(VENV)/bin/ruff format ."; exit 1; }
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/mypy
	@PYTHONPATH=. $(VENV)/bin/lint-imports --no-logo
	@$(VENV)/bin/cfn-lint cfn/*.yaml
	@$(RUN) -m tools.lint_package
	@$(RUN) -m tools.rights

audit: $(VENV)/installed $(AUDIT)/installed ## Judge templates and policies with checkov and parliament
	@$(RUN) -m tools.audit

bench: $(VENV)/installed ## Measure on the emulator, as ratios
	@$(RUN) -m bench

load: $(VENV)/installed ## Ask for many demos at once on the emulator: make load DEMOS=200
	@$(RUN) -m bench.load $(or $(DEMOS),200)

simulate: $(VENV)/installed ## Break everything once, and CASES times at random
	@$(RUN) -m testkit.simulation --cases $(or $(CASES),10000)

fuzz: $(VENV)/installed ## Send the service thousands of generated requests: make fuzz EXAMPLES=200
	@$(RUN) -m tools.packaging
	@FUZZ_EXAMPLES=$(or $(EXAMPLES),200) $(RUN) -m pytest -q tests/integration/test_generated_requests.py

mutants: $(VENV)/installed ## Break the code in many places, and see that tests notice (CASES=300|all, SEED)
	@$(RUN) -m tools.mutants --cases $(or $(CASES),300) --seed $(or $(SEED),1)

slack: $(VENV)/installed ## Send a Slack command to the local service: make slack TEXT="create ecs for 2h"
	@$(RUN) -m local.slack "$$TEXT"

browser: $(VENV)/installed ## Install Chromium from Debian's packages and test the page in it
	@tools/install-debian.sh $(BROWSER)
	@$(RUN) -m pytest -q tests/browser

image-test: $(VENV)/installed ## Build the demo's image and run it in a demo's containers, with podman
	@$(RUN) -m tools.image_test

deploy: $(VENV)/installed ## Deploy to AWS with your own credentials: make deploy STAGE=dev (docs/operations.md)
	@$(RUN) -m tools.deploy --stage $(STAGE) $(ARGS)

doctor: $(VENV)/installed ## Ask your AWS account whether demos would work in it: make doctor STAGE=dev
	@$(RUN) -m tools.doctor --stage $(STAGE)

clean: ## Remove what the commands above made
	@rm -rf $(VENV) $(AUDIT) .local .mypy_cache .ruff_cache .pytest_cache .hypothesis
