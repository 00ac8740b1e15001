// SPDX-License-Identifier: MIT
// The one place that calls libxxhash. A file's path counts up to its final 0, then its bytes.
#include "harness/base/content_hash.h"

#include <fts.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <xxhash.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"

static int by_name(const FTSENT **a, const FTSENT **b)
{
    return strcmp((*a)->fts_name, (*b)->fts_name);
}

/// What of a file tells that it has changed when its bytes are not read.
static void add_status(XXH3_state_t *state, const struct stat *status)
{
    const int64_t facts[] = {status->st_size, status->st_mtim.tv_sec, status->st_mtim.tv_nsec};
    XXH3_64bits_update(state, facts, sizeof facts);
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

/// False when a file cannot be read, unless `*left_bytes` bounds what is.
static bool add_entry(XXH3_state_t *state, const FTSENT *entry, uint64_t *left_bytes)
{
    uint64_t n_bytes = (uint64_t)entry->fts_statp->st_size;
    if (left_bytes == NULL) {
        return add_file(state, entry->fts_path);
    }
    if (n_bytes > *left_bytes || !add_file(state, entry->fts_path)) {
        add_status(state, entry->fts_statp);
    } else {
        *left_bytes -= n_bytes;
    }
    return true;
}

static bool add_tree(XXH3_state_t *state, const char *path, uint64_t *left_bytes)
{
    char *roots[] = {xstrdup(path), NULL};
    FTS *tree = fts_open(roots, FTS_PHYSICAL | FTS_NOCHDIR, by_name);
    bool fine = tree != NULL;
    size_t n_files = 0;
    for (FTSENT *entry; fine && (entry = fts_read(tree)) != NULL;) {
        if (entry->fts_info == FTS_F) {
            const char *below = entry->fts_path + strlen(path);
            XXH3_64bits_update(state, below, strlen(below) + 1);
            fine = add_entry(state, entry, left_bytes);
            n_files++;
        }
    }
    if (tree != NULL) {
        fts_close(tree);
    }
    free(roots[0]);
    return fine && n_files > 0;
}

static char *hash(const char *path, uint64_t *left_bytes)
{
    XXH3_state_t *state = XXH3_createState();
    if (state == NULL || XXH3_64bits_reset(state) != XXH_OK) {
        die("cannot hash %s: out of memory", path);
    }
    char *text = NULL;
    if (add_tree(state, path, left_bytes)) {
        text = xasprintf("%016" PRIx64, (uint64_t)XXH3_64bits_digest(state));
    }
    XXH3_freeState(state);
    return text;
}

char *content_hash(const char *path)
{
    return hash(path, NULL);
}

char *content_hash_bounded(const char *path, uint64_t max_bytes)
{
    return hash(path, &max_bytes);
}

char *content_hash_text(const char *text)
{
    return xasprintf("%016" PRIx64, (uint64_t)XXH3_64bits(text, strlen(text)));
}
