// SPDX-License-Identifier: MIT
// The lab `replace`: which page gives its frame up (CS:APP 3e, section 9.3; any book on operating
// systems). Pages are put into free frames 0, 1, 2, ... first; from then on a fault asks
// replace_victim, and the new page is loaded into that frame.
//
//   fault:  victim = replace_victim();  replace_loaded(victim, page, write);
//   hit:    replace_touched(frame, page, write);
//
// The policies; "use" is a load or a touch, time is counted in uses, ties go to the lowest frame
// unless said otherwise:
//   FIFO        loaded longest ago.
//   LRU         used longest ago.
//   CLOCK       A load or touch sets the frame's reference bit. The hand starts at frame 0. It
//               passes set bits and clears them, takes the first frame with a clear one and stops
//               one past it.
//   SECOND      second chance with the dirty bit. Reference bits are set as by CLOCK. A write sets
//               the dirty bit, a load clears it first. From the hand on, one whole round at most:
//               the first frame with (referenced, dirty) = (0, 0), nothing is changed; if there is
//               none, a round for the first (0, 1) that clears the reference bits it passes; then
//               both again. It stops one past the victim.
//   LFU         fewest uses since it was loaded, counted anew at each load; of equals the one
//               loaded longest ago.
//   AGING       Each frame has 8 bits of age, 0x80 when loaded, with the reference bit clear. A
//               touch sets the reference bit. Whenever `window` more uses have passed, right before
//               the next use (at a fault: in replace_loaded, after the victim was chosen): shift
//               every age right by one, put the reference bit in at the left and clear it. Smallest
//               age.
//   WORKING_SET Of the pages not used within the last `window` uses, the one used longest ago;
//               when there is none, the least recently used one that is clean, else the least
//               recently used one. A page is clean when it was not written since it was loaded.
//   RANDOM      frame replace_random() mod n_frames, one number a victim.
//   OPT         used next furthest in the future (replace_next_use); never again is furthest.
//   FREE        your own: faults count.
#ifndef REPLACE_H
#define REPLACE_H

#include "vm.h"

enum replace_policy {
    REPLACE_FIFO,
    REPLACE_LRU,
    REPLACE_CLOCK,
    REPLACE_SECOND,
    REPLACE_LFU,
    REPLACE_AGING,
    REPLACE_WORKING_SET,
    REPLACE_RANDOM,
    REPLACE_OPT,
    REPLACE_FREE
};

struct replace_config {
    uint32_t n_frames; ///< at least 1
    enum replace_policy policy;
    uint32_t window; ///< of AGING and WORKING_SET, in uses
};

/// Called before each trace; all frames are free then.
void replace_init(const struct replace_config *config);

/// `page` was put into `frame`, by a fault at a write if `write`.
void replace_loaded(uint32_t frame, uint64_t page, bool write);

/// The page in `frame` was used again.
void replace_touched(uint32_t frame, uint64_t page, bool write);

/// All frames are in use and one is needed: which? Its page leaves memory.
uint32_t replace_victim(void);

/// To be called: the next random number of the machine. The same for everyone.
uint64_t replace_random(void);

/// To be called in replace_victim under OPT alone: how many uses ahead `page` is used next; VM_NONE
/// if never again. 1 is the use that the fault at hand is for, so no page in memory has less
/// than 2.
uint64_t replace_next_use(uint64_t page);

#endif
