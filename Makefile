# What people and CI do with this checkout. `make` alone lists it.
.DEFAULT_GOAL := help
.PHONY: help install run test check screenshots bench explore faults

PYTHON ?=
export PYTHON
PY := .venv/bin/python
ARGS ?=

help: ## what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)$$/  make \1#\2/p' Makefile | awk -F'#' '{ printf "%-20s %s\n", $$1, $$2 }'

install: ## .venv with what the portal needs, and a .env for a laptop
	@sh scripts/install.sh requirements.txt

run: install ## the whole portal with a demo, on this machine; Ctrl-C stops it
	@exec $(PY) manage.py run --with-parent

test: ## all tests, on real PostgreSQL, Valkey and Chromium (ARGS="-k name" for some)
	@sh scripts/install.sh requirements-dev.txt
	@CHROMIUM="$$($(PY) scripts/browser.py)" && export CHROMIUM && exec $(PY) -m pytest -n 2 --dist loadgroup $(ARGS)

check: ## format, lint, types, import contracts, migrations, Django's deploy checks
	@sh scripts/install.sh requirements-dev.txt
	@exec $(PY) -m scripts.check

screenshots: ## docs/pictures anew, from a running portal; about a minute
	@sh scripts/install.sh requirements-dev.txt
	@CHROMIUM="$$($(PY) scripts/browser.py)" && export CHROMIUM && exec $(PY) -m scripts.screenshots

bench: ## the benchmarks; figures as JSON lines in bench/results.jsonl
	@sh scripts/install.sh requirements-dev.txt
	@exec $(PY) -m bench $(ARGS)

explore: ## the tests of properties, with other examples each time (ARGS="-k name" for some)
	@sh scripts/install.sh requirements-dev.txt
	@exec $(PY) -m pytest -n 2 --dist loadgroup -m hypothesis --hypothesis-profile=default $(ARGS)

SEEDS ?= 1 2 3 4 5 6 7 8 9 10
MINUTES ?= 10
HISTORIES ?= 10000
faults: ## 10,000 random histories, cases 1 to 15, ten seeds of random faults (SEEDS="7" for one)
	@sh scripts/install.sh requirements-dev.txt
	@MODEL_HISTORIES=$(HISTORIES) $(PY) -m pytest -q -n 2 imports/tests/delivery/model
	@exec $(PY) -m bench.faults --cases --seed $(SEEDS) --minutes $(MINUTES) $(ARGS)
