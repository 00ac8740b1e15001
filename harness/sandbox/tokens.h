// SPDX-License-Identifier: MIT
// The tokens of preprocessed C, each with the source line that it stems from. Comments are gone by
// then and macros expanded; what is left besides tokens are line markers (# 12 "mm.c" 2) and
// pragmas. GNU C17 without raw strings, which directives.h refuses.
#ifndef MMGRADE_SANDBOX_TOKENS_H
#define MMGRADE_SANDBOX_TOKENS_H

#include <stdbool.h>
#include <stddef.h>

/// Whose a file is, as its line marker says: markers can be trusted when no file of the submission
/// has a directive that forges them (directives.h).
enum token_origin {
    TOKEN_OF_SUBMISSION, ///< below src/
    TOKEN_OF_SYSTEM,     ///< below /usr, the compiler's own
    TOKEN_OF_HARNESS,    ///< the public headers
    TOKEN_OF_OUTSIDE,    ///< anywhere else
};

enum token_kind {
    TOKEN_WORD,
    TOKEN_NUMBER,
    TOKEN_STRING,      ///< or a character constant; with its quotes
    TOKEN_PUNCTUATION, ///< one character; the digraphs <: :> are [ ]
    TOKEN_PRAGMA,      ///< the rest of the line
    TOKEN_MARKER,      ///< the reader's file, origin and line have changed
};

struct token {
    enum token_kind kind;
    const char *text; ///< not terminated
    size_t n_bytes;
};

struct token_reader {
    const char *at, *end;
    bool at_line_start;
    const char *file; ///< as the marker says it; not terminated
    size_t file_bytes;
    size_t line; ///< of the token last read; after a marker, of what follows
    enum token_origin origin;
};

/// Starts at the first token; the text must outlive the reader.
struct token_reader token_reader_open(const char *text, size_t n_bytes);

/// False at the end. Unterminated strings end with their line. O(length).
bool token_next(struct token_reader *reader, struct token *token);

/// Whether the token's text is `text`.
bool token_is(const struct token *token, const char *text);

#endif
