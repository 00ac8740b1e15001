// SPDX-License-Identifier: MIT
// The Test Anything Protocol, version 14. Diagnostics are YAML with JSON's quoted strings, which
// YAML takes as they are.
#include <stdlib.h>

#include "reports/formats.h"
#include "reports/json_build.h"
#include "reports/outcomes.h"

/// '#' would begin a directive: "# TODO" makes a failure count as none.
static void print_description(const char *text, FILE *stream)
{
    for (; *text != '\0'; text++) {
        if (*text == '#' || *text == '\\') {
            fputc('\\', stream);
        }
        fputc(*text, stream);
    }
}

static void print_member(const char *name, const char *text, FILE *stream)
{
    char *quoted = json_to_text(json_safe_text(text), JSON_ENCODE_ANY);
    fprintf(stream, "  %s: %s\n", name, quoted);
    free(quoted);
}

static void print_diagnostics(const struct outcome *one, FILE *stream)
{
    fputs("  ---\n", stream);
    print_member("message", one->reason, stream);
    print_member("severity", "fail", stream);
    if (one->code != NULL) {
        print_member("code", one->code, stream);
    }
    print_member("details", one->text, stream);
    if (*one->output != '\0') {
        print_member("output", one->output, stream);
    }
    fputs("  ...\n", stream);
}

void tap_write(const struct result *result, FILE *stream, const struct format_options *options)
{
    (void)options; // the same bytes wherever they go
    struct outcomes outcomes = outcomes_of(result);
    fprintf(stream, "TAP version 14\n1..%zu\n", outcomes.n_items);
    for (size_t i = 0; i < outcomes.n_items; i++) {
        const struct outcome *one = &outcomes.items[i];
        fprintf(stream, "%s %zu - ", one->status == STATUS_FAILED ? "not ok" : "ok", i + 1);
        print_description(one->name, stream);
        if (one->status == STATUS_SKIPPED) {
            fputs(" # SKIP ", stream);
            print_description(one->reason, stream);
        }
        fputc('\n', stream);
        if (one->status == STATUS_FAILED) {
            print_diagnostics(one, stream);
        }
    }
    outcomes_free(&outcomes);
}
