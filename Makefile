# Penstock.  `make run` and `make test` set up what a bare Debian 12 machine
# lacks; everything else expects that done.  `make help` lists the targets.
#
#   BUILD=release|debug|asan|tsan|coverage|reversed   what to build, each in build/<BUILD>;
#                                            reversed: a group's items take their turns backwards
#   CC=gcc|clang                             compiler
#   V=1                                      show the commands
#   CI=1                                     warnings are errors
#   CPPFLAGS CFLAGS LDFLAGS                  added to our own
VERSION  := 0.1.0
SONAME   := libpenstock.so.0
BUILD    ?= release
O        := build/$(BUILD)
ifeq ($(origin CC),default)
CC       := gcc
endif
HOSTCC   ?= $(CC)

DESTDIR  ?=
PREFIX   ?= /usr/local
MANDIR   ?= $(PREFIX)/share/man
# Real market data for the tour, where it is there.
DATA     ?= ../shared/data
LIBDIR   ?= $(PREFIX)/lib
DATADIR  ?= $(PREFIX)/share
STRIP    ?= strip

WARN     := -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
            $(if $(CI),-Werror)
SANITIZE_asan  := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
SANITIZE_tsan  := -fsanitize=thread -fno-omit-frame-pointer
SANITIZE_fuzz  := -fsanitize=fuzzer-no-link,address,undefined -fno-sanitize-recover=undefined
FLAGS_release  := -O2 -g
FLAGS_debug    := -O0 -g
FLAGS_asan     := -O1 -g $(SANITIZE_asan)
FLAGS_tsan     := -O1 -g $(SANITIZE_tsan)
FLAGS_fuzz     := -O1 -g $(SANITIZE_fuzz)
FLAGS_coverage := -O0 -g --coverage
FLAGS_reversed := -O2 -g
ifeq ($(FLAGS_$(BUILD)),)
$(error BUILD=$(BUILD): expected release, debug, asan, tsan, coverage or reversed)
endif
SHARED_release := -Wl,-z,defs
SHARED_debug   := -Wl,-z,defs

# Everything else (OpenCL, CUDA, oneDNN, OpenBLAS, ...) is opened at run time.
LIBS_REQ := jansson yaml-0.1
OUR_CPPFLAGS := -Iinclude -DPEN_VERSION='"$(VERSION)"' $(shell pkg-config --cflags $(LIBS_REQ) 2>/dev/null)
OUR_CFLAGS   := -std=c11 -fvisibility=hidden -fPIC -ffp-contract=off -fno-math-errno $(WARN) $(FLAGS_$(BUILD))
OUR_LDLIBS   := $(shell pkg-config --libs $(LIBS_REQ) 2>/dev/null || echo -ljansson -lyaml) -lm -ldl -lpthread

# Kernels: every .k for two precisions and each instruction set of this processor's family.
KDIR     := src/machine/kernels
K_FILES  := $(sort $(wildcard $(KDIR)/*.k))
K_TEXTS  := $(K_FILES) $(sort $(wildcard $(KDIR)/*.kh)) $(KDIR)/prelude_cuda.h $(KDIR)/prelude_opencl.h
K_FLAGS  := -x c -std=gnu11 -ffp-contract=off -fno-math-errno -fno-trapping-math -fopenmp-simd \
            -fPIC -fvisibility=hidden -I$(KDIR) -include prelude_cpu.h \
            -Wall -Wno-unused-function -Wno-unknown-pragmas -Wno-psabi -Wno-pass-failed $(if $(CI),-Werror)
K_OPT_release  := -O3 -g
K_OPT_debug    := -O1 -g -Wno-maybe-uninitialized
K_OPT_asan     := -O1 -g $(SANITIZE_asan)
K_OPT_tsan     := -O2 -g $(SANITIZE_tsan)
K_OPT_fuzz     := -O1 -g
K_OPT_coverage := -O1 -g -Wno-maybe-uninitialized
K_OPT_reversed := -O2 -g -DPEN_ITEMS_REVERSED
# gcc only: interleaves what does not depend on each other, which pays in long formulas.
K_SCHEDULE := $(shell f='-fschedule-insns -fsched-pressure'; $(CC) $$f -Werror -E -x c /dev/null >/dev/null 2>&1 && echo $$f)
$(O)/kernels/black_scholes.% $(O)/kernels/simulate.%: private K_MORE = $(K_SCHEDULE)
# One lane a group instead of a vector of them; gcc's -O3 takes twice as long to make code as fast.
K_SINGLE := $(shell f='-O2 -ftree-vectorize -fvect-cost-model=dynamic'; $(CC) $$f -Werror -E -x c /dev/null >/dev/null 2>&1 && echo $$f)
$(O)/kernels/indicator_single.%: private K_MORE = -DPEN_SINGLE_LANE $(if $(filter release,$(BUILD)),$(K_SINGLE))
CC_KIND  := $(shell $(CC) -dumpmachine 2>/dev/null) $(shell $(CC) -dumpversion 2>/dev/null)
ifneq ($(filter x86_64%,$(CC_KIND)),)
VARIANTS := v2 v3 v4
else
VARIANTS := base
endif
ARCH_base := -DPEN_VECTOR_BYTES=16
ARCH_v2   := -march=x86-64-v2 -DPEN_VECTOR_BYTES=16
ARCH_v3   := -march=x86-64-v3 -DPEN_VECTOR_BYTES=32
ARCH_v4   := -march=x86-64-v4 -mprefer-vector-width=512 -DPEN_VECTOR_BYTES=64
REAL_f32  := 0
REAL_f64  := 1

SRC      := $(sort $(filter-out src/run/cli/%,$(wildcard src/*/*/*.c)))
CLI_MAIN := $(wildcard src/run/cli/main.c)
CLI_SRC  := $(if $(CLI_MAIN),$(sort $(wildcard src/run/cli/*.c bench/*.c)))
TABLES   := powers sobol
LIB_OBJ  := $(SRC:%.c=$(O)/%.o) $(O)/gen/kernels_gen.o $(TABLES:%=$(O)/gen/%_gen.o)
K_OBJ    := $(foreach k,$(K_FILES:$(KDIR)/%.k=%),$(foreach r,f32 f64,$(foreach v,$(VARIANTS),$(O)/kernels/$(k).$(r).$(v).o)))
COMMANDS := $(patsubst cmd_%.c,%,$(notdir $(filter %.c,$(foreach f,$(CLI_SRC),$(if $(findstring /cmd_,$(f)),$(f))))))
CLI_OBJ  := $(CLI_SRC:%.c=$(O)/%.o)
EXAMPLES := $(sort $(wildcard examples/*.c))
EXAMPLE_BIN := $(EXAMPLES:%.c=$(O)/%)
TESTS    := $(sort $(wildcard tests/test_*.c))
TEST_BIN := $(TESTS:tests/%.c=$(O)/tests/%)
TEST_SH  := $(sort $(wildcard tests/test_*.sh))
HEADERS  := $(sort $(wildcard include/penstock/*.h))

# One short line for each thing made, or the commands with V=1.
ifeq ($(V),1)
Q    :=
say   =
else
Q    := @
say   = @printf '  %-5s %s\n' $(1) $(2)
endif
# Inside a target that starts make again: all cores, unless the caller said how many.
jobs  = $(if $(filter -j% --jobserver%,$(MAKEFLAGS)),,-j$(shell nproc))

.PHONY: all run test tests peers check kernels-clang lint layers format format-check docs examples accuracy setup install uninstall \
        fuzz coverage kernels kernel-objects gpu-bundle gpu-check clean help
.DELETE_ON_ERROR:
all: $(O)/libpenstock.a $(O)/libpenstock.so $(if $(CLI_MAIN),$(O)/penstock)

COMPILE   = $(CC) $(OUR_CPPFLAGS) $(CPPFLAGS) $(OUR_CFLAGS) $(CFLAGS)
COMPILE_K = $(CC) $(K_FLAGS) $(K_OPT_$(BUILD))
LINK      = $(CC) $(OUR_CFLAGS) $(CFLAGS) $(LDFLAGS)
# A stamp is written when its text changes, so what depends on it is made again when flags, the
# compiler or the list of files change, and not when another part of this file does.
define STAMP
ifneq ($$(strip $$(file <$(1))),$$(strip $(2)))
$$(shell mkdir -p $(dir $(1)))
$$(file >$(1),$(2))
endif
endef
$(eval $(call STAMP,$(O)/flags.stamp,$$(CC_KIND) $$(COMPILE) $$(OUR_LDLIBS) $$(LDFLAGS)))
$(eval $(call STAMP,$(O)/kernels.stamp,$$(CC_KIND) $$(COMPILE_K) $$(K_SCHEDULE) $$(foreach v,$$(VARIANTS),$$(ARCH_$$(v)))))
$(eval $(call STAMP,$(O)/files.stamp,$$(LIB_OBJ) $$(K_OBJ) $$(CLI_OBJ) $$(K_TEXTS)))
$(O)/%.stamp:;

$(O)/libpenstock.a: $(LIB_OBJ) $(K_OBJ) $(O)/files.stamp
	$(call say,AR,$@)
	$(Q)rm -f $@ && $(AR) rcs $@ $(LIB_OBJ) $(K_OBJ)
$(O)/libpenstock.so: $(LIB_OBJ) $(K_OBJ) $(O)/files.stamp
	$(call say,LINK,$@)
	$(Q)$(LINK) -shared -Wl,-soname,$(SONAME) $(SHARED_$(BUILD)) -o $@ $(LIB_OBJ) $(K_OBJ) $(OUR_LDLIBS)
$(O)/penstock: $(CLI_OBJ) $(O)/libpenstock.a
	$(call say,LINK,$@)
	$(Q)$(LINK) -o $@ $(CLI_OBJ) $(O)/libpenstock.a $(OUR_LDLIBS)
$(O)/bench/%.o: private OUR_CPPFLAGS += -Isrc
# The inner kernels of the matrix product keep their sums in registers only with -O3, and eigenvectors
# are found 1.3 times as fast; with a sanitizer it takes minutes to compile, and speed is not asked.
$(O)/src/machine/math/gemm_kernels.o $(O)/src/flow/statistic/eigen.o: CFLAGS += $(if $(filter asan tsan,$(BUILD)),,-O3)
$(O)/%.o: %.c $(O)/flags.stamp
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -MMD -MP -c -o $@ $<

define KERNEL_RULE
$(O)/$(3)/%.$(1).$(2).o: $(4)/%.k $(O)/kernels.stamp
	$$(call say,K,"$$< $(1) $(2)")
	@mkdir -p $$(@D)
	$$(Q)$$(COMPILE_K) $$(K_MORE) $$(ARCH_$(2)) -DPEN_REAL_F64=$$(REAL_$(1)) -DPEN_VARIANT=$(2) -MMD -MP -c -o $$@ $$<
endef
$(foreach r,f32 f64,$(foreach v,$(VARIANTS),$(eval $(call KERNEL_RULE,$(r),$(v),kernels,$(KDIR)))))
# Kernels of tests/kernels are in the catalogue of the tests that name them, beside the library's.
$(foreach r,f32 f64,$(foreach v,$(VARIANTS),$(eval $(call KERNEL_RULE,$(r),$(v),tests/kernels,tests/kernels))))
TK_FILES := $(sort $(wildcard tests/kernels/*.k))
TK_TEXTS := $(K_TEXTS) $(TK_FILES) $(sort $(wildcard tests/kernels/*.kh))
TK_OBJ   := $(foreach k,$(TK_FILES:%.k=%),$(foreach r,f32 f64,$(foreach v,$(VARIANTS),$(O)/$(k).$(r).$(v).o))) \
            $(O)/gen/test_kernels_gen.o
$(O)/tests/test_prelude $(O)/tests/test_simulate $(O)/tests/test_kernel_builds: $(TK_OBJ)
# A CUDA driver on host memory, for the cuda backend's tests.
$(O)/tests/test_cuda: $(O)/tests/mock_cuda.so
# Between the opencl backend and the real library, to make its calls fail.
$(O)/tests/test_opencl: $(O)/tests/shim_opencl.so
# The same driver, computing: tests/test_cuda_emulated.sh.
$(O)/tests/emulate_cuda.so: tests/mock/mock_cuda.c
$(O)/tests/%.so: tests/mock/%.c $(O)/flags.stamp
	$(call say,LINK,$@)
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -Isrc -shared -MMD -MP -o $@ $(filter %.c,$^)
$(O)/gen/test_kernels_gen.c: $(O)/gen/embed_kernels $(TK_TEXTS) $(O)/files.stamp
	$(call say,GEN,$@)
	$(Q)$(O)/gen/embed_kernels $(TK_TEXTS) >$@.tmp && mv $@.tmp $@
$(O)/gen/test_kernels_gen.o: $(O)/gen/test_kernels_gen.c
	$(call say,CC,$<)
	$(Q)$(COMPILE) -I$(KDIR) -MMD -MP -c -o $@ $<

$(O)/gen/embed_kernels: tools/embed_kernels.c $(O)/flags.stamp
	$(call say,HOST,$<)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -std=c11 -O1 $(WARN) -o $@ $<
$(O)/gen/kernels_gen.c: $(O)/gen/embed_kernels $(K_TEXTS) $(O)/files.stamp
	$(call say,GEN,$@)
	$(Q)$(O)/gen/embed_kernels $(K_TEXTS) >$@.tmp && mv $@.tmp $@
$(O)/gen/kernels_gen.o: $(O)/gen/kernels_gen.c
	$(call say,CC,$<)
	$(Q)$(COMPILE) -I$(KDIR) -MMD -MP -c -o $@ $<

# Tables that are computed: tools/make_NAME.c prints NAME_gen.c.
$(TABLES:%=$(O)/gen/make_%): $(O)/gen/make_%: tools/make_%.c $(O)/flags.stamp
	$(call say,HOST,$<)
	@mkdir -p $(@D)
	$(Q)$(HOSTCC) -std=c11 -O2 $(WARN) -o $@ $<
$(TABLES:%=$(O)/gen/%_gen.c): $(O)/gen/%_gen.c: $(O)/gen/make_%
	$(call say,GEN,$@)
	$(Q)$< >$@.tmp && mv $@.tmp $@
$(TABLES:%=$(O)/gen/%_gen.o): $(O)/gen/%_gen.o: $(O)/gen/%_gen.c
	$(call say,CC,$<)
	$(Q)$(COMPILE) -Isrc -MMD -MP -c -o $@ $<

$(O)/tests/%: tests/%.c $(O)/libpenstock.a
	$(call say,TEST,$<)
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -D_POSIX_C_SOURCE=200809L -Isrc -MMD -MP -o $@ $(filter %.c %.o,$^) $(O)/libpenstock.a $(LDFLAGS) $(OUR_LDLIBS)
$(O)/tests/test_bench_summary: bench/summary.c
# Examples see the public headers only.
$(O)/examples/%: examples/%.c $(O)/libpenstock.a
	$(call say,CC,$<)
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -MMD -MP -o $@ $< $(O)/libpenstock.a $(LDFLAGS) $(OUR_LDLIBS)
examples: $(EXAMPLE_BIN)

# Precision and recall of the pattern finder: docs/patterns.md.
$(O)/pattern_accuracy: tools/pattern_accuracy.c $(O)/libpenstock.a
	$(call say,CC,$<)
	$(Q)$(COMPILE) -Isrc -MMD -MP -o $@ $< $(O)/libpenstock.a $(LDFLAGS) $(OUR_LDLIBS)
accuracy: $(O)/pattern_accuracy
	@$(O)/pattern_accuracy $(PIVOTS) $(MIN_QUALITY)
PIVOTS      ?= atr:3
MIN_QUALITY ?= 0

setup:
	@scripts/setup.sh
run: setup
	@$(MAKE) --no-print-directory $(jobs) all
	@$(O)/penstock demo $(firstword $(wildcard $(DATA)/daily/SPY.csv))
test: setup
	@$(MAKE) --no-print-directory $(jobs) tests
# Set-up done: what is run again and again while developing.
# What other compilers make of the kernels does not depend on BUILD.
TEST_RUN := $(if $(filter release,$(BUILD)),$(TEST_BIN),$(filter-out %/test_kernel_builds,$(TEST_BIN)))
tests: all $(TEST_RUN) $(EXAMPLE_BIN) $(O)/tests/emulate_cuda.so $(O)/tests/mock_cublaslt.so
	@BUILD=$(BUILD) O=$(O) CC='$(CC)' PENSTOCK=$(O)/penstock scripts/run_tests.sh $(TEST_RUN) $(TEST_SH)
check: setup
	@$(MAKE) --no-print-directory $(jobs) lint
	@$(if $(filter release,$(BUILD)),$(MAKE) --no-print-directory $(jobs) kernels-clang)
	@$(MAKE) --no-print-directory $(jobs) tests

# The libraries to compare with, where they are: TA-Lib, which pkg-config finds or
# PENSTOCK_LIBTALIB names, the Tulip Indicators that PENSTOCK_LIBINDICATORS names, and QuantLib,
# which pkg-config finds (libquantlib0-dev).
PEERS := $(patsubst tests/%.c,$(O)/tests/%,$(wildcard tests/test_peer_*.c))
peers: $(PEERS)
	@O=$(O) scripts/peers.sh $(PEERS)

# Every kernel with every compiler: gcc, clang, the OpenCL drivers', NVRTC for three generations
# of GPUs; and whether what gcc made uses the widest registers.
kernels: $(K_OBJ) $(TK_OBJ) $(O)/tests/test_kernel_builds kernels-clang
	@BUILD=$(BUILD) O=$(O) CC='$(CC)' scripts/run_tests.sh $(O)/tests/test_kernel_builds tests/test_vectorised.sh
kernels-clang:
	@if command -v clang >/dev/null; then $(MAKE) --no-print-directory CC=clang O=build/clang kernel-objects; \
	else echo 'kernels: clang is not installed, left out'; fi
kernel-objects: $(K_OBJ) $(TK_OBJ)

# What a machine with a GPU, and neither packages nor root, runs: the tests that compare devices and
# the program, linked so that they need libc alone, with NVRTC where it is found (NVRTC=: without).
BUNDLE      := build/gpu-bundle
BUNDLE_LIBS := $(patsubst -ljansson,-l:libjansson.a,$(patsubst -lyaml,-l:libyaml.a,$(OUR_LDLIBS)))
BUNDLE_BIN  := $(patsubst tests/%.c,$(BUNDLE)/bin/%,$(shell grep -lE '"(device_matrix|mathops)\.h"' tests/test_*.c)) \
               $(BUNDLE)/bin/penstock $(BUNDLE)/bin/devices
NVRTC       ?= $(firstword $(wildcard /usr/local/cuda/lib64 /usr/lib/x86_64-linux-gnu))/libnvrtc
$(BUNDLE)/bin/test_prelude $(BUNDLE)/bin/test_simulate: $(TK_OBJ)
$(BUNDLE)/bin/test_%: tests/test_%.c $(O)/libpenstock.a
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -D_POSIX_C_SOURCE=200809L -Isrc -o $@ $(filter %.c %.o,$^) $(O)/libpenstock.a $(LDFLAGS) $(BUNDLE_LIBS)
$(BUNDLE)/bin/penstock: $(CLI_OBJ) $(O)/libpenstock.a
	@mkdir -p $(@D)
	$(Q)$(LINK) -o $@ $(CLI_OBJ) $(O)/libpenstock.a $(BUNDLE_LIBS)
$(BUNDLE)/bin/devices: examples/devices.c $(O)/libpenstock.a
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -o $@ $< $(O)/libpenstock.a $(BUNDLE_LIBS)
gpu-bundle: $(BUNDLE_BIN)
	@mkdir -p $(BUNDLE)/lib && cp scripts/gpu_check.sh $(BUNDLE)
	@for file in $(wildcard $(NVRTC).so.[0-9]* $(NVRTC)-builtins.so.[0-9]*); do cp -Lu $$file $(BUNDLE)/lib; done
	@$(STRIP) $(BUNDLE_BIN)
	@tar -C build -czf $(BUNDLE).tar.gz gpu-bundle
	@ls $(BUNDLE)/bin $(BUNDLE)/lib && ls -l $(BUNDLE).tar.gz
# Builds what it can here, else uses a bundle that was copied to $(BUNDLE).
gpu-check:
	@if printf '#include <jansson.h>\n#include <yaml.h>\n' | $(CC) -E -x c - >/dev/null 2>&1; \
	then $(MAKE) --no-print-directory $(jobs) NVRTC=: gpu-bundle >/dev/null; fi
	@scripts/gpu_check.sh $(BUNDLE)

# Checks of the text alone.
lint: layers format-check
layers:
	@tools/check_layers.sh
FORMATTED = $(shell find include src tests tools bench examples -name '*.[chk]' -o -name '*.kh')
# The table of indicators in docs/indicators.md, from the catalogue.
docs: all
	@{ sed '/^<!-- catalogue -->/q' docs/indicators.md; echo '```text'; $(O)/penstock indicators --list; \
	echo '```'; sed -n '/^<!-- end of the catalogue -->/,$$p' docs/indicators.md; } >$(O)/indicators.md
	@cp $(O)/indicators.md docs/indicators.md
	@$(O)/penstock indicators --list --page -o docs/catalogue.md
format:
	@clang-format -i $(FORMATTED)
format-check:
	@if command -v clang-format >/dev/null; then clang-format --dry-run -Werror $(FORMATTED); \
	else echo 'format-check: left out, clang-format is not installed'; fi

# Programs and shared libraries are stripped (STRIP=: keeps their symbols).
install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/include/penstock $(DESTDIR)$(LIBDIR)/pkgconfig
	install -m 644 $(HEADERS) $(DESTDIR)$(PREFIX)/include/penstock
	install -m 644 $(O)/libpenstock.a $(DESTDIR)$(LIBDIR)
	install -m 755 $(O)/libpenstock.so $(DESTDIR)$(LIBDIR)/libpenstock.so.$(VERSION)
	$(STRIP) -g $(DESTDIR)$(LIBDIR)/libpenstock.a
	$(STRIP) --strip-unneeded $(DESTDIR)$(LIBDIR)/libpenstock.so.$(VERSION)
	ln -sf libpenstock.so.$(VERSION) $(DESTDIR)$(LIBDIR)/$(SONAME)
	ln -sf $(SONAME) $(DESTDIR)$(LIBDIR)/libpenstock.so
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@VERSION@|$(VERSION)|' penstock.pc.in \
	    >$(DESTDIR)$(LIBDIR)/pkgconfig/penstock.pc
ifneq ($(CLI_MAIN),)
	install -m 755 $(O)/penstock $(DESTDIR)$(PREFIX)/bin
	$(STRIP) $(DESTDIR)$(PREFIX)/bin/penstock
	install -d $(DESTDIR)$(MANDIR)/man1
	$(O)/penstock help --man -o $(DESTDIR)$(MANDIR)/man1/penstock.1
	$(foreach c,$(COMMANDS),$(O)/penstock help --man $(c) -o $(DESTDIR)$(MANDIR)/man1/penstock-$(c).1 &&) true
endif
uninstall:
	rm -rf $(DESTDIR)$(PREFIX)/include/penstock
	rm -f $(DESTDIR)$(MANDIR)/man1/penstock.1 $(DESTDIR)$(MANDIR)/man1/penstock-*.1
	rm -f $(DESTDIR)$(PREFIX)/bin/penstock $(DESTDIR)$(LIBDIR)/libpenstock.* \
	    $(DESTDIR)$(LIBDIR)/pkgconfig/penstock.pc

# libFuzzer targets: tests/fuzz/fuzz_<input>.c, run for FUZZ_SECONDS each, two at a time.
FUZZ_SECONDS ?= 60
FUZZ_SRC := $(sort $(wildcard tests/fuzz/fuzz_*.c))
FUZZ_BIN := $(FUZZ_SRC:tests/fuzz/%.c=$(O)/fuzz/%)
fuzz: setup
	@$(MAKE) --no-print-directory $(jobs) BUILD=fuzz CC=clang fuzz-run
$(O)/fuzz/%: tests/fuzz/%.c $(O)/libpenstock.a
	$(call say,FUZZ,$<)
	@mkdir -p $(@D)
	$(Q)$(COMPILE) -fsanitize=fuzzer -Wno-missing-prototypes -Isrc -MMD -MP -o $@ $< $(O)/libpenstock.a $(OUR_LDLIBS)
fuzz-run: $(FUZZ_BIN)
	@O=$(O) scripts/run_fuzz.sh $(FUZZ_SECONDS) $(FUZZ_BIN)

coverage:
	@$(MAKE) --no-print-directory $(jobs) BUILD=coverage tests
	@scripts/coverage.sh build/coverage

clean:
	rm -rf build
help:
	@echo "run       set up, build, and start the tour        test       set up, build, run every test"
	@echo "all       library and program in $(O)    tests      the same without the set-up"
	@echo "check     tests, layers, format, kernels           lint       the checks without the tests"
	@echo "examples  examples/ in $(O)/examples     format     clang-format everything"
	@echo "docs      the table of indicators in docs/"
	@echo "install   under DESTDIR and PREFIX                 uninstall  the reverse"
	@echo "kernels   each kernel with each compiler           gpu-check  same bits and speed on cuda:0"
	@echo "accuracy  precision and recall of chart patterns   peers      indicators against an installed TA-Lib"
	@echo "gpu-bundle  what gpu-check needs on a machine without packages"
	@echo "fuzz      libFuzzer targets, FUZZ_SECONDS each     coverage   lines the tests reach"

-include $(shell find $(O) -name '*.d' 2>/dev/null)
