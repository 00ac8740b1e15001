# SPDX-License-Identifier: MIT
# mmgrade: `make help` lists the targets. One file, wildcard sources, output in build/<variant>:
#   release   what is graded with      asan    everything trusted under ASan and UBSan
#   clang     the same with clang      (the worker and submissions are never sanitised)
# A target that people type first makes sure that the packages are there (.ci/setup), then calls
# make again for the build: on a bare machine no compiler exists while this file is read.

VARIANT ?= $(if $(findstring clang,$(CC)),clang,release)
BUILD   := build/$(VARIANT)
ifeq ($(origin CC),default)
CC := $(if $(filter clang,$(VARIANT)),clang,gcc)
endif
ifeq ($(VARIANT),asan)
SANITIZE := -fsanitize=address,undefined -fno-sanitize-recover=undefined -fno-omit-frame-pointer
endif

LAB    ?= malloc
SUB    ?= student_template/$(LAB)
PREFIX ?= /usr/local

LIBS      := yaml-0.1 jansson smartcols libseccomp zlib libxxhash sqlite3 nettle
WARN      := -Wall -Wextra -Wundef -Wshadow -Wconversion -Wmissing-prototypes -Werror \
               -Wno-missing-field-initializers # fields left out are zero; clang objects in seccomp.h
CPPFLAGS  += -D_GNU_SOURCE -I.
CFLAGS    ?= -O2 -g
C         := -std=c17 $(WARN)
LDLIBS    = $(shell pkg-config --libs $(LIBS)) -lpthread -lm
LDLIBS_UT = $(shell pkg-config --libs check libarchive)

LIB_SRC      := $(wildcard $(addsuffix /*.c,harness/base harness/trace harness/access harness/sandbox harness/heap \
                  harness/vm harness/modules harness/measure harness/labs harness/cli grading reports))
WORKER_SRC   := $(wildcard harness/worker/*.c)
UNIT_SRC     := $(wildcard tests/unit/*.c)
BENCH_SRC    := $(wildcard tests/bench/*.c)
SOURCES       = $(shell find harness grading reports reference student_template tests -name '*.[ch]')
LIB_OBJ      := $(LIB_SRC:%.c=$(BUILD)/%.o)
WORKER_OBJ   := $(WORKER_SRC:%.c=$(BUILD)/worker/%.o)
WORKER32_OBJ := $(WORKER_SRC:%.c=$(BUILD)/m32/%.o)
UNIT_OBJ     := $(UNIT_SRC:%.c=$(BUILD)/%.o)
BENCHES      := $(BENCH_SRC:%.c=$(BUILD)/%)
REFERENCES   := $(patsubst reference/malloc/%.c,%,$(wildcard reference/malloc/*.c))
INDEPENDENT_SRC := $(addprefix tests/references/,independent.c heap.c script.c)
CORRUPTIONS_SRC := $(addprefix tests/references/,corruptions.c heap.c script.c)
VM_REFERENCES := $(wildcard $(addsuffix /*.c,$(addprefix reference/,translate pagetable tlb cache replace)))
VM_CHECK_SRC := tests/references/vm/check.c student_template/vm/vm_native.c
BUILD_REFERENCE  = @mkdir -p $(@D) && gcc $(CPPFLAGS) $(C) $(CFLAGS) $(SANITIZE) -Istudent_template/malloc
# The 32-bit worker needs gcc-multilib, which not every architecture has.
WORKER32     := $(if $(filter %/32/libgcc.a,$(shell { gcc -m32 -print-libgcc-file-name; } 2>/dev/null)), \
                  $(BUILD)/mmgrade-worker32)
# make's own -j, if it was given, else one job a processor.
JOBS          = $(if $(findstring -j,$(MAKEFLAGS)),,-j$(shell nproc))
BUILD_WITH   := $(MAKE) --no-print-directory -s

.PHONY: all grade plots batch handout gradescope autolab test bench bench-course regress regress-accept metrics format golden install clean help programs unit benches independents vm-references sanitized
all: ## build the programs into build/release (CC=clang: build/clang, VARIANT=asan: build/asan)
	@.ci/setup grade
	@$(BUILD_WITH) $(JOBS) programs

grade: ## grade a submission: LAB=malloc SUB=folder|mm.c RUBRIC=file TRACE=file HIDDEN=folder JSON=file
	@.ci/setup grade
	@[ -x $(BUILD)/mmgrade ] || echo 'building mmgrade, this once' >&2
	@$(BUILD_WITH) $(JOBS) programs
	@$(BUILD)/mmgrade grade $(if $(RUBRIC),--rubric '$(RUBRIC)',--lab $(LAB)) \
	  $(TRACE:%=--trace %) $(HIDDEN:%=--hidden %) $(if $(JSON),--json '$(JSON)') --out reports/out '$(SUB)'

plots: ## draw SUB=folder|mm.c, or each reference, into reports/out: LAB=malloc RUBRIC=file TRACE=file
	@.ci/setup grade
	@$(BUILD_WITH) $(JOBS) programs
	@$(BUILD)/mmgrade plots $(if $(RUBRIC),--rubric '$(RUBRIC)',--lab $(LAB)) $(TRACE:%=--trace %) \
	  $(if $(filter file,$(origin SUB)),reference/$(LAB)/*.c,'$(SUB)')

batch: ## grade a course: SUBMISSIONS=folder|roster.csv OUT=folder LAB=malloc RUBRIC=file HIDDEN=folder OPTIONS='--best ...'
	@.ci/setup grade
	@$(BUILD_WITH) $(JOBS) programs
	@[ -n '$(SUBMISSIONS)' ] || { echo 'usage: make batch SUBMISSIONS=FOLDER [OUT=FOLDER]' >&2; exit 2; }
	@$(BUILD)/mmgrade batch $(if $(RUBRIC),--rubric '$(RUBRIC)',--lab $(LAB)) $(TRACE:%=--trace %) \
	  $(HIDDEN:%=--hidden %) $(OPTIONS) --out '$(or $(OUT),reports/out/batch)' '$(SUBMISSIONS)'

handout: ## pack what students start from: LAB=malloc OUT=reports/out/malloc-handout.tar.gz
	@mkdir -p reports/out
	@tar -czf '$(or $(OUT),reports/out/$(LAB)-handout.tar.gz)' --exclude='*.o' --exclude='*-try' \
	  -C student_template $(LAB) $(if $(shell grep -l '\.\./vm' student_template/$(LAB)/Makefile),vm)

test: ## run all tests
	@.ci/setup test
	+@MAKE='$(MAKE)' tests/run.sh

gradescope: ## pack an autograder for Gradescope: LAB=malloc RUBRIC=file HIDDEN=folder OUT=reports/out/gradescope.zip
	@.ci/setup pack
	@reports/autograder/pack.sh gradescope $(BUILD) $(LAB) '$(RUBRIC)' '$(or $(OUT),reports/out/gradescope.zip)' '$(HIDDEN)'

autolab: ## pack an autograder for Autolab: LAB=malloc RUBRIC=file HIDDEN=folder OUT=reports/out/autolab
	@.ci/setup grade
	@$(BUILD_WITH) $(JOBS) programs
	@reports/autograder/pack.sh autolab $(BUILD) $(LAB) '$(RUBRIC)' '$(or $(OUT),reports/out/autolab)' '$(HIDDEN)'

regress: ## hold the references against their stored figures (grading/rubrics/*.baseline.jsonl)
	@.ci/setup grade
	@$(BUILD_WITH) $(JOBS) programs
	@$(BUILD)/mmgrade regress --lab $(LAB)

regress-accept: ## store the figures as they are now; review the difference before a commit
	@.ci/setup grade
	@$(BUILD_WITH) $(JOBS) programs
	@$(BUILD)/mmgrade regress --lab $(LAB) --accept

bench: ## measure mmgrade itself against its goals (tests/bench/README.md)
	@.ci/setup test
	@$(BUILD_WITH) $(JOBS) programs benches
	@tests/bench/bench.sh $(BUILD)

bench-course: ## grade a course of 250 submissions twice: time, memory, the same files (SUBMISSIONS=number)
	@.ci/setup test
	@$(BUILD_WITH) $(JOBS) programs
	@tests/bench/course.sh $(BUILD)/mmgrade $(SUBMISSIONS)

metrics: ## lines a file, lines a function: median, 90th percentile, the worst
	@awk -f tests/structure/metrics.awk $(sort $(SOURCES))

format: ## lay out all sources with clang-format
	@.ci/setup format
	clang-format -i $(SOURCES)

golden: ## rewrite the expected outputs in tests/golden; review the difference before a commit
	@.ci/setup test
	@$(BUILD_WITH) $(JOBS) programs unit $(BUILD)/tests/mutants
	@GOLDEN_UPDATE=1 CK_RUN_SUITE=reports $(BUILD)/tests/unit/unit
	@GOLDEN_UPDATE=1 tests/cli/cli.sh $(BUILD)/mmgrade
	@GOLDEN_UPDATE=1 tests/cli/vm.sh $(BUILD)/mmgrade
	@GOLDEN_UPDATE=1 tests/cli/modules.sh $(BUILD)/mmgrade
	@GOLDEN_UPDATE=1 tests/cli/vmtrace.sh $(BUILD)/mmgrade
	@GOLDEN_UPDATE=1 tests/cli/report.sh $(BUILD)/mmgrade
	@GOLDEN_UPDATE=1 $(BUILD)/tests/mutants $(BUILD)/mmgrade --golden

# All in one folder, so that mmgrade finds grading/rubrics beside itself; bin/ has a link to it.
install: all ## install below PREFIX=/usr/local (DESTDIR is respected)
	install -d $(DESTDIR)$(PREFIX)/bin $(DESTDIR)$(PREFIX)/lib/mmgrade
	install $(BUILD)/mmgrade $(BUILD)/mmgrade-worker $(WORKER32) $(BUILD)/mmgrade-unpack $(BUILD)/mmgrade-record.so $(DESTDIR)$(PREFIX)/lib/mmgrade
	tar -cf - --exclude='*.[ch]' grading reports/gnuplot | tar -xf - -C $(DESTDIR)$(PREFIX)/lib/mmgrade
	tar -cf - traces reference student_template | tar -xf - -C $(DESTDIR)$(PREFIX)/lib/mmgrade
	ln -sf ../lib/mmgrade/mmgrade $(DESTDIR)$(PREFIX)/bin/mmgrade

clean: ## remove build/ and reports/out/
	rm -rf build reports/out

help: ## this list
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { printf "make %-15s%s\n", $$1, $$2 }' Makefile

# The second phase: the packages are there.
programs: $(BUILD)/mmgrade $(BUILD)/mmgrade-worker $(WORKER32) $(BUILD)/mmgrade-unpack $(BUILD)/mmgrade-record.so
	@$(if $(WORKER32),,echo 'note: no 32-bit worker (abi: m32): gcc -m32 does not work here')
unit: $(BUILD)/tests/unit/unit
benches: $(BENCHES)
independents: $(addprefix $(BUILD)/tests/independent-,$(REFERENCES)) \
  $(if $(WORKER32),$(addprefix $(BUILD)/tests/independent32-,$(REFERENCES)))
# For tests/references/vm/vm.sh.
vm-references: $(VM_REFERENCES:reference/%.c=$(BUILD)/tests/vm/%)
# What tests/references/sanitized.sh runs: with VARIANT=asan.
sanitized: independents vm-references $(addprefix $(BUILD)/tests/independent8-,$(REFERENCES)) \
  $(addprefix $(BUILD)/tests/corruptions-,$(REFERENCES))

$(BUILD)/mmgrade: $(BUILD)/harness/main.o $(BUILD)/libmmgrade.a
	$(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/libmmgrade.a: $(LIB_OBJ)
	rm -f $@ && ar rcs $@ $^
WORKER_EXPORTS := -Wl,--dynamic-list=harness/worker/exports.list
# The worker links nothing but libc and exports memlib to the submission.
$(BUILD)/mmgrade-worker: $(WORKER_OBJ)
	$(CC) $(WORKER_EXPORTS) -o $@ $^ -ldl -lm
$(BUILD)/mmgrade-record.so: harness/trace/preload/record.c harness/trace/recording.h
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(C) $(CFLAGS) -fPIC -shared -fvisibility=hidden -o $@ $<
$(BUILD)/mmgrade-worker32: $(WORKER32_OBJ)
	gcc -m32 $(WORKER_EXPORTS) -o $@ $^ -ldl -lm
# The parser of archives. It limits its own memory, which sanitizers do not bear.
$(BUILD)/mmgrade-unpack: grading/unpack/unpack.c grading/archive_stream.h
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(C) $(CFLAGS) -o $@ $< $(shell pkg-config --cflags --libs libarchive)

COMMA := ,
# Each tests/unit/test_NAME.c gives NAME_suite(); main.c runs all that are here.
$(BUILD)/tests/unit/main.o: CPPFLAGS += \
  -D'SUITES=$(patsubst tests/unit/test_%.c,%_suite$(COMMA),$(filter tests/unit/test_%,$(UNIT_SRC)))'
$(BUILD)/tests/unit/main.o: $(UNIT_SRC)
$(BUILD)/tests/unit/unit: $(UNIT_OBJ) $(BUILD)/libmmgrade.a
	$(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(LDLIBS) $(LDLIBS_UT)
# A program for each reference, without the harness. independent: utilization, a second time.
$(BUILD)/tests/independent-%: $(INDEPENDENT_SRC) reference/malloc/%.c
	$(BUILD_REFERENCE) -o $@ $^
$(BUILD)/tests/independent8-%: $(INDEPENDENT_SRC) reference/malloc/%.c
	$(BUILD_REFERENCE) -DALIGNMENT=8 -o $@ $^
$(BUILD)/tests/independent32-%: $(INDEPENDENT_SRC) reference/malloc/%.c
	$(BUILD_REFERENCE) -DALIGNMENT=8 -m32 -o $@ $^
# corruptions: what mm_checkheap notices. It reaches a reference's variables by their section.
$(BUILD)/tests/corruptions-%: $(CORRUPTIONS_SRC) reference/malloc/%.c
	$(BUILD_REFERENCE) --param asan-globals=0 -c -o $@.o reference/malloc/$*.c
	objcopy --rename-section .bss=globals $@.o
	$(BUILD_REFERENCE) -o $@ $(CORRUPTIONS_SRC) $@.o
# The test of an address lab, tests/references/vm/LAB.c, with each reference of that lab.
$(BUILD)/tests/vm/%: reference/%.c $(VM_CHECK_SRC) $(wildcard tests/references/vm/*) $(wildcard student_template/vm/*.h)
	@mkdir -p $(@D)
	gcc $(CPPFLAGS) $(C) $(CFLAGS) $(SANITIZE) -Istudent_template/vm -o $@ $< $(VM_CHECK_SRC) \
	  tests/references/vm/$(*D).c
# Programs beside a folder of their name: no object files of their own.
$(BUILD)/tests/policies: tests/references/policies.c $(BUILD)/libmmgrade.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(C) $(CFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/tests/hostile: $(wildcard tests/hostile/*.c) $(wildcard tests/hostile/*.h) $(BUILD)/libmmgrade.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(C) $(CFLAGS) $(SANITIZE) -o $@ $(filter-out %.h,$^) $(LDLIBS)
$(BUILD)/tests/mutants: $(wildcard tests/mutants/*.c) $(wildcard tests/mutants/*.h) $(BUILD)/libmmgrade.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(C) $(CFLAGS) $(SANITIZE) -o $@ $(filter-out %.h,$^) $(LDLIBS)
$(BENCHES): %: %.o $(BUILD)/libmmgrade.a
	$(CC) $(CFLAGS) $(SANITIZE) $(LDFLAGS) -o $@ $^ $(LDLIBS)

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(C) $(CFLAGS) $(SANITIZE) -MMD -MP -c -o $@ $<
$(BUILD)/worker/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(C) $(CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/m32/%.o: %.c
	@mkdir -p $(@D)
	gcc -m32 $(CPPFLAGS) $(C) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
