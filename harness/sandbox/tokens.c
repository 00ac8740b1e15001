// SPDX-License-Identifier: MIT
// A tokenizer for the output of `cc -E`.
#include "harness/sandbox/tokens.h"

#include <ctype.h>
#include <string.h>

struct token_reader token_reader_open(const char *text, size_t n_bytes)
{
    return (struct token_reader){
        .at = text, .end = text + n_bytes, .at_line_start = true, .file = "", .line = 1};
}

static bool starts_with(const char *text, size_t n_bytes, const char *start)
{
    size_t n = strlen(start);
    return n_bytes >= n && memcmp(text, start, n) == 0;
}

static bool equals(const char *text, size_t n_bytes, const char *other)
{
    return strlen(other) == n_bytes && memcmp(text, other, n_bytes) == 0;
}

bool token_is(const struct token *token, const char *text)
{
    return equals(token->text, token->n_bytes, text);
}

static bool has_folder(const char *name, size_t n_bytes)
{
    return memchr(name, '/', n_bytes) != NULL;
}

static enum token_origin origin_of(const char *name, size_t n_bytes)
{
    static const char *const compilers[] = {"<built-in>", "<command-line>", "<command line>"};
    for (size_t i = 0; i < sizeof compilers / sizeof *compilers; i++) {
        if (equals(name, n_bytes, compilers[i])) {
            return TOKEN_OF_SYSTEM;
        }
    }
    // "/mm/src//" is no file, but where the compiler was started.
    bool working_folder = n_bytes > 2 && memcmp(name + n_bytes - 2, "//", 2) == 0;
    bool below_usr =
        starts_with(name, n_bytes, "/usr/") && memmem(name, n_bytes, "/../", 4) == NULL;
    if (working_folder || below_usr) {
        return TOKEN_OF_SYSTEM;
    }
    if (starts_with(name, n_bytes, "../include/")) {
        return has_folder(name + 11, n_bytes - 11) ? TOKEN_OF_OUTSIDE : TOKEN_OF_HARNESS;
    }
    while (starts_with(name, n_bytes, "./")) {
        name += 2;
        n_bytes -= 2;
    }
    return has_folder(name, n_bytes) ? TOKEN_OF_OUTSIDE : TOKEN_OF_SUBMISSION;
}

static const char *line_end(const struct token_reader *reader)
{
    const char *end = memchr(reader->at, '\n', (size_t)(reader->end - reader->at));
    return end == NULL ? reader->end : end;
}

static void skip_blanks(struct token_reader *reader, const char *end)
{
    while (reader->at < end && (*reader->at == ' ' || *reader->at == '\t')) {
        reader->at++;
    }
}

/// # 12 "mm.c" 2
static bool take_marker(struct token_reader *reader, const char *end)
{
    size_t line = 0;
    skip_blanks(reader, end);
    while (reader->at < end && isdigit((unsigned char)*reader->at)) {
        line = line * 10 + (size_t)(*reader->at++ - '0');
    }
    skip_blanks(reader, end);
    reader->line = line;
    const char *name = reader->at + 1;
    const char *quote =
        reader->at < end && *reader->at == '"' ? memrchr(name, '"', (size_t)(end - name)) : NULL;
    if (quote != NULL) {
        reader->file = name;
        reader->file_bytes = (size_t)(quote - name);
        reader->origin = origin_of(reader->file, reader->file_bytes);
    }
    reader->at = end + (end < reader->end);
    return true;
}

/// A line that starts with '#': a marker, a pragma, or what else a compiler leaves there.
static bool take_directive(struct token_reader *reader, struct token *token)
{
    const char *end = line_end(reader);
    reader->at++;
    skip_blanks(reader, end);
    bool marks = reader->at < end && isdigit((unsigned char)*reader->at);
    *token = (struct token){.kind = marks ? TOKEN_MARKER : TOKEN_PRAGMA, .text = reader->at};
    if (marks) {
        return take_marker(reader, end);
    }
    if (starts_with(reader->at, (size_t)(end - reader->at), "pragma")) {
        token->text += strlen("pragma");
    }
    token->n_bytes = (size_t)(end - token->text);
    reader->at = end;
    return true;
}

static const char *quoted_end(const char *at, const char *end)
{
    char quote = *at++;
    while (at < end && *at != quote && *at != '\n') {
        at += *at == '\\' && end - at > 1 && at[1] != '\n' ? 2 : 1;
    }
    return at < end && *at == quote ? at + 1 : at;
}

static bool is_word(char c)
{
    // Bytes of other alphabets may stand in names, and so may the dollar sign.
    return isalnum((unsigned char)c) || c == '_' || c == '$' || (unsigned char)c >= 0x80;
}

static bool skip_space(struct token_reader *reader)
{
    while (reader->at < reader->end && isspace((unsigned char)*reader->at)) {
        if (*reader->at++ == '\n') {
            reader->line++;
            reader->at_line_start = true;
        }
    }
    return reader->at < reader->end;
}

static void take_punctuation(struct token_reader *reader, struct token *token)
{
    static const char *const digraphs[] = {"<:", ":>"};
    for (size_t i = 0; i < 2; i++) {
        if (starts_with(reader->at, (size_t)(reader->end - reader->at), digraphs[i])) {
            token->text = &"[]"[i];
            reader->at++;
        }
    }
    token->n_bytes = 1;
    reader->at++;
}

bool token_next(struct token_reader *reader, struct token *token)
{
    if (!skip_space(reader)) {
        return false;
    }
    char first = *reader->at;
    bool at_line_start = reader->at_line_start;
    if (at_line_start && first == '#') {
        return take_directive(reader, token);
    }
    reader->at_line_start = false;
    *token = (struct token){.kind = TOKEN_PUNCTUATION, .text = reader->at};
    if (first == '"' || first == '\'') {
        token->kind = TOKEN_STRING;
        reader->at = quoted_end(reader->at, reader->end);
    } else if (is_word(first)) {
        token->kind = isdigit((unsigned char)first) ? TOKEN_NUMBER : TOKEN_WORD;
        while (reader->at < reader->end && is_word(*reader->at)) {
            reader->at++;
        }
    } else {
        take_punctuation(reader, token);
        return true;
    }
    token->n_bytes = (size_t)(reader->at - token->text);
    return true;
}
