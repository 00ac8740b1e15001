// SPDX-License-Identifier: MIT
// What to say when a block did not go where the policy puts it, or the blocks are not cut and
// joined as they must be: with all blocks that were to be had at that moment.
#include <inttypes.h>

#include "harness/heap/explain.h"

#define MAX_CANDIDATES 12

static const struct placement *model_of(const struct telling *telling)
{
    return &telling->session->placement;
}

static uint64_t offset_of(const struct telling *telling)
{
    return telling->breach->pointer - telling->session->arena.base;
}

/// The first rule that is still possible: what the submission has followed so far.
static size_t rule_of(const struct placement *placement)
{
    size_t rule = 0;
    while (!placement->possible[rule]) {
        rule++;
    }
    return rule;
}

static void tell_candidate(const struct telling *telling, const struct placement_block *block)
{
    const struct placement *placement = model_of(telling);
    bool wanted = block->offset == telling->breach->step.offset;
    bool taken = block->offset == offset_of(telling) && telling->breach->grown_bytes == 0;
    fprintf(telling->details, "  heap+0x%-8" PRIx64 " %8" PRIu64 " bytes", block->offset,
            block->size);
    if (wanted) {
        fprintf(telling->details, "   <- %s", placement_rules[rule_of(placement)].title);
    }
    fputs(taken ? "   <- yours\n" : "\n", telling->details);
}

/// The free blocks that fit, by address; of very many the first ones, and those in question.
static void tell_candidates(const struct telling *telling)
{
    const struct placement *placement = model_of(telling);
    uint64_t asize = telling->breach->step.asize;
    size_t n_free = 0;
    size_t n_fit = 0;
    bool skipped = false;
    fprintf(telling->details, "Free blocks of at least %" PRIu64 " bytes at that moment:\n", asize);
    for (size_t i = 0; i < placement->n_blocks; i++) {
        const struct placement_block *block = &placement->blocks[i];
        n_free += !block->allocated;
        if (block->allocated || block->size < asize) {
            continue;
        }
        bool in_question =
            block->offset == telling->breach->step.offset || block->offset == offset_of(telling);
        if (++n_fit <= MAX_CANDIDATES || in_question) {
            fputs(skipped ? "  ...\n" : "", telling->details);
            tell_candidate(telling, block);
            skipped = false;
        } else {
            skipped = true;
        }
    }
    fprintf(telling->details, "%s(%zu of %zu free blocks fit)\n", skipped ? "  ...\n" : "", n_fit,
            n_free);
    if (placement->policy == FIT_NEXT) {
        fprintf(telling->details, "The search starts at heap+0x%" PRIx64 ".\n",
                placement->rovers[rule_of(placement)]);
    }
}

/// Another policy, or another reading of this one, that makes this choice; NULL if none does.
static const char *title_of_choice(const struct telling *telling)
{
    const struct placement *placement = model_of(telling);
    for (size_t rule = 0; placement_rules[rule].title != NULL; rule++) {
        if (placement_choice(placement, rule, telling->breach->step.asize) == offset_of(telling)) {
            return placement_rules[rule].title;
        }
    }
    return NULL;
}

static bool is_highest(const struct telling *telling, const struct placement_block *block)
{
    const struct placement *placement = model_of(telling);
    const struct placement_block *end = placement->blocks + placement->n_blocks;
    for (const struct placement_block *other = block + 1; other < end; other++) {
        if (!other->allocated && other->size >= telling->breach->step.asize) {
            return false;
        }
    }
    return true;
}

static void tell_cause_of_choice(const struct telling *telling, const struct placement_block *block)
{
    const struct placement_block *wanted =
        placement_find(model_of(telling), telling->breach->step.offset);
    const char *title = title_of_choice(telling);
    if (block == NULL) {
        fputs("find_fit returned something that is not the start of a block's payload: bp, not "
              "HDRP(bp)",
              telling->hint);
    } else if (block->size < telling->breach->step.asize) {
        fputs("compare GET_SIZE(HDRP(bp)) with asize, in this order: the block must be at least as "
              "large",
              telling->hint);
    } else if (wanted != NULL && wanted->size == telling->breach->step.asize) {
        fputs("a block of exactly the size asked for fits: >=, not >", telling->hint);
    } else if (title != NULL) {
        fprintf(telling->hint, "this is what %s chooses", title);
    } else if (is_highest(telling, block)) {
        fputs("this is the last block that fits: the search does not stop when it has found one",
              telling->hint);
    } else {
        fputs("the search starts at another block than the policy says, or skips some",
              telling->hint);
    }
}

static void tell_found_nothing(const struct telling *telling)
{
    uint64_t asize = telling->breach->step.asize;
    const struct placement_block *wanted =
        placement_find(model_of(telling), telling->breach->step.offset);
    fprintf(telling->message,
            " made the heap grow for a block of %" PRIu64 " bytes, although a free one fits.",
            asize);
    tell_candidates(telling);
    fputs(wanted != NULL && wanted->size == asize
              ? "a block of exactly the size asked for fits: >=, not >"
              : "find_fit returned NULL: its walk ends too early, or skips this block",
          telling->hint);
}

void explain_wrong_fit(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    const struct placement *placement = model_of(telling);
    tell_call(telling->message, telling);
    if (breach->step.grows_bytes == 0 && breach->grown_bytes > 0) {
        tell_found_nothing(telling);
        return;
    }
    const struct placement_block *block = placement_find(placement, offset_of(telling));
    bool at_new_end = block == NULL && offset_of(telling) == placement->break_bytes;
    fputs(" placed its block at ", telling->message);
    tell_pointer(telling->message, telling->session, breach->pointer);
    fprintf(telling->message, "%s; %s puts it at heap+0x%" PRIx64 "%s.",
            block == NULL      ? at_new_end ? "" : ", where no block starts"
            : block->allocated ? ", a block that is allocated"
            : block->size < breach->step.asize && breach->step.grows_bytes == 0
                ? ", a block that is too small"
                : "",
            placement_rules[rule_of(placement)].title, breach->step.offset,
            breach->step.grows_bytes > 0 ? ", at the end, where the heap grows" : "");
    tell_candidates(telling);
    tell_cause_of_choice(telling, at_new_end ? NULL : block);
}

static void tell_tag(FILE *file, const char *name, uint32_t tag)
{
    fprintf(file, "  %-8s %08" PRIx32 "  %" PRIu32 " bytes, %s%s\n", name, tag, tag & ~UINT32_C(7),
            (tag & 1) != 0 ? "allocated" : "free",
            (tag & 6) != 0 ? ", and bits 1 and 2 not 0" : "");
}

static void tell_block_tags(const struct telling *telling)
{
    const struct placement_difference *difference = &telling->breach->difference;
    fprintf(telling->details, "The block at heap+0x%" PRIx64 " must have %" PRIu64 " bytes, %s.\n",
            difference->wanted.offset, difference->wanted.size,
            difference->wanted.allocated ? "allocated" : "free");
    fputs("Its tags:\n", telling->details);
    tell_tag(telling->details, "header", difference->seen_header);
    if (!difference->epilogue) {
        tell_tag(telling->details, "footer", difference->seen_footer);
    }
}

void explain_wrong_split(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    uint64_t wanted = breach->difference.wanted.size;
    uint64_t seen = breach->difference.seen_header & ~UINT32_C(7);
    tell_call(telling->message, telling);
    fprintf(telling->message,
            " left a block of %" PRIu64 " bytes at heap+0x%" PRIx64 "; place must make it %" PRIu64
            ".",
            seen, breach->difference.wanted.offset, wanted);
    tell_block_tags(telling);
    uint64_t rest = seen > wanted ? seen - wanted : 0;
    fprintf(telling->details, "The request needs %" PRIu64 " bytes with header and footer.\n",
            breach->step.asize);
    if (rest > 0) {
        fprintf(telling->hint,
                "the block is split when what remains (here %" PRIu64
                " bytes) is at least the smallest block, %d bytes",
                rest, PLACEMENT_MIN_BLOCK);
    } else {
        fprintf(telling->hint,
                "what remains (here %" PRIu64 " bytes) is less than the smallest block, %d bytes: "
                "the whole block must be allocated, or place has stored a wrong size",
                wanted > seen ? wanted - seen : 0, PLACEMENT_MIN_BLOCK);
    }
}

void explain_wrong_merge(const struct telling *telling)
{
    const struct placement_difference *difference = &telling->breach->difference;
    tell_call(telling->message, telling);
    fprintf(telling->message,
            " left free blocks that are not joined as they must be at heap+0x%" PRIx64 ".",
            difference->wanted.offset);
    tell_block_tags(telling);
    fputs("coalesce joins a free block with the next one, the previous one, or both: the size is "
          "the sum, the header that of the first, the footer that of the last",
          telling->hint);
}

void explain_wrong_growth(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    tell_call(telling->message, telling);
    fprintf(telling->message, " left a heap of %" PRIu64 " bytes; it must have %" PRIu64 ".",
            telling->session->arena.break_bytes, model_of(telling)->break_bytes);
    fprintf(telling->details, "mem_sbrk gave %" PRIu64 " bytes in this call.\n",
            breach->grown_bytes);
    fputs(
        "extend_heap takes words of 4 bytes, rounds them up to an even number, and calls mem_sbrk "
        "once with their bytes",
        telling->hint);
}

void explain_wrong_tags(const struct telling *telling)
{
    const struct placement_difference *difference = &telling->breach->difference;
    tell_call(telling->message, telling);
    fprintf(telling->message, " left the block at heap+0x%" PRIx64 " with wrong tags.",
            difference->wanted.offset);
    tell_block_tags(telling);
    fputs(difference->epilogue
              ? "the end mark: a header of size 0, allocated, is stored behind the last block"
          : difference->seen_header != difference->seen_footer
              ? "set the header first: FTRP finds the footer through it; a split changes four tags"
              : "a tag was stored with the wrong size or allocated bit, or in the wrong place",
          telling->hint);
}
