// SPDX-License-Identifier: MIT
// JUnit's XML, as continuous integration reads it: one test suite, a test case for the build and
// each case. A build that failed is an error, a case that failed a failure.
#include <stdlib.h>
#include <string.h>

#include "harness/base/printable.h"
#include "reports/formats.h"
#include "reports/outcomes.h"

/// U+FFFE and U+FFFF are characters of UTF-8 but not of XML.
static bool is_no_xml(const char *at)
{
    return strncmp(at, "\xef\xbf\xbe", 3) == 0 || strncmp(at, "\xef\xbf\xbf", 3) == 0;
}

/// Escaped for text and for attributes.
static void print_escaped(const char *text, FILE *stream)
{
    char *safe = printable(text, strlen(text));
    for (const char *at = safe; *at != '\0'; at++) {
        static const struct {
            char character;
            const char *entity;
        } entities[] = {
            {'&', "&amp;"}, {'<', "&lt;"}, {'>', "&gt;"}, {'"', "&quot;"}, {'\'', "&apos;"}};
        const char *entity = NULL;
        for (size_t i = 0; i < sizeof entities / sizeof *entities; i++) {
            entity = *at == entities[i].character ? entities[i].entity : entity;
        }
        if (entity != NULL) {
            fputs(entity, stream);
        } else if (is_no_xml(at)) {
            fputc('?', stream);
            at += 2;
        } else {
            fputc(*at, stream);
        }
    }
    free(safe);
}

static void print_attribute(const char *name, const char *value, FILE *stream)
{
    fprintf(stream, " %s=\"", name);
    print_escaped(value, stream);
    fputc('"', stream);
}

static void print_problem(const char *element, const struct outcome *one, FILE *stream)
{
    fprintf(stream, "      <%s", element);
    print_attribute("type", one->code == NULL ? "FAILED" : one->code, stream);
    print_attribute("message", one->reason, stream);
    fputc('>', stream);
    print_escaped(one->text, stream);
    fprintf(stream, "</%s>\n", element);
}

static void print_test(const struct result *result, const struct outcome *one, bool is_build,
                       FILE *stream)
{
    fputs("    <testcase", stream);
    print_attribute("classname", result->lab, stream);
    print_attribute("name", one->name, stream);
    fputs(">\n", stream);
    if (one->status == STATUS_SKIPPED) {
        fputs("      <skipped", stream);
        print_attribute("message", one->reason, stream);
        fputs("/>\n", stream);
    } else if (one->status == STATUS_FAILED) {
        print_problem(is_build ? "error" : "failure", one, stream);
    }
    if (*one->output != '\0') {
        fputs("      <system-out>", stream);
        print_escaped(one->output, stream);
        fputs("</system-out>\n", stream);
    }
    fputs("    </testcase>\n", stream);
}

static void print_counts(const struct result *result, const struct outcomes *outcomes, FILE *stream)
{
    size_t n_errors = !result->build.ok;
    fprintf(stream, " tests=\"%zu\" failures=\"%zu\" errors=\"%zu\" skipped=\"%zu\">\n",
            outcomes->n_items, outcomes->n_failed - n_errors, n_errors, outcomes->n_skipped);
}

void junit_write(const struct result *result, FILE *stream, const struct format_options *options)
{
    (void)options; // the same bytes wherever they go
    struct outcomes outcomes = outcomes_of(result);
    fputs("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<testsuites>\n  <testsuite", stream);
    print_attribute("name", result->submission, stream);
    print_counts(result, &outcomes, stream);
    fprintf(stream,
            "    <properties>\n      <property name=\"score\" value=\"%.15g\"/>\n"
            "      <property name=\"max_score\" value=\"%.15g\"/>\n    </properties>\n",
            result->score, result->max_score);
    for (size_t i = 0; i < outcomes.n_items; i++) {
        print_test(result, &outcomes.items[i], i == 0, stream);
    }
    fputs("  </testsuite>\n</testsuites>\n", stream);
    outcomes_free(&outcomes);
}
