// SPDX-License-Identifier: MIT
// Page replacement: which frame is given up. The rules are those of student_template/vm/replace.h;
// policies[] is the one list of them. A policy sees loads and touches of frames 0 .. n_frames - 1
// and names a victim once all are in use; which page lies where is kept by paging.h.
#ifndef MMGRADE_VM_REPLACEMENT_H
#define MMGRADE_VM_REPLACEMENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// In the order of student_template/vm/replace.h.
enum policy_id {
    POLICY_FIFO,
    POLICY_LRU,
    POLICY_CLOCK,
    POLICY_SECOND,
    POLICY_LFU,
    POLICY_AGING,
    POLICY_WORKING_SET,
    POLICY_RANDOM,
    POLICY_OPT,
    POLICY_FREE, ///< a submission's own: not in policies[]
};

struct policy_settings {
    uint32_t n_frames; ///< at least 1
    uint32_t window;   ///< of aging and working set, in uses, at least 1; others ignore it
    uint64_t seed;     ///< of random
};

/// Frames are loaded in the order 0, 1, .. n_frames - 1 at first, afterwards each time the one that
/// victim() has just named. Memory grows with the frames that were loaded, or as calloc gives it:
/// 28 bytes a frame or less.
struct policy {
    enum policy_id id;
    const char *name;  ///< "second-chance"
    const char *title; ///< one line for people
    bool needs_future; ///< OPT
    bool needs_window; ///< aging, working set
    void *(*open)(const struct policy_settings *settings);
    void (*close)(void *state);
    void (*loaded)(void *state, uint32_t frame, bool write);
    void (*touched)(void *state, uint32_t frame, bool write); ///< never NULL
    uint32_t (*victim)(void *state); ///< once all frames are loaded; once for each load
    /// Of OPT: the page in `frame` is used next at that use (UINT64_MAX: never). Called after each
    /// load and touch; NULL elsewhere.
    void (*next_use)(void *state, uint32_t frame, uint64_t use);
    /// A few words on a frame that was loaded, for pictures ("ref 1", "age 0x40"), at most n bytes
    /// with the end mark; "" when the policy keeps nothing on frames.
    void (*describe)(const void *state, uint32_t frame, char *text, size_t n);
    /// The hand's frame; NULL for policies without a hand.
    uint32_t (*hand)(const void *state);
};

extern const struct policy *const policies[]; ///< NULL at the end

const struct policy *policy_find(const char *name); ///< or NULL
const struct policy *policy_of(enum policy_id id);  ///< or NULL, for POLICY_FREE

/// The machine's random numbers, as replace_random() gives them to students: the same sequence for
/// the same seed, which *state is at first.
uint64_t replacement_random(uint64_t *state);

#endif
