# Ortsgespräch. Two commands: `make run` shows the product, `make test` proves it.
# Both install what a fresh Debian or Ubuntu lacks.

LISTEN ?= 127.0.0.1:8080
target := $(or $(CARGO_TARGET_DIR),target)
program := $(target)/release/ortsgespraech

.PHONY: run test build bench lint prepare front-end

# The demo tenants on http://127.0.0.1:8080; LISTEN=addr:port changes the address.
run:
	@.ci/install-tools run
	@$(MAKE) --no-print-directory build
	@exec $(program) serve --demo --listen $(LISTEN)

# Every test, browser and telephony tests included, against a database of its own.
test:
	@.ci/install-tools test
	@$(MAKE) --no-print-directory lint
	cargo build
	$(target)/debug/ortsgespraech database run --for-tests -- cargo test

build: front-end
	cargo build --release

# The tables of the README; the figures mean something only on a quiet machine.
bench:
	@.ci/install-tools run
	@$(MAKE) --no-print-directory build
	$(program) database run --temporary -- cargo bench --bench bench
	cargo bench --bench quality

lint: front-end
	cargo fmt --check
	cargo clippy --all-targets -- -D warnings

# Renews .sqlx after a change of a query or a migration.
prepare: front-end
	@.ci/install-tools run
	@.ci/prepare-queries

front-end: static/vendor/fonts/LICENSE

static/vendor/fonts/LICENSE: node_modules/.package-lock.json .ci/vendor.mjs
	npm run --silent vendor

node_modules/.package-lock.json: package.json package-lock.json .npmrc
	npm ci
