# Everyday tasks. Each is one plain command; README "Develop" names them too.
SHELL := /usr/bin/env bash
export GREENROOM_NODE_MODULES := $(CURDIR)/remotion/companion/node_modules
GO_FILES := $(shell git ls-files '*.go')

.PHONY: all build demo gallery test bench gallery-page gen lint vet setup explore kill test-all release clean

all: build

# Without symbols and debugging information: 14 MB less.
build:
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o bin/greenroom .

# What the tests need; each target below installs what it needs by itself.
setup:
	@.ci/setup test

# The main job with no account: init, build on the built-in sandbox, render. Installs nothing else.
demo:
	@.ci/demo

# The pictures of docs/guide/compositions.md and of README; ONLY names compositions, Still or Watch, to draw those alone.
gallery: build
	@.ci/setup companion
	@.ci/gallery $(ONLY)

# Everything real: HTTP, ffmpeg, files, one Remotion render in the headless browser.
test: setup vet lint build
	cd remotion/companion && npm run --silent check
	go test -count 1 -run 'TestExplore|TestPlanted' ./pipeline/ledger
	go test -race -timeout 55m ./...

vet:
	CGO_ENABLED=0 go vet -trimpath ./...
	GOOS=darwin CGO_ENABLED=0 go vet ./...
	GOOS=windows CGO_ENABLED=0 go vet ./...

lint:
	@out=$$(gofmt -l $(GO_FILES)); if [ -n "$$out" ]; then echo "gofmt would change:"; echo "$$out"; exit 1; fi
	go mod verify

# Generated files: manifest schema, props schema, TypeScript types, presenter layers.
gen:
	@.ci/setup companion
	go generate ./...

# Figures, as ratios taken in one run; docs/benchmarks.md holds the last ones.
bench:
	@.ci/setup bench
	go test -run '^$$' -bench . -benchtime 1x -timeout 30m -p 1 ./assets ./compose/media ./compose/native ./compose/standin ./internal/espeak ./pipeline ./pipeline/ledger ./pipeline/lockfile ./pipeline/manifest ./pipeline/filmschema ./pipeline/watch ./internal/page .

# The pictures of the page in docs/img, from a real project on the sandbox.
gallery-page:
	go test -count 1 -run TestGallery ./internal/page -gallery $(CURDIR)/docs/img

# Every schedule of so many faults against the spending protocol, and the planted
# wrong ones; an ordinary test run takes 3.
explore:
	EXPLORE_FAULTS=$${EXPLORE_FAULTS:-4} go test -count 1 -timeout 60m -v -run 'TestExplore|TestPlanted|TestTheControl|TestSQLiteTells|TestStoresAgree' ./pipeline/ledger

# The long kill tests: two submitters with 1,500 clips next to a naive one, 150 builds, and 40 renders.
kill: setup
	GREENROOM_KILL_BUILDS=$${GREENROOM_KILL_BUILDS:-150} GREENROOM_KILL_RENDERS=$${GREENROOM_KILL_RENDERS:-40} go test -count 1 -timeout 60m -v -run 'TestKilledBuildsBuyOnce|TestKilledRendersLeaveNothing' .
	GREENROOM_KILL_CLIPS=$${GREENROOM_KILL_CLIPS:-1500} GREENROOM_KILL_KILLS=$${GREENROOM_KILL_KILLS:-600} go test -count 1 -timeout 60m -v -run TestTwoKilledSubmittersBuyOnce .

# Archives for every platform, npm packages, checksums and a list of what is inside, in dist/. VERSION names the release.
release:
	@.ci/release $(VERSION)

# What make test leaves out: real projects with every package manager, layout and version of Remotion, and npm packages,
# from the registry. An hour more.
MANAGERS := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/greenroom-ci/package-managers
test-all: test
	@.ci/setup all
	GREENROOM_TEST_ALL=1 GREENROOM_MANAGERS=$(MANAGERS) go test -count 1 -timeout 180m -p 1 ./internal/e2e/... ./internal/release ./remotion/...
	GREENROOM_TEST_ALL=1 go test -count 1 -timeout 60m -run TestNewcomers .

clean:
	rm -rf bin demo dist
