PYTHON ?= $(shell command -v python3.11 || command -v python3)
BIN = .venv/bin
INDEX = .policyqa

.PHONY: demo chat screenshots test lint format clean

demo: .venv/ready  ## Install, index the seed document, ask the example question.
	$(BIN)/policyqa index seeds --index-dir $(INDEX)
	$(BIN)/policyqa ask "how many 智能体 by 2028" --index-dir $(INDEX)

chat: .venv/ready  ## Open the chat over the seed document in the browser.
	$(BIN)/policyqa index seeds --index-dir $(INDEX)
	$(BIN)/policyqa chat --index-dir $(INDEX)

screenshots: .venv/ready  ## Take the pictures of the README anew (needs Debian's chromium).
	$(BIN)/python tests/browser/take_screenshots.py

test: .venv/ready  ## Run the tests.
	$(BIN)/python -m pytest

lint: .venv/ready  ## Check format, style, types and the direction of imports.
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: .venv/ready  ## Bring the code into form.
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

clean:  ## Remove the environment and the demo's index.
	rm -rf .venv $(INDEX)

.venv/ready: pyproject.toml constraints.txt
	$(PYTHON) -m venv .venv
	$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	touch $@
