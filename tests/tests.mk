# How the tests are run.  A test is a file that prints TAP: tests/*/*.t (shell,
# with tests/tap.sh) or a cmocka program of tests/unit or tests/golden.

export BUILD
export LOSSPIPE_BIN = $(CURDIR)/$(BUILD)/bin
TESTS = $(wildcard tests/command/*.t tests/contract/*.t tests/house/*.t)

# SHORT=1 is for programs that are several times slower than they should be: tests
# that loop over the same code do it less often, and those that run no code which
# the others do not run are left out.
ifdef SHORT
TESTS := $(filter-out tests/house/%.t tests/command/pipelines.t \
	tests/command/torch%.t tests/command/landscape.t \
	tests/command/browser.t tests/command/viewer.t,$(TESTS))
endif

check: all $(UNIT) $(TOOL) $(BUILD)/bench/checkkern \
    $(BUILD)/bench/throughput $(BUILD)/bench/products
	CMOCKA_MESSAGE_OUTPUT=TAP prove -j2 -e '' $(UNIT) $(TESTS)

# Under the sanitizers: all unit tests and hostile files, every program and its
# paths.  `make check SAN=1` runs everything, in more than twice the time.
check-san:
	$(MAKE) SAN=1 SHORT=1 check

# The large golden values and data of ../shared.  FULL=1 asks the slow executors
# for all points and images, not for some; SPOIL=all is in tests/contract/spoilt.t.
GOLDEN = $(patsubst tests/golden/%.c,$(BUILD)/golden/%,\
	$(wildcard tests/golden/*.c))
# The longest comes first, it would run alone at the end.
GOLDEN_LONG = tests/golden/spoilt.t
check-golden: all $(GOLDEN) $(TOOL)
	CMOCKA_MESSAGE_OUTPUT=TAP prove -j2 -e '' $(GOLDEN_LONG) $(GOLDEN) \
	    $(filter-out $(GOLDEN_LONG),$(wildcard tests/golden/*.t))

# The stages of PyTorch, and what PyTorch writes, with the PyTorch that pip has now (on
# x86-64 it brings gigabytes of CUDA's libraries, so this is not in CI).
TORCH_VENV = build/torch-venv
check-torch: all
	[ -x $(TORCH_VENV)/bin/torchrun ] || { python3 -m venv $(TORCH_VENV) && \
	    $(TORCH_VENV)/bin/pip install -q torch torchvision numpy onnx onnxscript \
	    safetensors nbconvert ipykernel; }
	PYTHON=$(CURDIR)/$(TORCH_VENV)/bin/python prove -v -e '' tests/command/torch*.t \
	    tests/command/landscape.t

# Several machines on one: as root, with iproute2, openssh-server, slurm-wlm, munge and
# snakemake; what cannot run says why.
check-cluster: all
	prove -v -e '' $(wildcard tests/cluster/*.t)

# 64-bit ARM under qemu: see the script.
check-arm64:
	tests/arm64

# What CI has no time for (.ci/README).
check-all: lint check
	for cpu in ref base avx2; do LOSSPIPE_CPU=$$cpu $(MAKE) check || exit 1; done
	$(MAKE) SAN=1 check
	$(MAKE) check-arm64
	RETYPED=0 prove -e '' tests/contract/retyped.t
	STARVE='-k 300' prove -v -e '' tests/contract/memory.t
	WRITERS=100 prove -v -e '' tests/contract/writers.t
	DESTROY=2000 prove -v -e '' tests/contract/destroy.t
	[ ! -d ../shared/golden ] || $(MAKE) check-golden FULL=1 SPOIL=all
	$(MAKE) fuzz

# Nothing but speed, room or clarity was meant to change: are the results those of
# the revision BASE, to the last bit?  SAME: options of tests/same.py.
BASE = HEAD
same: all
	tests/same.py --base $(BASE) --build $(BUILD) --cc '$(CC)' $(SAME)

.PHONY: check check-san check-golden check-arm64 check-cluster check-torch check-all same

# Style, static analysis, shell scripts.
LINT_C = $(filter-out $(if $(HDF5),,cmd/h5conv.c lib/hdf5/%) $(if $(RSVG),,lib/print/rsvg.c),\
	$(wildcard cmd/*.c lib/*/*.c $(KERNELS)/*.c))
# One file a call: several confuse the analyzer of clang-tidy 14 about va_list.
LINT_FLAGS = -std=c11 -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE -Ilib -Icmd \
	-DLOSSPIPE_VERSION=__FILE__ $(if $(filter x86_64,$(MACHINE)),-mavx2 $(AVX512)) \
	$(PKG_CFLAGS) $(HDF5_CFLAGS) $(RSVG_CFLAGS)
lint:
	@clang-format --dry-run -Werror $(LINT_C) $(wildcard cmd/*.h lib/*/*.h lib/kernel/*/*.[ch] tests/unit/*.c)
	@cppcheck -j2 --quiet --error-exitcode=1 --enable=warning,performance,portability \
	    --inline-suppr --suppress=missingIncludeSystem -Ilib -Icmd cmd lib
	@printf '%s\n' $(LINT_C) | xargs -P2 -n1 sh -c \
	    'clang-tidy --quiet "$$@" -- $(LINT_FLAGS) 2>/dev/null' lint
	@shellcheck -S warning -x -P SCRIPTDIR $$(grep -lsE 'env bash|shellcheck shell' pipelines/* pipelines/studies/*) .ci/run tests/run tests/arm64 tests/fresh-root tests/fresh-container tests/gallery/draw tests/gallery/readme cmd/losspipe cmd/packaging/install cmd/packaging/deb cmd/packaging/dist cmd/packaging/completion/losspipe.bash tests/tap.sh $(wildcard tests/cluster/*.sh tests/*/*.t)

.PHONY: lint

# Fuzzing: every tests/fuzz/NAME.c for FUZZ_SECONDS on tests/fuzz/seeds/NAME,
# with clang's libFuzzer.  New inputs stay under build/fuzz/corpus, a crash
# leaves its input in build/fuzz.
FUZZ_SECONDS = 60
FUZZ_FLAGS = -O1 -g -fno-omit-frame-pointer -fno-sanitize-recover=all
FUZZ = $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/*.c))
fuzz:
	$(MAKE) CC=clang BUILD=build/fuzz $(FUZZ:%=fuzz-%) CFLAGS="$(FUZZ_FLAGS) \
	    -fsanitize=fuzzer-no-link,address,undefined"

# No parser is in the kernels, and clang needs minutes to instrument one.
build/fuzz/lib/kernel/%.o: ALL_CFLAGS += -fno-sanitize=all
fuzz-%: tests/fuzz/%.c $(LIB)
	@mkdir -p $(BUILD)/corpus/$*
	$(CC) $(ALL_CFLAGS) -fsanitize=fuzzer $< $(LIB) $(ALL_LIBS) -o $(BUILD)/$*
	$(BUILD)/$* -max_total_time=$(FUZZ_SECONDS) -timeout=10 -rss_limit_mb=512 \
	    -print_final_stats=1 -artifact_prefix=$(BUILD)/$*- \
	    $(BUILD)/corpus/$* tests/fuzz/seeds/$* 2>$(BUILD)/$*.log || \
	    { tail -n 50 $(BUILD)/$*.log; exit 1; }
	@echo "$*: `sed -n 's/^stat::number_of_executed_units: *//p' \
	    $(BUILD)/$*.log` inputs"

.PHONY: fuzz

# How fast it is.  Nothing here passes or fails.
BENCH_TOOLS = $(BUILD)/bench/checkkern $(BUILD)/bench/throughput

# Kernels; plans, instruction sets and compilers; whole grids of evalgrid, threads,
# shards and points; how smoothly landpage's page turns.  Minutes, on two cores that do
# nothing else.
# They run on images that any clone has; RACE passes options on (--data FILE, --rounds N,
# --arch NAME, --threads N, --seconds N; of peers and training --torch, --engine NAME).
bench: all $(BENCH_TOOLS)
	$(BUILD)/bench/checkkern --bench
	if command -v clang >/dev/null; then \
	    $(MAKE) CC=clang BUILD=build/clang build/clang/bench/throughput; \
	else echo 'bench: clang is missing, its build is left out: apt-get install clang'; fi
	tests/bench/race.py plans --build $(BUILD) \
	    $$(command -v clang >/dev/null && echo --build build/clang) \
	    --level avx2 --csv $(BUILD)/plans.csv $(RACE)
	tests/bench/grid.py --build $(BUILD) --csv $(BUILD)/grid.csv
	tests/bench/page.py --build $(BUILD) --csv $(BUILD)/page.csv

# Evaluation beside other engines, from pip into build/peers; what a point costs in each.
# A third of an hour.
bench-peers: all $(BENCH_TOOLS)
	if echo '#include <dnnl.h>' | $(CC) -E -x c - >/dev/null 2>&1; then \
	    $(MAKE) $(BUILD)/bench/onednn.so; fi
	tests/bench/race.py peers --build $(BUILD) --csv $(BUILD)/peers.csv $(RACE)

$(BUILD)/bench/onednn.so: tests/bench/onednn/onednn.c
	@mkdir -p $(@D)
	$(CC) -std=c11 -O2 -fPIC -shared $< -ldnnl -o $@

# Training and curvature beside PyTorch.  Ten minutes.
bench-training: all $(BENCH_TOOLS) $(BUILD)/bench/products
	tests/bench/race.py training --build $(BUILD) --csv $(BUILD)/training.csv $(RACE)
	tests/bench/race.py products --build $(BUILD) --csv $(BUILD)/products.csv $(RACE)

# What --error saves; ERROR=fashion takes minutes, all of it hours.
bench-error: all
	tests/bench/error.py --build $(BUILD) --csv $(BUILD)/error.csv $(ERROR)

# What a point of --exec costs beside what the program computes.
bench-exec: all
	tests/bench/exec.py --build $(BUILD) --csv $(BUILD)/exec.csv $(EXEC)
.PHONY: bench bench-peers bench-training bench-error bench-exec
