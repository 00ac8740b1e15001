// SPDX-License-Identifier: MIT
// What gcc's report on a unit is made of. It has a line a statement:
//
//     ;; Function place (place, funcdef_no=2, decl_uid=1660, cgraph_uid=3, symbol_order=4)
//     void placeD.1660 (struct node * pD.1658)
//     {
//       struct node copyD.1662;
//       static struct node lastD.1663;
//       <bb 2> :
//       [./mm.c:8:31] gimple_call <idD.1654, [./mm.c:8:26] *p_2(D), copyD.1662.linkD.1640[2], 7>
//
// p_2(D) is a register; a name with a D and a number is a variable (or a type, a member, a
// function), and that number nothing else has. Identifiers are the submission's, but hold no '.'.
#ifndef MMGRADE_SANDBOX_GCC_REPORT_H
#define MMGRADE_SANDBOX_GCC_REPORT_H

#include <stdbool.h>
#include <stddef.h>

#include "harness/sandbox/hidden_scan.h"
#include "harness/sandbox/symbols.h"

/// A part of the report, not terminated.
struct text {
    const char *at, *end;
};

/// A report while it is read, in the function at hand.
struct gcc_report {
    enum { OUTSIDE, BEFORE_SIGNATURE, IN_DECLARATIONS, IN_BODY } part;
    struct text function; ///< its number, digits
    struct text *locals;  ///< the numbers in its declarations: variables and their types
    size_t n_locals, locals_capacity;
    size_t n_calls; ///< in all functions
    const struct symbols *symbols;
    struct hidden_places *places; ///< what is found
};

bool text_starts(struct text text, const char *with);
bool text_same(struct text a, struct text b);

/// Behind the first `what`; NULL when there is none.
const char *text_behind(struct text text, const char *what);

/// The digits, or the word, at the start; maybe empty.
struct text text_digits(struct text text);
struct text text_word(struct text text);

/// The number of the variable that a word names first, "1662" of "copyD.1662.linkD.1640"; empty
/// when the word is a register or a constant.
struct text report_variable(struct text word);

/// Adds the numbers in a line of declarations.
void report_add_locals(struct gcc_report *report, struct text line);

bool report_is_local(const struct gcc_report *report, struct text number);

/// Goes behind "[./mm.c:8:26] ", of which an expression within others has several.
struct text report_skip_places(struct text text);

/// The comma behind an operand, or the end of the line. Brackets are in pairs.
const char *report_operand_end(struct text text);

/// Whether it ends here: before a comma, or what ends the statement.
bool report_at_end(struct text operand);

/// Goes behind members and elements of a variable at places that were known when it was compiled:
/// an index in a register could leave the variable.
struct text report_skip_members(struct text operand);

/// Tells a statement at the place in front of it, "[./mm.c:8:31] gimple_call <", whose operands
/// begin at `operands`; a line only once for each rule and name.
void report_accuse(const struct gcc_report *report, const struct hidden_rule *rule,
                   struct text line, const char *operands, struct text name);

#endif
