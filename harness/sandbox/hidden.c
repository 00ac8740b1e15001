// SPDX-License-Identifier: MIT
// Gathers the places and makes a verdict of them.
#include "harness/sandbox/hidden.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fnmatch.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"
#include "harness/sandbox/artifact.h"
#include "harness/sandbox/directives.h"
#include "harness/sandbox/hidden_aggregates.h"
#include "harness/sandbox/hidden_scan.h"
#include "harness/sandbox/symbols.h"

#define MAX_TEXT_BYTES (64u << 20)
#define MAX_SOURCE_BYTES (8u << 20)

struct check {
    const char *folder;
    const char *compiler;
    const char *unreadable; ///< what could not be read; NULL: nothing
    struct symbols symbols;
    struct hidden_places places;
    struct hidden_scan scan;
};

static int is_preprocessed(const struct dirent *entry)
{
    size_t n = strlen(entry->d_name);
    return n > 2 && strcmp(entry->d_name + n - 2, ".i") == 0;
}

/// Imports that nobody allows and definitions that replace the harness's, each once.
static void choose_names(struct check *check, const char *const *allowed)
{
    struct hidden_scan *scan = &check->scan;
    size_t capacity = 0;
    for (size_t i = 0; i < check->symbols.n; i++) {
        const struct symbol *one = &check->symbols.list[i];
        bool import = symbol_is_import(one);
        bool fine = import ? symbols_allow(one->name, strlen(one->name), allowed)
                           : !symbols_reserved(one->name);
        if (one->member == NULL && !fine) {
            scan->names = array_grow(scan->names, &capacity, scan->n_names, sizeof *scan->names);
            scan->names[scan->n_names++] = (struct hidden_name){
                .name = one->name,
                .rule = import ? &hidden_rule_call : &hidden_rule_definition,
            };
        }
    }
}

/// Looks at what the compiler has reported on out/UNIT.
static void scan_calls(struct check *check, const char *unit)
{
    char *out = xasprintf("%s/out", check->folder);
    char *pattern = xasprintf("%s" HIDDEN_AGGREGATES_REPORT, unit);
    DIR *folder = opendir(out);
    bool found = false;
    for (struct dirent *entry; folder != NULL && (entry = readdir(folder)) != NULL;) {
        char *path = xasprintf("out/%s", entry->d_name);
        size_t n_bytes;
        char *text = fnmatch(pattern, entry->d_name, 0) != 0
                         ? NULL
                         : artifact_read(check->folder, path, MAX_TEXT_BYTES, &n_bytes);
        if (text != NULL) {
            found |= hidden_aggregates_scan(text, n_bytes, &check->symbols, &check->places);
        }
        free(text);
        free(path);
    }
    if (!found) {
        check->unreadable = "the compiler's report";
    }
    if (folder != NULL) {
        closedir(folder);
    }
    free(pattern);
    free(out);
}

static void scan_units(struct check *check)
{
    char *out = xasprintf("%s/out", check->folder);
    struct dirent **units = NULL;
    int n_units = scandir(out, &units, is_preprocessed, alphasort);
    if (n_units <= 0) {
        die("no preprocessed source in %s: %s", out, n_units < 0 ? strerror(errno) : "none there");
    }
    for (int i = 0; i < n_units; i++) {
        const char *name = units[i]->d_name;
        char *path = xasprintf("out/%s", name);
        char *member = xasprintf("%.*s.o", (int)(strlen(name) - 2), name);
        bool beside = isdigit((unsigned char)*name);
        if (!beside || symbols_linked(&check->symbols, member)) {
            size_t n_bytes;
            char *text = artifact_read(check->folder, path, MAX_TEXT_BYTES, &n_bytes);
            if (text == NULL) {
                check->unreadable = "the preprocessed source";
            } else {
                hidden_scan_text(&check->scan, text, n_bytes);
            }
            if (hidden_aggregates_are_reported(check->compiler)) {
                scan_calls(check, name);
            }
            free(text);
        }
        free(member);
        free(path);
        free(units[i]);
    }
    free(units);
    free(out);
}

/// Markers were believed so far: the files that they name must not have forged any.
static void check_sources(struct check *check)
{
    for (size_t i = 0; i < check->scan.n_files; i++) {
        const char *name = check->scan.files[i];
        char *path = xasprintf("src/%s", name);
        size_t n_bytes;
        char *text = artifact_read(check->folder, path, MAX_SOURCE_BYTES, &n_bytes);
        size_t line = 0;
        const char *found = text == NULL ? NULL : directives_find(text, n_bytes, &line);
        if (found != NULL) {
            hidden_places_add(&check->places, &hidden_rule_directive, name, strlen(name), line,
                              found, strlen(found));
        }
        free(text);
        free(path);
    }
}

/// Names in the symbol table that no text shows.
static void add_unseen_names(struct check *check)
{
    for (size_t i = 0; i < check->scan.n_names; i++) {
        const struct hidden_name *one = &check->scan.names[i];
        if (!one->found) {
            hidden_places_add(&check->places, one->rule, "", 0, 0, one->name, strlen(one->name));
        }
    }
}

/// "mm.c:31: inline assembly '__asm__' cannot be observed, so ..."; the caller frees it.
static char *describe(const struct hidden_place *place)
{
    char *where = place->line == 0 ? xasprintf("%s%s", place->file, *place->file == 0 ? "" : ": ")
                                   : xasprintf("%s:%zu: ", place->file, place->line);
    char *text =
        xasprintf("%s%s '%s' %s", where, place->rule->what, place->token, place->rule->why);
    free(where);
    return text;
}

/// The places but one, a line each; NULL when there is no other.
static char *list_others(const struct hidden_places *places, size_t but)
{
    char *list = NULL;
    for (size_t i = 0; i < places->n && i < HIDDEN_MAX_PLACES; i++) {
        if (i != but) {
            char *line = describe(&places->list[i]);
            char *longer = list == NULL ? xstrdup(line) : xasprintf("%s\n%s", list, line);
            free(line);
            free(list);
            list = longer;
        }
    }
    return list;
}

/// Forged lines go before all, since other places may be wrong then; hidden code goes before calls,
/// which it could hide.
static unsigned rank(const struct hidden_place *place)
{
    return place->rule == &hidden_rule_directive ? 0 : place->rule == &hidden_rule_call ? 2 : 1;
}

static struct verdict *judge(const struct check *check)
{
    const struct hidden_places *places = &check->places;
    size_t first = 0;
    for (size_t i = 1; i < places->n && i < HIDDEN_MAX_PLACES; i++) {
        first = rank(&places->list[i]) < rank(&places->list[first]) ? i : first;
    }
    bool only_calls = places->n > 0 && places->list[first].rule == &hidden_rule_call;
    struct verdict *verdict = NULL;
    if (places->n > 0) {
        verdict = verdict_new(only_calls ? "FORBIDDEN_CALL" : "HIDDEN_CODE", 0, 0);
        verdict->message = describe(&places->list[first]);
        verdict->details = list_others(places, first);
        verdict->hint = xstrdup(places->list[first].rule->hint);
    } else if (check->unreadable != NULL) {
        verdict = verdict_new("HIDDEN_CODE", 0, 0);
        verdict->message =
            xasprintf("%s could not be examined, so no cost can be counted", check->unreadable);
        verdict->hint = xstrdup("the source makes the compiler emit a huge or damaged file");
    }
    return verdict;
}

bool hidden_check(const char *folder, const char *compiler, const char *const *allowed,
                  struct build_result *result)
{
    struct check check = {.folder = folder, .compiler = compiler};
    check.scan = (struct hidden_scan){.places = &check.places, .allowed = allowed};
    if (!symbols_read(&check.symbols, folder)) {
        check.unreadable = "the symbol table";
    }
    choose_names(&check, allowed);
    scan_units(&check);
    check_sources(&check);
    add_unseen_names(&check);
    struct verdict *verdict = judge(&check);
    if (verdict != NULL) {
        result->ok = false;
        verdict_free(result->verdict);
        result->verdict = verdict;
    }
    free(check.scan.names);
    hidden_scan_free(&check.scan);
    hidden_places_free(&check.places);
    symbols_free(&check.symbols);
    return verdict == NULL;
}
