# SPDX-License-Identifier: MIT
# mmgrade: `make help` lists the targets. One file, wildcard sources, output in build/<variant>.
CC      ?= gcc
VARIANT ?= release
BUILD   := build/$(VARIANT)

LIBS     := libcyaml jansson smartcols libseccomp libxxhash
WARN     := -Wall -Wextra -Wundef -Wshadow -Wconversion -Wmissing-prototypes -Werror
CPPFLAGS += -D_GNU_SOURCE -I.
CFLAGS   += -std=c17 -O2 -g $(WARN) $(SANITIZE)
LDLIBS   += $(shell pkg-config --libs $(LIBS)) -lpthread -lm

LIB_SRC    := $(wildcard harness/base/*.c harness/trace/*.c harness/sandbox/*.c harness/heap/*.c \
                harness/measure/*.c harness/labs/*.c harness/cli/*.c grading/*.c reports/*.c)
WORKER_SRC := $(wildcard harness/worker/*.c)
LIB_OBJ    := $(LIB_SRC:%.c=$(BUILD)/%.o)
WORKER_OBJ := $(WORKER_SRC:%.c=$(BUILD)/%.o)
WORKER32_OBJ := $(WORKER_SRC:%.c=$(BUILD)/m32/%.o)

.PHONY: all
all: $(BUILD)/mmgrade $(BUILD)/mmgrade-worker $(BUILD)/mmgrade-worker32

$(BUILD)/mmgrade: $(BUILD)/harness/main.o $(BUILD)/libmmgrade.a
	$(CC) $(CFLAGS) -o $@ $^ $(LDLIBS)
$(BUILD)/libmmgrade.a: $(LIB_OBJ)
	rm -f $@ && ar rcs $@ $^
# The worker links nothing but libc and exports memlib to the submission.
$(BUILD)/mmgrade-worker: $(WORKER_OBJ)
	gcc -rdynamic -o $@ $^ -ldl -lm
$(BUILD)/mmgrade-worker32: $(WORKER32_OBJ)
	gcc -m32 -rdynamic -o $@ $^ -ldl -lm

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<
$(BUILD)/m32/%.o: %.c
	@mkdir -p $(@D)
	gcc -m32 $(CPPFLAGS) $(CFLAGS) -MMD -MP -c -o $@ $<

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)
