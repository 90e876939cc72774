# losspipe: small filters that draw neural-network loss landscapes.
#
#   make            build build/bin/*
#   make check      the tests (TAP under prove)
#   make help       the other targets
#
# CC=clang, SAN=1 (address and undefined-behaviour sanitizers), PREFIX, DESTDIR;
# for another machine CC, AR and PKG_CONFIG.

VERSION = 0.1.0
PREFIX = /usr/local
DESTDIR =
CC = gcc
PYTHON = python3
PKG_CONFIG = pkg-config
BUILD = build

PKGS = $(shell $(PKG_CONFIG) --exists msgpack-c && echo msgpack-c || echo msgpack) \
       libzip zlib jansson nettle openblas
PKG_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(PKGS))
PKG_LIBS := $(shell $(PKG_CONFIG) --libs $(PKGS))

# -ffp-contract=off: the definition of a result must not depend on whether a
# compiler fuses a multiplication and an addition.
CFLAGS = -O3 -g
WARN = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
       -Wpointer-arith -Wwrite-strings -Wvla -Werror=implicit
ALL_CFLAGS = -std=c11 -D_XOPEN_SOURCE=700 -D_DEFAULT_SOURCE \
	-DLOSSPIPE_VERSION='"$(VERSION)"' -Ilib -Icmd -ffp-contract=off -pthread \
	$(WARN) $(PKG_CFLAGS) $(CFLAGS)
# OpenBLAS is opened when it is needed (lib/net/blas.c).
ALL_LIBS = $(filter-out -lopenblas,$(PKG_LIBS)) -ldl -lm -pthread

ifdef SAN
BUILD = build/san
CFLAGS = -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all \
	 -fno-omit-frame-pointer
endif

# h5conv alone links libhdf5; it is built where that is installed.
HDF5 := $(firstword $(foreach p,hdf5-serial hdf5,\
	$(shell $(PKG_CONFIG) --exists $(p) && echo $(p))))
ifneq ($(HDF5),)
HDF5_CFLAGS := $(shell $(PKG_CONFIG) --cflags $(HDF5))
HDF5_LIBS := $(shell $(PKG_CONFIG) --libs $(HDF5))
HDF5_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard lib/hdf5/*.c))
endif

# PDF and PNG are made by librsvg, which is opened when it is needed; RSVG= builds
# without it.
RSVG := $(shell $(PKG_CONFIG) --exists 'librsvg-2.0 >= 2.52' && echo librsvg-2.0)
RSVG_CFLAGS := $(if $(RSVG),$(shell $(PKG_CONFIG) --cflags $(RSVG)))
PRINT := $(if $(RSVG),rsvg,without)
PRINT_MADE = $(BUILD)/lib/print/made-$(PRINT)

PROGRAMS := $(filter-out $(if $(HDF5),,h5conv),\
	$(basename $(notdir $(shell grep -lw '^main' cmd/*.c))))
# Kernels for the machine that CC compiles for are in a folder of its name.
MACHINE := $(firstword $(subst -, ,$(shell $(CC) -dumpmachine)))
KERNELS := $(firstword $(wildcard lib/kernel/$(MACHINE)) lib/kernel/other)
# gcc 12 for arm64 crashes on loops that fmax or fmin reduces, unless it calls them.
CFLAGS_aarch64 = -fno-builtin-fmax -fno-builtin-fmin
ALL_CFLAGS += $(CFLAGS_$(MACHINE))
LIB_SRC := $(filter-out lib/hdf5/% lib/print/rsvg.c lib/print/without.c,\
	$(wildcard lib/*/*.c)) lib/print/$(PRINT).c $(wildcard $(KERNELS)/*.c)
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o) $(BUILD)/lib/page/viewer.o
LIB = $(BUILD)/liblosspipe.a
BIN = $(PROGRAMS:%=$(BUILD)/bin/%)
UNIT := $(patsubst tests/unit/%.c,$(BUILD)/tests/%,$(wildcard tests/unit/*.c))
TOOL := $(patsubst tests/tool/%.c,$(BUILD)/tool/%,$(wildcard tests/tool/*.c)) \
	$(patsubst tests/tool/preload/%.c,$(BUILD)/tool/%.so,\
	$(wildcard tests/tool/preload/*.c))
BENCH := $(patsubst tests/bench/%.c,$(BUILD)/bench/%,$(wildcard tests/bench/*.c))

all: $(LIB) $(BIN) $(BUILD)/bin/losspipe

# Kernels for an instruction set are separate objects, chosen at run time.
AVX512 = -mavx512f -mavx512vl -mavx512dq -mfma
$(BUILD)/lib/kernel/x86_64/avx2.o: ALL_CFLAGS += -mavx2 -mfma
$(BUILD)/lib/kernel/x86_64/avx512%.o: ALL_CFLAGS += $(AVX512)
$(BUILD)/lib/kernel/x86_64/avx512.o: ALL_CFLAGS += $(AVX512)

$(BUILD)/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(LIB): $(LIB_OBJ) $(PRINT_MADE)
	@rm -f $@
	$(AR) rcs $@ $(filter %.o,$^)

# Made anew when librsvg came or went, however old the objects are.
ifeq ($(wildcard $(PRINT_MADE)),)
.PHONY: $(PRINT_MADE)
endif
$(PRINT_MADE):
	@mkdir -p $(@D)
	@rm -f $(@D)/made-*
	@touch $@

# The viewer of landpage's pages: one script, whose parts share a scope, and one
# style sheet, as arrays of their bytes.
VIEWER = $(patsubst %,lib/page/viewer/%.js,open number data colour camera mesh \
	raster pen scene cells legend picture plane slice table save controls page close)
$(BUILD)/lib/page/viewer.c: $(VIEWER) lib/page/viewer/page.css Makefile
	@mkdir -p $(@D)
	{ echo '#include "page/viewer.h"'; \
	  echo 'const char viewer_script[] = {'; \
	  cat $(VIEWER) | od -An -v -to1 | sed "s/ \([0-7][0-7]*\)/'\\\\\1',/g"; \
	  echo '0};'; echo 'const char viewer_style[] = {'; \
	  od -An -v -to1 lib/page/viewer/page.css | \
	      sed "s/ \([0-7][0-7]*\)/'\\\\\1',/g"; echo '0};'; } > $@.new
	mv $@.new $@

$(BUILD)/lib/page/viewer.o: $(BUILD)/lib/page/viewer.c
	$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

# What programs that read surfaces share.
$(addprefix $(BUILD)/bin/,contour evalgrid gridconv gridmerge gridstat h5conv landpage): \
	$(BUILD)/cmd/surfaces.o
# What contour does with lists of records.
$(BUILD)/bin/contour: $(BUILD)/cmd/drawlists.o
# What a program that draws offers.
$(BUILD)/bin/contour: $(BUILD)/cmd/paper.o
$(BUILD)/bin/contour: $(BUILD)/cmd/view.o
# Two programs evaluate grids.
$(BUILD)/bin/evalgrid $(BUILD)/bin/hessgrid: $(BUILD)/cmd/gridrun.o
# What dirgen does with data, and nettrain with its command line.
$(BUILD)/bin/dirgen: $(BUILD)/cmd/dirslope.o
$(BUILD)/bin/nettrain: $(BUILD)/cmd/trainoptions.o

# What --help shows is the first example of the page.
$(BUILD)/cmd/examples.c: cmd/examples.awk $(wildcard man/*.1)
	@mkdir -p $(@D)
	awk -f $^ >$@.new
	mv $@.new $@

$(BUILD)/cmd/examples.o: $(BUILD)/cmd/examples.c
	$(CC) $(ALL_CFLAGS) -MMD -MP -c $< -o $@

$(BUILD)/bin/%: $(BUILD)/cmd/%.o $(BUILD)/cmd/frame.o $(BUILD)/cmd/examples.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(filter %.o,$^) $(LIB) \
	    $(ALL_LIBS) -o $@

# Every kind of figure on one sheet, from small streams; the pictures of README.md.
gallery: all
	PATH="$(CURDIR)/$(BUILD)/bin:$$PATH" tests/gallery/draw $(BUILD)/gallery \
	    man/pictures/gallery.png
	PATH="$(CURDIR)/$(BUILD)/bin:$$PATH" tests/gallery/readme man/pictures
.PHONY: gallery

# The way in: a script that knows what the pages say, in the order of losspipe(7).
PAGES = $(shell sed -n '/^\.It Xr/ { s/^\.It//; s/ Xr / /g; s/ 1//g; s/ ,//g; p }' \
	man/losspipe.7)
$(BUILD)/bin/losspipe: cmd/losspipe man/losspipe.7 $(wildcard man/*.1) Makefile
	@mkdir -p $(@D)
	for p in $(PAGES); do sed -n "s/^\.Nd /$$p	/p" man/$$p.1; done | \
	    awk '/^@LIST@$$/ { while ((getline line < "-") > 0) print line; next } \
	    { sub(/@VERSION@/, "$(VERSION)"); print }' cmd/losspipe >$@.new
	chmod 755 $@.new
	mv $@.new $@

$(BUILD)/lib/print/rsvg.o: PKG_CFLAGS += $(RSVG_CFLAGS)
$(HDF5_OBJ): PKG_CFLAGS += $(HDF5_CFLAGS)
$(BUILD)/bin/h5conv: $(HDF5_OBJ)
$(BUILD)/bin/h5conv: PKG_LIBS += $(HDF5_LIBS)

# Unit tests: one cmocka program per file, TAP on stdout.
$(BUILD)/tests/%: $(BUILD)/tests/unit/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $^ $(ALL_LIBS) -lcmocka -o $@

$(BUILD)/golden/%: $(BUILD)/tests/golden/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $^ $(ALL_LIBS) -lcmocka -o $@

# checkkern: one file for each family of kernels.
$(BUILD)/bench/checkkern: $(patsubst %.c,$(BUILD)/%.o,\
	$(wildcard tests/bench/checkkern/*.c))

$(BUILD)/bench/%: $(BUILD)/tests/bench/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(filter %.o,$^) $(LIB) \
	    $(ALL_LIBS) -o $@

# What the tests need beside the programs, and what they load into these.
$(BUILD)/tool/%.so: tests/tool/preload/%.c $(wildcard tests/tool/preload/*.h)
	@mkdir -p $(@D)
	$(CC) -std=c11 -O1 -g -Wall -Wextra -shared -fPIC $< -o $@ -ldl -pthread

$(BUILD)/tool/%: $(BUILD)/tests/tool/%.o $(LIB)
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $^ $(ALL_LIBS) -o $@

.SECONDARY:

include tests/tests.mk

INSTALL = DESTDIR='$(DESTDIR)' BUILD='$(BUILD)' PROGRAMS='$(PROGRAMS)' \
	PYTHON='$(PYTHON)' cmd/packaging/install
install: all
	$(INSTALL) install '$(PREFIX)'

uninstall:
	$(INSTALL) uninstall '$(PREFIX)'

# Packages: for Debian; the sources, and whether they suffice.  Who gives a package
# to others says whom they may write to: make deb MAINTAINER='Name <address>', or as
# Debian's own tools are told (DEBFULLNAME and DEBEMAIL, else git config).
MAINTAINER =
deb: all
	@PROGRAMS='$(PROGRAMS)' BUILD='$(BUILD)' MAINTAINER='$(MAINTAINER)' cmd/packaging/deb '$(VERSION)'

dist:
	@BUILD='$(BUILD)' cmd/packaging/dist '$(VERSION)'

distcheck: dist
	@BUILD='$(BUILD)' cmd/packaging/dist '$(VERSION)' check

clean:
	rm -rf build

help:
	@sed -n '/^# /s/^# //p; /^#$$/q' Makefile
	@echo "targets: all check check-san check-golden check-arm64 check-cluster check-torch check-all same bench bench-peers bench-training bench-error lint fuzz install uninstall deb dist distcheck clean"

.PHONY: all install uninstall deb dist distcheck clean help

-include $(shell find $(BUILD) -name '*.d' -type f 2>/dev/null)
