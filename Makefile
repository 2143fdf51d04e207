# Everything here sets itself up: it needs Python 3.11 or newer, make, and a network to a package index.
.PHONY: help setup demo test test-long check lint types floors format bench simulate powercut night seeds pictures lock clean check-pack

PYTHON ?=
VENV   ?= .venv
BIN    := $(VENV)/bin
PY     := $(BIN)/python
STAMP  := $(VENV)/.installed
NEW    := import sys; sys.exit(sys.version_info < (3, 11))

help:
	@echo "make demo      a lifelike pair of institutions with a county, synced; then the application"
	@echo "make test      lint, types, floors, then the tests"
	@echo "make test-long bad lines, power cuts and simulated histories under test: what takes minutes each"
	@echo "make check     lint, types and floors only"
	@echo "make format    format the code and mend what can be mended by itself"
	@echo "make seeds     which rows of the field's wishes the tests prove"
	@echo "make bench     the figures, each beside its bound"
	@echo "make simulate  many histories of the whole system, drawn from seeds: make simulate SEEDS=10000"
	@echo "make powercut  many images of what a power cut leaves, and kills of the application: make powercut IMAGES=25000"
	@echo "make night     a night shift for 96 people by keys alone, then what the record and the county hold of it"
	@echo "make pictures  pictures of the real screens"
	@echo "make check-pack  the script in a downtime pack, run by node (18 or newer)"
	@echo "make lock      requirements.lock anew from pyproject.toml"
	@echo "make clean     remove what make has made"

setup: $(STAMP)

# The locked versions are installed by hash, the build tool among them; then the project itself, which fetches nothing.
# Some systems ship Python without ensurepip: then the pip of that Python installs into the new environment.
$(STAMP): requirements.lock pyproject.toml
	@python=; \
	for p in $(PYTHON) python3 python3.14 python3.13 python3.12 python3.11; do \
	  if "$$p" -c '$(NEW)' >/dev/null 2>&1; then python=$$p; break; fi; \
	done; \
	if [ -z "$$python" ]; then \
	  echo "Yiyang needs Python 3.11 or newer and found none here. Install one, or name it: make PYTHON=/path/to/python3" >&2; exit 1; \
	fi; \
	if ! $(PY) -c '$(NEW)' >/dev/null 2>&1; then \
	  echo "Making $(VENV) with $$("$$python" --version) ..."; \
	  "$$python" -m venv --clear --without-pip $(VENV) || exit 1; \
	fi; \
	if $(PY) -m pip --version >/dev/null 2>&1 || $(PY) -m ensurepip >/dev/null 2>&1; then \
	  pip="$(PY) -m pip"; \
	elif "$$python" -m pip --python $(PY) --version >/dev/null 2>&1; then \
	  pip="$$python -m pip --python $(PY)"; \
	else \
	  echo "This Python has no pip and cannot make one. Install it (Debian, Ubuntu: the packages python3-venv and python3-pip) and run make again." >&2; exit 1; \
	fi; \
	echo "Installing the locked packages into $(VENV) (once, a minute or two) ..."; \
	$$pip install -qq --disable-pip-version-check --require-hashes -r requirements.lock && \
	$$pip install -qq --disable-pip-version-check --no-deps --no-build-isolation -e . && \
	touch $(STAMP)

# Whatever the machine says: what was compiled once is kept, or every worker of the tests compiles all of them anew.
unexport PYTHONDONTWRITEBYTECODE

demo: $(STAMP)
	@$(BIN)/yiyang demo

# Twice as many as cores: a terminal under test waits for itself half of the time.
PYTEST := $(PY) -m pytest -n 4 --dist loadfile --no-loadscope-reorder
LONG   := tests/links tests/powercut tests/simulation

test: check
	$(PYTEST) $(LONG:%=--ignore=%)

test-long: $(STAMP)
	$(PYTEST) $(LONG)

check: lint types floors

lint: $(STAMP)
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: $(STAMP)
	$(BIN)/mypy

floors: $(STAMP)
	$(BIN)/lint-imports --no-logo

format: $(STAMP)
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: $(STAMP)
	@$(PY) -m bench

seeds: $(STAMP)
	@$(PY) -m pytest -q -n 2 --dist loadfile --seeds

check-pack: $(STAMP)
	@$(PY) -m tests.browser

simulate: $(STAMP)
	@$(PY) -m tests.simulation --seeds $(or $(SEEDS),1000) --from $(or $(FROM),0)

powercut: $(STAMP)
	@$(PY) -m tests.powercut --images $(or $(IMAGES),5000) --from $(or $(FROM),100)
	@$(PY) -m tests.powercut --kills $(or $(KILLS),100) --from $(or $(FROM),100)

night: $(STAMP)
	@$(PY) -m tests.night

pictures: $(STAMP)
	@$(PY) tests/pictures.py

lock: $(STAMP)
	$(PY) -m pip install --quiet 'uv>=0.13,<0.14'
	$(BIN)/uv pip compile pyproject.toml --extra county --extra dev --universal --generate-hashes --upgrade \
	  --no-emit-index-url --no-header --quiet --output-file requirements.lock

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .hypothesis .import_linter_cache build dist
	find . -name __pycache__ -type d -prune -exec rm -rf {} +
