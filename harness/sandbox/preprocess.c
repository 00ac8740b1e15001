// SPDX-License-Identifier: MIT
// One run of `cc -E`.
#include "harness/sandbox/preprocess.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/sandbox/artifact.h"

char *preprocess_unit(const char *folder, const char *const *compiler, const char *unit,
                      const char *name)
{
    size_t n = 0;
    while (compiler[n] != NULL) {
        n++;
    }
    char *outcome = xasprintf("../out/%s.i", name);
    // Fortified headers call other functions than the source names.
    const char *own[] = {"-U_FORTIFY_SOURCE", "-E", "-o", outcome, unit, NULL};
    const char **arguments = xcalloc(n + sizeof own / sizeof *own, sizeof *arguments);
    memcpy(arguments, compiler, n * sizeof *arguments);
    memcpy(arguments + n, own, sizeof own);
    bool ok = artifact_run(folder, arguments, NULL);
    free(arguments);
    if (ok) {
        return outcome;
    }
    free(outcome);
    return xstrdup(unit);
}
