# The two commands that anyone needs: `make run` and `make test`. Each does its own set-up.

# Compiled code lives outside the checkout, so that a fresh clone reuses it. Override at will.
export CARGO_TARGET_DIR ?= $(HOME)/.cache/lamin/target
DATA ?= data
PUBLIC ?= public
LISTEN ?= 127.0.0.1:8080

.PHONY: run test audit torture bench bless dist clean

run: ## Build and start Lamin with the demo site on http://localhost:8080
	@scripts/toolchain
	cargo build --release --locked
	@exec "$(CARGO_TARGET_DIR)/release/lamin" serve --demo --data $(DATA) --public $(PUBLIC) --listen $(LISTEN)

test: ## Every check: format, lints, documentation, all tests on both databases, a smoke run of the benches
	@scripts/toolchain
	@scripts/test

audit: ## Every page of the demo and of a large site, with Lighthouse; the times of hostile files
	@scripts/toolchain
	@scripts/audit

torture: ## The slow runs: thousands of kills, long random histories
	@scripts/toolchain
	@LAMIN_TEST_TORTURE=1 scripts/test torture

bench: ## Every benchmark, in full; docs/performance.md says what the figures mean
	@scripts/toolchain
	cargo bench --locked

bless: ## Rewrite the golden files from what the code does now; read the diff before committing it
	scripts/servers >/dev/null
	env $$(scripts/servers) LAMIN_TEST_POSTGRES_URL=$$(scripts/postgres) LAMIN_TEST_BLESS=1 cargo test --locked

dist: ## The binary to hand out
	@scripts/toolchain
	cargo build --profile dist --locked --features documents

clean: ## Remove the demo's data and the published site (not what was compiled)
	rm -rf $(DATA) $(PUBLIC)/*
