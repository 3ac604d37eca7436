# Two commands matter: `make run` and `make test`. The rest is listed by `make help`.

VENV := .venv
PY := $(VENV)/bin/python
PORT ?= 8000
WORKERS ?= 3
# The first Python that is new enough and can make a virtual environment.
SUITABLE := -c 'import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
PYTHON ?= $(shell for name in python3 python3.14 python3.13 python3.12 python3.11; do \
	$$name $(SUITABLE) && echo $$name && break; done)
CODE := campaign tests config.py wsgi.py

.DEFAULT_GOAL := help
.DELETE_ON_ERROR:
.PHONY: help run test check format prove bench screenshots browser lists nginx wordpress clean varnish

help: ## list what can be made
	@sed -n 's/^\([a-z]*\):.*## \(.*\)/\1\t\2/p' Makefile | awk -F '\t' '{ printf "make %-12s %s\n", $$1, $$2 }'
	@echo "PORT= chooses the port of make run (8000), PYTHON= the Python that .venv is made with, ARGS= adds arguments"
	@echo "to pytest (make test, make prove) or to the benchmarks (make bench)."

run: $(VENV)/runtime.stamp ## the demo newsroom at http://127.0.0.1:8000
	@PORT=$(PORT) exec $(PY) -m campaign.demo

test: $(VENV)/dev.stamp browser ## all tests
	@$(PY) -m pytest --numprocesses $(WORKERS) --dist loadfile --no-loadscope-reorder $(ARGS)

check: $(VENV)/dev.stamp ## lint, format, types, import contracts, migrations agree with models
	@$(PY) -m ruff check $(CODE)
	@$(PY) -m ruff format --check $(CODE)
	@$(PY) -m pyright
	@$(VENV)/bin/lint-imports --no-logo
	@$(PY) -m campaign db check-models

format: $(VENV)/dev.stamp ## put code into the house's form
	@$(PY) -m ruff check --fix $(CODE)
	@$(PY) -m ruff format $(CODE)

prove: $(VENV)/dev.stamp browser lists wordpress varnish ## the long proofs: kill rounds, thousands of subscriptions, many histories
	@$(PY) -m pytest -m prove --timeout 7200 $(ARGS)

bench: $(VENV)/dev.stamp nginx ## the benchmarks, each beside its reference
	@$(PY) -m tests.benchmarks $(ARGS)

screenshots: $(VENV)/dev.stamp browser ## take the pictures in docs/ again
	@$(call system-package,pngquant,pngquant)
	@$(PY) -m tests.browser.screenshots $(ARGS)

clean: ## remove the environment and caches; the demo's data stays
	@rm -rf $(VENV) .hypothesis .import_linter_cache .pytest_cache .ruff_cache
	@find campaign tests -name __pycache__ -type d -prune -exec rm -rf {} +

$(VENV)/runtime.stamp: requirements.txt
	@if ! $(or $(PYTHON),false) $(SUITABLE); then \
		echo "Python 3.11 or newer with its venv module is needed (Debian, Ubuntu: apt-get install python3-venv)." >&2; exit 1; fi
	@$(PY) -m pip --version >/dev/null 2>&1 || $(PYTHON) -m venv --clear $(VENV)
	@echo "Installing what the application needs ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --requirement requirements.txt
	@touch $@

$(VENV)/dev.stamp: $(VENV)/runtime.stamp requirements-dev.txt
	@echo "Installing what tests and checks need ..."
	@$(PY) -m pip install --quiet --disable-pip-version-check --requirement requirements-dev.txt
	@touch $@

# What can't be installed here is no failure: the tests that need it are skipped with the reason, the benchmark says so.
browser:
	@$(call system-package,chromium chromium-browser google-chrome google-chrome-stable,chromium)

nginx:
	@$(call system-package,nginx /usr/sbin/nginx,nginx-light)
	@$(call system-package,wrk,wrk)

# The lists that ad blockers go by are files: there is no command to look for.
lists:
	@test -d /usr/share/chromium/extensions/ublock-origin || { \
		$(call system-package,ublock-origin,webext-ublock-origin-chromium); }

varnish: nginx
	@$(call system-package,varnishd /usr/sbin/varnishd,varnish)

wordpress:
	@$(call system-package,php,php-cli php-mysql wordpress mariadb-server)

# $(1): commands of which one is enough, $(2): the package that brings one
define system-package
	for name in $(1); do command -v $$name >/dev/null 2>&1 && exit 0; done; \
	if test "$$(id -u)" = 0 && command -v apt-get >/dev/null 2>&1; then \
		echo "Installing $(2) from the system's packages ..."; \
		{ apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends $(2); } \
			>/dev/null 2>&1 || echo "$(2) could not be installed; what needs it is left out."; \
	else echo "There is no $(firstword $(1)) here and it may not be installed; what needs it is left out."; fi
endef
