// SPDX-License-Identifier: MIT
// What an untrusted process prints, inherits and may use up.
#include <check.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "harness/base/clock.h"
#include "harness/sandbox/output.h"
#include "harness/sandbox/process.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

// --- Output -----------------------------------------------------------------------------------

/// Prints `text` into a fresh output and reads it.
static void print(struct output *output, uint64_t cap, bool echo, const char *text)
{
    int fd = output_open(output, cap, echo);
    output_drain(output); // nothing is there: does not wait
    ck_assert_int_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    output_drain(output);
}

struct printed {
    const char *text;
    size_t max_lines;
    const char *last;
};

static const struct printed printed[] = {
    {"one\n", 5, "one\n"},
    {"one\ntwo\nthree\n", 2, "two\nthree\n"},
    {"one\ntwo\nthree", 2, "two\nthree"},
    {"one\n\n\n", 2, "\n\n"},
    {"\033]0;title\007\033[31mred\n", 5, "?]0;title??[31mred\n"},
};

START_TEST(last_lines_are_kept)
{
    struct output output;
    print(&output, 1 << 20, false, printed[_i].text);
    char *last = output_last_lines(&output, printed[_i].max_lines);
    ck_assert_str_eq(last, printed[_i].last);
    free(last);
    output_close(&output);
    output_close(&output);
}
END_TEST

START_TEST(output_is_capped_at_both_ends)
{
    char text[OUTPUT_TAIL_BYTES + 1001];
    memset(text, 'x', sizeof text);
    memcpy(text, "start", 5);
    strcpy(text + sizeof text - 6, "\nend\n");
    struct output output;
    print(&output, 10, false, text);
    ck_assert_uint_eq(output.total_bytes, sizeof text - 1);
    ck_assert_uint_eq(output.head_bytes, 10);
    ck_assert_str_eq(output.head, "startxxxxx");
    char *last = output_last_lines(&output, 100);
    ck_assert_uint_eq(strlen(last), OUTPUT_TAIL_BYTES);
    ck_assert_str_eq(last + OUTPUT_TAIL_BYTES - 6, "x\nend\n");
    free(last);
    output_close(&output);
    print(&output, 10, false, "");
    ck_assert_ptr_null(output_last_lines(&output, 100));
    output_close(&output);
}
END_TEST

START_TEST(echo_marks_each_line_and_stops_at_the_cap)
{
    char shown[200] = "";
    FILE *file = tmpfile();
    int stderr_fd = dup(2);
    dup2(fileno(file), 2);
    struct output output;
    print(&output, 12, true, "one\n\033two\nthree\nfour\n");
    output_close(&output);
    dup2(stderr_fd, 2);
    close(stderr_fd);
    rewind(file);
    shown[fread(shown, 1, sizeof shown - 1, file)] = '\0';
    fclose(file);
    ck_assert_str_eq(shown, "  | one\n  | ?two\n  | thr\n  | (more than 12 bytes: not shown)\n");
}
END_TEST

// --- Processes --------------------------------------------------------------------------------

static const struct confinement loose = {
    .memory_bytes = 4ull << 30, .file_bytes = 1 << 20, .cpu_seconds = 10};

static void start(struct process *process, struct output *output, struct process_plan *plan)
{
    static const char *const nothing[] = {NULL};
    plan->environment = nothing;
    plan->folder = plan->folder == NULL ? "/" : plan->folder;
    plan->confinement = plan->confinement.cpu_seconds == 0 ? loose : plan->confinement;
    plan->output_fd = output_open(output, 1 << 16, false);
    process_start(process, plan);
    close(plan->output_fd);
}

static struct process_end finish(struct process *process, struct output *output)
{
    struct pollfd one = {.fd = process->pidfd, .events = POLLIN};
    ck_assert_int_eq(poll(&one, 1, 20000), 1);
    ck_assert(process_ended(process));
    output_drain(output);
    return process_stop(process);
}

/// Runs a shell script to its end; the caller closes the output.
static struct process_end run_script(const char *script, struct process_plan plan,
                                     struct output *output)
{
    const char *arguments[] = {"/bin/bash", "-c", script, NULL};
    struct process process;
    plan.arguments = arguments;
    start(&process, output, &plan);
    return finish(&process, output);
}

static const char *text_of(const struct output *output)
{
    return output->head == NULL ? "" : output->head;
}

START_TEST(a_process_ends_by_exit_or_signal)
{
    struct output output;
    struct process_end end = run_script("echo out; echo err >&2; exit 7",
                                        (struct process_plan){.folder = "/usr"}, &output);
    ck_assert_int_eq(end.exit_code, 7);
    ck_assert_int_eq(end.signal, 0);
    ck_assert_str_eq(text_of(&output), "out\nerr\n");
    output_close(&output);
    end = run_script("pwd; kill -TERM $$", (struct process_plan){.folder = "/usr"}, &output);
    ck_assert_int_eq(end.signal, SIGTERM);
    ck_assert_str_eq(text_of(&output), "/usr\n");
    output_close(&output);
}
END_TEST

START_TEST(a_process_inherits_nothing)
{
    struct output output;
    struct process process;
    int leaked = open("/", O_RDONLY | O_DIRECTORY);
    ck_assert_int_eq(dup2(leaked, 77), 77);
    setenv("MMGRADE_LEAK", "yes", 1);
    start(&process, &output,
          &(struct process_plan){.arguments = (const char *[]){"/usr/bin/env", NULL}});
    finish(&process, &output);
    ck_assert_str_eq(text_of(&output), "");
    output_close(&output);
    const char *list[] = {"/bin/ls", "/proc/self/fd", NULL};
    start(&process, &output, &(struct process_plan){.arguments = list});
    finish(&process, &output);
    ck_assert_str_eq(text_of(&output), "0\n1\n2\n3\n"); // 3: ls itself reads the folder
    output_close(&output);
    unsetenv("MMGRADE_LEAK");
    close(leaked);
    close(77);
}
END_TEST

START_TEST(a_process_gets_the_descriptors_it_is_given)
{
    int fds[] = {memfd_create("one", 0), memfd_create("two", 0)};
    ck_assert(write(fds[0], "one ", 4) == 4 && write(fds[1], "two", 3) == 3);
    lseek(fds[0], 0, SEEK_SET);
    lseek(fds[1], 0, SEEK_SET);
    struct output output;
    run_script("cat <&3; cat <&4; cat", (struct process_plan){.fds = fds, .n_fds = 2}, &output);
    ck_assert_str_eq(text_of(&output), "one two");
    output_close(&output);
    close(fds[0]);
    close(fds[1]);
}
END_TEST

START_TEST(a_running_process_is_measured_and_stopped)
{
    struct output output;
    struct process process;
    const char *forever[] = {"/bin/sh", "-c", "while :; do :; done", NULL};
    start(&process, &output, &(struct process_plan){.arguments = forever});
    uint64_t deadline_ns = clock_ns() + 10000000000u;
    while (process_cpu_ns(&process) < 20000000 && clock_ns() < deadline_ns) {
        usleep(5000);
    }
    ck_assert(!process_ended(&process));
    ck_assert_uint_ge(process_cpu_ns(&process), 20000000);
    ck_assert_uint_gt(process_page_faults(&process), 0);
    struct process_end end = process_stop(&process);
    ck_assert_int_eq(end.signal, SIGKILL);
    ck_assert(end.usage.ru_utime.tv_sec > 0 || end.usage.ru_utime.tv_usec > 0);
    ck_assert(process_ended(&process));
    process_stop(&process);
    ck_assert_uint_eq(process_cpu_ns(&process), 0);
    ck_assert_uint_eq(process_page_faults(&process), 0);
    output_close(&output);
}
END_TEST

START_TEST(a_stopped_process_leaves_no_child_running)
{
    struct output output;
    struct process process;
    const char *nested[] = {"/bin/sh", "-c", "sleep 20 & echo $!; wait", NULL};
    start(&process, &output, &(struct process_plan){.arguments = nested});
    for (int i = 0; i < 400 && output.head_bytes == 0; i++) {
        usleep(10000);
        output_drain(&output);
    }
    pid_t child = (pid_t)atoi(text_of(&output));
    ck_assert_int_gt(child, 1);
    process_stop(&process);
    usleep(200000);
    char path[64];
    char state = 'Z';
    snprintf(path, sizeof path, "/proc/%d/stat", (int)child);
    FILE *file = fopen(path, "re");
    if (file != NULL) {
        ck_assert_int_eq(fscanf(file, "%*d %*s %c", &state), 1);
        fclose(file);
        kill(child, SIGKILL);
    }
    ck_assert_int_eq(state, 'Z'); // or nobody at all
    output_close(&output);
}
END_TEST

START_TEST(a_process_has_limits)
{
    struct output output;
    struct confinement tight = loose;
    tight.file_bytes = 10000;
    struct process_plan plan = {.confinement = tight, .folder = "/tmp"};
    char *folder = scratch_make();
    plan.folder = folder;
    struct process_end end =
        run_script("trap '' XFSZ; head -c 20000 /dev/zero >big; stat -c %s big", plan, &output);
    ck_assert_str_eq(text_of(&output) + strlen(text_of(&output)) - 6, "10000\n");
    output_close(&output);
    tight.cpu_seconds = 1;
    plan.confinement = tight;
    end = run_script("while :; do :; done", plan, &output);
    ck_assert(end.signal == SIGXCPU || end.signal == SIGKILL);
    output_close(&output);
    scratch_remove(folder);
}
END_TEST

#define N(table) (int)(sizeof table / sizeof *table)

Suite *sandbox_suite(void)
{
    Suite *suite = suite_create("sandbox");
    TCase *tests = tcase_create("sandbox");
    tcase_set_timeout(tests, 60);
    tcase_add_loop_test(tests, last_lines_are_kept, 0, N(printed));
    tcase_add_test(tests, output_is_capped_at_both_ends);
    tcase_add_test(tests, echo_marks_each_line_and_stops_at_the_cap);
    if (can_confine("sandbox")) {
        tcase_add_test(tests, a_process_ends_by_exit_or_signal);
        tcase_add_test(tests, a_process_inherits_nothing);
        tcase_add_test(tests, a_process_gets_the_descriptors_it_is_given);
        tcase_add_test(tests, a_running_process_is_measured_and_stopped);
        tcase_add_test(tests, a_stopped_process_leaves_no_child_running);
        tcase_add_test(tests, a_process_has_limits);
    }
    suite_add_tcase(suite, tests);
    return suite;
}
