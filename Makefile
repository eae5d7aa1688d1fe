# Penstock.  `make run` and `make test` set up what a bare Debian 12 machine
# lacks; everything else expects that done.  BUILD=release|debug|asan|tsan.
VERSION  := 0.1.0
BUILD    ?= release
PREFIX   ?= /usr/local
O        := build/$(BUILD)
ifeq ($(origin CC),default)
CC       := gcc
endif
HOSTCC   ?= $(CC)

WARN     := -Wall -Wextra -Wshadow -Wvla -Wstrict-prototypes -Wmissing-prototypes -Wpointer-arith \
            $(if $(CI),-Werror)
FLAGS_release := -O2 -g
FLAGS_debug   := -O0 -g
FLAGS_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
FLAGS_tsan    := -O1 -g -fsanitize=thread -fno-omit-frame-pointer
ifeq ($(FLAGS_$(BUILD)),)
$(error BUILD=$(BUILD): expected release, debug, asan or tsan)
endif

# Everything else (OpenCL, CUDA, oneDNN, OpenBLAS, ...) is opened at run time.
LIBS_REQ := jansson yaml-0.1

CPPFLAGS += -Iinclude -DPEN_VERSION='"$(VERSION)"' $(shell pkg-config --cflags $(LIBS_REQ) 2>/dev/null)
CFLAGS   += -std=c11 -fvisibility=hidden -fPIC -ffp-contract=off -fno-math-errno $(WARN) $(FLAGS_$(BUILD))
LDLIBS   += $(shell pkg-config --libs $(LIBS_REQ) 2>/dev/null || echo -ljansson -lyaml) -lm -ldl -lpthread

# Kernels: every .k for two precisions and each instruction set of this processor's family.
KDIR     := src/machine/kernels
K_FILES  := $(sort $(wildcard $(KDIR)/*.k))
K_TEXTS  := $(K_FILES) $(sort $(wildcard $(KDIR)/*.kh)) $(KDIR)/prelude_cuda.h $(KDIR)/prelude_opencl.h
K_FLAGS  := -x c -std=gnu11 -ffp-contract=off -fno-math-errno -fno-trapping-math -fopenmp-simd \
            -fPIC -fvisibility=hidden -I$(KDIR) -include prelude_cpu.h \
            -Wall -Wno-unused-function -Wno-unknown-pragmas -Wno-psabi $(if $(CI),-Werror)
# Kernels are optimised in every build: at -O1 the sanitizers' check of them would take hours.
K_OPT_release := -O3 -g
K_OPT_debug   := -O1 -g
K_OPT_asan    := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=undefined
K_OPT_tsan    := -O2 -g -fsanitize=thread
ifneq ($(filter x86_64%,$(shell $(CC) -dumpmachine)),)
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
CLI_SRC  := $(sort $(wildcard src/run/cli/*.c))
LIB_OBJ  := $(SRC:%.c=$(O)/%.o) $(O)/gen/kernels_gen.o
K_OBJ    := $(foreach k,$(K_FILES:$(KDIR)/%.k=%),$(foreach r,f32 f64,$(foreach v,$(VARIANTS),$(O)/kernels/$(k).$(r).$(v).o)))
CLI_OBJ  := $(CLI_SRC:%.c=$(O)/%.o)
TESTS    := $(sort $(wildcard tests/test_*.c))
TEST_BIN := $(TESTS:tests/%.c=$(O)/tests/%)

.PHONY: all run test check setup install clean
all: $(O)/libpenstock.a $(O)/libpenstock.so $(if $(CLI_SRC),$(O)/penstock)

$(O)/libpenstock.a: $(LIB_OBJ) $(K_OBJ)
	@rm -f $@
	$(AR) rcs $@ $^
$(O)/libpenstock.so: $(LIB_OBJ) $(K_OBJ)
	$(CC) $(CFLAGS) -shared -Wl,-soname,libpenstock.so.0 -o $@ $^ $(LDFLAGS) $(LDLIBS)
$(O)/penstock: $(CLI_OBJ) $(O)/libpenstock.a
	$(CC) $(CFLAGS) -o $@ $^ $(LDFLAGS) $(LDLIBS)
$(O)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

define KERNEL_RULE
$(O)/kernels/%.$(1).$(2).o: $(KDIR)/%.k
	@mkdir -p $$(@D)
	$$(CC) $$(K_FLAGS) $$(K_OPT_$(BUILD)) $$(ARCH_$(2)) -DPEN_REAL_F64=$$(REAL_$(1)) -DPEN_VARIANT=$(2) -MMD -MP -c -o $$@ $$<
endef
$(foreach r,f32 f64,$(foreach v,$(VARIANTS),$(eval $(call KERNEL_RULE,$(r),$(v)))))

$(O)/gen/embed_kernels: tools/embed_kernels.c
	@mkdir -p $(@D)
	$(HOSTCC) -std=c11 -O1 $(WARN) -o $@ $<
$(O)/gen/kernels_gen.c: $(O)/gen/embed_kernels $(K_TEXTS)
	$(O)/gen/embed_kernels $(K_TEXTS) >$@.tmp && mv $@.tmp $@
$(O)/gen/kernels_gen.o: $(O)/gen/kernels_gen.c
	$(CC) $(CPPFLAGS) -I$(KDIR) $(CFLAGS) -c -o $@ $<

$(O)/tests/%: tests/%.c $(O)/libpenstock.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -Isrc $(CFLAGS) -MMD -MP -o $@ $< $(O)/libpenstock.a $(LDFLAGS) $(LDLIBS)

setup:
	@scripts/setup.sh
run: setup
	@$(MAKE) --no-print-directory all
	@$(O)/penstock demo
test: setup
	@$(MAKE) --no-print-directory tests
tests: all $(TEST_BIN)
	@PENSTOCK=$(O)/penstock scripts/run_tests.sh $(TEST_BIN)
check: test
	tools/check_layers.sh

clean:
	rm -rf build

-include $(shell find $(O) -name '*.d' 2>/dev/null)
