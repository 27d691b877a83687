# Everything the project does, on a machine with python3 (3.11 to 3.13), git, make and a package index.
# Each target first makes .venv from requirements.lock, so `make report` and `make test` work in a fresh clone.

PYTHON ?= python3
PROFILE ?= $(or $(QUARTO_PROFILE),mini)
export QUARTO_PROFILE := $(PROFILE)
SEEDS ?= $(HAZARDS_SEEDS)
export HAZARDS_SEEDS := $(SEEDS)

UV = PYTHON="$(PYTHON)" bash code/uv.sh

.PHONY: help env report preview report-cold test test-slow test-pages mutation lint format lock bench clean

help: ## list the targets
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-12s %s\n", $$1, $$2 }' Makefile

env: .venv/stamp ## make .venv alone

# Whichever renderer it is first runs the pre-render step of _quarto.yml, which fills the store with progress shown.
report: .venv/stamp ## build the book, HTML and PDF (PROFILE=smoke, mini, world or streethazards; SEEDS=2: two seeds)
	@bash code/book/render.sh

preview: .venv/stamp ## the book in the browser, shown anew at each edit
	@bash code/book/render.sh preview

report-cold: ## the same, with every result computed here, those that come with the project included
	@HAZARDS_SHIPPED=no $(MAKE) --no-print-directory report

lint: .venv/stamp ## formatting, lint and types, of the cells of chapters, too
	.venv/bin/ruff format --check .
	.venv/bin/ruff check .
	.venv/bin/python -m book.lint_cells
	.venv/bin/mypy
	.venv/bin/check-jsonschema --quiet --builtin-schema vendor.github-workflows .github/workflows/*.yml
	.venv/bin/check-jsonschema --quiet --builtin-schema vendor.citation-file-format CITATION.cff

format: .venv/stamp ## format the code and the cells of chapters
	.venv/bin/ruff format .
	.venv/bin/python -m book.lint_cells --fix

# One thread a worker, and a whole file a worker, so that what a file's tests share is built once.
test: lint ## lint, then the tests that take seconds
	OMP_NUM_THREADS=1 .venv/bin/python -m pytest -n 2 --dist loadfile -m "not slow and not pages"

test-slow: .venv/stamp ## the tests that take minutes
	.venv/bin/python -m pytest -m slow

test-pages: .venv/stamp ## the tests of the book that `make report` built, in Chromium (BOOK=folder for another)
	.venv/bin/python -m pytest -n 2 -m pages

mutation: .venv/stamp ## whether tests notice 300 small changes of the library (OPTIONS="--sample 40 --only metrics")
	@$(UV) pip install --quiet --group mutation --python .venv/bin/python
	.venv/bin/python tests/mutation.py $(OPTIONS)

bench: .venv/stamp ## the benchmarks, one after the other
	@set -e; for file in benchmarks/*.py; do echo "== $$file"; .venv/bin/python $$file; done

lock: ## resolve requirements.lock again after an edit of pyproject.toml
	$(UV) pip compile --quiet --universal --python-version 3.11 --generate-hashes --group dev \
	    --no-emit-index-url --custom-compile-command "make lock" pyproject.toml -o requirements.lock

clean: ## remove the built book and the tools' caches; results and .venv stay
	rm -rf _book .book-* .quarto .chapters site_libs .pytest_cache .mypy_cache .ruff_cache .hypothesis

# An unsuitable or missing Python ends in one line that says what was found and how to choose another.
found = $(shell ($(PYTHON) --version) 2>&1 | head -n 1)
suitable = $(shell ($(PYTHON) -c "import sys; print((3, 11) <= sys.version_info < (3, 14))") 2>/dev/null)
check-python = $(if $(filter True,$(suitable)),,$(error "$(PYTHON) --version" says "$(found)", but Python 3.11, \
    3.12 or 3.13 is needed. Choose one, for example: make $(or $(MAKECMDGOALS),env) PYTHON=python3.12))

# So does a machine that PyTorch has no packages for.
machine = $(shell ($(PYTHON) -c "import platform as p; print('-'.join((p.system(), p.machine(), p.libc_ver()[0])))") \
    2>/dev/null)
check-machine = $(if $(filter Linux-x86_64-glibc Linux-aarch64-glibc Darwin-arm64-,$(machine)),,$(error requirements.lock \
    has no packages for $(machine), only for Linux with glibc on x86-64 and aarch64, and macOS 14 on arm64 or newer))

# setuptools, which builds the project itself, comes from the lock too: nothing is downloaded without a hash.
# Bytecode is compiled once, here: where PYTHONDONTWRITEBYTECODE is set, as in many containers, each process would
# otherwise compile torch and its like anew, which takes three times as long as importing them.
.venv/stamp: requirements.lock pyproject.toml
	$(check-python)
	$(check-machine)
	@test -x .venv/bin/python || { rm -rf .venv && $(UV) venv --quiet --no-python-downloads \
	    --python "$$($(PYTHON) -c 'import sys; print(sys.executable)')" .venv; }
	@echo "Installing requirements.lock into .venv (gigabytes and minutes the first time)"
	@$(UV) pip sync --require-hashes --compile-bytecode --python .venv/bin/python requirements.lock
	@$(UV) pip install --quiet --no-deps --no-build-isolation --python .venv/bin/python -e .
	@touch $@
