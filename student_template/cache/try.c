// SPDX-License-Identifier: MIT
// A program of your own around your cache, for printf and debuggers: change it as you like. It
// plays the worked example of README.md. Not handed in.
#include <inttypes.h>
#include <stdio.h>

#include "cache.h"

int main(void)
{
    static const struct {
        uint64_t pa;
        bool write;
        struct cache_result expected;
    } accesses[] = {
        {0x00, true, {false, false, false, 0}},   {0x14, false, {false, false, false, 0}},
        {0x0f, false, {true, false, false, 0}},   {0x20, false, {false, true, false, 0x10}},
        {0x30, false, {false, true, true, 0x00}},
    };
    int n_right = 0;

    cache_init(&(struct cache_config){1, 2, 16, .write_back = true, .write_allocate = true});
    for (int i = 0; i < 5; i++) {
        struct cache_result r = cache_access(accesses[i].pa, accesses[i].write);
        struct cache_result e = accesses[i].expected;
        printf("%s 0x%02" PRIx64 ": hit %d evicted %d written back %d victim 0x%02" PRIx64
               "   (expected: %d %d %d 0x%02" PRIx64 ")\n",
               accesses[i].write ? "W" : "R", accesses[i].pa, r.hit, r.evicted, r.written_back,
               r.victim, e.hit, e.evicted, e.written_back, e.victim);
        n_right += r.hit == e.hit && r.evicted == e.evicted && r.written_back == e.written_back &&
                   r.victim == e.victim;
    }
    puts(n_right == 5 ? "right" : "not yet");
    return n_right != 5;
}
