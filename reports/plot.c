// SPDX-License-Identifier: MIT
// One gnuplot process for all pictures. It may read what it likes and write in its folder alone.
#include "reports/plot.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/base/memory.h"
#include "harness/sandbox/isolation.h"
#include "reports/plot_script.h"

#define SCRIPT "plots.gp"
#define SECONDS 20
#define MEMORY_BYTES (4ull << 30)
#define FILE_BYTES (64ull << 20)
#define OUTPUT_BYTES 65536

const struct plot plot_list[] = {
    {"pareto", plot_pareto_write, .needs_reference = true, .needs_heap = true},
    {"traces", plot_traces_write, .needs_heap = true},
    {"heap", plot_heap_write, .needs_heap = true},
    {.name = NULL},
};

const char *const plot_formats[] = {"svg", "png", NULL};

static bool is_drawn(const struct plot *plot, const struct plot_input *input)
{
    return (!plot->needs_reference || input->reference != NULL) &&
           (!plot->needs_heap || !input->has_no_heap);
}

static bool draws_any(const struct plot_input *input)
{
    for (const struct plot *plot = plot_list; plot->name != NULL; plot++) {
        if (is_drawn(plot, input)) {
            return true;
        }
    }
    return false;
}

void plot_write_script(const struct plot_input *input, FILE *script)
{
    plot_script_template(script, "style");
    for (const struct plot *plot = plot_list; plot->name != NULL; plot++) {
        if (is_drawn(plot, input)) {
            fputs("\nreset\n", script);
            plot->write(input, script);
            plot_script_template(script, plot->name);
        }
    }
}

char *plot_find_gnuplot(void)
{
    const char *path = getenv("PATH");
    for (const char *at = path == NULL ? "" : path; *at != '\0';) {
        size_t length = strcspn(at, ":");
        char *program = xasprintf("%.*s/gnuplot", (int)length, at);
        if (program[0] == '/' && access(program, X_OK) == 0) {
            return program;
        }
        free(program);
        at += length + (at[length] == ':');
    }
    return NULL;
}

/// `folder` is absolute: the child stands in it when Landlock looks for it.
static void start(struct isolated *isolated, const char *program, const char *folder,
                  const char *script)
{
    // Without its start files and settings: the same pictures for everybody.
    const char *arguments[] = {program, "-d", script, NULL};
    const char *environment[] = {"LC_ALL=C.UTF-8", NULL};
    const char *readable[] = {"/", NULL};
    int output_fd = output_open(&isolated->output, OUTPUT_BYTES, false);
    struct process_plan plan = {
        .arguments = arguments,
        .environment = environment,
        .folder = folder,
        .output_fd = output_fd,
        .confinement = {.readable = readable,
                        .writable = folder,
                        .memory_bytes = MEMORY_BYTES,
                        .file_bytes = FILE_BYTES,
                        .cpu_seconds = SECONDS},
    };
    isolated->deadline_ns = clock_ns() + SECONDS * 1000000000ull;
    process_start(&isolated->process, &plan);
    close(output_fd);
}

bool plot_run(const char *folder, const char *script, struct error *error)
{
    char *program = plot_find_gnuplot();
    if (program == NULL) {
        return error_at(error, "gnuplot", 0, 0, "not found; install gnuplot-nox");
    }
    struct isolated isolated = {0};
    char *place = realpath(folder, NULL);
    start(&isolated, program, place == NULL ? folder : place, script);
    free(place);
    enum isolated_end end = isolated_wait(&isolated);
    char *said = output_last_lines(&isolated.output, 4);
    output_close(&isolated.output);
    bool fine =
        end == ISOLATED_OK || error_at(error, program, 0, 0, "%s%s%s",
                                       end == ISOLATED_TIMED_OUT ? "took too long" : "failed",
                                       said == NULL ? "" : ": ", said == NULL ? "" : said);
    free(said);
    free(program);
    return fine;
}

static void remove_pictures(const char *folder)
{
    for (const struct plot *plot = plot_list; plot->name != NULL; plot++) {
        for (const char *const *format = plot_formats; *format != NULL; format++) {
            char *path = xasprintf("%s/%s.%s", folder, plot->name, *format);
            unlink(path);
            free(path);
        }
    }
}

void plot_remove(const char *folder)
{
    char *script = xasprintf("%s/" SCRIPT, folder);
    remove_pictures(folder);
    unlink(script);
    free(script);
}

bool plot_draw(const struct plot_input *input, const char *folder, struct error *error)
{
    plot_remove(folder);
    if (!draws_any(input)) {
        return true;
    }
    char *path = xasprintf("%s/" SCRIPT, folder);
    FILE *script = fopen(path, "we");
    bool fine = script != NULL;
    if (fine) {
        plot_write_script(input, script);
        fine = !ferror(script);
        fine = fclose(script) == 0 && fine;
    }
    fine = fine ? plot_run(folder, SCRIPT, error)
                : error_at(error, path, 0, 0, "cannot be written: %s", strerror(errno));
    if (!fine) {
        remove_pictures(folder);
    }
    free(path);
    return fine;
}
