// SPDX-License-Identifier: MIT
// The dialects that can be written, and a file that appears when it is complete.
#include "harness/cli/vmtrace_output.h"

#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "harness/base/error.h"
#include "harness/cli/subcommand.h"

/// A letter a kind, for the kinds that the dialect has.
struct letters {
    const char *of_kind[ACCESS_MODIFY + 1];
};

static const char *letter(const struct letters *letters, const struct access *record)
{
    return record->kind <= ACCESS_MODIFY ? letters->of_kind[record->kind] : NULL;
}

static bool put_letter(FILE *file, const struct letters *letters, const struct access *record)
{
    const char *word = letter(letters, record);
    if (word != NULL) {
        fprintf(file, "%s%08" PRIx64 ",%" PRIu64 "\n", word, record->address, record->bytes);
    }
    return word != NULL;
}

static bool put_lackey(FILE *file, const struct access *record)
{
    static const struct letters letters = {{[ACCESS_FETCH] = "I  ",
                                            [ACCESS_READ] = " L ",
                                            [ACCESS_WRITE] = " S ",
                                            [ACCESS_MODIFY] = " M "}};
    return put_letter(file, &letters, record);
}

static bool put_cachelab(FILE *file, const struct access *record)
{
    static const struct letters letters = {
        {[ACCESS_READ] = "L ", [ACCESS_WRITE] = "S ", [ACCESS_MODIFY] = "M "}};
    return put_letter(file, &letters, record);
}

/// It has no word for a modification, which is a read and a write.
static bool put_din(FILE *file, const struct access *record)
{
    static const struct letters letters = {
        {[ACCESS_FETCH] = "2", [ACCESS_READ] = "0", [ACCESS_WRITE] = "1", [ACCESS_MODIFY] = "0"}};
    const char *word = letter(&letters, record);
    if (word == NULL) {
        return false;
    }
    fprintf(file, "%s %" PRIx64 "\n", word, record->address);
    if (record->kind == ACCESS_MODIFY) {
        fprintf(file, "1 %" PRIx64 "\n", record->address);
    }
    return true;
}

const struct vmtrace_form vmtrace_forms[] = {
    {"text", "the project's own text form: all there is", NULL, ACCESS_TEXT},
    {"binary", "the project's own binary form: all there is, read without parsing", NULL,
     ACCESS_BINARY},
    {"lackey", "`I  addr,size`, ` L addr,size`: accesses alone", put_lackey},
    {"cachelab", "`L addr,size`: reads and writes alone", put_cachelab},
    {"din", "`0 addr`: accesses alone, without sizes", put_din},
};
const size_t n_vmtrace_forms = sizeof vmtrace_forms / sizeof vmtrace_forms[0];

void vmtrace_output_help(void)
{
    printf("  -o, --output F     write to the file F (default: standard output)\n"
           "  --to FORM          write it as FORM (default %s):\n",
           vmtrace_forms[0].name);
    for (size_t i = 0; i < n_vmtrace_forms; i++) {
        printf("    %-16s %s\n", vmtrace_forms[i].name, vmtrace_forms[i].description);
    }
}

const struct vmtrace_form *vmtrace_output_form(const char *name)
{
    for (size_t i = 0; i < n_vmtrace_forms; i++) {
        if (strcmp(vmtrace_forms[i].name, name) == 0) {
            return &vmtrace_forms[i];
        }
    }
    subcommand_refuse_word("form", name, vmtrace_forms, n_vmtrace_forms, sizeof vmtrace_forms[0]);
    return NULL;
}

bool vmtrace_output_begin(struct vmtrace_output *output, const char *comment)
{
    struct error error;
    output->file = stdout;
    if (output->path != NULL) {
        if (!replace_begin(&output->replacement, output->path, &error)) {
            fprintf(stderr, "%s\n", error.text);
            return false;
        }
        output->file = output->replacement.stream;
    }
    if (output->form->put == NULL) {
        access_writer_begin(&output->writer, output->file, output->form->own, false);
        if (comment != NULL) {
            access_writer_comment(&output->writer, comment);
        }
    }
    return true;
}

bool vmtrace_output_add(void *context, const struct access *records, size_t n)
{
    struct vmtrace_output *output = context;
    if (output->form->put == NULL) {
        access_writer_add(&output->writer, records, n);
    } else {
        for (size_t i = 0; i < n; i++) {
            output->n_left_out += !output->form->put(output->file, &records[i]);
        }
    }
    return !ferror(output->file);
}

int vmtrace_output_end(struct vmtrace_output *output)
{
    struct error error;
    bool ok = output->form->put != NULL || access_writer_end(&output->writer);
    if (output->path == NULL) {
        if (!ok || fflush(stdout) != 0 || ferror(stdout)) {
            note("cannot write to standard output: %s", strerror(errno));
            return 2;
        }
    } else if (!replace_finish(&output->replacement, &error)) {
        fprintf(stderr, "%s\n", error.text);
        return 2;
    }
    if (output->n_left_out > 0) {
        note("%zu records are left out, which the form '%s' has no word for", output->n_left_out,
             output->form->name);
    }
    return 0;
}

void vmtrace_output_abandon(struct vmtrace_output *output)
{
    if (output->path != NULL) {
        replace_abandon(&output->replacement);
    }
}
