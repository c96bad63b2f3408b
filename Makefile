# What a contributor runs, and what .ci/run runs. `make help` lists it.
#
# build and test need Go alone: no C compiler, and no network but the module proxy.

include .ci/versions

GO       ?= go
FUZZTIME ?= 10s
POLICIES ?= 1000000
SEED     ?= 1
BENCH    ?= .

# Without cgo every machine compiles the same thing, and all steps share one build cache.
export CGO_ENABLED ?= 0

# Packages that have tests against third-party servers.
SERVER_PACKAGES = $(shell grep -rl --include='*_test.go' '^//go:build.*servers' cmd internal scanners 2>/dev/null | xargs -r -n1 dirname | sort -u | sed 's|^|./|')

.DEFAULT_GOAL := build
.PHONY: help build test test-servers test-oracles race lint vet bench fuzz generate tidy clean

help: ## list the targets
	@grep -hE '^[a-z-]+:.*## ' Makefile | sed -E 's/^([a-z-]+):.*## /\1\t/' | expand -t 16

build: ## compile the program to bin/tojimari
	$(GO) build -trimpath -o bin/tojimari ./cmd/tojimari

test: ## run every test that needs Go alone
	$(GO) test ./...

test-servers: ## install, start and test against servers that others wrote
	@.ci/install-servers
	@test -n "$(SERVER_PACKAGES)" || { echo "no package has tests with the build tag servers" >&2; exit 1; }
	@rm -f .cache/logs/servers.txt
	$(GO) test -tags servers -count=1 -timeout 15m $(SERVER_PACKAGES)
	@cat .cache/logs/servers.txt

test-oracles: ## the same against Ceph's S3 gateway and LocalEmu (needs root, or sudo, to install the first)
	@.ci/install-servers
	@.ci/install-oracles
	@rm -f .cache/logs/servers.txt
	$(GO) test -tags servers,oracles -count=1 -timeout 30m -run Oracle ./internal/servertest
	@cat .cache/logs/servers.txt

# The policy solver works in one goroutine, and its tests against brute force would take ten times as long.
race: ## run the tests under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -short $$($(GO) list ./... | grep -v '/internal/access/awspolicy$$')

lint: .cache/bin/golangci-lint-$(GOLANGCI_LINT_VERSION) ## golangci-lint, the chosen list of .golangci.yml
	GOLANGCI_LINT_CACHE=$(CURDIR)/.cache/golangci-lint $< run

vet: ## go vet, the server tests included
	$(GO) vet -tags servers ./...

bench: .cache/bin/gitleaks-$(GITLEAKS_VERSION) ## run the benchmarks (BENCH=regexp narrows)
	$(GO) test -run '^$$' -bench '$(BENCH)' -benchmem ./...

fuzz: ## run each fuzz target for FUZZTIME, and a million policies against brute force (about 40 minutes)
	@grep -rl --include='*_test.go' '^func Fuzz' cmd internal scanners rules 2>/dev/null | sort | while read -r file; do \
		for target in $$(sed -n 's/^func \(Fuzz[A-Za-z0-9_]*\)(.*/\1/p' "$$file"); do \
			echo "== $$(dirname "$$file") $$target"; \
			$(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 1x "./$$(dirname "$$file")" || exit 1; \
		done; \
	done
	$(GO) test ./internal/access/awspolicy -run AgreesWithBruteForce -policies $(POLICIES) -seed $(SEED) -timeout 4h

generate: ## renew what is generated from code (docs, schemas)
	$(GO) generate ./...

tidy: ## say what go mod tidy would change; changes nothing
	$(GO) mod tidy -diff

clean: ## remove what was built, installed tools and servers included
	rm -rf bin dist .cache

# golangci-lint stays out of go.mod: its tree is large and would pin our own dependencies.
.cache/bin/golangci-lint-$(GOLANGCI_LINT_VERSION):
	@mkdir -p .cache/bin
	GOBIN=$(CURDIR)/.cache/bin $(GO) install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(GOLANGCI_LINT_VERSION)
	mv .cache/bin/golangci-lint $@

# What the search for signed links is measured against.
.cache/bin/gitleaks-$(GITLEAKS_VERSION):
	@mkdir -p .cache/bin
	GOBIN=$(CURDIR)/.cache/bin $(GO) install github.com/zricethezav/gitleaks/v8@$(GITLEAKS_VERSION)
	mv .cache/bin/gitleaks $@
	ln -sf $(notdir $@) .cache/bin/gitleaks
