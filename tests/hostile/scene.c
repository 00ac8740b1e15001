// SPDX-License-Identifier: MIT
// Setting the scene, and looking whether it is as it was.
#include "tests/hostile/scene.h"

#include <errno.h>
#include <ftw.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "harness/base/error.h"
#include "harness/base/memory.h"
#include "harness/base/scratch.h"

#define TRACE "tests/hostile/attack.rep"
#define PARTS "tests/hostile/parts"
#define PREPARE "prepare.sh" ///< a part that is run in sub/ and not handed in
/// Attacks that write call their files so.
#define MARK "mmgrade-hostile"

static const char *const guarded[] = {"home", "traces", "results", "other", "sub"};
static const char *const unguarded[] = {"scratch", "out"};

static char *below(const struct scene *scene, const char *path)
{
    return xasprintf("%s/%s", scene->folder, path);
}

static void write_text(const char *folder, const char *name, const char *text)
{
    char *path = xasprintf("%s/%s", folder, name);
    FILE *file = fopen(path, "we");
    if (file == NULL || fputs(text, file) < 0 || fclose(file) != 0) {
        die("cannot write %s: %s", path, strerror(errno));
    }
    free(path);
}

static void make_folder(const struct scene *scene, const char *name, bool has_canary)
{
    char *path = below(scene, name);
    if (mkdir(path, 0700) != 0) {
        die("cannot make %s: %s", path, strerror(errno));
    }
    if (has_canary) {
        write_text(path, "canary", scene->secret);
    }
    free(path);
}

static void copy(const char *from, const char *to)
{
    char *command = xasprintf("cp %s '%s'", from, to);
    if (system(command) != 0) {
        die("cannot copy %s", from);
    }
    free(command);
}

void scene_open(struct scene *scene)
{
    *scene = (struct scene){.folder = scratch_make()};
    // The number of the process: secrets of two attacks that run side by side differ.
    scene->secret = xasprintf("CANARY%dYRANAC\n", (int)getpid());
    for (size_t i = 0; i < sizeof guarded / sizeof *guarded; i++) {
        make_folder(scene, guarded[i], strcmp(guarded[i], "sub") != 0);
    }
    for (size_t i = 0; i < sizeof unguarded / sizeof *unguarded; i++) {
        make_folder(scene, unguarded[i], false);
    }
    scene->submission = below(scene, "sub");
    scene->trace = below(scene, "traces/attack.rep");
    scene->log = below(scene, "out/log");
    scene->result = below(scene, "out/result.json");
    copy(TRACE, scene->trace);
}

/// What an attacker could find out about the machine, handed over.
static void write_header(const struct scene *scene)
{
    char *root = realpath(".", NULL);
    char *text = xasprintf("#define MARK \"" MARK "\"\n#define SCENE \"%s\"\n"
                           "#define HOME_CANARY \"%s/home/canary\"\n#define ROOT \"%s\"\n",
                           scene->folder, scene->folder, root);
    write_text(scene->submission, "hostile.h", text);
    free(text);
    free(root);
}

static bool prepare(const struct scene *scene)
{
    char *command = xasprintf("cd '%s' && sh -eu " PREPARE " && rm -f " PREPARE, scene->submission);
    bool ok = system(command) == 0;
    free(command);
    return ok;
}

static uint64_t digest;

/// Adds up what tells that a file was touched; a sum does not depend on the order.
static int add_file(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)place;
    uint64_t hash = 1469598103934665603u;
    for (const char *c = path; *c != '\0'; c++) {
        hash = (hash ^ (unsigned char)*c) * 1099511628211u;
    }
    uint64_t facts[] = {(uint64_t)kind, (uint64_t)status->st_size, status->st_mode,
                        (uint64_t)status->st_mtim.tv_sec, (uint64_t)status->st_mtim.tv_nsec};
    for (size_t i = 0; i < sizeof facts / sizeof *facts; i++) {
        hash = (hash ^ facts[i]) * 1099511628211u;
    }
    digest += hash;
    return 0;
}

static uint64_t digest_guarded(const struct scene *scene)
{
    digest = 0;
    for (size_t i = 0; i < sizeof guarded / sizeof *guarded; i++) {
        char *path = below(scene, guarded[i]);
        nftw(path, add_file, 16, FTW_PHYS);
        free(path);
    }
    return digest;
}

const char *scene_place(struct scene *scene, const struct attack *attack)
{
    copy(PARTS "/*", scene->submission);
    write_header(scene);
    bool prepares = false;
    for (size_t i = 0; i < attack->n_parts; i++) {
        write_text(scene->submission, attack->parts[i].name, attack->parts[i].text);
        prepares |= strcmp(attack->parts[i].name, PREPARE) == 0;
    }
    if (prepares && !prepare(scene)) {
        return PREPARE " has failed";
    }
    scene->before = digest_guarded(scene);
    return NULL;
}

void scene_enter(const struct scene *scene)
{
    char *home = below(scene, "home");
    char *scratch = below(scene, "scratch");
    clearenv();
    setenv("PATH", "/usr/bin:/bin", 1);
    setenv("HOME", home, 1);
    setenv("TMPDIR", scratch, 1);
    setenv("SECRET", scene->secret, 1);
    free(home);
    free(scratch);
}

/// The first file that matches, or NULL. The caller frees it.
static char *first_match(const char *pattern)
{
    glob_t found = {0};
    char *path = glob(pattern, 0, NULL, &found) == 0 ? xstrdup(found.gl_pathv[0]) : NULL;
    globfree(&found);
    return path;
}

char *scene_damage(const struct scene *scene)
{
    if (digest_guarded(scene) != scene->before) {
        return xstrdup("it changed a file beside it");
    }
    char *patterns[] = {below(scene, "scratch/*"), xstrdup("/tmp/" MARK "*"),
                        xstrdup("/var/tmp/" MARK "*"), xstrdup("/dev/shm/" MARK "*"),
                        xstrdup(MARK "*")};
    char *fault = NULL;
    for (size_t i = 0; i < sizeof patterns / sizeof *patterns; i++) {
        char *path = fault == NULL ? first_match(patterns[i]) : NULL;
        if (path != NULL) {
            fault = xasprintf("it left %s behind", path);
        }
        free(path);
        free(patterns[i]);
    }
    return fault;
}

void scene_close(struct scene *scene)
{
    free(scene->submission);
    free(scene->trace);
    free(scene->log);
    free(scene->result);
    free(scene->secret);
    scratch_remove(scene->folder);
}
