// SPDX-License-Identifier: MIT
// The names that a built shared object takes from outside and those it defines, read with nm in the
// sandbox: the object is the submission's, and parsers of binutils have had bugs. A call that the
// compiler carries out itself leaves no name: build with -fno-builtin.
#ifndef MMGRADE_SANDBOX_SYMBOLS_H
#define MMGRADE_SANDBOX_SYMBOLS_H

#include <stdbool.h>
#include <stddef.h>

struct symbol {
    char *name;   ///< without a version: "printf"; printable
    char *member; ///< of extras.a: "3.o"; NULL: of the shared object
    char type;    ///< as nm says it: 'T', 't', 'U', ...
};

struct symbols {
    struct symbol *list;
    size_t n;
};

/// Reads the shared object and, if it is there, out/extras.a. False when nm fails or says too much.
bool symbols_read(struct symbols *symbols, const char *folder);

/// Takes what `nm -A -P` has printed; lines of another form are passed over. For tests, too.
void symbols_parse(struct symbols *symbols, const char *text, size_t n_bytes);

void symbols_free(struct symbols *symbols);

/// Whether it is taken from outside.
bool symbol_is_import(const struct symbol *symbol);

/// Whether it is visible to other files of the build.
bool symbol_is_global(const struct symbol *symbol);

/// Whether a name is the pattern, or starts with what stands before its '*'.
bool symbols_match(const char *pattern, const char *name, size_t n_bytes);

/// Whether a submission may take that name from outside: memlib, callbacks and observed functions,
/// output, ends of the program, arithmetic; and what `allowed` lists (NULL at its end; or NULL).
bool symbols_allow(const char *name, size_t n_bytes, const char *const *allowed);

/// Whether defining that name replaces a function of the harness.
bool symbols_reserved(const char *name);

/// Whether the linker has taken a member of the archive: all that it defines for others is in the
/// shared object.
bool symbols_linked(const struct symbols *symbols, const char *member);

#endif
