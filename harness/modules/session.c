// SPDX-License-Identifier: MIT
// Calls of modules and the questions within them.
#include "harness/modules/session.h"

#include <assert.h>
#include <string.h>

bool module_open(struct module_session *session, const struct module_plan *plan,
                 module_answer *answer, void *context)
{
    *session = (struct module_session){.answer = answer, .context = context};
    worker_start(&session->worker, &(struct worker_plan){
                                       .library = plan->library,
                                       .call_seconds = plan->call_seconds,
                                       .total_seconds = plan->total_seconds,
                                       .output_bytes = plan->output_bytes,
                                       .echo_output = plan->echo_output,
                                       .storage_bytes = WORKER_LIBRARY_BYTES,
                                   });
    struct worker_news *news = &session->news;
    worker_load(&session->worker, news);
    if (news->event != WORKER_REPLIED || news->reply == RING_LOAD_FAILED) {
        return false;
    }
    if (news->reply != RING_DONE) {
        news->event = WORKER_GARBLED; // without a heap a worker asks for none
        return false;
    }
    session->functions = __atomic_load_n(&session->worker.ring->module_functions, __ATOMIC_RELAXED);
    session->functions &= (UINT64_C(1) << RING_N_MODULE_FUNCTIONS) - 1;
    return true;
}

/// Fills the answer to the question that the worker has asked; false when the call must end here.
static bool serve(struct module_session *session, struct worker_command *answer)
{
    const volatile uint64_t *asked = session->worker.ring->results;
    struct module_question question = {
        .function = (uint32_t)session->news.value,
        .arguments = {asked[0], asked[1]},
    };
    if (question.function < RING_PHYS_READ || question.function > RING_NEXT_USE) {
        session->news.event = WORKER_GARBLED;
        return false;
    }
    *answer = (struct worker_command){.command = RING_ANSWER};
    return session->answer(session->context, &question, &answer->pointer);
}

bool module_call(struct module_session *session, enum ring_function_number function,
                 const uint64_t *arguments, unsigned n_arguments)
{
    assert(n_arguments <= RING_ARGUMENTS);
    struct ring *ring = session->worker.ring;
    struct worker_news *news = &session->news;
    struct worker_command command = {.command = RING_CALL, .count = function};
    for (unsigned i = 0; i < n_arguments; i++) {
        ring->arguments[i] = arguments[i];
    }
    session->n_calls++;
    worker_call(&session->worker, &command, news);
    while (news->event == WORKER_REPLIED && news->reply == RING_ASK) {
        if (!serve(session, &command)) {
            return false;
        }
        worker_call(&session->worker, &command, news);
    }
    if (news->event != WORKER_REPLIED) {
        return false;
    }
    memcpy(session->results, ring->results, sizeof session->results);
    return true;
}

void module_stop(struct module_session *session)
{
    worker_stop(&session->worker);
}

void module_close(struct module_session *session)
{
    worker_close(&session->worker);
}
