// SPDX-License-Identifier: MIT
// Files and generated traces behind one face.
#include "harness/labs/trace_choice.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "harness/base/content_hash.h"
#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "harness/trace/reader.h"

char *trace_choice_name(const struct generator *generator, uint64_t seed)
{
    return xasprintf("%s-%" PRIu64 ".rep", generator->name, seed);
}

uint64_t trace_choice_seed(const struct trace_choice *choice)
{
    return choice->generator == NULL ? 0 : choice->options.seed;
}

bool trace_choice_read(const struct trace_choice *choice, struct trace *trace, struct error *error)
{
    if (choice->generator == NULL) {
        return trace_read(trace, choice->path, error);
    }
    generator_run(choice->generator, choice->options, trace);
    return true;
}

char *trace_choice_hash(const struct trace_choice *choice, const struct trace *trace)
{
    if (choice->generator == NULL) {
        return content_hash(choice->path);
    }
    char *text = NULL;
    size_t n_bytes;
    FILE *stream = xopen_memstream(&text, &n_bytes);
    trace_print(trace, &readers[0], stream);
    if (fclose(stream) != 0) {
        die("out of memory");
    }
    char *hash = content_hash_text(text);
    free(text);
    return hash;
}

char *trace_choice_command(const struct trace_choice *choice, const char *prefix,
                           const char *submission)
{
    char *path = shell_word(choice->path);
    char *subject = shell_word(submission);
    char *command = xasprintf("%s --trace %s %s", prefix, path, subject);
    if (choice->generator != NULL) {
        char *program = shell_word(program_invocation_name);
        char *both = xasprintf("%s trace gen %s --seed %" PRIu64 " -o %s && %s", program,
                               choice->arguments, choice->options.seed, path, command);
        free(command);
        free(program);
        command = both;
    }
    free(path);
    free(subject);
    return command;
}
