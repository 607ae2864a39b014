# Everything from nothing but Python with pip. On Windows without make, see README.md.
PYTHON ?= python3
VENV ?= .venv
BIN := $(VENV)/bin

.PHONY: demo test check format clean

demo: $(VENV)/.installed-unit  ## every role on synthetic data, in under a minute
	$(BIN)/linkage demo --replace

test: $(VENV)/.installed-dev  ## all tests, linters, types and import contracts
	$(BIN)/python -m pytest -n 2

check: $(VENV)/.installed-dev  ## linters, types and import contracts only
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy
	$(BIN)/lint-imports

format: $(VENV)/.installed-dev  ## rewrite the code in the project's format
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

clean:
	rm -rf $(VENV) linkage-demo

$(BIN)/python:
	$(PYTHON) -m venv $(VENV)

$(VENV)/.installed-unit: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable ".[unit]"
	@touch $@

$(VENV)/.installed-dev: $(BIN)/python pyproject.toml
	$(BIN)/python -m pip install --quiet --editable ".[dev]"
	@touch $@
