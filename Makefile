# The commands of this project. `make build`, `make run` and `make test` need: Rust 1.95 (rustup), a C compiler, Python 3.10+, Node.js 20.19+ with npm
# for the console; `make test` needs Chromium too, and installs it where it may (apt-get).
CARGO ?= cargo
PYTHON ?= python3
VENV := target/conformance
CLIENTS := target/clients
DATA_DIR ?= cairn-data

CHROMIUM ?= /usr/bin/chromium
CONSOLE_SOURCES := $(shell find console/src console/public console/dev console/scripts -type f) console/index.html console/vite.config.ts

.PHONY: build run test check unit conformance console-check console-e2e bench bench-insights bench-console soak tidy generated deny clean-data

# The one binary, target/release/cairn, with the console in it.
build: console/dist/index.html
	$(CARGO) build --release --bin cairn

# Starts Cairn with its data in ./cairn-data and prints what to paste next.
run: build
	exec target/release/cairn serve --data-dir $(DATA_DIR)

# Everything a change must pass.
test: check unit conformance console-e2e

# Format, lints, house rules, generated files, licences.
check: tidy generated deny console-check
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets -- -D warnings

tidy:
	$(CARGO) run -q -p xtask -- tidy

# The committed tables are what the pinned model gives.
generated: target/botocore/ready
	$(CARGO) run -q -p xtask -- generate --check --botocore target/botocore/botocore

target/botocore/ready: xtask/requirements.txt
	$(PYTHON) -m pip install -q --disable-pip-version-check --no-deps --require-hashes --upgrade --target target/botocore -r xtask/requirements.txt
	@touch $@

# Licences and bans always; advisories and sources where cargo-deny is installed.
deny:
	$(CARGO) run -q -p xtask -- dependencies
	@if command -v cargo-deny >/dev/null; then $(CARGO) deny check; \
	else echo "deny: advisories and sources SKIPPED, cargo-deny is not installed (cargo install cargo-deny)"; fi

# Unit, property and crash tests, then documentation examples.
unit:
	@if command -v cargo-nextest >/dev/null; then $(CARGO) nextest run --workspace; \
	else $(CARGO) test --workspace --lib --bins --tests; fi
	$(CARGO) test --workspace --doc

# Real clients against the real binary.
conformance: $(VENV)/ready $(CLIENTS)/js/ready $(CLIENTS)/custodian/ready $(CLIENTS)/trailscraper/ready $(CLIENTS)/emulators/ready target/botocore/ready console/dist/index.html
	$(CARGO) build --bin cairn
	$(CARGO) build --locked --manifest-path conformance/clients/rust/Cargo.toml --target-dir $(CLIENTS)/rust
	# Two files at a time, for tests mostly wait. What passes only when it is run again is listed as RERUN: a defect to look into.
	$(VENV)/bin/python -m pytest -q -rsR --reruns 1 -n 2 --dist loadfile conformance

$(VENV)/ready: conformance/requirements.txt
	$(PYTHON) -m venv $(VENV)
	$(VENV)/bin/pip install -q --disable-pip-version-check -r conformance/requirements.txt
	@touch $@

# The SDK for JavaScript, where there is npm; without it the tests skip that client aloud.
$(CLIENTS)/js/ready: conformance/clients/js/package.json conformance/clients/js/package-lock.json
	@mkdir -p $(@D)
	cp $^ $(@D)
	@if command -v npm >/dev/null; then npm ci --prefix $(@D) --no-audit --no-fund --ignore-scripts && touch $@; \
	else echo "conformance: the JavaScript client is SKIPPED, npm is not installed"; fi

# Cloud Custodian, trailscraper, and the AWS APIs that run elsewhere, each with the releases it wants.
$(CLIENTS)/%/ready: conformance/clients/%.txt
	$(PYTHON) -m venv $(@D)
	$(@D)/bin/pip install -q --disable-pip-version-check --no-deps -r $<
	@touch $@

# The console: what is needed, then its files. Without npm the binary serves a page that says so.
console/node_modules/ready: console/package.json console/package-lock.json
	@if command -v npm >/dev/null; then npm ci --prefix console --no-audit --no-fund --ignore-scripts && touch $@; \
	else echo "console: NOT BUILT, npm is not installed (Node.js 20.19 or newer)"; fi

console/dist/index.html: console/node_modules/ready $(CONSOLE_SOURCES)
	@if command -v npm >/dev/null; then npm run --prefix console build; fi

# Ends what can't be done without npm, in words.
NEEDS_NPM = @command -v npm >/dev/null || { echo "console: NOT TESTED, npm is not installed (Node.js 20.19 or newer)"; exit 1; }

# Types, format, lints and unit tests of the console.
console-check: console/node_modules/ready
	$(NEEDS_NPM)
	npm run --prefix console check
	npm test --prefix console

# Every page of the console in a real browser.
console-e2e: console/dist/index.html $(CHROMIUM) $(CLIENTS)/emulators/ready
	$(NEEDS_NPM)
	$(CARGO) build --bin cairn
	CAIRN_CHROMIUM=$(CHROMIUM) npm run --prefix console e2e

$(CHROMIUM):
	@echo "console: installing Chromium"
	@if [ "$$(id -u)" = 0 ]; then apt-get -qq update && apt-get -qq install -y --no-install-recommends chromium fonts-liberation >/dev/null; \
	elif command -v sudo >/dev/null; then sudo apt-get -qq update && sudo apt-get -qq install -y --no-install-recommends chromium fonts-liberation >/dev/null; \
	else echo "Chromium is needed: apt-get install chromium, or CHROMIUM=/path/to/it"; exit 1; fi

# Figures, each with the command that gives it.
bench:
	$(CARGO) build --release -p cairn-bench -p cairn
	target/release/cairn-bench

# What the detector of insights finds, misses and costs; CAIRN_ANOMALY_DATA names a directory of labelled series.
bench-insights:
	$(CARGO) run --release -p cairn-anomaly --example insights

# How long Event history takes in the browser, on the data directory that CAIRN_BENCH_DATA names.
bench-console: console/dist/index.html $(CHROMIUM)
	$(CARGO) build --release --bin cairn
	CAIRN_BIN=$(CURDIR)/target/release/cairn CAIRN_CHROMIUM=$(CHROMIUM) npm run --prefix console bench

# What takes hours: kills under load, uploads of gigabytes, long fuzzing.
soak: $(VENV)/ready
	$(CARGO) build --release --bin cairn
	CAIRN_SOAK=1 CAIRN_BIN=target/release/cairn $(VENV)/bin/python -m pytest -q -s -m soak conformance
	CAIRN_KILLS=1000 CAIRN_BIN=target/release/cairn $(VENV)/bin/python -m pytest -q -s conformance/test_kill.py
	CAIRN_KILLS=500 CAIRN_BIN=target/release/cairn $(VENV)/bin/python -m pytest -q -s conformance/test_gateway_kill.py
	CAIRN_ROUNDS=400 CAIRN_BIN=target/release/cairn $(VENV)/bin/python -m pytest -q -s conformance/test_nothing_lost.py
	CAIRN_FUZZ_ITERATIONS=20000000 $(CARGO) test --release --workspace fuzz

clean-data:
	rm -rf $(DATA_DIR)
