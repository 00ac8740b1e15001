// SPDX-License-Identifier: MIT
// What a rubric decides about the heap that a submission gets.
//
// Glossary of the stage `heap`:
//   break     the heap's size in bytes; the judge alone moves it, when mem_sbrk asks
//   payload   the bytes of a block that the trace asked for
//   fresh     heap bytes that mem_sbrk has just handed out
//   granule   `alignment` bytes; no two blocks share one, since each starts on a multiple
//   finding   a fault that shows only when a trace is played again under other conditions
#ifndef MMGRADE_HEAP_SETTINGS_H
#define MMGRADE_HEAP_SETTINGS_H

#include <stdint.h>

enum heap_base { HEAP_BASE_HIGH, HEAP_BASE_LOW };      ///< low: below 2 GiB, for 32-bit pointers
enum heap_fresh { HEAP_FRESH_ZEROS, HEAP_FRESH_JUNK }; ///< what new memory holds
enum heap_abi { HEAP_ABI_NATIVE, HEAP_ABI_M32 };       ///< m32: 32-bit submission and worker

/// Where blocks must lie: anywhere, or as the fit lab's policy says.
enum fit_policy { FIT_ANY, FIT_FIRST, FIT_NEXT, FIT_BEST };

enum finding_policy { FINDING_FAIL, FINDING_WARN, FINDING_IGNORE };

/// What each finding means for the case that shows it.
struct finding_settings {
    enum finding_policy uninit_read;      ///< other pointers when fresh memory holds other bytes
    enum finding_policy unobserved;       ///< other pointers when nobody writes the payloads
    enum finding_policy nondeterministic; ///< other pointers in a second, identical run
    enum finding_policy init_not_fresh;   ///< other pointers after a second mm_init
    enum finding_policy past_break;       ///< bytes between the break and its page's end changed
    // Of the strict pass, which looks at each access; both FINDING_IGNORE: there is none.
    enum finding_policy payload_access; ///< a live payload was read, or written and restored
    enum finding_policy fresh_read;     ///< fresh memory was read, and it made no difference
};

struct heap_settings {
    unsigned alignment; ///< bytes: 8 or 16
    enum heap_base base;
    enum heap_abi abi;
    enum heap_fresh fresh;
    uint64_t max_bytes;
    uint64_t
        checkheap_every; ///< call mm_checkheap after each n-th operation and at the end; 0: never
    struct finding_settings findings;
    enum fit_policy fit_policy;
};

#endif
