// SPDX-License-Identifier: MIT
#include "harness/sandbox/hidden_indices.h"

#include <string.h>

/// Behind the bracket that closes the one at the start; the end when there is none.
static struct text skip_brackets(struct text text)
{
    int depth = 0;
    while (text.at < text.end) {
        char c = *text.at++;
        depth += (c == '[') - (c == ']');
        if (depth == 0) {
            break;
        }
    }
    return text;
}

/// Whether an index in a register stands in it: "[i_2(D)]"; no place "[./mm.c:8:26]", no constant,
/// and no "MEM[(long *)".
static bool has_index(struct text operand)
{
    while ((operand.at = memchr(operand.at, '[', (size_t)(operand.end - operand.at))) != NULL) {
        struct text inner = {operand.at + 1, skip_brackets(operand).at};
        inner.end -= inner.end > inner.at; // the bracket
        bool is_place = memchr(inner.at, ':', (size_t)(inner.end - inner.at)) != NULL;
        if (!text_starts(inner, "(") && !is_place && text_digits(inner).end < inner.end) {
            return true;
        }
        operand.at++;
    }
    return false;
}

/// Behind a type at the start, of "MEM <T> [(T *)&x]" and "VIEW_CONVERT_EXPR<T>(x)": between < and
/// >, or in a cast to a pointer. The same when there is none.
static struct text skip_type(struct text text)
{
    bool is_cast = text_starts(text, "(");
    struct text inner = {text.at + 1, text.end};
    int depth = is_cast || text_starts(text, "<");
    while (depth > 0 && inner.at < inner.end) {
        char c = *inner.at++;
        depth += (c == '(' || c == '<') - (c == ')' || c == '>');
    }
    bool is_type = !is_cast || inner.at[-2] == '*';
    return depth == 0 && inner.at > text.at + 1 && is_type ? inner : text;
}

/// The local variable in an operand, with the D and its number; empty without one.
static struct text find_local(const struct gcc_report *report, struct text operand)
{
    while (operand.at < operand.end) {
        const char *behind_type = skip_type(operand).at;
        struct text word = text_word(operand);
        struct text number = report_variable(word);
        if (number.at < number.end && report_is_local(report, number)) {
            return (struct text){word.at, number.end};
        }
        operand.at = behind_type > operand.at ? behind_type : word.end + (word.end == operand.at);
    }
    return operand;
}

/// Whether an operand is a place that an index chooses in a local variable, but not by the
/// variable's own type, "copyD.1662[i_3][j_4].linkD.1640".
static bool is_unchecked(const struct gcc_report *report, struct text operand, struct text *local)
{
    while (text_starts(operand, " ")) {
        operand.at++;
    }
    operand = report_skip_places(operand);
    *local = find_local(report, operand);
    if (text_starts(operand, "&") || local->at == local->end || !has_index(operand)) {
        return false;
    }
    if (local->at > operand.at) {
        return true;
    }
    operand.at = local->end;
    while (text_starts(operand, "[")) {
        operand = skip_brackets(operand);
    }
    return !report_at_end(report_skip_members(operand));
}

void hidden_indices_check(const struct gcc_report *report, struct text line, struct text operands)
{
    for (const char *at = operands.at; at < operands.end; at++) {
        struct text operand = {at, operands.end};
        struct text local;
        operand.end = at = report_operand_end(operand);
        if (is_unchecked(report, operand, &local)) {
            struct text number = report_variable(local);
            report_accuse(report, &hidden_rule_index, line, operands.at,
                          (struct text){local.at, number.at - strlen("D.")});
            return;
        }
    }
}
