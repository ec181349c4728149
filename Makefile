# `make` lists the targets. Each works on a fresh clone: what it needs is installed first.

PYTHON ?= python3
VENV ?= .venv
# Pinned: an open range would install a CUDA build of several GB if the index has one.
TORCH ?= torch==2.13.0
MODEL ?= pfld_0.25x.300w68
QUANTS ?= none fp16 ptq
BOARD_MODEL ?= pfld_1.0x.300w68
QUANT ?= qat
PINS ?=
SUITE ?= trixie
MINUTES ?= 30
FOLDER ?=
K210_MODEL ?= facedet_224.wider
MAX78000_MODEL ?= facenet_v2.wider
CALIB ?=
PORT ?=
FIRMWARE ?=
MAXIM_PATH ?=
GOLDEN ?= recipes/shelf/portrait/astronaut.png

BIN := $(VENV)/bin
SETUP := $(VENV)/.setup
INSTALL := $(VENV)/.install
# Followed by a group of scripts/toolchains, or by an extra of pyproject.toml.
TOOLS := $(VENV)/.toolchains-
EXTRA := $(VENV)/.extra-

.DEFAULT_GOAL := help
.PHONY: help toolchains setup litert kflash rtx install x86 kv260 rpi4 android rtx4060 jetson-nano k210 flash-k210 max78000 flash-max78000 browser \
	bundles test fuzz portability check fix golden docs pins audit size clean

help: ## List the targets
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / {printf "  %-16s%s\n", $$1, $$2}' $(MAKEFILE_LIST)

toolchains: $(TOOLS)base ## Install the system packages that building apps needs (Debian, Ubuntu)

setup: $(SETUP) ## Install the zoo, Zig and the tests' packages into .venv, without PyTorch

litert: $(EXTRA)litert ## setup, plus LiteRT for .tflite files

kflash: $(EXTRA)kflash ## setup, plus kflash, which writes to K210 boards

rtx: $(EXTRA)rtx ## setup, plus TensorRT-RTX for GeForce RTX engines

install: $(INSTALL) ## setup, plus PyTorch for training

x86: $(SETUP) ## Build the bundle for this PC, and find face and landmarks on a photo with it
	$(BIN)/zoo build $(MODEL) --target x86 --quant ptq
	$(BIN)/zoo run dist/$(MODEL).x86.ptq.tar.gz --source $(GOLDEN) --overlay dist

kv260: $(SETUP) | $(TOOLS)kv260 ## Build the bundle for the Kria KV260 and prove it without the board (or QUANT=ptq)
	$(BIN)/zoo build $(BOARD_MODEL) --target kv260 --quant $(QUANT)
	$(BIN)/zoo verify dist/$(BOARD_MODEL).kv260.$(QUANT).tar.gz

rpi4: $(SETUP) | $(EXTRA)litert $(TOOLS)rpi4 ## Build bundle and .deb for the Raspberry Pi 4 and prove them without the board
	$(BIN)/zoo build $(BOARD_MODEL) --target rpi4 --quant $(QUANT)
	$(BIN)/zoo verify dist/$(BOARD_MODEL).rpi4.$(QUANT).tar.gz

android: $(SETUP) | $(EXTRA)litert ## Build the bundle for Android: prove the network, do not compile the app
	$(BIN)/zoo build $(BOARD_MODEL) --target android --quant $(QUANT)
	$(BIN)/zoo verify dist/$(BOARD_MODEL).android.$(QUANT).tar.gz

rtx4060: $(SETUP) | $(EXTRA)rtx ## Build bundle and engine for a PC with a GeForce RTX 4060, without a GPU
	$(BIN)/zoo build $(BOARD_MODEL) --target rtx4060 --quant $(QUANT)
	$(BIN)/zoo verify dist/$(BOARD_MODEL).rtx4060.$(QUANT).tar.gz

jetson-nano: $(SETUP) | $(TOOLS)rpi4 ## Build bundle and .deb for the Jetson Nano and prove them without the board
	$(BIN)/zoo build $(BOARD_MODEL) --target jetson-nano --quant fp16
	$(BIN)/zoo verify dist/$(BOARD_MODEL).jetson-nano.fp16.tar.gz

k210: $(SETUP) | $(TOOLS)k210 ## Build the bundle for the Kendryte K210 and prove it without the board
	$(BIN)/zoo build $(K210_MODEL) --target k210 --quant ptq $(if $(CALIB),--calib $(CALIB))
	$(BIN)/zoo verify dist/$(K210_MODEL).k210.ptq.tar.gz

flash-k210: k210 | $(EXTRA)kflash ## k210, then print what would be flashed; PORT=/dev/ttyUSB0 flashes it
	$(BIN)/zoo flash dist/$(K210_MODEL).k210.ptq.tar.gz $(if $(PORT),--port $(PORT),--dry-run)

max78000: $(SETUP) | $(TOOLS)mcu ## Build the bundle for the MAX78000 and prove it without the board
	$(BIN)/zoo build $(MAX78000_MODEL) --target max78000 --quant qat
	$(BIN)/zoo verify dist/$(MAX78000_MODEL).max78000.qat.tar.gz

browser: $(SETUP) | $(TOOLS)browser ## Build the page for browsers and prove it in Chromium
	$(BIN)/zoo build $(BOARD_MODEL) --target browser --quant $(QUANT)
	$(BIN)/zoo verify dist/$(BOARD_MODEL).browser.$(QUANT).tar.gz

flash-max78000: max78000 ## max78000, then print OpenOCD's command; FIRMWARE=build/firmware.elf flashes it
	$(BIN)/zoo flash dist/$(MAX78000_MODEL).max78000.qat.tar.gz $(if $(FIRMWARE),--firmware $(FIRMWARE),--dry-run) \
		$(if $(MAXIM_PATH),--scripts $(MAXIM_PATH)/Tools/OpenOCD/scripts)

bundles: $(SETUP) ## Build the bundles for this PC in all quantizations
	for quant in $(QUANTS); do $(BIN)/zoo build $(MODEL) --target x86 --quant $$quant || exit; done

test: $(SETUP) | $(TOOLS)test ## Run the tests
	$(BIN)/python -m pytest -n auto

portability: ## Run the README's commands on another Debian (SUITE) in a chroot, as root (FOLDER=... keeps it)
	scripts/portability $(SUITE) $(FOLDER)

check: $(INSTALL) ## Check lint, format and types, as CI does
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/mypy

fix: $(SETUP) ## Fix what ruff can
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

fuzz: $(SETUP) | $(TOOLS)fuzz ## Fuzz all parsers and the app's inputs for MINUTES
	$(BIN)/python scripts/fuzz.py $(MINUTES)

golden: $(SETUP) ## Rewrite the golden files of the tests; review the diff
	ZOO_WRITE_GOLDEN=1 $(BIN)/python -m pytest --quiet tests/test_golden.py

docs: $(SETUP) ## Regenerate what docs has of the code, and build the site of all pages into site/
	$(BIN)/python scripts/cli_reference.py
	$(BIN)/python scripts/error_reference.py
	$(BIN)/python scripts/api_reference.py
	$(BIN)/python scripts/target_pages.py
	NO_MKDOCS_2_WARNING=1 $(BIN)/python -m mkdocs build --strict --quiet

pins: $(SETUP) ## Write the packages of this Python with versions and digests into pins/
	$(BIN)/python scripts/pins.py

audit: ## Look up the pinned packages (PINS) among known vulnerabilities, which needs the network
	$(PYTHON) -m venv build/audit
	build/audit/bin/python -m pip install --quiet pip-audit
	build/audit/bin/pip-audit --require-hashes --disable-pip $(foreach file,$(or $(PINS),$(wildcard pins/*.txt)),--requirement $(file))

size: $(SETUP) ## Show lines of files and functions
	$(BIN)/python scripts/size.py

clean: ## Remove bundles, caches of tools and the environment
	rm -rf $(VENV) dist build site .pytest_cache .mypy_cache .ruff_cache .hypothesis *.egg-info

$(TOOLS)%:
	scripts/toolchains $*
	mkdir -p $(VENV) && touch $@

# With PINS only packages whose digests it has; what pyproject.toml needs beyond them is an error.
PIP = $(BIN)/python -m pip install --quiet
PINNED = $(if $(PINS),$(PIP) --require-hashes --no-deps --requirement)
EDITABLE = $(PIP) $(if $(PINS),--no-deps --no-build-isolation) --editable

$(SETUP): pyproject.toml | $(TOOLS)base
	$(PYTHON) -m venv $(VENV)
	$(if $(PINS),$(PINNED) $(PINS))
	$(EDITABLE) '.[cross,dev]'
	$(if $(PINS),$(BIN)/python -m pip check)
	touch $@

$(EXTRA)%: $(SETUP)
	$(if $(wildcard $(PINS:.txt=.$*.txt)),$(PINNED) $(PINS:.txt=.$*.txt),$(PIP) --editable '.[$*]')
	touch $@

$(INSTALL): $(SETUP)
	$(BIN)/python -m pip install --quiet '$(TORCH)'
	$(BIN)/python -m pip install --quiet --editable '.[train,dev]'
	touch $@
