// SPDX-License-Identifier: MIT
// The instrumented run of the explain pass.
#include "harness/heap/rerun.h"

#include <string.h>

#include "harness/heap/checks.h"
#include "harness/heap/sources.h"

#define SLOWER 10 // limits, in those of the graded run

// Events, some 50 ms of an endless call: where the clock would stop it is another place each time.
#define PATIENCE 1000000

/// Whether the run came to the same end by the same pointers.
static bool is_same(const struct rerun *rerun, const struct rerun_plan *plan)
{
    const struct breach *seen = &rerun->play.breach;
    const struct breach *breach = plan->breach;
    bool same_end = breach == NULL ? seen->check == NULL
                                   : seen->check != NULL && seen->op == breach->op &&
                                         strcmp(seen->check->code, breach->check->code) == 0;
    size_t n = plan->n_ops > 0 ? plan->n_ops - 1 : 0;
    return same_end &&
           (n == 0 || plan->pointers == NULL ||
            memcmp(rerun->play.pointers, plan->pointers, n * sizeof *plan->pointers) == 0);
}

bool rerun_open(struct rerun *rerun, const struct rerun_plan *plan)
{
    *rerun = (struct rerun){.plan = *plan->graded, .watch = plan->watch};
    rerun->plan.library = sources_library(rerun->plan.sources);
    rerun->plan.watch = &rerun->watch;
    rerun->watch.patience = plan->is_endless ? PATIENCE : 0;
    rerun->plan.echo_output = false;
    rerun->plan.call_seconds *= plan->is_endless ? 1 : SLOWER;
    rerun->plan.total_seconds *= SLOWER;
    if (!session_open(&rerun->session, &rerun->plan)) {
        return false;
    }
    rerun->session.stop_past_break = plan->stop_past_break;
    struct play_plan play_plan = {.fresh = rerun->plan.settings->fresh,
                                  .observe = true,
                                  .n_ops = plan->n_ops,
                                  .watch = LAYOUT_NO_SLOT};
    play_trace(&rerun->play, &rerun->session, &play_plan);
    return is_same(rerun, plan);
}

void rerun_close(struct rerun *rerun)
{
    session_close(&rerun->session);
    play_free(&rerun->play);
}
