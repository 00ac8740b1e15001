// SPDX-License-Identifier: MIT
// Flags by table: the fixed ones, and those that make a compiler call back on each basic block and
// each access. Both compilers offer the interface of the thread sanitizer; its library, which
// would serve the calls, is not linked: the worker serves them.
#include "harness/sandbox/build_command.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

/// The same for every submission. Old C compiles: no prototypes, common globals, implicit int,
/// plain `inline`.
static const char *const fixed_flags[] = {
    "-std=gnu17",
    "-fPIC",
    "-g",
    "-fcommon",
    "-fgnu89-inline",
    "-fno-semantic-interposition",
    "-DDRIVER",
    "-Wno-error=implicit-function-declaration",
    "-Wno-error=implicit-int",
    "-Wno-error=int-conversion",
    "-Wno-error=incompatible-pointer-types",
    "-I../include",
    NULL,
};

/// Builtins that are expanded run unobserved; lines.h reads DWARF 4. No callback tells of an index
/// into a local array, which could reach the heap from there: one that leaves its array is a trap,
/// as is what would make the compiler believe that it does not. clang leaves out a read right
/// before a write of the same place, and vectorises what it cannot observe. Without tail calls each
/// callback returns into the code that it is about. gcc leaves its reports for hidden_aggregates.h
/// in out/, "tsan0" at -O0.
static const struct {
    const char *compiler;
    const char *flags[16];
} instrumentations[] = {
    {"gcc",
     {"-fno-builtin", "-gdwarf-4", "-fsanitize=thread,bounds,unreachable",
      "-fsanitize-undefined-trap-on-error", "-fsanitize-coverage=trace-pc", "--param",
      "tsan-instrument-func-entry-exit=0", "-fno-optimize-sibling-calls", "-dumpdir", "../out/",
      "-fdump-tree-tsan-raw-lineno-uid", "-fdump-tree-tsan0-raw-lineno-uid", NULL}},
    {"clang",
     {"-fno-builtin", "-gdwarf-4", "-fsanitize=thread,local-bounds,unreachable",
      "-fsanitize-trap=bounds,unreachable", "-fsanitize-coverage=trace-pc,bb,no-prune", "-mllvm",
      "-tsan-instrument-read-before-write=1", "-mllvm", "-tsan-instrument-func-entry-exit=0",
      "-fno-vectorize", "-fno-slp-vectorize", "-fno-optimize-sibling-calls", NULL}},
};

/// Added when code is to be traced to its source: each call has its frame, each access its line.
/// Without optimisation clang checks local arrays as it does all others.
static const char *const tracing[] = {"-O0", "-fno-inline", "-fno-omit-frame-pointer",
                                      "-fsanitize=bounds", NULL};

/// What the worker does in place of libc, harness/worker/callbacks*.c.
static const char *const copying[] = {"memcpy", "memmove", "memset", NULL};
static const char *const printing[] = {"printf",
                                       "fprintf",
                                       "vprintf",
                                       "vfprintf",
                                       "__printf_chk",
                                       "puts",
                                       "__fprintf_chk",
                                       "__vprintf_chk",
                                       "__vfprintf_chk",
                                       "putchar",
                                       "putc",
                                       "fputs",
                                       "fputc",
                                       "fflush",
                                       "fwrite",
                                       "perror",
                                       NULL};

void build_command_push(struct build_command *command, const char *argument)
{
    if (command->n < BUILD_COMMAND_MAX) {
        command->list[command->n++] = argument;
    }
}

static void push_all(struct build_command *command, const char *const *arguments)
{
    for (size_t i = 0; arguments[i] != NULL; i++) {
        build_command_push(command, arguments[i]);
    }
}

static void push_instrumentation(struct build_command *command, const char *compiler)
{
    for (size_t i = 0; i < sizeof instrumentations / sizeof *instrumentations; i++) {
        if (strcmp(instrumentations[i].compiler, compiler) == 0) {
            push_all(command, instrumentations[i].flags);
        }
    }
}

void build_command_start(struct build_command *command, const struct build_plan *plan,
                         const char *compiler, const char *alignment)
{
    build_command_push(command, compiler);
    push_all(command, fixed_flags);
    build_command_push(command, alignment);
    for (size_t i = 0; i < plan->settings->n_flags; i++) {
        build_command_push(command, plan->settings->flags[i]);
    }
    if (plan->m32) {
        build_command_push(command, "-m32");
    }
}

void build_command_instrument(struct build_command *command, const struct build_plan *plan)
{
    if (plan->instrumented) {
        push_instrumentation(command, plan->settings->compiler);
    }
    if (plan->traced) {
        push_all(command, tracing);
    }
}

/// Takes an allocated string; returns it with ",NAME=VALUE" for each value behind it.
static char *add_options(char *text, const char *name, const char *const *values)
{
    for (size_t i = 0; values[i] != NULL; i++) {
        char *longer = xasprintf("%s,%s=%s", text, name, values[i]);
        free(text);
        text = longer;
    }
    return text;
}

char *build_command_linking(const struct build_plan *plan)
{
    // relro: else a submission could write the addresses of the callbacks.
    char *option =
        xstrdup(plan->instrumented ? "-Wl,-Bsymbolic,-z,now,-z,relro" : "-Wl,-Bsymbolic,-z,now");
    if (plan->instrumented) {
        option = add_options(option, "--wrap", copying);
    }
    if (plan->instrumented && !plan->traced) {
        option = add_options(option, "--wrap", printing);
    }
    return plan->wanted == NULL ? option : add_options(option, "--undefined", plan->wanted);
}

void build_command_libraries(struct build_command *command, const struct build_plan *plan)
{
    static const char *const without_sanitizer[] = {"-nodefaultlibs", "-lm", "-lc", "-lgcc", NULL};
    static const char *const usual[] = {"-lm", NULL};
    push_all(command, plan->instrumented ? without_sanitizer : usual);
}

char *build_command_join(const struct build_command *command)
{
    char *line = xstrdup(command->list[0]);
    for (size_t i = 1; i < command->n; i++) {
        char *longer = xasprintf("%s %s", line, command->list[i]);
        free(line);
        line = longer;
    }
    return line;
}
