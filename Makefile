# The commands of this repository. Each is true on a bare Debian 12 with Swift 6.3: set-up comes first by itself.
.DEFAULT_GOAL := help
.PHONY: help setup setup-test setup-bench build demo test fuzz lint bench clean

martlet := .build/release/martlet

help:  ## Lists the commands.
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "  make %-8s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

setup:  ## Installs Debian packages (as root or through sudo) and makes .venv.
	@scripts/setup.sh

setup-test:
	@scripts/setup.sh --test

build: setup  ## Builds the release binary, .build/release/martlet.
	swift build --configuration release --product martlet --static-swift-stdlib

demo: build  ## Plays fifty years of weather through the loop. EXIT=1 ends by itself, with demo-report.json.
	$(martlet) demo $(if $(EXIT),--exit --report demo-report.json)

test:  ## Sets up and runs every test. This is what CI runs.
	@scripts/test.sh

setup-bench:
	@scripts/setup.sh --bench

fuzz: setup-test  ## Feeds every decoder with made-up bytes, ten minutes each (SECONDS_EACH=600).
	@scripts/fuzz.sh

lint: setup-test  ## Checks the format of Swift and Python.
	@scripts/lint.sh

bench: build setup-bench  ## Measures Martlet beside its peers, into bench/results.json.
	.venv/bin/python bench/run.py

clean:  ## Removes what was built and played; keeps .venv.
	rm -rf .build .martlet demo-report.json
