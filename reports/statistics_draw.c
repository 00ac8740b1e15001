// SPDX-License-Identifier: MIT
// The histogram of scores as a picture.
#include <errno.h>
#include <math.h>
#include <stdlib.h>
#include <unistd.h>

#include "harness/base/memory.h"
#include "reports/page.h"
#include "reports/plot.h"
#include "reports/plot_script.h"
#include "reports/replace.h"
#include "reports/statistics.h"

#define SCRIPT "statistics.gp"
#define WIDTH 1200
#define HEIGHT 800

/// "median 61.3, quartiles 42.1 and 80.0, mean 58.4 of 100 points". The caller frees it.
static char *caption(const struct statistics *statistics)
{
    const struct quartiles *scores = &statistics->scores;
    char maximum[24];
    if (scores->n == 0) {
        return xstrdup("");
    }
    page_max_points(statistics->max_score, maximum);
    return xasprintf(
        "%zu submission%s: median %.1f, quartiles %.1f and %.1f, mean %.1f of %s points", scores->n,
        scores->n == 1 ? "" : "s", scores->median, scores->lower, scores->upper, scores->mean,
        maximum);
}

static char *script_text(const struct statistics *statistics)
{
    char *text;
    size_t n_bytes;
    FILE *script = xopen_memstream(&text, &n_bytes);
    char *below = caption(statistics);
    char *headline =
        statistics->lab == NULL ? xstrdup("Scores") : xasprintf("Scores, %s lab", statistics->lab);
    plot_script_template(script, "style");
    fprintf(script, "\nreset\nwidth = %d\nheight = %d\n", WIDTH, HEIGHT);
    plot_script_text(script, "headline", headline);
    plot_script_text(script, "caption", below);
    plot_script_text(script, "remark", "");
    plot_script_text(script, "message", statistics->scores.n == 0 ? "nobody has a score" : "");
    fputs("$bins << END\n", script);
    for (size_t i = 0; i < STATISTICS_BINS; i++) {
        fprintf(script, "%.1f %zu\n", (double)(100 * i + 50) / STATISTICS_BINS,
                statistics->bins[i]);
    }
    fprintf(script, "END\nbin = %d\nmedian = ", 100 / STATISTICS_BINS);
    plot_script_number(script, 100 * statistics->scores.median / statistics->max_score);
    fputc('\n', script);
    plot_script_template(script, "statistics");
    fclose(script);
    free(headline);
    free(below);
    return text;
}

static char *path_in(const char *folder, const char *extension)
{
    return xasprintf("%s/statistics.%s", folder, extension);
}

static bool has_pictures(const char *folder)
{
    bool all = true;
    for (const char *const *format = plot_formats; *format != NULL; format++) {
        char *path = path_in(folder, *format);
        all = all && access(path, F_OK) == 0;
        free(path);
    }
    return all;
}

static void remove_pictures(const char *folder)
{
    for (const char *const *format = plot_formats; *format != NULL; format++) {
        char *path = path_in(folder, *format);
        unlink(path);
        free(path);
    }
}

bool statistics_draw(const struct statistics *statistics, const char *folder, struct error *error)
{
    char *path = path_in(folder, "gp");
    char *text = script_text(statistics);
    bool ok = true;
    if (replace_is_needed(path, text) || !has_pictures(folder)) {
        struct replacement replacement;
        remove_pictures(folder);
        ok = replace_begin(&replacement, path, error);
        if (ok) {
            fputs(text, replacement.stream);
            ok = replace_finish(&replacement, error) && plot_run(folder, SCRIPT, error);
        }
        if (!ok) {
            remove_pictures(folder);
        }
    }
    free(text);
    free(path);
    return ok;
}
