// SPDX-License-Identifier: MIT
// `mmgrade vm`: the golden machine, replacement policies and a cache over a trace, without any
// submission.
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "harness/base/interrupt.h"
#include "harness/cli/commands.h"
#include "harness/cli/vm_json.h"
#include "harness/cli/vm_play.h"
#include "harness/cli/vm_print.h"
#include "reports/replace.h"

static bool write_json(const struct vm_play *play, const char *path, struct error *error)
{
    struct replacement file;
    if (!replace_begin(&file, path, error)) {
        return false;
    }
    vm_json_write(play, file.stream);
    return replace_finish(&file, error);
}

/// The file first: when it cannot be written, nothing is printed that looks like success.
static bool report(const struct vm_play *play, struct error *error)
{
    bool quiet = vm_choice_is_quiet(play->choice);
    if (quiet) {
        vm_json_write(play, stdout);
    } else {
        if (play->choice->json != NULL && !write_json(play, play->choice->json, error)) {
            return false;
        }
        vm_print(play);
    }
    return (fflush(stdout) == 0 && ferror(stdout) == 0) ||
           error_at(error, "standard output", 0, 0, "cannot write: %s", strerror(errno));
}

static int run(const struct vm_choice *choice)
{
    struct vm_play play;
    struct error error;
    bool fine = vm_play_run(&play, choice, &error) && report(&play, &error);
    if (interrupt_seen() != 0) {
        note("stopped; nothing was counted to the end");
    } else if (!fine) {
        fprintf(stderr, "%s\n", error.text);
    }
    vm_play_close(&play);
    return interrupt_seen() != 0 ? 128 + interrupt_seen() : fine ? 0 : 2;
}

int command_vm(int argc, char **argv)
{
    struct vm_choice choice = {0};
    int status = vm_choice_read(&choice, argc, argv);
    if (status < 0) {
        interrupt_catch();
        status = run(&choice);
    }
    vm_choice_free(&choice);
    return status;
}
