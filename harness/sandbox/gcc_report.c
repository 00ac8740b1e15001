// SPDX-License-Identifier: MIT
#include "harness/sandbox/gcc_report.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

// --- Text -------------------------------------------------------------------------------------

bool text_starts(struct text text, const char *with)
{
    size_t n = strlen(with);
    return (size_t)(text.end - text.at) >= n && memcmp(text.at, with, n) == 0;
}

const char *text_behind(struct text text, const char *what)
{
    const char *found = memmem(text.at, (size_t)(text.end - text.at), what, strlen(what));
    return found == NULL ? NULL : found + strlen(what);
}

bool text_same(struct text a, struct text b)
{
    return a.end - a.at == b.end - b.at && memcmp(a.at, b.at, (size_t)(a.end - a.at)) == 0;
}

struct text text_digits(struct text text)
{
    const char *end = text.at;
    while (end < text.end && isdigit((unsigned char)*end)) {
        end++;
    }
    return (struct text){text.at, end};
}

static bool in_word(char c)
{
    return isalnum((unsigned char)c) || c == '_' || c == '$' || c == '.' ||
           (unsigned char)c >= 0x80;
}

struct text report_variable(struct text word)
{
    for (const char *mark; (mark = text_behind(word, "D.")) != NULL; word.at = mark) {
        struct text number = text_digits((struct text){mark, word.end});
        if (number.end > number.at && (number.end == word.end || *number.end == '.')) {
            return number;
        }
    }
    return (struct text){word.end, word.end};
}

void report_add_locals(struct gcc_report *report, struct text line)
{
    while (line.at < line.end) {
        struct text word = line;
        while (word.at < word.end && !in_word(*word.at)) {
            word.at++;
        }
        for (line.at = word.at; line.at < line.end && in_word(*line.at);) {
            line.at++;
        }
        struct text number = report_variable((struct text){word.at, line.at});
        if (number.at < number.end) {
            report->locals = array_grow(report->locals, &report->locals_capacity, report->n_locals,
                                        sizeof *report->locals);
            report->locals[report->n_locals++] = number;
        }
    }
}

bool report_is_local(const struct gcc_report *report, struct text number)
{
    for (size_t i = 0; i < report->n_locals; i++) {
        if (text_same(report->locals[i], number)) {
            return true;
        }
    }
    return false;
}

// --- Operands ---------------------------------------------------------------------------------

struct text report_skip_places(struct text text)
{
    while (text_starts(text, "[")) {
        const char *next = text_behind(text, "] ");
        text.at = next == NULL ? text.end : next;
    }
    return text;
}

const char *report_operand_end(struct text text)
{
    int depth = 0;
    bool quoted = false;
    for (; text.at < text.end; text.at++) {
        char c = *text.at;
        if (quoted && c == '\\' && text.at + 1 < text.end) {
            text.at++;
        } else if (c == '"') {
            quoted = !quoted;
        } else if (!quoted && depth == 0 && c == ',') {
            break;
        } else if (!quoted) {
            depth += (c == '(' || c == '[' || c == '{') - (c == ')' || c == ']' || c == '}');
        }
    }
    return text.at;
}

bool report_at_end(struct text operand)
{
    return operand.at == operand.end || text_starts(operand, ">");
}

struct text text_word(struct text text)
{
    struct text word = {text.at, text.at};
    while (word.end < text.end && in_word(*word.end)) {
        word.end++;
    }
    return word;
}

struct text report_skip_members(struct text operand)
{
    while (text_starts(operand, "[") || text_starts(operand, ".")) {
        bool is_index = *operand.at == '[';
        operand.at++;
        struct text inner = is_index ? text_digits(operand) : text_word(operand);
        if (inner.at == inner.end ||
            (is_index && !text_starts((struct text){inner.end, operand.end}, "]"))) {
            break;
        }
        operand.at = inner.end + is_index;
    }
    return operand;
}

// --- Accusing ---------------------------------------------------------------------------------

/// Inlining repeats statements.
static bool is_told(const struct hidden_places *places, const struct hidden_rule *rule, size_t line,
                    struct text name)
{
    for (size_t i = 0; i < places->n && i < HIDDEN_MAX_PLACES; i++) {
        const struct hidden_place *one = &places->list[i];
        if (one->rule == rule && one->line == line &&
            text_same((struct text){one->token, one->token + strlen(one->token)}, name)) {
            return true;
        }
    }
    return false;
}

void report_accuse(const struct gcc_report *report, const struct hidden_rule *rule,
                   struct text line, const char *operands, struct text name)
{
    struct text file = {line.at, line.at};
    size_t number = 0;
    const char *start = text_behind((struct text){line.at, operands}, "[");
    const char *end = start == NULL ? NULL : memchr(start, ']', (size_t)(operands - start));
    const char *column = end == NULL ? NULL : memrchr(start, ':', (size_t)(end - start));
    const char *row = column == NULL ? NULL : memrchr(start, ':', (size_t)(column - start));
    if (row != NULL) {
        file = (struct text){start, row};
        number = strtoul(row + 1, NULL, 10);
    }
    if (!is_told(report->places, rule, number, name)) {
        hidden_places_add(report->places, rule, file.at, (size_t)(file.end - file.at), number,
                          name.at, (size_t)(name.end - name.at));
    }
}
