// SPDX-License-Identifier: MIT
// What an instrumented build refuses, because compiler callbacks would not see what it does: const
// tables, one rule a line.
#ifndef MMGRADE_SANDBOX_HIDDEN_RULES_H
#define MMGRADE_SANDBOX_HIDDEN_RULES_H

#include <stdbool.h>
#include <stddef.h>

struct hidden_rule {
    const char *pattern; ///< a word, or the start of one before '*'
    const char *what;    ///< "the attribute"
    const char *why;     ///< "switches the counting of costs off"
    const char *hint;
};

/// The rule that a word breaks, anywhere; or NULL. A __builtin_ function is
/// refused unless it is known to touch no memory, or `allowed` (or NULL) names it without its
/// prefix.
const struct hidden_rule *hidden_rule_word(const char *word, size_t n_bytes,
                                           const char *const *allowed);

/// The same for a word inside an attribute; __naked__ is naked.
const struct hidden_rule *hidden_rule_attribute(const char *word, size_t n_bytes);

/// The same for what follows #pragma.
const struct hidden_rule *hidden_rule_pragma(const char *text, size_t n_bytes);

/// The same for the path of a system header that the submission includes.
const struct hidden_rule *hidden_rule_header(const char *path, size_t n_bytes);

/// Whether the word starts assembly, or the name that a declared function has in the library.
bool hidden_is_assembly(const char *word, size_t n_bytes);

/// That of the compiler's own functions.
extern const struct hidden_rule hidden_rule_builtin;

/// Those that are found otherwise.
extern const struct hidden_rule hidden_rule_directive;  ///< directives.h
extern const struct hidden_rule hidden_rule_outside;    ///< a file of nobody's is included
extern const struct hidden_rule hidden_rule_file;       ///< hidden_aggregates_allow_name
extern const struct hidden_rule hidden_rule_aggregate;  ///< hidden_aggregates.h
extern const struct hidden_rule hidden_rule_index;      ///< the same
extern const struct hidden_rule hidden_rule_call;       ///< an import that nobody allows
extern const struct hidden_rule hidden_rule_definition; ///< a function of the harness is replaced

#endif
