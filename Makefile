# The commands of a clone. `make help` lists them. Each does its own set-up: nothing but npm (Node 18 or newer) and make is needed.
.DEFAULT_GOAL := help
.PHONY: help quickstart dashboard test bench campaign lint format clean

# npm keeps its own record of what is installed; when the lockfile is newer, the packages are installed again.
INSTALLED := node_modules/.package-lock.json

# The pinned runtime comes first on the path, and only inside the recipes that need it: npm must not run on what it replaces.
PINNED := PATH="$(CURDIR)/node_modules/.bin:$$PATH"

help: ## this list
	@sed -n 's/^\([a-z]*\):.*## /\1|/p' $(firstword $(MAKEFILE_LIST)) | awk -F'|' '{ printf "  make %-12s %s\n", $$1, $$2 }'

$(INSTALLED): package-lock.json
	@scripts/install.sh

quickstart: $(INSTALLED) ## real data in, the shipped strategies run, a report to read
	@bin/quadrant quickstart

dashboard: $(INSTALLED) ## build the pages into web/dist; `quadrant serve` does it by itself
	@$(PINNED) node web/build.ts

test: $(INSTALLED) ## types, lint and every test; the last line counts them
	@scripts/install-services.sh
	@$(PINNED) node test/run.ts

bench: $(INSTALLED) ## measure speed; NAME=quotes runs one bench of bench/
	@$(PINNED) node bench/run.ts $(NAME)

campaign: $(INSTALLED) ## the long form: property and crash tests over and over with new seeds (ROUNDS=20)
	@$(PINNED) CAMPAIGN=1 node test/run.ts --campaign $(or $(ROUNDS),20)

lint: $(INSTALLED) ## types, format and lint rules
	@$(PINNED) node test/run.ts --lint

format: $(INSTALLED) ## write every file the way the formatter wants it
	@$(PINNED) biome check --write --log-level=warn

clean: ## remove what was installed, built and measured; runs and data in .quadrant stay
	@rm -rf node_modules bench/out coverage web/dist
