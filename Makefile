# From a fresh clone, `make benchmark` runs the benchmark and `make test` the tests. Each makes the
# environment it needs first, once: the image, or .venv, where scripts/setup.sh does nothing if that
# is up to date; stacks beside the kit's own environment lie in .stacks.

# Options, set on make's command line: an exported variable of such a name does not count.
PROFILE =
MODEL =
LANES =
STACK =
NAME =
RESULTS =
DATA =
CORES =
NODE =
RUN =
UPGRADE =
ENGINE =
FILE = bench-image.tar.gz

# A name that is not among them would be ignored, and another benchmark run than was asked for.
names := PROFILE MODEL LANES STACK NAME RESULTS DATA CORES NODE RUN UPGRADE ENGINE FILE
asked := $(foreach name,$(.VARIABLES),$(if $(filter command%,$(origin $(name))),$(name)))
unknown := $(filter-out $(names) MAKE% SHELL -%,$(asked))
$(if $(unknown),$(error unknown option: $(unknown). Known: $(names)))
define newline


endef
$(foreach name,$(names),$(if $(findstring $(newline),$(value $(name))),$(error $(name) has a line break in it)))
$(if $(filter-out docker local,$(ENGINE))$(word 2,$(ENGINE)),$(error ENGINE=$(ENGINE): it is docker or local))

# A value is taken as it is: a dollar in a folder's name is no variable.
quoted = '$(subst ','\'',$(1))'
option = $(if $(value $(2)),$(1) $(call quoted,$(value $(2))))
where = $(call option,--profile,PROFILE) $(call option,--model,MODEL) $(call option,--cores,CORES) $(call option,--node,NODE)
options = $(where) $(call option,--lane,LANES) $(call option,--data,DATA)
local = $(call option,--stack,STACK) $(call option,--results,RESULTS)
to_check = $(call option,profile,PROFILE) $(call option,model,MODEL) $(call option,lane,LANES) \
	$(call option,stack,STACK) $(call option,data,DATA) $(call option,cores,CORES) $(call option,node,NODE)
run = $(call quoted,$(or $(value RUN),$(or $(value RESULTS),results)/latest))
# Asked only where it matters: the container, if an engine answers.
engine := $(or $(ENGINE),$(if $(filter benchmark smoke plan,$(MAKECMDGOALS)),$(if $(value STACK),local,$(shell scripts/engine.sh))))
$(if $(value STACK),$(if $(filter docker,$(engine)),$(error STACK: a container has its image's stacks alone; use ENGINE=local)))

SHELL := bash
unexport VIRTUAL_ENV PYTHONPATH PYTHONHOME
# Without bytecode every process would compile the kit anew, and each test every module of the tests.
unexport PYTHONDONTWRITEBYTECODE
pytest := .venv/bin/python -m pytest

.NOTPARALLEL:
.PHONY: help benchmark benchmark-docker benchmark-local smoke plan plan-docker plan-local needed probe doctor \
	report verify check stack image shell save load wheels sbom test test-fast test-integration test-browser test-container lint format lock clean fast full

help: ## this list
	@awk -F ':[^#]*## ' '/^[a-z-]+:[^#]*## / { printf "  %-18s%s\n", $$1, $$2 }' $(MAKEFILE_LIST)
	@echo
	@echo "  PROFILE=smoke|quick|standard|sample  MODEL=resnet50|resnet18|vit_b_16"
	@echo "  LANES=names, globs and groups: fp32,bf16-amx or torch, all, default, 'fp32*', torch@NAME"
	@echo "  STACK=NAME=PYTHON  an interpreter of your own for a stack, in the local environment"
	@echo "  DATA=auto|cifar10|synthetic|folder:PATH  CORES=0-3,8 or NODE=0, of the kernel's numbers"
	@echo "  RESULTS=folder  RUN=folder of one run, for report and verify (without: results/latest)"
	@echo "  ENGINE=docker|local, for benchmark, smoke and plan: the container, or .venv"

benchmark: benchmark-$(engine) ## train every lane this host can run, and report

benchmark-docker: check
	@echo "==> Running in a container (ENGINE=local for the local environment)"
	@$(if $(RESULTS),BENCH_RESULTS=$(call quoted,$(value RESULTS))) scripts/container.sh run run $(options) $(said)

benchmark-local: check needed
	@echo "==> Running in the local environment, .venv (ENGINE=docker for a container)"
	@.venv/bin/bench run $(options) $(local) $(said)

smoke: override PROFILE = smoke
smoke: benchmark ## the same, tiny: about a minute on two cores

plan: plan-$(engine) ## what benchmark would do here, without doing it

plan-docker: check
	@scripts/container.sh run plan $(options) $(said)

plan-local: check needed
	@.venv/bin/bench plan $(options) $(call option,--stack,STACK) $(said)

probe: check fast ## what this host is and which lanes it can run
	@.venv/bin/bench probe $(call option,--stack,STACK) $(said)

doctor: check fast ## is this host ready to give numbers worth publishing?
	@.venv/bin/bench doctor $(where) $(call option,--lane,LANES) $(local) $(said)

report: check fast ## the newest run's tables and charts, from its result.json (RUN=folder: that one's)
	@.venv/bin/bench report $(run) $(said)

verify: check fast ## is the newest run's folder whole and true to itself? (RUN=folder: that one)
	@.venv/bin/bench verify $(run) $(said)

# Nothing is installed for an option that bench would refuse.
check:
	@if command -v python3 >/dev/null; then python3 -I scripts/check-options.py $(to_check); fi

# The stacks that the lanes train in, and no others.
needed:
	@scripts/setup.sh lanes $(call quoted,$(value LANES)) $(call quoted,$(value STACK))

stack: ## make the stack NAME, such as torch: .stacks/NAME, of its own lock
	@scripts/setup.sh stack $(call quoted,$(value NAME))

image: ## build the container image
	@scripts/container.sh image

shell: ## a shell in the container
	@scripts/container.sh shell

save: ## the image as FILE, for hosts without internet
	@scripts/container.sh save $(call quoted,$(value FILE))

load: ## the image from FILE
	@scripts/container.sh load $(call quoted,$(value FILE))

wheels: fast ## every wheel into wheels/: the image is then built without a package index
	@scripts/wheels.sh

sbom: ## what is installed in the image: versions and hashes, as JSON
	@scripts/container.sh sbom

test: test-fast test-integration test-browser ## all tests but those that need a container engine

test-fast: fast ## the tests without torch
	$(pytest) -n 2 --dist worksteal -m "not integration and not container and not browser"

test-integration: ## the tests with torch, IPEX and the launcher, in every stack
	@scripts/setup.sh lanes all
	$(pytest) -m "integration and not container"

test-browser: fast ## the tests of pages in a real Chromium, where there is one
	@scripts/browser.sh
	$(pytest) -m browser

test-container: fast ## the tests that build the image and run it in a real container engine
	$(pytest) -m container

lint: fast ## ruff, mypy, which way imports go and, if it is here, shellcheck
	.venv/bin/ruff check
	.venv/bin/ruff format --check
	.venv/bin/mypy
	.venv/bin/lint-imports
	@if command -v shellcheck >/dev/null; then shellcheck .ci/run scripts/*.sh docker/apt-install docker/entrypoint docker/make-stack docker/with-indexes; fi

format: fast ## put the code into ruff's form
	.venv/bin/ruff check --fix-only
	.venv/bin/ruff format

lock: fast ## resolve requirements/*.in into the hash-pinned locks; UPGRADE=1 takes newest versions
	@scripts/lock.sh $(if $(UPGRADE),--upgrade)

clean: ## remove .venv, .stacks and caches; results and data stay
	rm -rf .venv .stacks bench.egg-info .hypothesis .import_linter_cache .mypy_cache .pytest_cache .ruff_cache
	find bench tests -name __pycache__ -prune -exec rm -rf {} +

fast full:
	@scripts/setup.sh $@

# make itself turns any failure into exit code 2, so bench's own code is printed.
said = || { code=$$?; echo "bench ended with exit code $$code" >&2; exit $$code; }
