// SPDX-License-Identifier: MIT
// What to say when a call did not come back: crash, exit, time-out, forbidden system call.
#include <inttypes.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/printable.h"
#include "harness/heap/explain.h"
#include "harness/sandbox/filter.h"

#define NEAR_NULL 65536
#define BELOW_HEAP (1u << 20)

static bool is_null_special(const struct telling *telling, const char **rule)
{
    const struct breach *breach = telling->breach;
    if (breach->op == 0 || breach->in_checkheap) {
        return false;
    }
    const struct op *op = &telling->session->plan->trace->ops[breach->op - 1];
    bool has_block = op->slot != TRACE_NO_SLOT && telling->session->layout.blocks[op->slot].live;
    if (op->kind == OP_FREE && !has_block) {
        *rule = "free(NULL) must do nothing: return at once when the pointer is NULL";
    } else if (op->kind == OP_REALLOC && !has_block) {
        *rule = "realloc(NULL, n) must do what malloc(n) does";
    } else if (op->kind == OP_REALLOC && op->size == 0) {
        *rule = "realloc(p, 0) frees the block and returns NULL";
    } else if (op->kind == OP_ALLOC && op->size == 0) {
        *rule = "malloc(0) returns NULL or a pointer that can be freed";
    }
    return *rule != NULL;
}

static void tell_output_hint(const struct telling *telling, const char *hint)
{
    const char *rule = NULL;
    fputs(is_null_special(telling, &rule) ? rule : hint, telling->hint);
}

void explain_load_failure(const struct telling *telling)
{
    char *text = worker_text(&telling->session->worker);
    fputs("The compiled program cannot be loaded.", telling->message);
    // dlerror starts with the file's path, which says nothing to a student.
    const char *reason = strstr(text, ": ");
    fprintf(telling->details, "%s\n", reason == NULL ? text : reason + 2);
    fputs(
        "a function or variable is used that no file defines (a typo, or a file was not handed in)",
        telling->hint);
    free(text);
}

void explain_interrupt(const struct telling *telling)
{
    fputs("Stopped by the user.", telling->message);
}

void explain_heap_reset(const struct telling *telling)
{
    tell_call(telling->message, telling);
    fputs(" called mem_reset_brk, mem_init or mem_deinit on a heap in use.", telling->message);
    fputs("only the harness resets the heap, between two runs; an allocator only grows it",
          telling->hint);
}

void explain_forged(const struct telling *telling)
{
    tell_call(telling->message, telling);
    fputs(" left the harness's own memory in a state that no call leaves it in.", telling->message);
    fputs("a wild store hit memory that is not the heap", telling->hint);
}

void explain_timeout(const struct telling *telling)
{
    double seconds = telling->breach->news.seconds;
    if (telling->breach->news.whole_run) {
        fprintf(telling->message,
                "The trace took more than %g s of CPU time; this is how far it got.", seconds);
        fputs("each call searches too long: the time an operation grows with the number of blocks",
              telling->hint);
        return;
    }
    tell_call(telling->message, telling);
    fprintf(telling->message, " did not return within %g s.", seconds);
    tell_damage(telling);
    fputs("an endless loop: a list that has become a circle, or a search whose end mark is missing "
          "or was overwritten",
          telling->hint);
}

void explain_exit(const struct telling *telling)
{
    const struct worker_news *news = &telling->breach->news;
    tell_call(telling->message, telling);
    if (news->event == WORKER_EXITED) {
        fprintf(telling->message, " ended the program with exit(%d).", news->exit_code);
        fputs("no function of an allocator may call exit", telling->hint);
        return;
    }
    fputs(" ended the program with abort().", telling->message);
    tell_damage(telling);
    tell_output_hint(telling,
                     "an assertion failed, or abort() was called: the last lines of output "
                     "may say which");
}

void explain_forbidden_call(const struct telling *telling)
{
    bool m32 = telling->session->plan->settings->abi == HEAP_ABI_M32;
    char *name = filter_call_name(m32, telling->breach->news.address);
    tell_call(telling->message, telling);
    fprintf(telling->message, " asked the operating system for %s, which is not allowed.", name);
    fputs("memory comes from mem_sbrk alone; files, processes, signals and the network are out of "
          "reach",
          telling->hint);
    free(name);
}

static const char *tell_place_in_heap(const struct telling *telling, uint64_t offset)
{
    const struct layout *layout = &telling->session->layout;
    uint32_t slot = layout_find_history(layout, offset);
    bool live = slot != LAYOUT_NO_SLOT && layout->blocks[slot].live;
    fputs("in the heap, ", telling->details);
    if (slot == LAYOUT_NO_SLOT) {
        fputs("in the allocator's own bytes.\n", telling->details);
    } else {
        fputs("in ", telling->details);
        tell_block(telling->details, telling->session, slot, &layout->blocks[slot]);
        fputs(live ? ", which is in use.\n" : ".\n", telling->details);
    }
    tell_picture(telling, offset, offset + 1, live ? slot : LAYOUT_NO_SLOT, "touched");
    return "the heap can be read and written, but not run: a function pointer was overwritten";
}

/// Says what lies at the address of a crash, and returns the likely cause.
static const char *tell_place(const struct telling *telling, uint64_t address)
{
    const struct session *session = telling->session;
    FILE *file = telling->details;
    uint64_t offset = address - session->arena.base;
    uint64_t end = session->arena.break_bytes;
    uint64_t top = session->plan->settings->abi == HEAP_ABI_M32 ? UINT32_MAX : UINT64_MAX;
    if (address < NEAR_NULL || top - address < NEAR_NULL) {
        fputs("next to NULL.\n", file);
        return "a NULL pointer was used, directly or as the base of a header or list link; or a "
               "size "
               "was taken for a pointer";
    }
    if (offset < end) {
        return tell_place_in_heap(telling, offset);
    }
    if (offset < session->plan->settings->max_bytes) {
        fprintf(file, "%" PRIu64 " bytes past the break (the heap ends at heap+0x%" PRIx64 ").\n",
                offset - end, end);
        tell_picture(telling, offset, offset + 1, LAYOUT_NO_SLOT, "touched");
        return "a block's size is too large, so that the next block lies past the heap: the "
               "epilogue "
               "is missing, or a header was damaged";
    }
    if (session->arena.base - address < BELOW_HEAP) {
        fprintf(file, "%" PRIu64 " bytes below the heap.\n", session->arena.base - address);
        return "the block before the first one was looked for: the prologue is missing, or its "
               "footer was damaged";
    }
    if (address >= session->stack_low && address < session->stack_high) {
        fputs("on the stack.\n", file);
        return "endless recursion, or a local array that is too large";
    }
    if (address >> 32 == 0 && session->arena.base >> 32 != 0) {
        fputs("the lower half of a pointer, it seems; nothing lies there.\n", file);
        return "a pointer went through an int or an unsigned and lost its upper half";
    }
    fputs("an address where nothing lies.\n", file);
    return "the pointer was read from memory that holds something else, such as a payload, a size "
           "or "
           "fresh heap memory";
}

static const char *tell_fault(const struct telling *telling)
{
    const struct worker_news *news = &telling->breach->news;
    bool has_address = news->signal == SIGSEGV || news->signal == SIGBUS;
    if (!has_address) {
        return news->signal == SIGFPE ? "an integer division by zero, or a modulo by zero"
                                      : "the compiler put a trap where the program's behaviour is "
                                        "undefined, or execution went astray";
    }
    // The kernel gives no address when the processor itself refused a malformed one.
    if (news->signal_code == SI_KERNEL && news->address == 0) {
        fputs("That is no address that a pointer can have.\n", telling->details);
        return "the pointer was read from memory that holds something else, such as a payload or "
               "fresh heap memory";
    }
    fputs("That is ", telling->details);
    return tell_place(telling, news->address);
}

void explain_crash(const struct telling *telling)
{
    const struct worker_news *news = &telling->breach->news;
    tell_call(telling->message, telling);
    const char *abbreviation = sigabbrev_np(news->signal);
    fprintf(telling->message, " crashed with SIG%s (%s)", abbreviation == NULL ? "?" : abbreviation,
            strsignal(news->signal));
    if ((news->signal == SIGSEGV || news->signal == SIGBUS) && news->signal_code != SI_KERNEL) {
        fputs(" at ", telling->message);
        tell_pointer(telling->message, telling->session, news->address);
    }
    fputc('.', telling->message);
    const char *cause = tell_fault(telling);
    tell_damage(telling);
    if (telling->breach->refused_bytes > 0) {
        fprintf(telling->details, "mem_sbrk(%" PRIu64 ") had just failed with (void *)-1.\n",
                telling->breach->refused_bytes);
        cause = "the result of mem_sbrk was not compared with (void *)-1";
    }
    tell_output_hint(telling, cause);
}

void explain_init_failed(const struct telling *telling)
{
    fprintf(telling->message, "mm_init reported failure (it returned %d).",
            (int)(int32_t)telling->breach->news.value);
    if (telling->breach->refused_bytes > 0) {
        fprintf(telling->details,
                "mem_sbrk(%" PRIu64 ") was refused: the heap's maximum is %" PRIu64 " bytes.\n",
                telling->breach->refused_bytes, telling->session->plan->settings->max_bytes);
    }
    fputs("an int mm_init returns 0 when all is well and -1 when it is not; a bool mm_init returns "
          "true when all is well",
          telling->hint);
}

void explain_checkheap(const struct telling *telling)
{
    size_t op = telling->breach->op;
    fprintf(telling->message,
            op == 0 ? "mm_checkheap reported a broken heap after mm_init."
                    : "mm_checkheap reported a broken heap after operation %zu.",
            op);
    fputs("the submission's own heap checker found it: what it printed says more", telling->hint);
}
