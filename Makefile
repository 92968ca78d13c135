# Two commands: make demo, make test. Both set the project up by themselves (Python 3.11+).
PYTHON ?= python3
BIN := .venv/bin

# What one process compiled, the hundreds that follow need not compile again.
export PYTHONDONTWRITEBYTECODE :=

.DEFAULT_GOAL := help
.PHONY: help setup demo test lint types imports compiled pytest chaos faults foreign bench graphiql constraints clean

help: ## what can be made
	@grep -E '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed 's/:.*##/ —/'

setup: .venv/.ready graphiql ## the virtual environment, with exact versions, and the GraphiQL page

.venv/.ready: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "onething needs Python 3.11 or newer; try: make PYTHON=python3.12 $(MAKECMDGOALS)"; exit 1; }
	@echo "setting up .venv (about half a minute the first time)"
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev,redis]'
	@touch $@

graphiql: gateway/edge/graphiql/dist/index.js ## build the GraphiQL page (needs npm; skipped with a word where it is missing)

gateway/edge/graphiql/dist/index.js: $(wildcard gateway/edge/graphiql/*.json gateway/edge/graphiql/*.mjs gateway/edge/graphiql/*.jsx)
	@if command -v npm >/dev/null 2>&1; then cd gateway/edge/graphiql && npm ci --silent --no-audit --no-fund && node build.mjs; \
	else echo "npm not found: GraphiQL will say how to get it; everything else works"; fi

demo: setup ## one restaurant, from application to certificates (ONCE=1 exits at completion)
	@$(BIN)/onething demo $(if $(ONCE),--once)

test: setup ## everything CI runs
	@$(MAKE) --no-print-directory -j2 types lint imports compiled
	@$(MAKE) --no-print-directory pytest

lint:
	@$(BIN)/ruff check . && $(BIN)/ruff format --check .

types:
	@$(BIN)/mypy

imports:
	@$(BIN)/lint-imports

compiled: # beside mypy, once: five workers would each compile every test; pytest tells what fails
	@$(BIN)/python -m pytest --collect-only -q -n 0 >/dev/null 2>&1 || true

pytest: # five workers for two cores: much of a test is waiting
	@$(BIN)/python -m pytest -n 5 --dist loadgroup --no-loadscope-reorder

chaos: setup ## kill, freeze, fill, lie: nothing may be lost or filed twice (RUN=sqlite APPS=100 KILLS=20; an hour for all)
	@$(BIN)/python -m tests.chaos $(RUN) $(if $(APPS),--apps $(APPS)) $(if $(KILLS),--kills $(KILLS)) $(if $(SEED),--seed $(SEED))

faults: setup ## bad days: the matrix, changed replies, hung departments, and their figures beside goals; 5 minutes (KIND=gzip_bomb for that row alone, HANG=600, WRITE=1)
	@$(BIN)/python -m tests.faults $(if $(KIND),--kind $(KIND),all $(if $(HANG),--hang-s $(HANG)) $(if $(WRITE),--write docs/bad-days.md))

foreign: setup ## the mocks asked by clients that are not ours, schemathesis and npm's soap; 5 minutes (ONLY=fire EXAMPLES=20)
	@$(BIN)/python -m tests.foreign_clients $(ONLY) --folder .dev/foreign $(if $(EXAMPLES),--examples $(EXAMPLES))

bench: setup ## our gateway beside its peers, in turn; 25 minutes for all (SECTION=case SECONDS=3 ROUNDS=2 WRITE=1)
	@$(BIN)/python -m tests.bench.peers $(if $(SECTION),--section $(SECTION)) $(if $(SECONDS),--seconds $(SECONDS)) $(if $(ROUNDS),--rounds $(ROUNDS)) $(if $(WRITE),--write docs/performance.md)

constraints: ## resolve anew and write constraints.txt
	@rm -rf .venv/.fresh && $(PYTHON) -m venv .venv/.fresh && .venv/.fresh/bin/pip install --quiet -e '.[dev,redis]'
	@{ head -1 constraints.txt; .venv/.fresh/bin/pip freeze --all --exclude pip --exclude-editable; } > constraints.new && mv constraints.new constraints.txt && rm -rf .venv/.fresh

clean: ## remove what was built
	@rm -rf .venv .dev build *.egg-info gateway/edge/graphiql/dist gateway/edge/graphiql/node_modules
