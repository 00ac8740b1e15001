// SPDX-License-Identifier: MIT
// Words about submissions.
#include "harness/labs/submission.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

struct verdict *submission_lacks(const char *files, const char *functions)
{
    struct verdict *verdict = verdict_new("MISSING_FUNCTION", 0, 0);
    verdict->message = xasprintf("%s defines no function %s.", files, functions);
    verdict->hint = xstrdup("a misspelt name, `static` in front of it, or an #ifdef around it");
    return verdict;
}

struct verdict *submission_does_not_load(const char *text)
{
    struct verdict *verdict = verdict_new("BUILD_FAILED", 0, 0);
    // dlerror starts with the file's path, which says nothing to a student.
    const char *reason = strstr(text, ": ");
    verdict->message = xstrdup("The compiled program cannot be loaded.");
    verdict->details = xasprintf("%s\n", reason == NULL ? text : reason + 2);
    verdict->hint =
        xstrdup("a function or variable is used that no file defines (a typo, or a file "
                "was not handed in)");
    return verdict;
}

void submission_add_side_notes(const struct build *build, const struct build_result *result,
                               struct verdict *verdict)
{
    char *notes = build_side_notes(build);
    const char *output = result->output;
    const char *warning = strstr(output, "implicit declaration of function");
    const char *line = warning;
    while (line != NULL && line > output && line[-1] != '\n') {
        line--;
    }
    char *details =
        xasprintf("%s%.*s%s%s", verdict->details == NULL ? "" : verdict->details,
                  line == NULL ? 0 : (int)strcspn(line, "\n") + 1, line == NULL ? "" : line,
                  notes == NULL ? "" : notes, notes == NULL ? "" : "\n");
    free(verdict->details);
    free(notes);
    verdict->details = details;
}

void submission_tell_command(const struct job *job, const struct trace_choice *trace,
                             struct case_result *one)
{
    if (one->verdict != NULL) {
        one->verdict->reproduce =
            trace_choice_command(trace, job->reproduce_prefix, job->submission);
    }
}
