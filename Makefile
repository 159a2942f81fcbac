# Two commands for a newcomer: `make demo` and `make test`. Everything else is listed by `make`.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: help demo tour test check bench lock clean
help:  ## list the targets
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/^([a-z]+):.*## /  make \1\t/' | expand -t 16

$(STAMP): pyproject.toml requirements.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || \
	  { echo "sr needs Python >= 3.11; this is $$($(PYTHON) --version). Try: make PYTHON=python3.12 ..."; exit 1; }
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV) || \
	  { echo "python3 -m venv failed. On Debian or Ubuntu: apt-get install python3-venv"; exit 1; }
	@# setuptools warns about every editable installation, which frightens for nothing.
	@PYTHONWARNINGS=ignore $(BIN)/python -m pip install --quiet --disable-pip-version-check -c requirements.lock -e '.[test]'
	@touch $(STAMP)

demo: $(STAMP)  ## the whole house on this machine: Valkey, twin, playground, bot, workers; prints one URL
	@$(BIN)/python -m workers.demo

tour: $(STAMP)  ## the same without a browser: a request, two approvals, a drain, the thread as it grows
	@$(BIN)/python -m workers.demo tour

test: $(STAMP)  ## the whole suite
	$(BIN)/python -m pytest -n auto --dist loadfile

check: $(STAMP)  ## lint, types, import contracts
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

bench: $(STAMP)  ## the numbers of the design, as ratios in one run; writes bench.json
	$(BIN)/python -m tests.bench

lock:  ## pin what is installed now
	$(BIN)/python -m pip freeze --exclude-editable | grep -v '^sr\b' > requirements.lock

clean:  ## remove the virtual environment and the demo's data
	rm -rf $(VENV) .demo
