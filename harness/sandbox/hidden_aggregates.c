// SPDX-License-Identifier: MIT
// Reads reports like this one, a line a statement:
//
//     ;; Function place (place, funcdef_no=2, decl_uid=1660, cgraph_uid=3, symbol_order=4)
//     void placeD.1660 (struct node * pD.1658)
//     {
//       struct node copyD.1662;
//       static struct node lastD.1663;
//       <bb 2> :
//       [./mm.c:8:31] gimple_call <idD.1654, [./mm.c:8:26] *p_2(D), copyD.1662.linkD.1640[2], 7>
//
// A call lists the function, where the result goes, the arguments. p_2(D) is a register; a name
// with a D and a number is a variable, and that number no other variable has. Identifiers are the
// submission's, but hold no '.'. So an operand is harmless if it has one of a few known forms, and
// all others are told.
#include "harness/sandbox/hidden_aggregates.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

struct text {
    const char *at, *end;
};

struct report {
    enum { OUTSIDE, BEFORE_SIGNATURE, IN_DECLARATIONS, IN_BODY } part;
    struct text function; ///< its number, digits
    struct text *locals;  ///< the numbers of its variables
    size_t n_locals, locals_capacity;
    size_t n_calls;
    const struct symbols *symbols;
    struct hidden_places *places;
};

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

static bool starts(struct text text, const char *with)
{
    size_t n = strlen(with);
    return (size_t)(text.end - text.at) >= n && memcmp(text.at, with, n) == 0;
}

/// Behind the first `what`; NULL when there is none.
static const char *behind(struct text text, const char *what)
{
    const char *found = memmem(text.at, (size_t)(text.end - text.at), what, strlen(what));
    return found == NULL ? NULL : found + strlen(what);
}

static bool same(struct text a, struct text b)
{
    return a.end - a.at == b.end - b.at && memcmp(a.at, b.at, (size_t)(a.end - a.at)) == 0;
}

static struct text take_digits(struct text text)
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

/// The number of the variable that a word names first, "1662" of "copyD.1662.linkD.1640"; empty
/// when the word is a register or a constant.
static struct text variable_number(struct text word)
{
    for (const char *mark; (mark = behind(word, "D.")) != NULL; word.at = mark) {
        struct text number = take_digits((struct text){mark, word.end});
        if (number.end > number.at && (number.end == word.end || *number.end == '.')) {
            return number;
        }
    }
    return (struct text){word.end, word.end};
}

static void add_locals(struct report *report, struct text line)
{
    while (line.at < line.end) {
        struct text word = line;
        while (word.at < word.end && !in_word(*word.at)) {
            word.at++;
        }
        for (line.at = word.at; line.at < line.end && in_word(*line.at);) {
            line.at++;
        }
        struct text number = variable_number((struct text){word.at, line.at});
        if (number.at < number.end) {
            report->locals = array_grow(report->locals, &report->locals_capacity, report->n_locals,
                                        sizeof *report->locals);
            report->locals[report->n_locals++] = number;
        }
    }
}

static bool is_local(const struct report *report, struct text number)
{
    for (size_t i = 0; i < report->n_locals; i++) {
        if (same(report->locals[i], number)) {
            return true;
        }
    }
    return false;
}

/// Whether the library has functions of that name, or the compiler's clones "place.part.0" of one,
/// and no data.
static bool is_function(const struct report *report, struct text name)
{
    bool found = false;
    for (size_t i = 0; i < report->symbols->n; i++) {
        const struct symbol *one = &report->symbols->list[i];
        struct text known = {one->name, one->name + strcspn(one->name, ".")};
        if (one->member == NULL && same(known, name)) {
            if (strchr("TtWwUi", one->type) == NULL) {
                return false;
            }
            found = true;
        }
    }
    return found;
}

/// Goes behind "[./mm.c:8:26] ", of which an expression within others has several.
static struct text skip_places(struct text text)
{
    while (starts(text, "[")) {
        const char *next = behind(text, "] ");
        text.at = next == NULL ? text.end : next;
    }
    return text;
}

/// The comma behind an operand, or the end of the line. Brackets are in pairs.
static const char *operand_end(struct text text)
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

/// Whether it ends here: before a comma, or what ends the statement.
static bool at_end(struct text operand)
{
    return operand.at == operand.end || starts(operand, ">");
}

static struct text take_word(struct text text)
{
    struct text word = {text.at, text.at};
    while (word.end < text.end && in_word(*word.end)) {
        word.end++;
    }
    return word;
}

/// A member or an element of a variable, at a place that was known when it was compiled: an index
/// in a register could leave the variable.
static struct text skip_members(struct text operand)
{
    while (starts(operand, "[") || starts(operand, ".")) {
        bool is_index = *operand.at == '[';
        operand.at++;
        struct text inner = is_index ? take_digits(operand) : take_word(operand);
        if (inner.at == inner.end ||
            (is_index && !starts((struct text){inner.end, operand.end}, "]"))) {
            break;
        }
        operand.at = inner.end + is_index;
    }
    return operand;
}

/// Whether it is an address, a constant, a register, or lies in a local variable.
static bool is_harmless(const struct report *report, struct text operand)
{
    static const char *const plain[] = {"&", "\"", "{", "__complex__ (", "<retval>", "-"};
    while (starts(operand, " ")) {
        operand.at++;
    }
    operand = skip_places(operand);
    struct text word = take_word(operand);
    struct text number = variable_number(word);
    if (number.at < number.end) {
        struct text name = {word.at, number.at - strlen("D.")};
        operand.at = number.end;
        return is_local(report, number) ? at_end(skip_members(operand))
                                        : at_end(operand) && is_function(report, name);
    }
    for (size_t i = 0; i < sizeof plain / sizeof *plain; i++) {
        if (starts(operand, plain[i])) {
            return true;
        }
    }
    bool is_number = word.at < word.end && isdigit((unsigned char)*word.at);
    operand.at = word.end;
    while (is_number && (starts(operand, "+") || starts(operand, "-"))) {
        operand.at = take_digits((struct text){operand.at + 1, operand.end}).end;
    }
    while (starts(operand, "(")) { // (D), (ab): registers of parameters
        struct text inner = take_word((struct text){operand.at + 1, operand.end});
        operand.at = inner.end + (inner.end < operand.end && *inner.end == ')');
        if (operand.at == inner.end) {
            return false;
        }
    }
    return word.at < word.end && at_end(operand);
}

/// What people call the function: "id" of idD.1654, "compare" of compare_3(D).
static struct text function_name(struct text call)
{
    static const char unnamed[] = "a function pointer";
    struct text word = take_word(skip_places(call));
    struct text number = variable_number(word);
    if (number.at < number.end) {
        return (struct text){word.at, number.at - strlen("D.")};
    }
    const char *mark = memrchr(word.at, '_', (size_t)(word.end - word.at));
    word.end = mark == NULL ? word.end : mark;
    return word.at < word.end ? word : (struct text){unnamed, unnamed + strlen(unnamed)};
}

/// Inlining repeats a call.
static bool is_told(const struct hidden_places *places, size_t line, struct text name)
{
    for (size_t i = 0; i < places->n && i < HIDDEN_MAX_PLACES; i++) {
        const struct hidden_place *one = &places->list[i];
        if (one->rule == &hidden_rule_aggregate && one->line == line &&
            same((struct text){one->token, one->token + strlen(one->token)}, name)) {
            return true;
        }
    }
    return false;
}

/// Tells a call at the place in front of its statement: "[./mm.c:8:31] gimple_call <".
static void accuse(const struct report *report, struct text line, struct text call)
{
    struct text name = function_name(call);
    struct text file = {line.at, line.at};
    size_t number = 0;
    const char *start = behind((struct text){line.at, call.at}, "[");
    const char *end = start == NULL ? NULL : memchr(start, ']', (size_t)(call.at - start));
    const char *column = end == NULL ? NULL : memrchr(start, ':', (size_t)(end - start));
    const char *row = column == NULL ? NULL : memrchr(start, ':', (size_t)(column - start));
    if (row != NULL) {
        file = (struct text){start, row};
        number = strtoul(row + 1, NULL, 10);
    }
    if (!is_told(report->places, number, name)) {
        hidden_places_add(report->places, &hidden_rule_aggregate, file.at,
                          (size_t)(file.end - file.at), number, name.at,
                          (size_t)(name.end - name.at));
    }
}

static void check_call(const struct report *report, struct text line, struct text call)
{
    const char *end = operand_end(call); // the function's
    while (end < call.end) {
        struct text operand = {end + 1, call.end};
        operand.end = end = operand_end(operand);
        if (!is_harmless(report, operand)) {
            accuse(report, line, call);
            return;
        }
    }
}

/// Whether a line starts with the type and the name of the function, `placeD.1660 (`.
static bool is_signature(const struct report *report, struct text line)
{
    const char *mark;
    for (; (mark = behind(line, "D.")) != NULL; line.at = mark) {
        struct text number = take_digits((struct text){mark, line.end});
        if (same(number, report->function) && starts((struct text){number.end, line.end}, " (")) {
            return true;
        }
    }
    return false;
}

static void take_line(struct report *report, struct text line)
{
    const char *uid = starts(line, ";; Function ") ? behind(line, ", decl_uid=") : NULL;
    const char *call = behind(line, "gimple_call <");
    if (uid != NULL) {
        report->part = BEFORE_SIGNATURE;
        report->function = take_digits((struct text){uid, line.end});
        report->n_locals = 0;
    } else if (report->part == BEFORE_SIGNATURE && !starts(line, "__attribute__") &&
               is_signature(report, line)) {
        report->part = IN_DECLARATIONS;
    } else if (starts(line, "  <bb ")) {
        report->part = IN_BODY;
    }
    bool of_all_calls = starts(line, "  static ") || starts(line, "  extern ");
    if (report->part == IN_DECLARATIONS && !of_all_calls) {
        add_locals(report, line);
    } else if (call != NULL) {
        report->n_calls++;
        check_call(report, line, (struct text){call, line.end});
    }
}

bool hidden_aggregates_scan(const char *text, size_t n_bytes, const struct symbols *symbols,
                            struct hidden_places *places)
{
    struct report report = {.symbols = symbols, .places = places};
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
