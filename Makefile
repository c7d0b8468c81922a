# From a fresh clone, `make benchmark` runs the benchmark and `make test` the tests. Each makes the
# environment it needs in .venv first, once: scripts/setup.sh does nothing if that is up to date.

# Options, set on make's command line: an exported variable of such a name does not count.
PROFILE =
LANES =
RESULTS =
DATA =
UPGRADE =

options = $(if $(PROFILE),--profile '$(PROFILE)') $(if $(LANES),--lane '$(LANES)') \
	$(if $(RESULTS),--results '$(RESULTS)') $(if $(DATA),--data '$(DATA)')

SHELL := bash
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME
pytest := .venv/bin/python -m pytest

.NOTPARALLEL:
.PHONY: help benchmark smoke probe test test-fast test-integration lint format lock clean fast full

help: ## this list
	@awk -F ':[^#]*## ' '/^[a-z-]+:[^#]*## / { printf "  %-18s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  PROFILE=smoke|quick|standard|sample  LANES=fp32,bf16-amx  RESULTS=folder  DATA=auto|cifar10|synthetic"

benchmark: full ## train every lane this host can run, and report; in the local environment
	@echo "==> Running in the local environment, .venv"
	@$(call bench,run $(options))

smoke: PROFILE = smoke
smoke: benchmark ## the same, tiny: under a minute on two cores

probe: fast ## what this host is and which lanes it can run
	@$(call bench,probe)

test: test-fast test-integration ## all tests but those that need a container engine

test-fast: fast ## the tests without torch, in under a minute
	$(pytest) -n 2 -m "not integration and not container"

test-integration: full ## the tests with torch, IPEX and the launcher
	$(pytest) -m "integration and not container"

lint: fast ## ruff, mypy and, if it is here, shellcheck
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	@if command -v shellcheck >/dev/null; then shellcheck .ci/run scripts/*.sh; fi

format: fast ## put the code into ruff's form
	.venv/bin/ruff check --fix-only
	.venv/bin/ruff format

lock: fast ## resolve requirements/*.in into the hash-pinned locks; UPGRADE=1 takes newest versions
	@scripts/lock.sh $(if $(UPGRADE),--upgrade)

clean: ## remove .venv and caches; results and data stay
	rm -rf .venv bench.egg-info .mypy_cache .pytest_cache .ruff_cache
	find bench tests -name __pycache__ -prune -exec rm -rf {} +

fast full:
	@scripts/setup.sh $@

# make itself turns any failure into exit code 2, so bench's own code is printed.
bench = .venv/bin/bench $(1) || { code=$$?; echo "bench ended with exit code $$code" >&2; exit $$code; }
