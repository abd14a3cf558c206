# The two commands that anyone needs: `make run` and `make test`. Each does its own set-up.

# Compiled code lives outside the checkout, so that a fresh clone reuses it. Override at will.
export CARGO_TARGET_DIR ?= $(HOME)/.cache/lamin/target
DATA ?= data
PUBLIC ?= public
LISTEN ?= 127.0.0.1:8080

.PHONY: run test audit torture admin screenshots bench bless dist clean

run: ## Build and start Lamin with the demo site on http://localhost:8080, its admin at /admin/
	@scripts/toolchain
	@scripts/admin
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

admin: ## Build the admin's screens into admin/dist, from where the program takes them
	@scripts/admin

screenshots: ## A picture of every screen of the admin, in both languages and widths, in admin/pictures
	@scripts/toolchain
	@scripts/admin
	LAMIN_TEST_PICTURES=$(CURDIR)/admin/pictures LAMIN_TEST_CHROMIUM=$$(scripts/chromium) cargo test --locked --test suite -- every_screen_is_accessible

bench: ## Every benchmark, in full; docs/performance.md says what the figures mean
	@scripts/toolchain
	cargo bench --locked

bless: ## Rewrite the golden files from what the code does now; read the diff before committing it
	scripts/servers >/dev/null
	env $$(scripts/servers) LAMIN_TEST_POSTGRES_URL=$$(scripts/postgres) LAMIN_TEST_BLESS=1 cargo test --locked

dist: ## The binary to hand out, which writes AVIF beside JPEG
	@scripts/toolchain
	@scripts/admin
	cargo build --profile dist --locked --features avif,documents

clean: ## Remove the demo's data and the published site (not what was compiled)
	rm -rf $(DATA) $(PUBLIC)/*
