// SPDX-License-Identifier: MIT
// A tokenizer for C that keeps the words of the declaration at hand: at file level,
// `words ( words ) {` is a definition and `words ( words ) ;` a prototype.
#include "harness/sandbox/contract.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

#define MAX_WORDS 24
#define WORD_BYTES 40

struct scanner {
    const char *at, *end;
    int braces, parentheses;
    char words[MAX_WORDS][WORD_BYTES]; ///< of the declaration so far, punctuation included
    size_t n_words;
    bool has_name;
    size_t name_idx; ///< of the word before the first parenthesis at file level
};

static bool skip_to(struct scanner *s, const char *stop)
{
    size_t n = strlen(stop);
    while (s->end - s->at >= (ptrdiff_t)n && memcmp(s->at, stop, n) != 0) {
        s->at++;
    }
    s->at = s->end - s->at >= (ptrdiff_t)n ? s->at + n : s->end;
    return true;
}

static bool skip_quoted(struct scanner *s)
{
    char quote = *s->at++;
    while (s->at < s->end && *s->at != quote && *s->at != '\n') {
        s->at += *s->at == '\\' ? 2 : 1;
    }
    s->at = s->at < s->end ? s->at + 1 : s->end;
    return true;
}

/// A preprocessor line with its continuations; a comment that starts in it may end lines later.
static bool skip_directive(struct scanner *s)
{
    while (s->at < s->end && *s->at != '\n') {
        if (s->end - s->at >= 2 && memcmp(s->at, "/*", 2) == 0) {
            s->at += 2;
            skip_to(s, "*/");
        } else {
            bool windows = s->end - s->at >= 3 && memcmp(s->at, "\\\r\n", 3) == 0;
            s->at += windows ? 3 : *s->at == '\\' && s->at + 1 < s->end ? 2 : 1;
        }
    }
    return true;
}

/// Skips what is no token; false when a token or the end is reached.
static bool skip_blank(struct scanner *s)
{
    if (s->at >= s->end) {
        return false;
    }
    if (isspace((unsigned char)*s->at)) {
        s->at++;
        return true;
    }
    if (s->end - s->at >= 2 && memcmp(s->at, "//", 2) == 0) {
        return skip_to(s, "\n");
    }
    if (s->end - s->at >= 2 && memcmp(s->at, "/*", 2) == 0) {
        return skip_to(s, "*/");
    }
    if (*s->at == '"' || *s->at == '\'') {
        return skip_quoted(s);
    }
    return *s->at == '#' && skip_directive(s);
}

static bool next_word(struct scanner *s, char word[WORD_BYTES])
{
    while (skip_blank(s)) {
    }
    if (s->at >= s->end) {
        return false;
    }
    size_t n = 0;
    do {
        if (n < WORD_BYTES - 1) {
            word[n++] = *s->at;
        }
        s->at++;
    } while (s->at < s->end && (isalnum((unsigned char)word[0]) || word[0] == '_') &&
             (isalnum((unsigned char)*s->at) || *s->at == '_'));
    word[n] = '\0';
    return true;
}

static bool is_plain_type(const char *word)
{
    static const char *const known[] = {"void",     "bool",  "_Bool",  "int",    "char",
                                        "unsigned", "const", "size_t", "long",   "*",
                                        "(",        ")",     ",",      "extern", "signed"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        if (strcmp(word, known[i]) == 0) {
            return true;
        }
    }
    return false;
}

static enum contract_type return_type(const struct scanner *s)
{
    for (size_t i = 0; i < s->name_idx; i++) {
        if (strcmp(s->words[i], "bool") == 0 || strcmp(s->words[i], "_Bool") == 0) {
            return CONTRACT_BOOL;
        }
        if (strcmp(s->words[i], "void") == 0) {
            return CONTRACT_VOID;
        }
    }
    return CONTRACT_INT;
}

/// Writes "bool mm_init(void);" when the declaration uses nothing but the language's own types.
static void append_prototype(struct contract *contract, const struct scanner *s)
{
    char line[256] = "";
    for (size_t i = 0; i < s->n_words; i++) {
        const char *word = s->words[i];
        // A parameter's name may be any word: it stands before ',' or ')'.
        bool last_of_parameter = i > s->name_idx + 2 && i + 1 < s->n_words &&
                                 strchr(",)", s->words[i + 1][0]) != NULL &&
                                 strchr(",(", s->words[i - 1][0]) == NULL;
        if (i != s->name_idx && !is_plain_type(word) && !last_of_parameter) {
            return;
        }
        size_t used = strlen(line);
        // _Bool needs no header, and is what bool stands for.
        snprintf(line + used, sizeof line - used, "%s ",
                 strcmp(word, "bool") == 0 ? "_Bool" : word);
    }
    size_t used = strlen(contract->prototypes);
    if (used + strlen(line) + 3 < sizeof contract->prototypes) {
        snprintf(contract->prototypes + used, sizeof contract->prototypes - used, "%s;\n", line);
    }
}

static void note_function(struct contract *contract, const char *name, bool defined)
{
    const char *const *functions = contract->functions;
    for (unsigned i = 0; functions != NULL && functions[i] != NULL; i++) {
        if (strcmp(functions[i], name) == 0) {
            contract->declared |= 1u << i;
            contract->defined |= defined ? 1u << i : 0;
        }
    }
}

static void take_declaration(struct scanner *s, struct contract *contract,
                             struct contract_file *file, bool defined)
{
    const char *name = s->words[s->name_idx];
    note_function(contract, name, defined);
    bool is_init = strcmp(name, "mm_init") == 0;
    bool is_checkheap = strcmp(name, "mm_checkheap") == 0 || strcmp(name, "mm_check") == 0;
    file->has_memlib |= defined && strcmp(name, "mem_sbrk") == 0;
    file->has_physical |=
        defined && (strcmp(name, "phys_read64") == 0 || strcmp(name, "replace_random") == 0);
    file->has_allocator |=
        defined && (strcmp(name, "mm_malloc") == 0 || strcmp(name, "malloc") == 0);
    enum contract_type *type = is_init ? &contract->init : &contract->checkheap;
    if (!is_init && !is_checkheap) {
        return;
    }
    if (*type == CONTRACT_ABSENT) {
        *type = return_type(s);
        append_prototype(contract, s);
    } else if (*type != return_type(s)) {
        *type = CONTRACT_UNSURE; // two versions under #if: which one is compiled is not known here
    }
}

static void forget_declaration(struct scanner *s)
{
    s->n_words = 0;
    s->has_name = false;
}

/// Follows nesting; collects words at file level and within its parentheses.
static void take_word(struct scanner *s, const char *word, struct contract *contract,
                      struct contract_file *file)
{
    bool top = s->braces == 0;
    bool complete =
        top && s->parentheses == 0 && s->has_name && strcmp(s->words[s->n_words - 1], ")") == 0;
    // Attributes may follow the parameters: the declaration goes on.
    bool goes_on = strcmp(word, "=") == 0 || strcmp(word, "__attribute__") == 0 ||
                   strcmp(word, "__asm__") == 0 || strcmp(word, "asm") == 0;
    if (complete && !goes_on) {
        take_declaration(s, contract, file, strcmp(word, ";") != 0);
        forget_declaration(s);
    }
    s->braces += (*word == '{') - (*word == '}' && s->braces > 0);
    if (!top || strchr("{};", *word) != NULL) {
        forget_declaration(s);
        s->parentheses = 0;
        return;
    }
    if (*word == '(' && s->parentheses == 0 && s->n_words > 0 && !s->has_name) {
        s->has_name = true;
        s->name_idx = s->n_words - 1;
    }
    s->parentheses += (*word == '(') - (*word == ')' && s->parentheses > 0);
    if (s->n_words < MAX_WORDS) {
        strcpy(s->words[s->n_words++], word);
    }
}

struct contract_file contract_scan(struct contract *contract, const char *text, size_t n_bytes)
{
    struct scanner scanner = {.at = text, .end = text + n_bytes};
    struct contract_file file = {0};
    char word[WORD_BYTES];
    while (next_word(&scanner, word)) {
        take_word(&scanner, word, contract, &file);
    }
    return file;
}
