# Each target works alone on a machine that has Python 3.11 or newer and make.
PYTHON ?= python3
VENV ?= .venv
ifeq ($(OS),Windows_NT)
  RUN := $(VENV)/Scripts/python
else
  RUN := $(VENV)/bin/python
endif

# Run again under the engine in Python, which the compiled one must equal, and under the sanitizers of make sanitize.
CORE := tests/nn/test_network.py $(patsubst %,tests/autograd/test_%.py, errors value operators powers comparisons numbers sweep hooks \
  second_order edges random_programs flows context pickling memory collector threads diagnose engines)

.PHONY: demo test suite core accuracy thorough check style types coverage sanitize house release bench docs clean

# What users install, for the demo; what developers install, which is more. A stamp file each: a later make is instant.
unexport PYTHONDONTWRITEBYTECODE  # what one process has compiled serves the next
INSTALL := "$(RUN)" -m pip install --quiet --disable-pip-version-check --no-compile
BUILT := pyproject.toml hatch_build.py $(wildcard autograd/_*.[ch])

$(VENV)/pyvenv.cfg:  # with the newest pip: an older one takes three times as long to choose the versions
	$(PYTHON) -m venv --upgrade-deps "$(VENV)"

$(VENV)/demo.stamp: $(BUILT) | $(VENV)/pyvenv.cfg
	$(INSTALL) --editable '.[image]'
	touch "$@"

$(VENV)/dev.stamp: $(BUILT) | $(VENV)/pyvenv.cfg
	$(INSTALL) --editable '.[dev]'
	touch "$(VENV)/demo.stamp" "$@"

$(VENV)/bench.stamp: $(VENV)/dev.stamp
	$(INSTALL) micrograd==0.1.0
	touch "$@"

demo: $(VENV)/demo.stamp  ## the main job: two flows of gradient, in Values and in matrices
	"$(RUN)" -m demos two_flows

test: $(VENV)/dev.stamp style  ## what is checked at every change: style, types, tests
	$(MAKE) --no-print-directory -j2 suite types core accuracy

suite: $(VENV)/dev.stamp  ## the tests alone, but for the slow ones
	"$(RUN)" -m pytest --numprocesses auto --dist worksteal --assert plain -m "not slow" || \
	{ "$(RUN)" -m pytest --last-failed --last-failed-no-failures none; exit 1; }  # again, with the values in what fails

core: export CHAINRULE_ENGINE = python
core: $(VENV)/dev.stamp  ## the tests of the engine, under the engine in Python
	"$(RUN)" -O -m pytest --quiet -W ignore::pytest.PytestConfigWarning $(CORE)

accuracy: $(VENV)/dev.stamp  # every operation and derivative at 1,000 points, beside 50 digits
	"$(RUN)" -m tests.accuracy --points 1000

check: style types  ## style and types alone

style: $(VENV)/dev.stamp
	"$(RUN)" -m ruff format --check .
	"$(RUN)" -m ruff check .

types: $(VENV)/dev.stamp
	"$(RUN)" -m mypy

coverage: $(VENV)/dev.stamp  ## the lines and branches of the packages that no test reaches, under either engine: there are none
	"$(RUN)" -m coverage erase
	"$(RUN)" -m coverage run -m pytest --quiet --numprocesses auto
	CHAINRULE_ENGINE=python "$(RUN)" -m coverage run -m pytest --quiet --numprocesses auto tests/autograd tests/nn
	"$(RUN)" -m coverage combine --quiet
	"$(RUN)" -m coverage report

sanitize: $(VENV)/dev.stamp  ## the compiled engine under AddressSanitizer and UBSan, at the tests of the engine
	"$(RUN)" -m tests.sanitize $(CORE)

house: $(VENV)/dev.stamp  ## the size and the shape of the code, in numbers
	CHAINRULE_ENGINE=python "$(RUN)" -m tests.house  # the readable engine

thorough: test  ## the slow tests too, and accuracy at 10,000 points an operation
	"$(RUN)" -m pytest --numprocesses auto --dist worksteal -m slow
	"$(RUN)" -m tests.accuracy

release: thorough  ## the wheel and the sdist; the wheel tested in an environment of its own
	"$(RUN)" -m tests.release

bench: $(VENV)/bench.stamp  ## the side-by-side benchmark
	"$(RUN)" -m tests.benchmarks

docs: $(VENV)/dev.stamp  ## the reference and the project's pages, under out/docs
	"$(RUN)" -m tests.docs

clean:
	rm -rf "$(VENV)" out build dist
