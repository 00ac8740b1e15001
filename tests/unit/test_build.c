// SPDX-License-Identifier: MIT
// Isolated commands, what is taken of a submission, and how it is built.
#include <check.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/sandbox/isolation.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

static const char *text_of(const struct output *output)
{
    return output->head == NULL ? "" : output->head;
}

// --- Isolation --------------------------------------------------------------------------------

/// A folder with src/ include/ out/, a socket that listens, and a script that tries to get out.
struct prison {
    char *folder, *script, *secret;
    int listener;
};

static void prison_open(struct prison *prison)
{
    static const char *const names[] = {"src", "include", "out"};
    prison->folder = scratch_make();
    prison->secret = paths_in_root("grading/rubrics/malloc.yaml");
    for (size_t i = 0; i < 3; i++) {
        char *path = xasprintf("%s/%s", prison->folder, names[i]);
        ck_assert_int_eq(mkdir(path, 0700), 0);
        write_text_file(path, "mine", "mine\n");
        free(path);
    }
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t n = sizeof address;
    prison->listener = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(bind(prison->listener, (struct sockaddr *)&address, n), 0);
    ck_assert_int_eq(listen(prison->listener, 4), 0);
    getsockname(prison->listener, (struct sockaddr *)&address, &n);
    prison->script =
        xasprintf("cat mine ../include/mine && echo x >../out/made && echo works\n"
                  "exec 2>../out/errors\n"
                  "cat '%s' | grep -q . && echo read\n"
                  "ls '%s' | grep -q . && echo listed\n"
                  "for file in new ../include/new '%s/new' /usr/new; do\n"
                  "  echo x >\"$file\" && echo wrote \"$file\"\n"
                  "done\n"
                  "echo x >mine && echo changed\n"
                  "(echo x >/dev/tcp/127.0.0.1/%d) && echo connected\n"
                  "env | grep -v -e ^PATH= -e ^LC_ALL= -e ^TMPDIR= -e ^PWD= -e ^SHLVL= "
                  "-e ^_= -e ^OLDPWD=\n"
                  "true\n",
                  prison->secret, paths_root(), prison->folder, ntohs(address.sin_port));
}

static void prison_close(struct prison *prison)
{
    char *made = xasprintf("%s/out/made", prison->folder);
    ck_assert_int_eq(access(made, F_OK), 0);
    close(prison->listener);
    scratch_remove(prison->folder);
    free(made);
    free(prison->script);
    free(prison->secret);
}

START_TEST(an_isolated_command_sees_its_folders_only)
{
    struct prison prison;
    struct isolated isolated;
    prison_open(&prison);
    setenv("MMGRADE_LEAK", "yes", 1);
    const char *arguments[] = {"/bin/bash", "-c", prison.script, NULL};
    isolated_start(&isolated, &(struct isolated_command){
                                  .arguments = arguments, .folder = prison.folder, .seconds = 20});
    ck_assert_int_eq(isolated_wait(&isolated), ISOLATED_OK);
    ck_assert_str_eq(text_of(&isolated.output), "mine\nmine\nworks\n");
    output_close(&isolated.output);
    unsetenv("MMGRADE_LEAK");
    prison_close(&prison);
}
END_TEST

/// Landlock keeps TCP away from version 4 on.
static bool landlock_knows_tcp(void)
{
    return syscall(444, NULL, 0, 1) >= 4;
}

/// Runs the prison's script in src/ under a Landlock of our own; folders are src, include, out.
static void run_in_landlock(const struct prison *prison, char *const folders[3],
                            struct output *output)
{
    const char *readable[] = {"/usr", "/bin", "/lib", "/lib64", folders[0], folders[1], NULL};
    const char *arguments[] = {"/bin/bash", "-c", prison->script, NULL};
    const char *environment[] = {NULL};
    struct process process;
    int fd = output_open(output, 1 << 16, false);
    process_start(&process, &(struct process_plan){
                                .arguments = arguments,
                                .environment = environment,
                                .folder = folders[0],
                                .output_fd = fd,
                                .confinement = {.readable = readable,
                                                .writable = folders[2],
                                                .memory_bytes = 4ull << 30,
                                                .file_bytes = 1 << 20,
                                                .cpu_seconds = 10},
                            });
    close(fd);
    for (int i = 0; i < 1000 && !process_ended(&process); i++) {
        usleep(10000);
    }
    process_stop(&process);
    output_drain(output);
}

START_TEST(landlock_alone_keeps_a_process_in)
{
    if (!confine_has_landlock() || !landlock_knows_tcp()) {
        puts("skipped: this kernel's Landlock is missing or too old");
        return;
    }
    struct prison prison;
    struct output output;
    prison_open(&prison);
    char *folders[] = {xasprintf("%s/src", prison.folder), xasprintf("%s/include", prison.folder),
                       xasprintf("%s/out", prison.folder)};
    run_in_landlock(&prison, folders, &output);
    ck_assert_str_eq(text_of(&output), "mine\nmine\nworks\n");
    output_close(&output);
    for (size_t i = 0; i < 3; i++) {
        free(folders[i]);
    }
    prison_close(&prison);
}
END_TEST

START_TEST(an_isolated_command_meets_its_deadline)
{
    struct prison prison;
    struct isolated isolated;
    prison_open(&prison);
    const char *arguments[] = {"/bin/bash", "-c", "echo x >../out/made; sleep 30; echo late", NULL};
    uint64_t start_ns = clock_ns();
    isolated_start(&isolated, &(struct isolated_command){
                                  .arguments = arguments, .folder = prison.folder, .seconds = 1});
    ck_assert_int_eq(isolated_wait(&isolated), ISOLATED_TIMED_OUT);
    ck_assert_uint_lt(clock_ns() - start_ns, 15000000000u);
    ck_assert_str_eq(text_of(&isolated.output), "");
    output_close(&isolated.output);
    arguments[2] = "exit 3";
    isolated_start(&isolated, &(struct isolated_command){
                                  .arguments = arguments, .folder = prison.folder, .seconds = 20});
    ck_assert_int_eq(isolated_wait(&isolated), ISOLATED_FAILED);
    output_close(&isolated.output);
    prison_close(&prison);
}
END_TEST

// --- Building ---------------------------------------------------------------------------------

#define GOOD                                                                                       \
    "#include \"mm.h\"\n#include \"memlib.h\"\nbool_t mm_init(void) { return 1; }\n"               \
    "void *mm_malloc(size_t n) { return mem_sbrk((long)n); }\nvoid mm_free(void *p) { (void)p; "   \
    "}\n"                                                                                          \
    "void *mm_realloc(void *p, size_t n) { (void)p; return mm_malloc(n); }\n"
#define INT_GOOD "#define bool_t int\n" GOOD

struct source {
    const char *name, *text;
};

struct expected_build {
    const char *title;
    struct source sources[5];
    bool ok;
    const char *files;    ///< compiled; NULL: not looked at
    const char *left_out; ///< part of it
    const char *details;  ///< start of the verdict's; NULL: none
};

static const struct expected_build expected_builds[] = {
    {"one file", {{"mm.c", INT_GOOD}}, true, "mm.c", "", NULL},
    {"a syntax error",
     {{"mm.c", "int good;\nint x = ;\nint y = ;\n"}},
     false,
     "mm.c",
     "",
     "mm.c:2:9: error: expected expression before"},
    {"a missing header",
     {{"mm.c", "#include \"nowhere.h\"\n" INT_GOOD}},
     false,
     "mm.c",
     "",
     "mm.c:1:10: fatal error: nowhere.h: No such file or directory"},
    {"a header of its own",
     {{"mm.c", "#include \"own.h\"\n" GOOD}, {"own.h", "#define bool_t int\n"}},
     true,
     "mm.c",
     "",
     NULL},
    {"a helper file",
     {{"mm.c", INT_GOOD "int helper(void);\nint (*needed)(void) = helper;\n"},
      {"helper.c", "int helper(void) { return 1; }\n"}},
     true,
     "mm.c helper.c",
     "",
     NULL},
    {"a broken helper that nobody needs",
     {{"mm.c", INT_GOOD}, {"helper.c", "int helper(\n"}},
     true,
     NULL,
     "",
     NULL},
    {"a driver, a memlib, another allocator",
     {{"mm.c", INT_GOOD},
      {"mdriver.c", "int main(void) { return 0; }\n"},
      {"memlib.c", "void *mem_sbrk(int n) { return (void *)0; }\n"},
      {"mm-old.c", "void *mm_malloc(unsigned long n) { return (void *)0; }\n"},
      {"README.txt", "text\n"}},
     true,
     "mm.c mdriver.c",
     "memlib.c (is a memlib), mm-old.c (is another allocator)",
     NULL},
    {"a file of the course's by its path",
     {{"mm.c", INT_GOOD "#include \"SECRET\"\n"}},
     false,
     "mm.c",
     "",
     "mm.c:8:10: fatal error: "},
    {"the password file",
     {{"mm.c", INT_GOOD "#include \"/etc/passwd\"\n"}},
     false,
     "mm.c",
     "",
     "mm.c:8:10: fatal error: "},
    {"two definitions",
     {{"mm.c", INT_GOOD "int mm_init(void) { return 2; }\n"}},
     false,
     "mm.c",
     "",
     "mm.c:8:5: error: redefinition of"},
};

static struct build_settings settings = {.compiler = (char *)"gcc", .entry = (char *)"mm.c"};

static void write_sources(const struct expected_build *expected, const char *folder)
{
    char *secret = paths_in_root("grading/rubric.h");
    for (size_t i = 0; i < 5 && expected->sources[i].name != NULL; i++) {
        const char *text = expected->sources[i].text;
        const char *at = strstr(text, "SECRET");
        char *filled = at == NULL ? xstrdup(text)
                                  : xasprintf("%.*s%s%s", (int)(at - text), text, secret, at + 6);
        write_text_file(folder, expected->sources[i].name, filled);
        free(filled);
    }
    free(secret);
}

START_TEST(builds)
{
    const struct expected_build *expected = &expected_builds[_i];
    struct result result = {0};
    struct build build;
    struct error error;
    char *folder = scratch_make();
    char *headers = paths_in_root("student_template/malloc");
    struct build_plan plan = {.submission = folder,
                              .settings = &settings,
                              .headers = headers,
                              .alignment = 16,
                              .seconds = 60};
    write_sources(expected, folder);
    ck_assert(build_start(&build, &plan, &error));
    build_finish(&build, &result.build);
    ck_assert_msg(result.build.ok == expected->ok, "%s: %s", expected->title, result.build.output);
    ck_assert_str_eq(build.collection.left_out, expected->left_out);
    ck_assert_str_ne(result.build.isolation, "");
    if (expected->files != NULL) {
        ck_assert_str_eq(result.build.files, expected->files);
    }
    ck_assert((result.build.verdict == NULL) == expected->ok);
    if (!expected->ok) {
        const char *details = result.build.verdict->details;
        ck_assert_str_eq(result.build.verdict->code, "BUILD_FAILED");
        ck_assert_msg(strncmp(details, expected->details, strlen(expected->details)) == 0, "%s: %s",
                      expected->title, details);
        ck_assert_ptr_null(strstr(details, "/mmgrade."));
    }
    build_remove(&build);
    result_free(&result);
    scratch_remove(folder);
    free(headers);
}
END_TEST

/// Builds what a shell command made in an empty folder; the error that it must be refused with.
struct refusal {
    const char *command;
    const char *submission; ///< below the folder; "" is the folder itself
    const char *reason;     ///< end of the error
};

static const struct refusal refusals[] = {
    {"true", "", ": holds no mm.c"},
    {"true", "nowhere", "/nowhere: No such file or directory"},
    {"echo 'int x;' >other.c", "", ": holds no mm.c"},
    {"ln -s /etc/passwd mm.c", "", "mm.c: is a link; hand in the file itself"},
    {"ln -s /etc/passwd mm.c", "mm.c", "/mm.c: is a link; hand in the file itself"},
    {"echo >mm.c; ln -s /etc/passwd own.h", "", "own.h: is a link; hand in the file itself"},
    {"mkfifo mm.c", "", "mm.c: not a regular file of at most 8 MiB"},
    {"mkdir mm.c", "", "mm.c: not a regular file of at most 8 MiB"},
    {"truncate -s 9M mm.c", "", "mm.c: not a regular file of at most 8 MiB"},
    {"truncate -s 5M mm.c own.h", "", "own.h: the submission has more than 200 files or 8 MiB"},
    {"touch mm.c; for i in $(seq 200); do echo >h$i.h; done", "",
     ": the submission has more than 200 files or 8 MiB"},
    {"echo >mm.txt", "mm.txt", "/mm.txt: is neither a folder nor a .c file"},
    {"mkdir a b; touch a/mm.c b/mm.c", "", ": holds no mm.c"},
};

START_TEST(submissions_that_are_refused)
{
    const struct refusal *one = &refusals[_i];
    struct error error = {.text = ""};
    struct collection collection;
    char *from = scratch_make();
    char *to = scratch_make();
    char *command = xasprintf("cd '%s' && %s", from, one->command);
    char *submission =
        xasprintf("%s%s%s", from, *one->submission == '\0' ? "" : "/", one->submission);
    ck_assert_int_eq(system(command), 0);
    ck_assert(!collect(&collection, submission, "mm.c", NULL, to, &error));
    size_t n = strlen(error.text);
    size_t m = strlen(one->reason);
    ck_assert_msg(n >= m && strcmp(error.text + n - m, one->reason) == 0, "%s", error.text);
    collection_free(&collection);
    scratch_remove(from);
    scratch_remove(to);
    free(command);
    free(submission);
}
END_TEST

START_TEST(a_folder_in_a_folder_is_looked_into)
{
    struct error error = {.text = ""};
    struct collection collection;
    char *from = scratch_make();
    char *to = scratch_make();
    char *command =
        xasprintf("cd '%s' && mkdir lab && echo 'void mm_init(void) {}' >lab/mm.c", from);
    ck_assert_int_eq(system(command), 0);
    ck_assert_msg(collect(&collection, from, "mm.c", NULL, to, &error), "%s", error.text);
    ck_assert_int_eq(collection.contract.init, CONTRACT_VOID);
    char *copy = xasprintf("%s/mm.c", to);
    ck_assert_int_eq(access(copy, R_OK), 0);
    collection_free(&collection);
    scratch_remove(from);
    scratch_remove(to);
    free(command);
    free(copy);
}
END_TEST

#define N(table) (int)(sizeof table / sizeof *table)

Suite *build_suite(void)
{
    Suite *suite = suite_create("build");
    TCase *tests = tcase_create("build");
    tcase_set_timeout(tests, 60);
    if (can_confine("build")) {
        tcase_add_test(tests, an_isolated_command_sees_its_folders_only);
        tcase_add_test(tests, landlock_alone_keeps_a_process_in);
        tcase_add_test(tests, an_isolated_command_meets_its_deadline);
        tcase_add_loop_test(tests, builds, 0, N(expected_builds));
    }
    tcase_add_loop_test(tests, submissions_that_are_refused, 0, N(refusals));
    tcase_add_test(tests, a_folder_in_a_folder_is_looked_into);
    suite_add_tcase(suite, tests);
    return suite;
}
