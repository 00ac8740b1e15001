// SPDX-License-Identifier: MIT
// Quoting, captions, templates.
#include "reports/plot_script.h"

#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/base/printable.h"
#include "reports/built_with.h"
#include "reports/formats.h"

#define MAX_NAME 60

/// An apostrophe becomes U+2019: gnuplot 5.4 takes a doubled quote at the start of a string for an
/// empty string and runs the rest.
static char *quote(const char *text, bool doubles_percent)
{
    char *safe = printable(text, strlen(text));
    char *quoted = NULL;
    size_t n_bytes = 0;
    FILE *stream = xopen_memstream(&quoted, &n_bytes);
    fputc('\'', stream);
    for (const char *c = safe; *c != '\0'; c++) {
        if (*c == '\'') {
            fputs("\u2019", stream);
        } else {
            fputs(*c == '%' && doubles_percent ? "%" : "", stream);
            fputc(*c == '\n' || *c == '\t' ? ' ' : *c, stream);
        }
    }
    fputc('\'', stream);
    fclose(stream);
    free(safe);
    return quoted;
}

char *plot_script_quote(const char *text)
{
    return quote(text, false);
}

char *plot_script_quote_tic(const char *text)
{
    return quote(text, true);
}

static bool continues_character(char c)
{
    return ((unsigned char)c & 0xc0) == 0x80;
}

/// The byte at which character number `n` begins.
static size_t byte_of_character(const char *text, size_t n)
{
    size_t at = 0;
    for (size_t seen = 0; text[at] != '\0'; at++) {
        if (!continues_character(text[at]) && seen++ == n) {
            break;
        }
    }
    return at;
}

char *plot_script_shorten(const char *text, size_t max_characters)
{
    char *safe = printable(text, strlen(text));
    size_t n = 0;
    for (const char *c = safe; *c != '\0'; c++) {
        n += !continues_character(*c);
    }
    if (n <= max_characters) {
        return safe;
    }
    size_t head = byte_of_character(safe, max_characters / 2);
    size_t tail = byte_of_character(safe, n - (max_characters - max_characters / 2 - 1));
    char *shortened = xasprintf("%.*s\u2026%s", (int)head, safe, safe + tail);
    free(safe);
    return shortened;
}

void plot_script_text(FILE *script, const char *name, const char *text)
{
    char *quoted = plot_script_quote(text);
    fprintf(script, "%s = %s\n", name, quoted);
    free(quoted);
}

void plot_script_number(FILE *script, double number)
{
    if (isfinite(number)) {
        fprintf(script, "%.9g ", number);
    } else {
        fputs("NaN ", script);
    }
}

/// "mm.c, gcc 12.2.0 -O2, rubric malloc.yaml, 20 of 22 traces passed, mmgrade 0.1".
static char *what_was_run(const struct result *result)
{
    size_t n_passed = 0;
    for (size_t i = 0; i < result->n_cases; i++) {
        n_passed += result->cases[i].status == STATUS_PASSED;
    }
    const char *slash = strrchr(result->rubric, '/');
    char *name = plot_script_shorten(result->submission, MAX_NAME);
    char *rubric = plot_script_shorten(slash == NULL ? result->rubric : slash + 1, MAX_NAME);
    char *built_with = built_with_text(&result->build);
    char *text =
        xasprintf("%s, %s, rubric %s, %zu of %zu trace%s passed, mmgrade " MMGRADE_VERSION, name,
                  built_with, rubric, n_passed, result->n_cases, result->n_cases == 1 ? "" : "s");
    free(name);
    free(rubric);
    free(built_with);
    return text;
}

void plot_script_frame(FILE *script, const struct plot_input *input, int width, int height,
                       const char *headline, const char *remark)
{
    char *run = what_was_run(input->result);
    fprintf(script, "width = %d\nheight = %d\n", width, height);
    plot_script_text(script, "headline", headline);
    plot_script_text(script, "caption", run);
    plot_script_text(script, "remark", remark);
    free(run);
}

char *plot_script_speed_remark(const struct plot_input *input)
{
    if (input->reference == NULL) {
        return xstrdup("Speed was not measured.");
    }
    return xasprintf("Speed: wall time, median of rounds in turns with %s, %zu CPU%s.",
                     input->reference, input->n_cpus, input->n_cpus == 1 ? "" : "s");
}

void plot_script_template(FILE *script, const char *name)
{
    char *relative = xasprintf("reports/gnuplot/%s.gp", name);
    char *path = paths_in_root(relative);
    FILE *template = fopen(path, "re");
    if (template == NULL) {
        die("cannot read %s: %s", path, strerror(errno));
    }
    char buffer[4096];
    for (size_t n; (n = fread(buffer, 1, sizeof buffer, template)) > 0;) {
        fwrite(buffer, 1, n, script);
    }
    fclose(template);
    free(path);
    free(relative);
}
