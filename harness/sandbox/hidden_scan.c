// SPDX-License-Identifier: MIT
// Follows tokens: inside an attribute other rules hold than outside, and a header is refused at the
// line that includes it, which only the marker behind it tells. System headers are searched as
// well, since macros of the submission may be expanded there; all that they may have besides is the
// name that a declared function has in the library: int scanf(...) __asm__("" "__isoc99_scanf");
#include "harness/sandbox/hidden_scan.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "harness/sandbox/artifact.h"
#include "harness/sandbox/hidden_aggregates.h"
#include "harness/sandbox/tokens.h"

#define MAX_TOKEN_BYTES 60

struct walk {
    struct hidden_scan *scan;
    struct token_reader reader;
    int parentheses;       ///< open ones since __attribute__; 0: outside of it
    int brackets;          ///< open ones since [[
    bool attribute_begins; ///< its first parenthesis is yet to come
    int braces;            ///< open ones
    enum { NO_LABEL, LABEL_BEGINS, LABEL_GOES_ON } label;
    char last, last_but_one;            ///< the tokens before: a punctuation, else 0
    const struct hidden_rule *included; ///< a file was that is refused: to be told at its end
    struct token included_path;
    enum token_origin origin; ///< before the last marker
};

void hidden_places_add(struct hidden_places *places, const struct hidden_rule *rule,
                       const char *file, size_t file_bytes, size_t line, const char *token,
                       size_t token_bytes)
{
    if (places->n < HIDDEN_MAX_PLACES) {
        places->list[places->n] = (struct hidden_place){
            .rule = rule,
            .file = artifact_source_name(file, file_bytes),
            .line = line,
            .token =
                printable(token, token_bytes < MAX_TOKEN_BYTES ? token_bytes : MAX_TOKEN_BYTES),
        };
    }
    places->n++;
}

void hidden_places_free(struct hidden_places *places)
{
    for (size_t i = 0; i < places->n && i < HIDDEN_MAX_PLACES; i++) {
        free(places->list[i].file);
        free(places->list[i].token);
    }
}

static void accuse_at(struct walk *walk, const struct hidden_rule *rule, size_t line,
                      const char *token, size_t token_bytes)
{
    if (rule != NULL) {
        hidden_places_add(walk->scan->places, rule, walk->reader.file, walk->reader.file_bytes,
                          line, token, token_bytes);
    }
}

/// Within a header that is refused as a whole nothing else is told.
static void accuse(struct walk *walk, const struct hidden_rule *rule, const struct token *token)
{
    if (walk->included == NULL) {
        accuse_at(walk, rule, walk->reader.line, token->text, token->n_bytes);
    }
}

/// Notes a file of the submission when it is met first, and refuses odd names.
static void remember_file(struct hidden_scan *scan, const char *name, size_t n_bytes)
{
    const char *slash = memrchr(name, '/', n_bytes);
    const char *base = slash == NULL ? name : slash + 1;
    n_bytes -= (size_t)(base - name);
    for (size_t i = 0; i < scan->n_files; i++) {
        if (strlen(scan->files[i]) == n_bytes && memcmp(scan->files[i], base, n_bytes) == 0) {
            return;
        }
    }
    scan->files = array_grow(scan->files, &scan->files_capacity, scan->n_files, sizeof(char *));
    scan->files[scan->n_files++] = strndup(base, n_bytes);
    if (!hidden_aggregates_allow_name(base, n_bytes)) {
        hidden_places_add(scan->places, &hidden_rule_file, base, n_bytes, 0, base, n_bytes);
    }
}

static void take_marker(struct walk *walk)
{
    const struct token_reader *reader = &walk->reader;
    if (reader->origin == TOKEN_OF_SUBMISSION) {
        remember_file(walk->scan, reader->file, reader->file_bytes);
        accuse_at(walk, walk->included, reader->line - 1, walk->included_path.text,
                  walk->included_path.n_bytes);
        walk->included = NULL;
    } else if (walk->origin == TOKEN_OF_SUBMISSION) {
        walk->included = reader->origin == TOKEN_OF_OUTSIDE
                             ? &hidden_rule_outside
                             : hidden_rule_header(reader->file, reader->file_bytes);
        walk->included_path = (struct token){.text = reader->file, .n_bytes = reader->file_bytes};
    }
    walk->origin = reader->origin;
}

static void take_pragma(struct walk *walk, const struct token *pragma)
{
    const struct hidden_rule *rule = hidden_rule_pragma(pragma->text, pragma->n_bytes);
    struct token shown = *pragma;
    while (shown.n_bytes > 0 && *shown.text == ' ') {
        shown.text++;
        shown.n_bytes--;
    }
    accuse(walk, rule, &shown);
}

/// Whether this is the first place of a name that is looked for.
static bool look_for_name(struct walk *walk, const struct token *word)
{
    bool is_field = walk->last == '.' || (walk->last == '>' && walk->last_but_one == '-');
    for (size_t i = 0; i < walk->scan->n_names && !is_field; i++) {
        struct hidden_name *one = &walk->scan->names[i];
        if (!one->found && token_is(word, one->name)) {
            one->found = true;
            accuse(walk, one->rule, word);
            return true;
        }
    }
    return false;
}

/// The rule for words, but where __builtin_ functions do no harm: in attributes of libc's headers
/// (free gives back what this returns), and in memlib.h, whose copies need no other header.
static const struct hidden_rule *word_rule(const struct walk *walk, const struct token *word)
{
    bool may_copy =
        walk->parentheses > 0 || walk->brackets > 0 || walk->reader.origin == TOKEN_OF_HARNESS;
    const struct hidden_rule *rule =
        hidden_rule_word(word->text, word->n_bytes, walk->scan->allowed);
    return rule == &hidden_rule_builtin && may_copy ? NULL : rule;
}

static void take_word(struct walk *walk, const struct token *word)
{
    bool in_attribute = walk->parentheses > 0 || walk->brackets > 0;
    enum token_origin origin = walk->reader.origin;
    bool theirs = origin == TOKEN_OF_SUBMISSION || origin == TOKEN_OF_OUTSIDE;
    if (in_attribute) {
        accuse(walk, hidden_rule_attribute(word->text, word->n_bytes), word);
    } else {
        walk->attribute_begins = token_is(word, "__attribute__") || token_is(word, "__attribute");
    }
    if (!theirs && walk->braces == 0 && walk->last == ')' &&
        hidden_is_assembly(word->text, word->n_bytes)) {
        walk->label = LABEL_BEGINS;
    } else if (!theirs || !look_for_name(walk, word)) {
        accuse(walk, word_rule(walk, word), word);
    }
}

/// The name must be one, not lines of assembly.
static void take_label(struct walk *walk, const struct token *token)
{
    char c = token->kind == TOKEN_PUNCTUATION ? *token->text : '\0';
    bool fine = c == (walk->label == LABEL_BEGINS ? '(' : ')');
    if (walk->label == LABEL_GOES_ON && token->kind == TOKEN_STRING) {
        fine = true;
        for (size_t i = 1; i + 1 < token->n_bytes; i++) {
            fine &= isalnum((unsigned char)token->text[i]) || token->text[i] == '_';
        }
    }
    if (!fine) {
        accuse(walk, hidden_rule_word("asm", 3, NULL), token);
    }
    walk->label = fine && c != ')' ? LABEL_GOES_ON : NO_LABEL;
}

static void take_punctuation(struct walk *walk, char c)
{
    if (walk->attribute_begins || walk->parentheses > 0) {
        walk->parentheses += (c == '(') - (c == ')');
    }
    walk->attribute_begins = false;
    walk->braces += (c == '{') - (c == '}');
    if (walk->brackets > 0) {
        walk->brackets += (c == '[') - (c == ']');
    } else if (c == '[' && walk->last == '[') {
        walk->brackets = 2;
    }
}

void hidden_scan_text(struct hidden_scan *scan, const char *text, size_t n_bytes)
{
    struct walk walk = {
        .scan = scan, .reader = token_reader_open(text, n_bytes), .origin = TOKEN_OF_SYSTEM};
    struct token token;
    while (token_next(&walk.reader, &token)) {
        char punctuation = token.kind == TOKEN_PUNCTUATION ? *token.text : '\0';
        if (token.kind == TOKEN_MARKER) {
            take_marker(&walk);
            continue;
        }
        if (token.kind == TOKEN_PRAGMA) {
            take_pragma(&walk, &token);
            continue;
        }
        if (walk.label != NO_LABEL) {
            take_label(&walk, &token);
        } else if (token.kind == TOKEN_WORD) {
            take_word(&walk, &token);
        } else if (punctuation != '\0') {
            take_punctuation(&walk, punctuation);
        }
        walk.last_but_one = walk.last;
        walk.last = punctuation;
    }
}

void hidden_scan_free(struct hidden_scan *scan)
{
    for (size_t i = 0; i < scan->n_files; i++) {
        free(scan->files[i]);
    }
    free(scan->files);
}
