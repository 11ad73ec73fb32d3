# Everyday tasks. Each is one plain command; README "Develop" names them too.
SHELL := /usr/bin/env bash
export GREENROOM_NODE_MODULES := $(CURDIR)/remotion/companion/node_modules
GO_FILES := $(shell git ls-files '*.go')

# Pinned; go run builds them once and keeps them.
STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2
ERRCHECK := github.com/kisielk/errcheck@v1.30.0

# Loops over pixels, which the race detector makes five to ten times slower. Everything else has the detector in make test,
# in the program that the end-to-end tests start as well; the goroutines of these packages have it in tests of their own.
LOOPS = greenroom/compose/media greenroom/compose/quality greenroom/compose/standin golang.org/x/image/vector golang.org/x/image/draw image \
	image/color image/draw image/png compress/flate
RACE = -race $(foreach p,$(LOOPS),-gcflags=$p=-race=false)
GOROUTINES := ^(TestKeyedClothMayLeanTowardsTheKey|TestAnimatedWebPIsPacked|TestAnEditSpeaksOneSentence|TestCancellingEndsTheEncoder)$$

# Packages whose tests are loops over pixels or packets.
PIXELS = $(filter greenroom/compose/media greenroom/compose/media/forms greenroom/compose/media/foreign greenroom/compose/standin \
	greenroom/compose/align greenroom/compose/quality \
	greenroom/pipeline/films/schema,$(PACKAGES))

# What make test runs without the detector: those; packages that have no goroutine, or whose one goroutine runs in every
# command (native probes files, yamltext parses); the ledger, whose schedules of one fault run with it too; and the tests of
# the program, which only start processes and compare what they leave. In make test the program itself has the detector in
# the tests of kills, storage, live sessions, agents and the page; GREENROOM_E2E_RACE gives it to scripts, films and secrets
# too, in make test-all. The longest come first, so that none of them runs alone at the end.
PLAIN = $(addprefix greenroom/internal/e2e/,scripts films secrets) $(PIXELS) greenroom/pipeline/ledger greenroom/compose/exchange greenroom/compose/native \
	$(addprefix greenroom/internal/e2e/,newcomer studio projects clients) greenroom/internal/house greenroom/compose/timeline \
	greenroom/internal/yamltext greenroom/pipeline/films/paging greenroom/pipeline/films/resolve greenroom/docs

# What is not a unit test, or takes longer than a check may: real films, browsers, npm packages, watchers, complete builds.
SLOW := greenroom/internal/e2e/% greenroom/compose/native greenroom/internal/page greenroom/internal/release greenroom/pipeline \
	greenroom/pipeline/watch greenroom/pipeline/films/render greenroom/pipeline/films/segments greenroom/pipeline/units greenroom/remotion greenroom/remotion/% greenroom
PACKAGES = $(shell go list ./...)

# Tests of make test-all: storage servers, runs that are killed while they render, and Remotion's own command line next to ours.
LONG := ^(TestRehearsal|TestRehearsalOfARemotionFilm|TestGoogleCloudStorage|TestKilledRendersLeaveNothing|TestKilledRowFilmsGoOn|$\
	TestPicturesAreThoseOfRemotionsCLI|TestAPageThatScrolls|TestABrowserThatNeedsItsLimit|TestAConfigurationIsInTheKeys)$$

# Tests of make test-all that have a shorter relative in make test, among those without the detector.
RELATIVES := ^(TestClipsAtEveryRate|TestRemotionAgain|TestTheKeyIsBetterThanTheDifferenceKey|TestForeignFilesAreWhatFFmpegSays|TestLabel)$$

.PHONY: all build live worker farm-server farm-demo demo gallery guide-pictures check test bench gallery-page gen lint vet vet-all setup explore kill test-all release clean

all: build

# Without symbols and debugging information: 14 MB less.
build:
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o bin/greenroom .

# The program that `greenroom live` starts: a module of its own.
live:
	CGO_ENABLED=0 go build -C pipeline/live/webrtc -trimpath -ldflags "-s -w" -o ../../../bin/greenroom-live .

# The farm's worker and client, a module of its own.
FARM := pipeline/farm
worker:
	cd $(FARM) && CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o $(CURDIR)/bin/greenroom-worker .

# A Temporal server for tests, in the user's cache folder. Compiled for the first time it takes half an hour.
FARM_CACHE := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/greenroom-ci/farm
farm-server:
	cd $(FARM)/testserver && go build -trimpath -ldflags="-s -w" -o $(FARM_CACHE)/testserver .

# A server, two workers, a build and films of rows on them, on this machine.
farm-demo: build worker farm-server
	@.ci/farm-demo $(FARM_CACHE)/testserver

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

# The pictures of docs/guide/renditions.md, export.md and agents.md; ONLY is renditions, export or agents, to draw that alone.
guide-pictures: build
	@.ci/setup demo
	@.ci/guide-pictures $(ONLY)

# Before every commit: what needs no minute. Unit tests without the race detector, and five commands as a user runs them.
# The schedules of the spending protocol have two faults here, and three in make test.
check: setup vet lint
	EXPLORE_FAULTS=2 go test $(filter-out $(SLOW) $(PIXELS),$(PACKAGES))
	go test -run 'TestScripts/^(bad_manifests|budget|build|check|usage)$$' ./internal/e2e/scripts

# The race detector pauses at the end of every process, 1 s by default.
test test-all: export GORACE := atexit_sleep_ms=50

# Everything real: HTTP, ffmpeg, files, one Remotion render in the headless browser, and the race detector. The schedules
# of the spending protocol have three faults without the detector, and one with it.
test: setup vet lint build
	cd remotion/companion && npm run --silent check
	go test -C pipeline/live/webrtc -race ./...
	go test -timeout 45m -skip '$(RELATIVES)' $(PLAIN)
	EXPLORE_FAULTS=1 go test $(RACE) -timeout 30m -skip '$(LONG)' greenroom/pipeline/ledger $(filter-out $(PLAIN),$(PACKAGES))
	go test -race -timeout 30m -run '$(GOROUTINES)' greenroom/compose/media greenroom/compose/standin
	cd $(FARM) && go vet . && go test .

# With the settings of the tests, so that both use the same compiled packages.
vet:
	go vet ./...
	go vet -C pipeline/live/webrtc ./...

vet-all: vet
	GOOS=darwin CGO_ENABLED=0 go vet ./...
	GOOS=windows CGO_ENABLED=0 go vet ./...

# staticcheck includes unused. .ci/errcheck.txt names the calls whose error may be ignored.
lint:
	@out=$$(gofmt -l $(GO_FILES)); if [ -n "$$out" ]; then echo "gofmt would change:"; echo "$$out"; exit 1; fi
	go mod verify
	cd $(FARM) && go list ./... > /dev/null # its go.mod follows that of greenroom
	go run $(STATICCHECK) ./...
	go run $(ERRCHECK) -ignoretests -exclude .ci/errcheck.txt ./...
	cd pipeline/live/webrtc && go mod verify && go run $(STATICCHECK) ./... && go run $(ERRCHECK) -ignoretests -exclude ../../../.ci/errcheck.txt ./...

# Generated files: manifest schema, props schema, TypeScript types, presenter layers.
gen:
	@.ci/setup companion
	go generate ./...

# Figures, as ratios taken in one run; docs/benchmarks.md holds the last ones.
bench:
	@.ci/setup bench
	go test -run '^$$' -bench . -benchtime 1x -timeout 30m -p 1 ./assets ./compose/media ./compose/media/forms ./compose/quality ./compose/native ./compose/standin ./internal/espeak ./pipeline ./pipeline/ledger ./pipeline/lockfile ./pipeline/manifest ./pipeline/films ./pipeline/films/schema ./pipeline/films/segments ./pipeline/watch ./internal/page ./internal/e2e/bench ./internal/e2e/studio

# The pictures of the page in docs/img, from a real project on the sandbox.
gallery-page:
	go test -count 1 -run TestGallery ./internal/page -gallery $(CURDIR)/docs/img

# Every schedule of so many faults against the spending protocol, and the planted
# wrong ones; an ordinary test run takes 3.
explore:
	EXPLORE_FAULTS=$${EXPLORE_FAULTS:-4} go test -count 1 -timeout 60m -v -run 'TestExplore|TestPlanted|TestTheControl|TestSQLiteTells|TestStoresAgree' ./pipeline/ledger

# The long kill tests: two submitters with 1,500 clips next to a naive one, 150 builds, 40 renders, and 40 projects that two
# machines build at once, and 200 processes of a farm.
kill: setup farm-server
	cd $(FARM) && GREENROOM_KILL_FARM=$${GREENROOM_KILL_FARM:-200} go test -count 1 -timeout 120m -v -run TestKills ./e2e
	GREENROOM_KILL_BUILDS=$${GREENROOM_KILL_BUILDS:-150} GREENROOM_KILL_RENDERS=$${GREENROOM_KILL_RENDERS:-40} GREENROOM_KILL_MACHINES=$${GREENROOM_KILL_MACHINES:-40} go test -count 1 -timeout 60m -v -run 'TestKilledBuildsBuyOnce|TestKilledRendersLeaveNothing|TestTwoMachinesBuyOnce' ./internal/e2e/kill
	GREENROOM_KILL_CLIPS=$${GREENROOM_KILL_CLIPS:-1500} GREENROOM_KILL_KILLS=$${GREENROOM_KILL_KILLS:-600} go test -count 1 -timeout 60m -v -run TestTwoKilledSubmittersBuyOnce ./internal/e2e/kill

# Archives for every platform, npm packages, checksums and a list of what is inside, in dist/. VERSION names the release.
release:
	@.ci/release $(VERSION)

# The rest: the other systems, more faults, storage servers, killed renders, complete matrices, and real projects with every
# package manager, layout and version of Remotion, and npm packages, from the registry. Two hours more.
MANAGERS := $(or $(XDG_CACHE_HOME),$(HOME)/.cache)/greenroom-ci/package-managers
test-all: test vet-all explore kill
	@.ci/setup all
	cd $(FARM) && go vet ./... && go run $(STATICCHECK) ./... && go run $(ERRCHECK) -ignoretests -exclude ../../.ci/errcheck.txt ./... && go test -count 1 -timeout 60m ./e2e
	go test -race -count 1 -timeout 30m -run '$(LONG)' ./internal/e2e/...
	GREENROOM_TEST_ALL=1 go test -count 1 -timeout 60m $(PIXELS) ./compose/native
	GREENROOM_E2E_RACE='$(RACE)' GREENROOM_TEST_ALL=1 GREENROOM_MANAGERS=$(MANAGERS) go test -count 1 -timeout 180m -p 1 ./internal/e2e/scripts ./internal/e2e/films ./internal/e2e/newcomer ./internal/e2e/projects ./internal/e2e/secrets ./internal/release ./remotion/...

clean:
	rm -rf bin demo dist
