// SPDX-License-Identifier: MIT
// The rules of the malloc lab: checks[] is the list, in the order in which they are asked.
//
// Adding a check: a test below, a text in explain_*.c, a line in checks[].
#ifndef MMGRADE_HEAP_CHECKS_H
#define MMGRADE_HEAP_CHECKS_H

#include "harness/heap/play.h"

/// When a check is asked.
enum moment {
    MOMENT_STOPPED,     ///< the worker did not come back from a call
    MOMENT_INITIALISED, ///< mm_init came back
    MOMENT_RETURNED,    ///< malloc or realloc gave a pointer
    MOMENT_REPEATED,    ///< the same, in a play that must equal an earlier one
    MOMENT_PLACED,      ///< an operation of the fit lab is done: the blocks are known
    MOMENT_TAGS_DIFFER, ///< and `difference` is where one of them is not as it must be
    MOMENT_FREED,       ///< free came back
    MOMENT_VERIFIED,    ///< the payload of `suspect` should be whole
    MOMENT_REALLOCATED, ///< a block that held data came back from realloc
    MOMENT_CHECKED,     ///< mm_checkheap came back
    MOMENT_GROWN,       ///< bytes past the break were looked at
};

struct telling;

struct check {
    const char *code;
    const char *rule; ///< what must hold, for `mmgrade labs malloc`; "" for what is no rule
    enum moment moment;
    bool (*is_broken)(const struct play *play, struct breach *breach);
    void (*tell)(const struct telling *telling);
    bool of_fit_lab; ///< asks the model of the fit lab
};

extern const struct check checks[]; ///< code NULL at the end

/// Asks the checks of a moment in order; true when none is broken, else play->breach is filled.
bool checks_ask(struct play *play, enum moment moment);

/// Compares bytes [0, size) of the suspect's payload with its pattern; on a difference fills the
/// byte fields of *breach and returns true.
bool checks_payload_differs(const struct play *play, const struct block *block, uint64_t offset,
                            uint64_t size, struct breach *breach);

#endif
