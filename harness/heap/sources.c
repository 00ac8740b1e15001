// SPDX-License-Identifier: MIT
// Building for the explanations, and going from code offsets to lines.
#include "harness/heap/sources.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "harness/sandbox/artifact.h"
#include "harness/sandbox/lines.h"

#define MAX_SOURCE_BYTES (8u << 20)
#define MAX_TEXT_BYTES 100

void sources_open(struct sources *sources, const struct build_plan *graded)
{
    *sources = (struct sources){.graded = graded};
}

void sources_close(struct sources *sources)
{
    if (sources->was_built) {
        struct result spare = {.build = sources->result};
        result_free(&spare);
        build_remove(&sources->build);
    }
}

const char *sources_library(struct sources *sources)
{
    struct error error;
    if (!sources->was_built) {
        sources->was_built = true;
        sources->plan = *sources->graded;
        sources->plan.instrumented = true;
        sources->plan.traced = true;
        if (build_start(&sources->build, &sources->plan, &error)) {
            build_finish(&sources->build, &sources->result);
        }
    }
    const struct verdict *verdict = sources->result.verdict;
    bool is_refused = verdict != NULL && strcmp(verdict->code, "BUILD_FAILED") != 0;
    return sources->result.ok || is_refused ? sources->build.library : NULL;
}

bool sources_see_all(struct sources *sources)
{
    return sources_library(sources) != NULL && sources->result.ok;
}

/// A line of one of the submission's files, without the blanks around it; NULL when there is none.
static char *read_line(const struct sources *sources, const char *file, size_t line)
{
    char *path = xasprintf("src/%s", file);
    size_t n_bytes;
    char *text = strchr(file, '/') == NULL
                     ? artifact_read(sources->build.folder, path, MAX_SOURCE_BYTES, &n_bytes)
                     : NULL;
    free(path);
    const char *at = text;
    for (size_t i = 1; at != NULL && i < line; i++) {
        at = strchr(at, '\n');
        at = at == NULL ? NULL : at + 1;
    }
    char *found = NULL;
    if (at != NULL) {
        at += strspn(at, " \t");
        size_t n = strcspn(at, "\r\n");
        n = n < MAX_TEXT_BYTES ? n : MAX_TEXT_BYTES;
        while (n > 0 && (at[n - 1] == ' ' || at[n - 1] == '\t')) {
            n--;
        }
        found = printable(at, n);
    }
    free(text);
    return found;
}

struct code_place *sources_resolve(const struct sources *sources, const struct sighting *sighting,
                                   size_t *n_places)
{
    uint64_t offsets[SIGHTING_FRAMES];
    struct source_line lines[SIGHTING_FRAMES];
    struct code_place *places = xcalloc(SIGHTING_FRAMES, sizeof *places);
    for (size_t i = 0; i < sighting->n_frames; i++) {
        offsets[i] = sighting->code[i];
    }
    lines_resolve(sources->build.library, offsets, sighting->n_frames, lines);
    *n_places = 0;
    for (size_t i = 0; i < sighting->n_frames; i++) {
        const struct source_line *line = &lines[i];
        bool known = line->file != NULL && line->line > 0 && line->function != NULL;
        char *text = known ? read_line(sources, line->file, line->line) : NULL;
        if (text != NULL) {
            places[(*n_places)++] = (struct code_place){.file = xstrdup(line->file),
                                                        .line = line->line,
                                                        .function = xstrdup(line->function),
                                                        .text = text};
        }
    }
    lines_free(lines, sighting->n_frames);
    return places;
}

void sources_free_places(struct code_place *places, size_t n_places)
{
    for (size_t i = 0; i < n_places; i++) {
        free(places[i].file);
        free(places[i].function);
        free(places[i].text);
    }
    free(places);
}
