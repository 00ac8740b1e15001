// SPDX-License-Identifier: MIT
// The one place that calls libxxhash. A file's path counts up to its final 0, then its bytes.
#include "harness/base/content_hash.h"

#include <fts.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

static bool add_file(XXH3_state_t *state, const char *path)
{
    FILE *file = fopen(path, "re");
    char buffer[65536];
    size_t n_bytes = 0;
    while (file != NULL && (n_bytes = fread(buffer, 1, sizeof buffer, file)) > 0) {
        XXH3_64bits_update(state, buffer, n_bytes);
    }
    bool fine = file != NULL && ferror(file) == 0;
    if (file != NULL) {
        fclose(file);
    }
    return fine;
}

static bool add_tree(XXH3_state_t *state, const char *path)
{
    char *roots[] = {xstrdup(path), NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    bool fine = tree != NULL;
    size_t n_files = 0;
    for (FTSENT *entry; fine && (entry = fts_read(tree)) != NULL;) {
        if (entry->fts_info == FTS_F) {
            const char *below = entry->fts_path + strlen(path);
            XXH3_64bits_update(state, below, strlen(below) + 1);
            fine = add_file(state, entry->fts_path);
            n_files++;
        }
    }
    if (tree != NULL) {
        fts_close(tree);
    }
    free(roots[0]);
    return fine && n_files > 0;
}

char *content_hash(const char *path)
{
    XXH3_state_t *state = XXH3_createState();
    if (state == NULL || XXH3_64bits_reset(state) != XXH_OK) {
        die("cannot hash %s: out of memory", path);
    }
    char *text = NULL;
    if (add_tree(state, path)) {
        text = xasprintf("%016" PRIx64, (uint64_t)XXH3_64bits_digest(state));
    }
    XXH3_freeState(state);
    return text;
}

char *content_hash_text(const char *text)
{
    return xasprintf("%016" PRIx64, (uint64_t)XXH3_64bits(text, strlen(text)));
}
