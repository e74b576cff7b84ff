# What this project does, one target each; `make` alone lists them.

SHELL := /bin/sh
PORT ?= 8000
HOST ?= 127.0.0.1
SCALE ?= full
# What the demo programme is called; a programme of one's own sets another name.
PROGRAMME_NAME ?= Lantern Coffee & Books
LANTERN := $(CURDIR)/static/img/lantern-logo
LANGUAGES := zh_Hans zh_Hant
export PYTHONUNBUFFERED := 1

VENV := .venv
BIN := $(VENV)/bin
PYTHON := $(shell for name in python3.11 python3 python; do \
    "$$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null && { command -v "$$name"; break; }; done)
VAR := $(or $(VAR_DIR),var)
# Installed anew exactly when a lock changes.
APP_STAMP := $(VENV)/.app-$(shell cksum < requirements/app.txt | tr ' ' '-')
DEV_STAMP := $(VENV)/.dev-$(shell cksum < requirements/dev.txt | tr ' ' '-')
STATIC_SOURCES := $(shell find static -type f 2>/dev/null | sed 's/ /\\ /g')
# An environment made by another tool may lack pip. pip says nothing but what goes wrong.
PIP_INSTALL := $(BIN)/python -m ensurepip --upgrade >/dev/null && $(BIN)/python -m pip install -qq --disable-pip-version-check --no-input --require-hashes

.PHONY: help run port python test check bench screenshots messages compile-messages clean

help: ## list the targets
	@echo 'make TARGET, where TARGET is one of'
	@sed -n 's/^\([a-z-]*\):[^#]*## \(.*\)/  \1|\2/p' $(MAKEFILE_LIST) | awk -F '|' '{ printf "  %-18s %s\n", $$1, $$2 }'

run: export PROGRAMME_NAME := $(PROGRAMME_NAME)
run: export PROGRAMME_LOGO := $(or $(PROGRAMME_LOGO),$(LANTERN).svg)
run: export PROGRAMME_LOGO_DARK := $(or $(PROGRAMME_LOGO_DARK),$(LANTERN)-dark.svg)
run: export DEMO_SIGN_INS := $(or $(DEMO_SIGN_INS),1)
# The demo's staff sign in with a password that is printed: a second factor would only be in the way of a look around.
run: export STAFF_MFA_REQUIRED := $(or $(STAFF_MFA_REQUIRED),0)
run: port $(APP_STAMP) ## set up, fill the demo programme and serve it until Ctrl-C (PORT=8000)
	@$(BIN)/python manage.py migrate --verbosity 0
	@$(MAKE) --no-print-directory $(VAR)/static/staticfiles.json
	@$(BIN)/python manage.py fill_demo --if-empty
	@exec $(BIN)/python manage.py portal --host $(HOST) --port $(PORT) --under-make

# First of all, so that a busy port is known before anything is made.
port: python
	@$(PYTHON) -P config/ports.py "$(HOST)" "$(PORT)"

python:
	@test -n "$(PYTHON)" || { echo 'Python 3.11 or newer is needed, as python3.11 or python3.' >&2; exit 1; }

$(BIN)/python: | python
	@echo 'Making the environment in $(VENV)...'
	@$(PYTHON) -m venv $(VENV) || { rm -rf $(VENV); \
	    echo 'Python cannot make environments here. On Debian and Ubuntu: apt-get install python3-venv' >&2; exit 1; }

$(APP_STAMP): requirements/app.txt | $(BIN)/python
	@echo 'Installing what the portal needs (about a minute, once)...'
	@$(PIP_INSTALL) --requirement requirements/app.txt
	@rm -f $(VENV)/.app-*; touch $@

$(DEV_STAMP): requirements/dev.txt | $(BIN)/python
	@echo 'Installing what tests and checks need (about two minutes, once)...'
	@$(PIP_INSTALL) --requirement requirements/dev.txt
	@rm -f $(VENV)/.dev-* $(VENV)/.app-*; touch $@ $(APP_STAMP)

$(VAR)/static/staticfiles.json: $(STATIC_SOURCES) $(APP_STAMP)
	@STATIC_COLLECTED=1 $(BIN)/python manage.py collectstatic --noinput --clear --verbosity 0
	@touch $@

test: $(DEV_STAMP) ## run the tests (ARGS='-k tiers', SLOW=1 for the slow ones too)
	$(BIN)/pytest -n auto $(if $(SLOW),-m 'slow or not slow') $(ARGS)

check: $(DEV_STAMP) ## lint, format, types, import direction, migrations, translations
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/djlint templates --lint --quiet
	$(BIN)/mypy
	$(BIN)/lint-imports --no-cache
	$(BIN)/python manage.py makemigrations --check --dry-run --verbosity 1
	$(BIN)/python scripts/check_translations.py

bench: $(DEV_STAMP) ## compare with raw SQL, on the PostgreSQL in BENCH_SERVER (SCALE=small takes about five minutes)
	$(BIN)/python -m tests.benchmarks --scale $(SCALE) --out bench.json

screenshots: $(DEV_STAMP) ## draw the README's pictures from the demo programme (needs Chromium)
	$(BIN)/python scripts/screenshots.py

messages: $(DEV_STAMP) ## collect texts to translate into locale/ (needs gettext)
	$(BIN)/python manage.py makemessages $(LANGUAGES:%=--locale %) --no-obsolete --add-location file --ignore $(VENV) --ignore tests
	@echo 'Now translate what is empty or fuzzy in locale/*/LC_MESSAGES/django.po, then: make compile-messages'

compile-messages: $(DEV_STAMP) ## make the .mo files from the .po files (needs gettext)
	$(BIN)/python manage.py compilemessages --ignore $(VENV)

clean: ## remove the environment and caches; your data in var/ stay
	rm -rf $(VENV) .pytest_cache .mypy_cache .ruff_cache .hypothesis
