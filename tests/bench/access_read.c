// SPDX-License-Identifier: MIT
// How fast traces of accesses are read: text, gzip'd text, and again from the cache. The traces
// are real ones that the project does not ship; without them nothing is measured.
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/access/access.h"
#include "harness/base/clock.h"
#include "harness/base/memory.h"
#include "harness/base/paths.h"
#include "harness/base/printable.h"
#include "harness/base/scratch.h"

#define N_RUNS 7
#define N_BATCH 4096

struct run {
    size_t n_records;
    double millions; ///< of records a second
};

static struct run read_once(const char *path)
{
    static struct access records[N_BATCH];
    struct error error;
    struct run run = {0};
    uint64_t start_ns = clock_ns();
    struct access_stream *stream = access_open(path, NULL, &error);
    for (size_t n = 1; stream != NULL && n != 0; run.n_records += n) {
        n = access_next(stream, records, N_BATCH, &error);
        if (n == SIZE_MAX) {
            die("%s", error.text);
        }
    }
    if (stream == NULL) {
        die("%s", error.text);
    }
    access_close(stream);
    run.millions = 1e3 * (double)run.n_records / (double)(clock_ns() - start_ns);
    return run;
}

static int by_speed(const void *a, const void *b)
{
    const double *left = a;
    const double *right = b;
    return (*left > *right) - (*left < *right);
}

static void measure(const char *path, const char *what)
{
    double millions[N_RUNS];
    struct run run = {0};
    for (size_t i = 0; i < N_RUNS; i++) {
        run = read_once(path);
        millions[i] = run.millions;
    }
    qsort(millions, N_RUNS, sizeof millions[0], by_speed);
    printf("%5.1f million records a second: %s (%zu records, %.1f to %.1f)\n", millions[N_RUNS / 2],
           what, run.n_records, millions[0], millions[N_RUNS - 1]);
}

/// The file's text unpacked by zlib's own program: what a user has who unpacks it.
static char *unpack(const char *folder, const char *packed, const char *name)
{
    char *path = xasprintf("%s/%s", folder, name);
    char *from = shell_word(packed);
    char *command = xasprintf("gzip -dc %s > %s", from, path);
    if (system(command) != 0) {
        die("cannot unpack %s", packed);
    }
    free(command);
    free(from);
    return path;
}

static void measure_packed(const char *folder, const char *packed, const char *name)
{
    char *text = unpack(folder, packed, name);
    char what[128];
    setenv("MMGRADE_NO_CACHE", "1", 1);
    snprintf(what, sizeof what, "%s, text", name);
    measure(text, what);
    snprintf(what, sizeof what, "%s, gzip'd", name);
    measure(packed, what);
    setenv("MMGRADE_NO_CACHE", "0", 1);
    printf("%5.1f million records a second: %s, gzip'd, the cache being written\n",
           read_once(packed).millions, name);
    snprintf(what, sizeof what, "%s, from the cache", name);
    measure(packed, what);
    free(text);
}

int main(void)
{
    static const char *const packed[][2] = {
        {"../shared/traces/vm/page/gcc.trace.gz", "gcc.trace"},
        {"../shared/traces/vm/lackey/ls-l.lackey.gz", "ls-l.lackey"},
    };
    char *folder = scratch_make();
    setenv("XDG_CACHE_HOME", folder, 1);
    for (size_t i = 0; i < sizeof packed / sizeof packed[0]; i++) {
        char *path = paths_in_root(packed[i][0]);
        if (access(path, R_OK) == 0) {
            measure_packed(folder, path, packed[i][1]);
        }
        free(path);
    }
    char *path = paths_in_root("../shared/traces/vm/cachelab/long.trace");
    if (access(path, R_OK) == 0) {
        measure(path, "long.trace, text");
    }
    free(path);
    scratch_remove(folder);
    return 0;
}
