// SPDX-License-Identifier: MIT
// The tables. Measured with gcc 12 and clang 14, which instrument plain C completely and nothing of
// what is listed here.
#include "harness/sandbox/hidden_rules.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

#include "harness/sandbox/symbols.h"

#define UNCOUNTED "so its cost cannot be counted"
#define IN_C "write it in C; for bits there are __builtin_clz, __builtin_ctz and __builtin_popcount"
#define ASSEMBLY "inline assembly", "cannot be observed, " UNCOUNTED, IN_C
#define SWITCHED "the attribute", "switches the counting of costs off"
#define RENAMES                                                                                    \
    "the attribute", "gives a function a second name, under which its calls are not seen"
#define FLAGS "compiles differently from the course's flags, which are the same for everyone"
#define PROMISES                                                                                   \
    "the attribute", "promises what nobody checks, so that an index may leave its array unseen"
#define RESERVED "the name", "belongs to the code that counts costs", "choose another name"
#define REMOVE "leave it out; the rest of the code can stay as it is"

static const struct hidden_rule words[] = {
    {"asm", ASSEMBLY},
    {"__asm", ASSEMBLY},
    {"__asm__", ASSEMBLY},
    {"__seg_fs", "the address space", "cannot be observed, " UNCOUNTED, "use a plain pointer"},
    {"__seg_gs", "the address space", "cannot be observed, " UNCOUNTED, "use a plain pointer"},
    {"_Pragma", "the operator", "is left to the compiler here, where nobody can read it", REMOVE},
    {"__tsan_*", RESERVED},
    {"__sanitizer_*", RESERVED},
    {"__sancov_*", RESERVED},
    {"__wrap_*", RESERVED},
    {"__real_*", RESERVED},
};

static const struct hidden_rule attributes[] = {
    {"no_sanitize*", SWITCHED, REMOVE},
    {"disable_sanitizer_instrumentation", SWITCHED, REMOVE},
    {"no_instrument_function", SWITCHED, REMOVE},
    {"no_profile_instrument_function", SWITCHED, REMOVE},
    {"naked", "the attribute", "is for functions of assembly, which cannot be observed", IN_C},
    {"ifunc", RENAMES, "call the function by its own name"},
    {"resolver", RENAMES, "call the function by its own name"},
    {"alias", RENAMES, "call the function by its own name"},
    {"weakref", RENAMES, "call the function by its own name"},
    {"symver", RENAMES, "call the function by its own name"},
    {"section", "the attribute", "puts code or data where nobody looks for it", REMOVE},
    {"optimize", "the attribute", FLAGS, REMOVE},
    {"optnone", "the attribute", FLAGS, REMOVE},
    {"target*", "the attribute", FLAGS, REMOVE},
    {"assume", PROMISES, REMOVE},
    {"address_space", "the attribute", "makes accesses that cannot be observed", REMOVE},
    {"nodebug", "the attribute", "hides the source line of each access", REMOVE},
};

static const struct hidden_rule pragmas[] = {
    {"GCC optimize*", "the pragma", FLAGS, REMOVE},
    {"GCC target*", "the pragma", FLAGS, REMOVE},
    {"clang attribute*", "the pragma", "gives functions attributes unseen", REMOVE},
    {"clang optimize*", "the pragma", FLAGS, REMOVE},
    {"clang section*", "the pragma", "puts code or data where nobody looks for it", REMOVE},
    {"redefine_extname*", "the pragma", "renames what is called", "call it by its own name"},
    {"weak*", "the pragma", "renames what is called", "call it by its own name"},
};

#define VECTORS                                                                                    \
    "the header", "has functions that touch memory unseen, " UNCOUNTED,                            \
        "write it in C, where the compiler may use vectors itself; __builtin_clz and its kin "     \
        "need no header"

/// Ends of paths.
static const struct hidden_rule headers[] = {
    {"intrin.h", VECTORS},
    {"/arm_neon.h", VECTORS},
    {"/arm_sve.h", VECTORS},
    {"/arm_acle.h", VECTORS},
};

const struct hidden_rule hidden_rule_builtin = {
    "__builtin_*", "the compiler's own function", "may touch memory unseen, " UNCOUNTED,
    "write the plain function, memcpy for __builtin_memcpy: its cost is counted"};

/// What of the compiler's own functions stays within registers, the stack, or the callbacks' sight;
/// "is" is __builtin_isnan and its kin.
static const char *const builtins[] = {
    "expect*",       "likely*",       "unlikely*",      "clz*",          "ctz*",
    "clrsb*",        "ffs*",          "popcount*",      "parity*",       "bswap*",
    "bitreverse*",   "rotate*",       "constant_p",     "choose_expr",   "types_compatible_p",
    "offsetof",      "unreachable",   "trap",           "prefetch",      "assume_aligned",
    "object_size",   "va_*",          "add_*",          "sub_*",         "mul_*",
    "sadd*",         "uadd*",         "ssub*",          "usub*",         "smul*",
    "umul*",         "alloca*",       "return_address", "frame_address", "extract_return_addr",
    "huge_val*",     "inf*",          "nan*",           "is*",           "signbit*",
    "fpclassify",    "abs",           "labs",           "llabs",         "fabs*",
    "classify_type", "convertvector", "shuffle*",       "align_*",       "speculation_*",
    "FILE",          "LINE",          "FUNCTION",
};

const struct hidden_rule hidden_rule_directive = {"", "the text",
                                                  "hides from which line code comes", REMOVE};
const struct hidden_rule hidden_rule_outside = {"", "the file", "lies outside the submission",
                                                "include your own headers by their plain names"};
const struct hidden_rule hidden_rule_file = {
    "", "the file name",
    "has brackets, quotes or backslashes, which confuse the compiler's reports", "rename the file"};
const struct hidden_rule hidden_rule_aggregate = {
    "", "the call of", "copies a structure to or from memory by itself, " UNCOUNTED,
    "copy it to or from a local variable in a statement of its own, 's = *p; f(s);' or "
    "'s = f(); *p = s;', or pass a pointer"};
const struct hidden_rule hidden_rule_index = {
    "", "the index into a part of", "may reach what lies beside it unseen, " UNCOUNTED,
    "keep the array in a variable of its own, or make the variable static"};
const struct hidden_rule hidden_rule_call = {
    "", "the function", "runs outside your code, " UNCOUNTED,
    "write it yourself; or ask your course to allow it in the rubric"};
const struct hidden_rule hidden_rule_definition = {
    "", "the function", "replaces one of the harness, which then counts no costs",
    "rename it, or make do with the one in memlib.h"};

static const struct hidden_rule *find(const struct hidden_rule *rules, size_t n, const char *word,
                                      size_t n_bytes)
{
    for (size_t i = 0; i < n; i++) {
        if (symbols_match(rules[i].pattern, word, n_bytes)) {
            return &rules[i];
        }
    }
    return NULL;
}

#define FIND(rules, word, n_bytes) find(rules, sizeof rules / sizeof *rules, word, n_bytes)

static bool builtin_is_harmless(const char *name, size_t n_bytes, const char *const *allowed)
{
    for (size_t i = 0; i < sizeof builtins / sizeof *builtins; i++) {
        if (symbols_match(builtins[i], name, n_bytes)) {
            return true;
        }
    }
    return symbols_allow(name, n_bytes, allowed);
}

const struct hidden_rule *hidden_rule_word(const char *word, size_t n_bytes,
                                           const char *const *allowed)
{
    size_t n_prefix = strlen("__builtin_");
    if (symbols_match(hidden_rule_builtin.pattern, word, n_bytes)) {
        bool harmless = builtin_is_harmless(word + n_prefix, n_bytes - n_prefix, allowed);
        return harmless ? NULL : &hidden_rule_builtin;
    }
    return FIND(words, word, n_bytes);
}

bool hidden_is_assembly(const char *word, size_t n_bytes)
{
    const struct hidden_rule *rule = FIND(words, word, n_bytes);
    return rule != NULL && strcmp(rule->what, words[0].what) == 0;
}

const struct hidden_rule *hidden_rule_attribute(const char *word, size_t n_bytes)
{
    if (n_bytes > 4 && memcmp(word, "__", 2) == 0 && memcmp(word + n_bytes - 2, "__", 2) == 0) {
        word += 2;
        n_bytes -= 4;
    }
    return FIND(attributes, word, n_bytes);
}

const struct hidden_rule *hidden_rule_pragma(const char *text, size_t n_bytes)
{
    char words_only[64];
    size_t n = 0;
    for (size_t i = 0; i < n_bytes && n < sizeof words_only; i++) {
        bool in_word = isalnum((unsigned char)text[i]) || text[i] == '_';
        if (in_word) {
            words_only[n++] = text[i];
        } else if (n > 0 && words_only[n - 1] != ' ') {
            words_only[n++] = ' ';
        }
    }
    return FIND(pragmas, words_only, n);
}

const struct hidden_rule *hidden_rule_header(const char *path, size_t n_bytes)
{
    for (size_t i = 0; i < sizeof headers / sizeof *headers; i++) {
        size_t n = strlen(headers[i].pattern);
        if (n_bytes >= n && memcmp(path + n_bytes - n, headers[i].pattern, n) == 0) {
            return &headers[i];
        }
    }
    return NULL;
}
