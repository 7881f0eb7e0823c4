# The things people do with Evenhand. `make help` lists them.
.POSIX:
.PHONY: help demo test soak lint format lock clean run-environment dev-environment

VENV = .venv
PORT ?= 5000
# Options handed to pytest, for example: make test TESTS="tests/scheduling -x"
TESTS =

help: ## list what can be made
	@sed -n 's/^\([a-z]*\):.*## /  make \1: /p' Makefile

demo: run-environment ## set everything up, fill in a demo group and serve it on PORT (5000)
	@EVENHAND_DATA="$${EVENHAND_DATA:-data/demo}" PORT="$(PORT)" VENV="$(VENV)" setup/demo

test: dev-environment ## run every check and every test (at most 20 minutes on 2 cores)
	@$(VENV)/bin/ruff check --quiet .
	@$(VENV)/bin/ruff format --quiet --check .
	@$(VENV)/bin/mypy --no-error-summary
	@CHROMIUM=`VENV="$(VENV)" setup/browser` && export CHROMIUM && $(VENV)/bin/python -m pytest --numprocesses auto --dist worksteal $(TESTS)

soak: dev-environment ## run the tests with full counts (about two hours on 2 cores)
	@CHROMIUM=`VENV="$(VENV)" setup/browser` && export CHROMIUM && EVENHAND_SOAK=1 $(VENV)/bin/python -m pytest --numprocesses auto --dist worksteal $(TESTS)

lint: dev-environment ## check style and types
	@$(VENV)/bin/ruff check .
	@$(VENV)/bin/ruff format --check .
	@$(VENV)/bin/mypy

format: dev-environment ## put the code into its layout
	@$(VENV)/bin/ruff check --fix .
	@$(VENV)/bin/ruff format .

lock: dev-environment ## pin the dependencies anew, with hashes
	@PATH="$(VENV)/bin:$$PATH" setup/lock

clean: ## remove what was made, but no data
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis .import_linter_cache screenshots
	find . -name __pycache__ -type d -prune -exec rm -rf {} +

run-environment:
	@VENV="$(VENV)" setup/environment requirements.lock

dev-environment:
	@VENV="$(VENV)" setup/environment requirements-dev.lock
