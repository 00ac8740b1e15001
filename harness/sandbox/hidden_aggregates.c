// SPDX-License-Identifier: MIT
// A call lists the function, where the result goes, the arguments. An operand is harmless if it has
// one of a few known forms; all others are told.
#include "harness/sandbox/hidden_aggregates.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "harness/sandbox/gcc_report.h"
#include "harness/sandbox/hidden_indices.h"

bool hidden_aggregates_are_reported(const char *compiler)
{
    return strcmp(compiler, "gcc") == 0;
}

bool hidden_aggregates_allow_name(const char *name, size_t n_bytes)
{
    for (size_t i = 0; i < n_bytes; i++) {
        if (name[i] == '\0' || strchr("()[]{}<>\"\\", name[i]) != NULL) {
            return false;
        }
    }
    return true;
}

/// Whether the library has functions of that name, or the compiler's clones "place.part.0" of one,
/// and no data.
static bool is_function(const struct gcc_report *report, struct text name)
{
    bool found = false;
    for (size_t i = 0; i < report->symbols->n; i++) {
        const struct symbol *one = &report->symbols->list[i];
        struct text known = {one->name, one->name + strcspn(one->name, ".")};
        if (one->member == NULL && text_same(known, name)) {
            if (strchr("TtWwUi", one->type) == NULL) {
                return false;
            }
            found = true;
        }
    }
    return found;
}

/// Whether it is an address, a constant, a register, or lies in a local variable.
static bool is_harmless(const struct gcc_report *report, struct text operand)
{
    static const char *const plain[] = {"&", "\"", "{", "__complex__ (", "<retval>", "-"};
    while (text_starts(operand, " ")) {
        operand.at++;
    }
    operand = report_skip_places(operand);
    struct text word = text_word(operand);
    struct text number = report_variable(word);
    if (number.at < number.end) {
        struct text name = {word.at, number.at - strlen("D.")};
        operand.at = number.end;
        return report_is_local(report, number)
                   ? report_at_end(report_skip_members(operand))
                   : report_at_end(operand) && is_function(report, name);
    }
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (text_starts(operand, plain[i])) {
            return true;
        }
    }
    bool is_number = word.at < word.end && isdigit((unsigned char)*word.at);
    operand.at = word.end;
    while (is_number && (text_starts(operand, "+") || text_starts(operand, "-"))) {
        operand.at = text_digits((struct text){operand.at + 1, operand.end}).end;
    }
    while (text_starts(operand, "(")) { // (D), (ab): registers of parameters
        struct text inner = text_word((struct text){operand.at + 1, operand.end});
        operand.at = inner.end + (inner.end < operand.end && *inner.end == ')');
        if (operand.at == inner.end) {
            return false;
        }
    }
    return word.at < word.end && report_at_end(operand);
}

/// What people call the function: "id" of idD.1654, "compare" of compare_3(D).
static struct text function_name(struct text call)
{
    static const char unnamed[] = "a function pointer";
    struct text word = text_word(report_skip_places(call));
    struct text number = report_variable(word);
    if (number.at < number.end) {
        return (struct text){word.at, number.at - strlen("D.")};
    }
    const char *mark = memrchr(word.at, '_', (size_t)(word.end - word.at));
    word.end = mark == NULL ? word.end : mark;
    return word.at < word.end ? word : (struct text){unnamed, unnamed + strlen(unnamed)};
}

static void check_call(const struct gcc_report *report, struct text line, struct text call)
{
    const char *end = report_operand_end(call); // the function's
    while (end < call.end) {
        struct text operand = {end + 1, call.end};
        operand.end = end = report_operand_end(operand);
        if (!is_harmless(report, operand)) {
            report_accuse(report, &hidden_rule_aggregate, line, call.at, function_name(call));
            return;
        }
    }
}

/// Whether a line starts with the type and the name of the function, `placeD.1660 (`.
static bool is_signature(const struct gcc_report *report, struct text line)
{
    const char *mark;
    for (; (mark = text_behind(line, "D.")) != NULL; line.at = mark) {
        struct text number = text_digits((struct text){mark, line.end});
        if (text_same(number, report->function) &&
            text_starts((struct text){number.end, line.end}, " (")) {
            return true;
        }
    }
    return false;
}

static void take_line(struct gcc_report *report, struct text line)
{
    const char *uid = text_starts(line, ";; Function ") ? text_behind(line, ", decl_uid=") : NULL;
    const char *call = text_behind(line, "gimple_call <");
    const char *assignment = text_behind(line, "gimple_assign <");
    if (uid != NULL) {
        report->part = BEFORE_SIGNATURE;
        report->function = text_digits((struct text){uid, line.end});
        report->n_locals = 0;
    } else if (report->part == BEFORE_SIGNATURE && !text_starts(line, "__attribute__") &&
               is_signature(report, line)) {
        report->part = IN_DECLARATIONS;
    } else if (text_starts(line, "  <bb ")) {
        report->part = IN_BODY;
    }
    bool of_all_calls = text_starts(line, "  static ") || text_starts(line, "  extern ");
    if (report->part == IN_DECLARATIONS && !of_all_calls) {
        report_add_locals(report, line);
    } else if (call != NULL) {
        report->n_calls++;
        check_call(report, line, (struct text){call, line.end});
    } else if (assignment != NULL) {
        hidden_indices_check(report, line, (struct text){assignment, line.end});
    }
}

bool hidden_aggregates_scan(const char *text, size_t n_bytes, const struct symbols *symbols,
                            struct hidden_places *places)
{
    struct gcc_report report = {.symbols = symbols, .places = places};
    const char *end = text + n_bytes;
    for (const char *at = text; at < end;) {
        const char *feed = memchr(at, '\n', (size_t)(end - at));
        const char *stop = feed == NULL ? end : feed;
        take_line(&report, (struct text){at, stop});
        at = stop + 1;
    }
    free(report.locals);
    return report.n_calls > 0;
}
