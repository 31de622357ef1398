# Set-up, tests and the gate. Needs GNU make and Python 3.11 or newer; everything else goes into .venv.

# The first name that really is a new enough Python. On some machines a name exists and does not
# run, or runs something older, so each one is tried.
PYTHON ?= $(shell for name in python3 python3.13 python3.12 python3.11 python; do \
	$$name -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null \
	&& echo $$name && break; done)
BIN := .venv/bin

# Only what is locked gets in: every file is compared with its hash, and what comes as source is
# built with the locked setuptools instead of with whatever is newest today.
PIP_INSTALL := $(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check
LOCKED := --require-hashes --no-build-isolation --use-pep517

# Where the environment forbids Python to keep what it compiled, every command would take seconds.
COMPILE = $(BIN)/python -m compileall -q $(CODE) || true

UV_COMPILE = .venv-audit/bin/python -m uv pip compile --quiet --universal --python-version 3.11 \
	--generate-hashes --no-emit-index-url --annotation-style line \
	--custom-compile-command "make lock" $(UPGRADE)

# Two more than there are processors, because tests also wait; WORKERS=0 runs all in one process.
WORKERS ?= $(shell expr 2 + `nproc 2>/dev/null || echo 1`)

CODE := cli config delivery digest ingest moderation preferences storage templates web bench tests

help: ## show this list
	@sed -n 's/^\([a-z-]*\):[^#]*## /  make \1\t/p' Makefile | expand -t 18

install: .venv/.installed ## make .venv with what Postround needs, and nothing else

run: install ## start the whole service with a small demonstration list
	@$(COMPILE)
	@$(BIN)/postround run --trial

demo: install ## play a whole week against the real service in under a minute
	@$(BIN)/postround demo

test: .venv/.tested ## run all tests; what the machine lacks is skipped with one line
	@$(BIN)/python -m pytest --numprocesses $(WORKERS) --dist worksteal $(TESTS)

proof: .venv/.tested ## run the long counts (kills, fuzz, races, soak) in full
	@POSTROUND_PROOF_RUN=1 $(BIN)/python -m pytest --timeout=0 $(TESTS)

lint: .venv/.tested ## format, lint, types, import direction
	@$(BIN)/ruff format --check --quiet $(CODE) || { echo "Not formatted: $(BIN)/ruff format $(CODE)"; exit 1; }
	@$(BIN)/ruff check --quiet $(CODE)
	@$(BIN)/mypy
	@$(BIN)/lint-imports

check: lint test ## the full gate: lint, then all tests

bench: .venv/.tested ## run the benchmarks
	@$(BIN)/python -m bench $(BENCH)

audit: .venv-audit/.installed ## report known holes in what is locked; needs the internet
	@.venv-audit/bin/python -m pip_audit --disable-pip --require-hashes -r requirements.txt --progress-spinner off

catalogues: .venv/.tested ## bring the translators' files up to date with the texts
	@$(BIN)/python -m templates.extract $(LANGUAGES)

lock: .venv-audit/.installed ## write the requirements files anew; UPGRADE=--upgrade takes newer versions
	@grep -A1 '^\[build-system\]' pyproject.toml | grep -o 'setuptools[^"]*' | $(UV_COMPILE) - -o requirements-build.txt
	@$(UV_COMPILE) pyproject.toml -o requirements.txt
	@$(UV_COMPILE) pyproject.toml --extra test --constraint requirements.txt -o requirements-test.txt
	@printf 'pip-audit\nuv\n' | $(UV_COMPILE) - -o requirements-audit.txt
	@echo mutmut | $(UV_COMPILE) - --constraint requirements-test.txt -o requirements-mutation.txt

coverage: .venv/.tested ## run the tests and print which lines they do not reach
	@$(BIN)/python -m coverage erase
	@$(BIN)/python -m coverage run -m pytest -q --timeout=0 --numprocesses $(WORKERS) --dist worksteal $(TESTS) || true
	@find . -maxdepth 1 -name '.coverage.*' -size 0 -delete # of readers, which may write no file
	@$(BIN)/python -m coverage combine --quiet && $(BIN)/python -m coverage report --skip-covered --show-missing

mutation: .venv-mutation/.installed ## alter the pure readers a little, and name what no test notices
	@.venv-mutation/bin/python -m mutmut run $(MUTANTS) || true
	@.venv-mutation/bin/python -m mutmut results | grep -v "not checked" || true

clean: ## remove .venv and caches; databases and mails stay
	@rm -rf .venv .venv-audit .venv-mutation mutants build dist *.egg-info .mypy_cache .ruff_cache .pytest_cache .hypothesis .import_linter_cache
	@find $(CODE) -name __pycache__ -prune -exec rm -rf {} +

.venv/.python:
	@test -n "$(PYTHON)" || { echo "Postround needs Python 3.11 or newer, which was not found." >&2; exit 1; }
	@$(PYTHON) -c 'import ensurepip, venv' 2>/dev/null || { echo "This Python lacks venv: install the Debian package python3-venv (sudo apt install python3-venv), then try again." >&2; exit 1; }
	@$(PYTHON) -m venv --clear .venv
	@touch $@

.venv/.installed: .venv/.python requirements-build.txt requirements.txt pyproject.toml
	@echo "Installing what is locked into .venv (about half a minute) ..."
	@$(PIP_INSTALL) $(LOCKED) -r requirements-build.txt
	@$(PIP_INSTALL) $(LOCKED) -r requirements.txt
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@$(COMPILE)
	@touch $@

.venv/.tested: .venv/.python requirements-build.txt requirements-test.txt pyproject.toml
	@echo "Installing what is locked, with the test tools, into .venv (about half a minute) ..."
	@$(PIP_INSTALL) $(LOCKED) -r requirements-build.txt
	@$(PIP_INSTALL) $(LOCKED) -r requirements-test.txt
	@$(PIP_INSTALL) --no-deps --no-build-isolation --editable .
	@$(COMPILE)
	@touch .venv/.installed $@

# Apart from .venv: what watches over the dependencies must not change them.
.venv-audit/.installed: requirements-audit.txt
	@$(PYTHON) -m venv --clear .venv-audit
	@.venv-audit/bin/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements-audit.txt
	@touch $@

# Apart from .venv, too, whose packages it uses: they run our tests.
.venv-mutation/.installed: requirements-mutation.txt .venv/.tested
	@.venv/bin/python -m venv --clear .venv-mutation
	@.venv-mutation/bin/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements-mutation.txt
	@.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))' \
		> `.venv-mutation/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))'`/postround.pth
	@touch $@

.PHONY: help install run demo test proof lint check bench audit catalogues lock coverage mutation clean
