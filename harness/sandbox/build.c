// SPDX-License-Identifier: MIT
// Compiling a submission. Files beside the entry become a library that the linker takes from only
// what the entry needs: folders of existing coursework hold timers and drivers, too.
#include "harness/sandbox/build.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/content_hash.h"
#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "harness/base/scratch.h"
#include "harness/sandbox/build_command.h"
#include "harness/sandbox/hidden.h"
#include "harness/sandbox/preprocess.h"

static void make_folders(struct build *build)
{
    static const char *const names[] = {"src", "include", "out"};
    build->folder = scratch_make();
    for (size_t i = 0; i < 3; i++) {
        char *path = xasprintf("%s/%s", build->folder, names[i]);
        if (mkdir(path, 0700) != 0) {
            die("cannot make %s: %s", path, strerror(errno));
        }
        free(path);
    }
}

/// Writes the header with the declarations that differ between courses.
static void write_prototypes(const struct build *build, const char *prototypes)
{
    char *path = xasprintf("%s/include/mmgrade_prototypes.h", build->folder);
    FILE *file = fopen(path, "we");
    if (file == NULL || fputs(prototypes, file) < 0 || fclose(file) != 0) {
        die("cannot write %s: %s", path, strerror(errno));
    }
    free(path);
}

/// Gives the submission the public headers, the declarations that differ between courses as it
/// makes them itself, and what the lab compiles around it.
static void provide_headers(const struct build *build)
{
    const struct contract *contract = &build->collection.contract;
    char *include = xasprintf("%s/include", build->folder);
    frame_copy_folder(build->plan->headers, ".h", include);
    write_prototypes(build, contract->prototypes);
    if (build->plan->frame != NULL) {
        frame_provide(build->plan->frame, contract, include);
    }
    free(include);
}

static char *compiler_path(const struct build *build)
{
    return xasprintf("/usr/bin/%s", build->plan->settings->compiler);
}

/// Runs one step to its end and appends what it said to the notes.
static bool run_step(struct build *build, const struct build_command *command)
{
    struct isolated isolated;
    isolated_start(&isolated, &(struct isolated_command){.arguments = command->list,
                                                         .folder = build->folder,
                                                         .seconds = build->plan->seconds});
    bool ok = isolated_wait(&isolated) == ISOLATED_OK;
    if (isolated.output.head_bytes > 0) {
        char *text = printable(isolated.output.head, isolated.output.head_bytes);
        char *longer = xasprintf("%s%s", build->notes, text);
        free(text);
        free(build->notes);
        build->notes = longer;
    }
    output_close(&isolated.output);
    return ok;
}

/// What to compile in place of a unit: of an instrumented build what the preprocessor makes of it,
/// out/PREFIXn.i. The caller frees it.
static char *prepare_unit(const struct build *build, const struct build_command *flags,
                          const char *unit, size_t n, const char *prefix)
{
    if (!build->plan->instrumented) {
        return xstrdup(unit);
    }
    char *name = xasprintf("%s%zu", prefix, n);
    char *prepared = preprocess_unit(build->folder, flags->list, unit, name);
    free(name);
    return prepared;
}

/// Compiles the files beside the entry into ../out/extras.a; one that does not compile is left
/// out, and missed by the linker if it was needed.
static bool build_extras(struct build *build, const char *compiler, const char *alignment)
{
    struct build_command archive = {0};
    build_command_push(&archive, "/usr/bin/ar");
    build_command_push(&archive, "rcs");
    build_command_push(&archive, "../out/extras.a");
    size_t n_fixed = archive.n;
    char *objects[COLLECT_MAX_FILES];
    size_t n_objects = 0;
    for (size_t i = 0; i < build->collection.n_extras && archive.n < BUILD_COMMAND_MAX; i++) {
        char *source = xasprintf("./%s", build->collection.extras[i]);
        char *object = xasprintf("../out/%zu.o", i);
        struct build_command compile = {0};
        build_command_start(&compile, build->plan, compiler, alignment);
        char *unit = prepare_unit(build, &compile, source, i, "");
        build_command_instrument(&compile, build->plan);
        build_command_push(&compile, "-c");
        build_command_push(&compile, "-o");
        build_command_push(&compile, object);
        build_command_push(&compile, unit);
        if (run_step(build, &compile)) {
            build_command_push(&archive, object);
        }
        objects[n_objects++] = object;
        free(source);
        free(unit);
    }
    bool some = archive.n > n_fixed && run_step(build, &archive);
    for (size_t i = 0; i < n_objects; i++) {
        free(objects[i]);
    }
    return some;
}

/// The units of the shared object but those of extras.a, each prepared; returns how many. `units`
/// has room for all; the caller frees them.
static size_t prepare_units(const struct build *build, const struct build_command *flags,
                            char **units)
{
    const struct collection *collection = &build->collection;
    const char *list[COLLECT_MAX_FILES + 2];
    size_t n = 0;
    char *entry = xasprintf("./%s", collection->entry);
    if (build->plan->frame == NULL) {
        list[n++] = entry;
    }
    for (size_t i = 0; i < collection->n_parts && n < COLLECT_MAX_FILES; i++) {
        list[n++] = collection->parts[i];
    }
    if (build->plan->frame != NULL) {
        list[n++] = FRAME_LINK;
        list[n++] = FRAME_REST;
    }
    for (size_t i = 0; i < n; i++) {
        units[i] = prepare_unit(build, flags, list[i], i, "unit");
    }
    free(entry);
    return n;
}

static void start_compiler(struct build *build)
{
    const struct build_plan *plan = build->plan;
    char *compiler = compiler_path(build);
    char *alignment = xasprintf("-DMMGRADE_ALIGNMENT=%u", plan->alignment);
    char *link = build_command_linking(plan);
    char *entry = xasprintf("-DMMGRADE_ENTRY=\"./%s\"", build->collection.entry);
    char *units[COLLECT_MAX_FILES + 2];
    if (build->notes == NULL) {
        build->notes = xstrdup("");
        build->has_extras =
            build->collection.n_extras > 0 && build_extras(build, compiler, alignment);
    }
    struct build_command command = {0};
    build_command_start(&command, plan, compiler, alignment);
    if (plan->frame != NULL) {
        build_command_push(&command, entry);
        build_command_push(&command, "-I.");
    }
    size_t n_units = prepare_units(build, &command, units);
    build_command_instrument(&command, plan);
    build_command_push(&command, "-shared");
    build_command_push(&command, link);
    build_command_push(&command, "-o");
    build_command_push(&command, "../out/submission.so");
    for (size_t i = 0; i < n_units; i++) {
        build_command_push(&command, units[i]);
    }
    if (build->has_extras) {
        build_command_push(&command, "../out/extras.a");
    }
    build_command_libraries(&command, plan);
    free(build->command);
    build->command = build_command_join(&command);
    isolated_start(&build->isolated, &(struct isolated_command){.arguments = command.list,
                                                                .folder = build->folder,
                                                                .seconds = plan->seconds});
    for (size_t i = 0; i < n_units; i++) {
        free(units[i]);
    }
    free(compiler);
    free(alignment);
    free(link);
    free(entry);
}

bool build_start(struct build *build, const struct build_plan *plan, struct error *error)
{
    *build = (struct build){.plan = plan};
    make_folders(build);
    build->library = xasprintf("%s/out/submission.so", build->folder);
    char *compiler = compiler_path(build);
    bool there = access(compiler, X_OK) == 0;
    char *src = xasprintf("%s/src", build->folder);
    bool ok = there ? collect(&build->collection, plan->submission, plan->settings->entry,
                              plan->frame, src, error)
                    : error_at(error, compiler, 0, 0, "the rubric's compiler is not installed");
    if (ok) {
        provide_headers(build);
        start_compiler(build);
    }
    free(compiler);
    free(src);
    return ok;
}

static bool tells_error(const char *line, size_t n_bytes)
{
    static const char *const marks[] = {"error:", "Error:", "undefined reference",
                                        "multiple definition"};
    for (size_t i = 0; i < sizeof marks / sizeof *marks; i++) {
        if (memmem(line, n_bytes, marks[i], strlen(marks[i])) != NULL) {
            return true;
        }
    }
    return false;
}

/// The first line of the compiler's output that tells an error, after the lines that say by which
/// files its file was included; NULL when there is none.
static char *first_error(const char *output)
{
    const char *start = NULL;
    for (const char *line = output; *line != '\0';) {
        size_t n = strcspn(line, "\n");
        bool names_includer = strncmp(line, "In file included", 16) == 0 ||
                              strncmp(line, "                 from", 21) == 0;
        start = start == NULL ? line : start;
        if (tells_error(line, n)) {
            start += strncmp(start, "./", 2) == 0 ? 2 : 0;
            return strndup(start, (size_t)(line + n - start));
        }
        start = names_includer ? start : NULL;
        line += n + (line[n] == '\n');
    }
    return NULL;
}

char *build_side_notes(const struct build *build)
{
    char *error = first_error(build->notes);
    const char *left_out = build->collection.left_out;
    char *text = NULL;
    if (error != NULL || *left_out != '\0') {
        text = xasprintf("%s%s%s%s%s", error == NULL ? "" : "A file beside it does not compile: ",
                         error == NULL ? "" : error, error == NULL ? "" : "\n",
                         *left_out == '\0' ? "" : "Not compiled: ", left_out);
    }
    free(error);
    return text;
}

/// An error inside a system header stems from the line that includes it, or from what stands before
/// that line: puts that line in front. Takes and returns an allocated string.
static char *name_includer(char *error, const char *output)
{
    const char *from = *error == '/' ? strstr(output, "from ./") : NULL;
    if (from == NULL) {
        return error;
    }
    from += strlen("from ./");
    size_t n = strcspn(from, ":") + 1;
    n += strspn(from + n, "0123456789");
    char *longer = xasprintf("%.*s, in what is included there: %s", (int)n, from, error);
    free(error);
    return longer;
}

static struct verdict *explain_failure(const struct build *build, enum isolated_end end,
                                       const char *output)
{
    struct verdict *verdict = verdict_new("BUILD_FAILED", 0, 0);
    const struct collection *collection = &build->collection;
    const char *subject = collection->n_parts > 0 ? "The submission" : collection->entry;
    char *error = first_error(output);
    error = error == NULL ? xstrdup(output) : name_includer(error, output);
    if (end == ISOLATED_TIMED_OUT) {
        verdict->message =
            xasprintf("The compiler was stopped after %.0f s.", build->plan->seconds);
        verdict->hint =
            xstrdup("the source makes the compiler do endless work, or emit a huge file");
    } else {
        verdict->message = xasprintf("%s does not compile, so nothing could be run.", subject);
        char *notes = build_side_notes(build);
        verdict->details =
            xasprintf("%s%s%s", error, notes == NULL ? "" : "\n", notes == NULL ? "" : notes);
        free(notes);
        verdict->hint = xstrdup("mend the first error first; later ones often follow from it");
    }
    free(error);
    return verdict;
}

static char *compiler_version(const struct build *build)
{
    char *command = xasprintf("/usr/bin/%s --version", build->plan->settings->compiler);
    FILE *pipe = popen(command, "re");
    char line[256] = "";
    if (pipe != NULL) {
        if (fgets(line, sizeof line, pipe) == NULL) {
            line[0] = '\0';
        }
        pclose(pipe);
    }
    free(command);
    line[strcspn(line, "\n")] = '\0';
    return printable(line, strlen(line));
}

/// Takes an allocated string; returns it with the names behind it.
static char *add_names(char *text, char *const *names, size_t n_names)
{
    for (size_t i = 0; i < n_names; i++) {
        char *longer = xasprintf("%s %s", text, names[i]);
        free(text);
        text = longer;
    }
    return text;
}

static char *list_files(const struct build *build)
{
    const struct collection *collection = &build->collection;
    char *files = add_names(xstrdup(collection->entry), collection->parts, collection->n_parts);
    files = add_names(files, collection->extras, collection->n_extras);
    char *shown = printable(files, strlen(files));
    free(files);
    return shown;
}

/// Refuses what callbacks do not see, but for the calls that the course allows.
static void refuse_hidden(const struct build *build, struct build_result *result)
{
    const struct build_settings *settings = build->plan->settings;
    const char **allowed = xcalloc(settings->n_allow + 1, sizeof *allowed);
    for (size_t i = 0; i < settings->n_allow; i++) {
        allowed[i] = settings->allow[i];
    }
    hidden_check(build->folder, settings->compiler, allowed, result);
    free(allowed);
}

void build_finish(struct build *build, struct build_result *result)
{
    enum isolated_end end = isolated_wait(&build->isolated);
    if (end == ISOLATED_FAILED && *build->collection.contract.prototypes != '\0') {
        // Declarations read without compiling can be wrong, say under #if: go without them.
        output_close(&build->isolated.output);
        write_prototypes(build, "");
        start_compiler(build);
        end = isolated_wait(&build->isolated);
    }
    char *output = printable(build->isolated.output.head, build->isolated.output.head_bytes);
    struct stat status;
    result->ok =
        end == ISOLATED_OK && lstat(build->library, &status) == 0 && S_ISREG(status.st_mode);
    result->verdict = result->ok ? NULL : explain_failure(build, end, output);
    result->compiler = compiler_version(build);
    result->command = printable(build->command, strlen(build->command));
    result->files = list_files(build);
    result->output = xasprintf("%s%s", build->notes, output);
    result->isolation = xstrdup(isolation_name(isolation_offered()));
    char *src = xasprintf("%s/src", build->folder);
    result->sources_hash = content_hash(src);
    free(src);
    if (result->ok && build->plan->instrumented) {
        refuse_hidden(build, result);
    }
    free(output);
    output_close(&build->isolated.output);
}

void build_remove(struct build *build)
{
    scratch_remove(build->folder);
    free(build->library);
    free(build->command);
    free(build->notes);
    collection_free(&build->collection);
}
