// SPDX-License-Identifier: MIT
// References to simulated memory and its frames that no page table makes, those that it must make
// and did not, and frames that it kept.
#include <inttypes.h>

#include "harness/modules/explain.h"

static void tell_stray(const struct telling *telling, const char *verb)
{
    const struct breach *breach = telling->breach;
    uint64_t pa = breach->address;
    fprintf(telling->message, " %s the word at physical address 0x%" PRIx64, verb, pa);
    if (pa % 8 != 0) {
        fputs(", which is no multiple of 8.", telling->message);
        fputs("an index was not multiplied by the 8 bytes of an entry, or flags were left in an "
              "address",
              telling->hint);
    } else if (tables_find(&telling->pipeline->tables, pa) == NULL) {
        fputs(", which lies in no frame that frame_alloc gave.", telling->message);
        fputs("a table that was given back already, an entry without P that was followed, or a PPN "
              "that was not shifted back to an address",
              telling->hint);
    } else {
        char texts[2][64];
        explain_entry(texts[0], sizeof texts[0], breach->before);
        explain_entry(texts[1], sizeof texts[1], breach->after);
        fputs(", which is an entry of another page.", telling->message);
        fprintf(telling->details, "It was %s, and was to be %s.\n", texts[0], texts[1]);
        fputs("a wrong index: which bits of the VPN are this level's?", telling->hint);
    }
}

static void tell_bad_free(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    fprintf(telling->message, " gave back the frame at 0x%" PRIx64, breach->address);
    if (breach->before > 0) {
        fprintf(telling->message, ", a table with %" PRIu64 " entries that are still needed.",
                breach->before);
        fputs("only a table whose last entry went is given back: all its entries must be looked at",
              telling->hint);
    } else if (breach->after != 0) {
        fprintf(telling->message, ", a table of the address space with the root 0x%" PRIx64 ".",
                breach->after);
        fputs(breach->address == breach->call.arguments[0]
                  ? "the root stays until pt_destroy, even when nothing is mapped any more"
                  : "tables are given back by calls on their own address space alone",
              telling->hint);
    } else {
        fputs(", where nothing starts that frame_alloc gave.", telling->message);
        fputs("given back twice, a page's frame instead of a table's, or an address within a table "
              "of several frames",
              telling->hint);
    }
}

/// Whether a table has an entry that is present.
static bool has_entries(const struct telling *telling, const struct table_block *block)
{
    const struct tables *tables = &telling->pipeline->tables;
    for (uint64_t i = 0; i < block->n_entries; i++) {
        if (block->writers[i] != 0 &&
            (physical_read(tables->memory, block->pa + 8 * i) & PTE_P) != 0) {
            return true;
        }
    }
    return false;
}

static void tell_leak(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    bool at_end = breach->call.function == RING_PT_DESTROY;
    if (breach->without_frames) {
        fprintf(telling->message,
                " gave false for want of frames, and kept %" PRIu64 " that it had got before.",
                breach->n_frames - breach->n_golden_frames);
        fputs("when a table further down cannot be had, those made in this call are given back",
              telling->hint);
        return;
    }
    fprintf(telling->message,
            " left %" PRIu64 " frames in use, where golden tables take %" PRIu64 ".",
            breach->n_frames, breach->n_golden_frames);
    for (size_t i = 0; i < telling->pipeline->tables.n_blocks; i++) {
        const struct table_block *block = &telling->pipeline->tables.blocks[i];
        bool is_idle = block->pa != block->root && !has_entries(telling, block);
        if (block->root == breach->call.arguments[0] && (at_end || is_idle)) {
            fprintf(telling->details,
                    "Not given back: the table at 0x%" PRIx64 " (%" PRIu64 " frame%s).\n",
                    block->pa, block->n_frames, block->n_frames == 1 ? "" : "s");
            break;
        }
    }
    fputs(at_end ? "pt_destroy gives back the tables of every level, and the root"
                 : "a table whose last entry went is given back, and so on upwards, but for the "
                   "root",
          telling->hint);
}

static void tell_skipped(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    say_virtual(telling->details, telling, telling->breach->call.arguments[1]);
    fputc('\n', telling->details);
    fprintf(telling->message,
            " gave the right answer without reading the entry of VPN %u, at physical address "
            "0x%" PRIx64 ".",
            breach->differs + 1, breach->address);
    fputs("mappings are kept in simulated memory alone: a walk follows the tables there with one "
          "phys_read64 a level, each time",
          telling->hint);
}

void explain_reference(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    say_call(telling->message, telling);
    explain_frames(telling);
    switch (breach->rule) {
    case RULE_STRAY_READ:
        tell_stray(telling, "read");
        break;
    case RULE_STRAY_WRITE:
        tell_stray(telling, "wrote");
        break;
    case RULE_UNINIT_READ:
        fprintf(telling->message,
                " read the word at physical address 0x%" PRIx64 ", which was never written.",
                breach->address);
        fprintf(telling->details, "It is word %" PRIu64 " of the table at 0x%" PRIx64 ".\n",
                (breach->address - breach->before) / 8, breach->before);
        fputs("frames come with arbitrary contents: clear every entry of a new table",
              telling->hint);
        break;
    case RULE_BAD_FREE:
        tell_bad_free(telling);
        break;
    case RULE_SKIPPED_REFERENCES:
        tell_skipped(telling);
        break;
    default:
        tell_leak(telling);
    }
}
