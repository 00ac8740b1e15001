// SPDX-License-Identifier: MIT
// Reading a mutant: a head of "key: value", then edits.
#include "tests/mutants/mutant.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

bool mutant_complain(struct mutant *mutant, const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(mutant->error, sizeof mutant->error, format, arguments);
    va_end(arguments);
    return false;
}

char *mutant_file(const struct mutant *mutant, const char *name)
{
    return xasprintf("%s/%s", mutant->folder, name);
}

char *mutant_read_file(const char *path)
{
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        return NULL;
    }
    char *text = NULL;
    size_t capacity = 0;
    // No file here holds a NUL byte: all of it is one "line".
    if (getdelim(&text, &capacity, '\0', file) < 0) {
        free(text);
        text = xstrdup("");
    }
    fclose(file);
    return text;
}

static size_t line_of(const struct mutant *mutant, const char *at)
{
    size_t line = 1;
    for (const char *c = mutant->text; c < at; c++) {
        line += *c == '\n';
    }
    return line;
}

/// The value of "key: value" when the line has that key, else NULL. The caller frees it.
static char *take_value(const char *line, const char *key)
{
    size_t n = strlen(key);
    if (strncmp(line, key, n) != 0 || strncmp(line + n, ": ", 2) != 0) {
        return NULL;
    }
    const char *value = line + n + 2;
    return xasprintf("%.*s", (int)strcspn(value, "\n"), value);
}

/// One line of the head; false when it is none of those that may stand there.
static bool take_line(struct mutant *mutant, const char *line)
{
    const struct {
        const char *key;
        char **target;
    } known[] = {{"lab", &mutant->lab},       {"base", &mutant->base},
                 {"rubric", &mutant->rubric}, {"trace", &mutant->trace},
                 {"expect", &mutant->expect}, {"at", &mutant->at},
                 {"also", &mutant->also},     {"golden", &mutant->golden}};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++) {
        char *value = take_value(line, known[i].key);
        if (value != NULL) {
            free(*known[i].target);
            *known[i].target = value;
            return true;
        }
    }
    return sscanf(line, "changed: %ld", &mutant->changed) == 1 || line[0] == '#';
}

/// Reads up to the first edit, which *edits gets; false when the head is bad.
static bool read_head(struct mutant *mutant, char **edits)
{
    char *line = mutant->text;
    while (*line != '\0' && strncmp(line, "<<<<\n", 5) != 0) {
        if (!take_line(mutant, line)) {
            return mutant_complain(
                mutant,
                "line %zu: expected '#', lab, base, rubric, trace, expect, changed, "
                "at, also, golden or '<<<<'",
                line_of(mutant, line));
        }
        line += strcspn(line, "\n");
        line += *line == '\n';
    }
    *edits = line;
    if (mutant->text[0] != '#') {
        return mutant_complain(mutant, "line 1: expected '# what the student got wrong'");
    }
    if (mutant->base == NULL || mutant->trace == NULL || mutant->expect == NULL) {
        return mutant_complain(mutant, "line 1: base, trace and expect must be given");
    }
    return *line != '\0' ||
           mutant_complain(mutant, "line %zu: expected an edit ('<<<<')", line_of(mutant, line));
}

/// Replaces the one occurrence of `old` (ended by a NUL) in the source.
static bool replace(struct mutant *mutant, size_t line, const char *old, const char *new)
{
    char *at = strstr(mutant->source, old);
    if (at == NULL || *old == '\0') {
        return mutant_complain(mutant, "line %zu: this text is not in %s", line, mutant->base);
    }
    if (strstr(at + 1, old) != NULL) {
        return mutant_complain(mutant, "line %zu: this text is in %s more than once", line,
                               mutant->base);
    }
    char *edited =
        xasprintf("%.*s%s%s", (int)(at - mutant->source), mutant->source, new, at + strlen(old));
    free(mutant->source);
    mutant->source = edited;
    return true;
}

/// Cuts the text at the line `mark`, which is looked for from `from` on; returns what follows it,
/// or NULL. The text before it ends with a newline, or is empty. Newlines stay, for line_of.
static char *cut_at(char *from, const char *mark)
{
    size_t n = strlen(mark);
    char *at = from;
    while (strncmp(at, mark, n) != 0) {
        at = strchr(at, '\n');
        if (at == NULL) {
            return NULL;
        }
        at++;
    }
    *at = '\0';
    return at + n;
}

static bool apply_edits(struct mutant *mutant, char *edit)
{
    while (strncmp(edit, "<<<<\n", 5) == 0) {
        size_t line = line_of(mutant, edit);
        char *old = edit + 5;
        char *new = cut_at(old, "====\n");
        char *next = new == NULL ? NULL : cut_at(new, ">>>>\n");
        if (next == NULL) {
            return mutant_complain(mutant, "line %zu: this edit lacks its '====' or '>>>>'", line);
        }
        if (!replace(mutant, line, old, new)) {
            return false;
        }
        edit = next;
    }
    return *edit == '\0' ||
           mutant_complain(mutant, "line %zu: expected '<<<<'", line_of(mutant, edit));
}

/// The files of `base`, one behind the other.
static bool read_bases(struct mutant *mutant)
{
    mutant->source = xstrdup("");
    const char *name = mutant->base;
    while (*name != '\0') {
        size_t n = strcspn(name, " ");
        char *path = xasprintf("%.*s", (int)n, name);
        char *text = mutant_read_file(path);
        if (text == NULL) {
            mutant_complain(mutant, "base %s: %s", path, strerror(errno));
            free(path);
            return false;
        }
        char *longer = xasprintf("%s%s", mutant->source, text);
        free(mutant->source);
        free(text);
        free(path);
        mutant->source = longer;
        name += n + strspn(name + n, " ");
    }
    return true;
}

bool mutant_read(struct mutant *mutant)
{
    mutant->text = mutant_read_file(mutant->path);
    if (mutant->text == NULL) {
        return mutant_complain(mutant, "%s: %s", mutant->path, strerror(errno));
    }
    mutant->lab = xstrdup("malloc");
    char *edits = NULL;
    if (!read_head(mutant, &edits)) {
        return false;
    }
    if (mutant->rubric == NULL) {
        mutant->rubric = xasprintf("grading/rubrics/%s.yaml", mutant->lab);
    }
    return read_bases(mutant) && apply_edits(mutant, edits);
}

void mutant_free(struct mutant *mutant)
{
    char *owned[] = {mutant->path, mutant->name,   mutant->text,  mutant->source, mutant->lab,
                     mutant->base, mutant->rubric, mutant->trace, mutant->expect, mutant->at,
                     mutant->also, mutant->golden, mutant->folder};
    for (size_t i = 0; i < sizeof owned / sizeof *owned; i++) {
        free(owned[i]);
    }
}
