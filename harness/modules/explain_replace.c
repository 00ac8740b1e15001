// SPDX-License-Identifier: MIT
// A wrong victim: the frames as the policy sees them, who should go and who went, and which typical
// mistake would choose the same.
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/modules/explain.h"
#include "harness/modules/guess.h"

#define MAX_FRAMES 24 ///< drawn, from the lowest; further ones only when they matter

/// What happened to a frame, by record from 1.
struct frame {
    uint64_t page;
    size_t loaded, used;
};

struct scene {
    const struct telling *telling;
    struct guess *details, *guess;
    struct frame *frames;
    size_t n_faults;
    size_t last_fault; ///< the record of the fault before this one
};

static bool is_last(const struct scene *scene, const struct pipeline *pipeline)
{
    return pipeline->n_own_calls[MODULE_REPLACE] == scene->telling->breach->n_call;
}

static void draw_frame(const struct scene *scene, const struct pipeline *pipeline, uint32_t frame)
{
    FILE *file = scene->telling->details;
    const struct breach *breach = scene->telling->breach;
    const struct frame *one = &scene->frames[frame];
    char state[64] = "";
    pipeline->policy->describe(pipeline->policy_state, frame, state, sizeof state);
    bool at_hand =
        pipeline->policy->hand != NULL && pipeline->policy->hand(pipeline->policy_state) == frame;
    fprintf(file, "  %5" PRIu32 "  0x%-14" PRIx64 " %9zu %9zu   %s%s%s%s\n", frame, one->page,
            one->loaded, one->used, state, at_hand ? "   <-- hand" : "",
            frame == breach->call.expected[0] ? "   <-- golden evicts it" : "",
            frame == breach->seen[0] ? "   <-- yours evicts it" : "");
}

static void draw(const struct scene *scene, const struct pipeline *pipeline)
{
    const struct breach *breach = scene->telling->breach;
    uint32_t n_frames = pipeline->config->replacement.n_frames;
    fprintf(scene->telling->details,
            "\nThe frames before this fault; numbers are accesses:\n  %5s  %-16s %9s %9s   %s\n",
            "frame", "page", "loaded", "used", pipeline->policy->name);
    for (uint32_t i = 0; i < n_frames; i++) {
        bool matters = i == breach->call.expected[0] || i == breach->seen[0];
        if (i < MAX_FRAMES || matters) {
            draw_frame(scene, pipeline, i);
        } else if (i == MAX_FRAMES) {
            fputs("    ...\n", scene->telling->details);
        }
    }
}

static bool watch_before(void *context, const struct pipeline *pipeline)
{
    struct scene *scene = context;
    if (is_last(scene, pipeline) && pipeline->policy->describe != NULL) {
        draw(scene, pipeline);
    }
    return true;
}

static bool watch_after(void *context, const struct pipeline *pipeline)
{
    struct scene *scene = context;
    const struct module_call *call = &pipeline->call;
    bool last = is_last(scene, pipeline);
    const uint64_t *answer = last ? scene->telling->breach->seen : call->expected;
    guess_feed(scene->details, call, answer);
    guess_feed(scene->guess, call, answer);
    struct frame *frame = &scene->frames[call->n_arguments == 0 ? 0 : call->arguments[0]];
    if (call->function == RING_REPLACE_LOADED) {
        *frame = (struct frame){call->arguments[1], pipeline->record + 1, pipeline->record + 1};
        scene->n_faults++;
        scene->last_fault = pipeline->record + 1;
    } else if (call->function == RING_REPLACE_TOUCHED) {
        frame->used = pipeline->record + 1;
    }
    return true;
}

/// The stated policy with one detail wrong, else another policy. Random victims agree with anything
/// now and then: that says nothing.
static void tell_cause(const struct scene *scene, enum policy_id policy)
{
    FILE *hint = scene->telling->hint;
    if (policy == POLICY_RANDOM) {
        fputs("the victim is replace_random() modulo the number of frames, with one number asked "
              "for each victim, and none elsewhere",
              hint);
    } else if (!guess_tell(scene->details, hint) && !guess_tell(scene->guess, hint) &&
               policy == POLICY_OPT) {
        fputs("distances of different moments were compared, or VM_NONE was not taken for the "
              "furthest; of equals the lowest frame goes",
              hint);
    }
}

void explain_replace(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    const struct module_config *config = telling->pipeline->config;
    uint32_t n_frames = config->replacement.n_frames;
    struct scene scene = {.telling = telling,
                          .details = guess_open(&guess_replace_details, config),
                          .guess = guess_open(&guess_replace, config),
                          .frames = xcalloc(n_frames, sizeof *scene.frames)};
    if (breach->phase == PHASE_RECORDS) {
        say_virtual(telling->details, telling, telling->pipeline->access->address);
        fputc('\n', telling->details);
    }
    struct pipeline_watcher watcher = {watch_before, watch_after, &scene};
    explain_replay(telling, &watcher);
    if (breach->rule == RULE_BAD_VICTIM) {
        fprintf(telling->message,
                "At fault %zu replace_victim gave frame %" PRIu64 "; there are frames 0 to %" PRIu32
                ".",
                scene.n_faults + 1, breach->seen[0], n_frames - 1);
        fputs("an index that ran past the last frame, or -1 for `none found`", telling->hint);
    } else {
        fprintf(telling->message,
                "At fault %zu %s evicts frame %" PRIu64 " (page 0x%" PRIx64 "); yours evicts frame "
                "%" PRIu64 " (page 0x%" PRIx64 ").",
                scene.n_faults + 1, policy_of(config->policy)->name, breach->call.expected[0],
                scene.frames[breach->call.expected[0]].page, breach->seen[0],
                scene.frames[breach->seen[0]].page);
        tell_cause(&scene, config->policy);
    }
    free(scene.frames);
    guess_close(scene.details);
    guess_close(scene.guess);
}
