// SPDX-License-Identifier: MIT
// From a verdict to the line of code, and the strict pass over submissions without one.
#include "harness/heap/explain_source.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/heap/checks.h"
#include "harness/heap/inquiry.h"
#include "harness/heap/rerun.h"
#include "harness/heap/sources.h"

static const char cannot_be_seen[] = "Which line did it is not known: the submission cannot be "
                                     "built so that its accesses are seen.\n";
static const char not_offered[] = "Which line did it is not known: of 32-bit programs only gcc can "
                                  "show the accesses,\nand the rubric's compiler is another.\n";
static const char behaves_differently[] = "Which line did it is not known: the submission behaves "
                                          "differently when its accesses are seen.\n";

/// Why no build of the submission shows its accesses.
static const char *why_unseen(const struct sources *sources)
{
    const struct build_plan *graded = sources->graded;
    bool is_offered = !graded->m32 || strcmp(graded->settings->compiler, "gcc") == 0;
    return is_offered ? cannot_be_seen : not_offered;
}

static bool is_any(const char *code, const char *one, const char *other)
{
    return strcmp(code, one) == 0 || strcmp(code, other) == 0;
}

/// The bytes whose change is to be explained.
static struct session_watch watch_of(const struct breach *breach, const char *code)
{
    uint64_t from = breach->before.offset + breach->first_bad;
    bool is_change = is_any(code, "PAYLOAD_CHANGED", "FREE_NULL") && breach->n_shown > 0;
    return is_change ? (struct session_watch){from, from + breach->n_shown}
                     : (struct session_watch){0};
}

static void inquire(struct rerun *rerun, const struct breach *breach, const struct inquest *inquest,
                    struct verdict *verdict)
{
    struct inquiry inquiry = {.session = &rerun->session, .breach = breach};
    for (size_t i = 0; i < INQUEST_SEARCHES && inquest->searches[i] != NULL; i++) {
        if (inquest->searches[i](&inquiry) &&
            inquiry_tell(&inquiry, rerun->plan.sources, verdict)) {
            return;
        }
    }
}

/// Whether a check of the compiler's has ended the run: whatever is wrong later follows from it.
static bool is_trapped(const struct rerun *rerun)
{
    const struct worker_news *news = &rerun->session.news;
    return news->event == WORKER_SIGNALLED && news->signal == SIGILL;
}

static void inquire_trap(struct rerun *rerun, struct verdict *verdict)
{
    inquire(rerun, &rerun->play.breach, inquest_find("INDEX_OUT_OF_BOUNDS"), verdict);
}

void explain_source(const struct session_plan *plan, const struct breach *breach,
                    const uint64_t *pointers, struct verdict *verdict)
{
    const char *code = verdict->code;
    const struct inquest *inquest = inquest_find(code);
    if (plan->sources == NULL || inquest == NULL || breach->loading || breach->news.whole_run) {
        return;
    }
    if (sources_library(plan->sources) == NULL) {
        verdict->source = xstrdup(why_unseen(plan->sources));
        return;
    }
    struct rerun rerun;
    struct rerun_plan rerun_plan = {
        .graded = plan,
        .n_ops = breach->op,
        .breach = inquest->compared ? NULL : breach,
        .pointers = pointers,
        .watch = watch_of(breach, code),
        .stop_past_break = strcmp(code, "PAST_BREAK") == 0,
        .is_endless = strcmp(code, "TIMEOUT") == 0,
    };
    bool same = rerun_open(&rerun, &rerun_plan);
    if (is_trapped(&rerun) && breach->news.signal != SIGILL) {
        inquire_trap(&rerun, verdict);
    } else if (same) {
        inquire(&rerun, breach, inquest, verdict);
    } else if (rerun.session.news.event != WORKER_INTERRUPTED) {
        verdict->source = xstrdup(behaves_differently);
    }
    rerun_close(&rerun);
}

void explain_uncounted(const struct session_plan *plan, size_t last_op, struct verdict *verdict)
{
    if (plan->sources == NULL || sources_library(plan->sources) == NULL) {
        return;
    }
    struct rerun rerun;
    struct rerun_plan rerun_plan = {.graded = plan, .n_ops = last_op};
    struct breach end = breach_none();
    end.op = last_op;
    rerun_open(&rerun, &rerun_plan); // however it ends: the store is not refused this time
    if (is_trapped(&rerun)) {
        inquire_trap(&rerun, verdict);
    } else {
        inquire(&rerun, &end, inquest_find(verdict->code), verdict);
    }
    rerun_close(&rerun);
}

// --- Strict -----------------------------------------------------------------------------------

static const struct {
    const char *code;
    const char *rule;
    const char *message;
    enum sighting_kind kind;
    const struct tale *tale;
} stricts[STRICT_KINDS] = {
    [STRICT_PAYLOAD_WRITE] =
        {.code = "PAYLOAD_WRITTEN",
         .rule = "live payloads are not written, not even for a moment (--strict)",
         .message = "A live payload was written outside of the call that it belongs to, and "
                    "restored before anybody looked.",
         .kind = SIGHTING_STORE_PAYLOAD,
         .tale = &tale_store_payload},
    [STRICT_PAYLOAD_READ] = {.code = "PAYLOAD_READ",
                             .rule = "live payloads are not read, but by realloc (--strict)",
                             .message =
                                 "A live payload was read outside of the call that it belongs to.",
                             .kind = SIGHTING_LOAD_PAYLOAD,
                             .tale = &tale_load_payload},
    [STRICT_FRESH_READ] = {.code = "FRESH_READ",
                           .rule = "fresh memory is not read before it is written (--strict)",
                           .message =
                               "Heap memory was read that nobody has written; what it held made no "
                               "difference this time.",
                           .kind = SIGHTING_LOAD_FRESH,
                           .tale = &tale_load_fresh},
    [STRICT_NOT_SEEN] = {.code = "NOT_SEEN",
                         .rule = "each access can be seen (--strict)",
                         .message = "The accesses of this submission cannot be looked at one by "
                                    "one: it does not build so, hides "
                                    "some, or behaves differently then."},
};

enum finding_policy explain_strict_policy(const struct finding_settings *findings,
                                          enum strict_kind kind)
{
    switch (kind) {
    case STRICT_FRESH_READ:
        return findings->fresh_read;
    case STRICT_NOT_SEEN:
        return FINDING_WARN;
    default:
        return findings->payload_access;
    }
}

void explain_strict_print_rules(FILE *file)
{
    for (size_t i = 0; i < STRICT_NOT_SEEN; i++) {
        fprintf(file, "  %-18s %s\n", stricts[i].code, stricts[i].rule);
    }
}

static struct verdict *accuse(const struct trace *trace, enum strict_kind kind, size_t op)
{
    char text[64];
    bool has_op = op > 0 && op <= trace->n_ops;
    struct verdict *verdict =
        verdict_new(stricts[kind].code, has_op ? op : 0, has_op ? trace->ops[op - 1].line : 0);
    verdict->op_text = has_op ? xstrdup(trace_op_text(trace, op - 1, text)) : NULL;
    verdict->message = xstrdup(stricts[kind].message);
    return verdict;
}

void explain_strict(const struct session_plan *plan, const uint64_t *pointers,
                    struct verdict *found[STRICT_KINDS])
{
    memset(found, 0, STRICT_KINDS * sizeof(struct verdict *));
    const struct finding_settings *findings = &plan->settings->findings;
    bool wanted =
        findings->payload_access != FINDING_IGNORE || findings->fresh_read != FINDING_IGNORE;
    if (!wanted || plan->sources == NULL) {
        return;
    }
    if (!sources_see_all(plan->sources)) {
        found[STRICT_NOT_SEEN] = accuse(plan->trace, STRICT_NOT_SEEN, 0);
        return;
    }
    struct rerun rerun;
    struct rerun_plan rerun_plan = {
        .graded = plan, .n_ops = plan->trace->n_ops, .pointers = pointers};
    bool same = rerun_open(&rerun, &rerun_plan);
    struct breach end = breach_none();
    end.op = plan->trace->n_ops;
    struct inquiry inquiry = {.session = &rerun.session, .breach = &end};
    for (size_t i = 0; same && i < STRICT_NOT_SEEN; i++) {
        bool counts = explain_strict_policy(findings, (enum strict_kind)i) != FINDING_IGNORE;
        if (counts && inquiry_take(&inquiry, stricts[i].kind, stricts[i].tale)) {
            found[i] = accuse(plan->trace, (enum strict_kind)i, inquiry.sighting.op);
            inquiry_tell(&inquiry, plan->sources, found[i]);
        }
    }
    if (!same && rerun.session.news.event != WORKER_INTERRUPTED) {
        found[STRICT_NOT_SEEN] = accuse(plan->trace, STRICT_NOT_SEEN, 0);
    }
    rerun_close(&rerun);
}
