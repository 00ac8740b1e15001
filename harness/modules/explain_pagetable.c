// SPDX-License-Identifier: MIT
// Wrong page tables: the walk of the address, entry by entry, as golden memory and the submission's
// have it.
#include <inttypes.h>
#include <string.h>

#include "harness/modules/explain.h"

static const char *const access_names[] = {"read", "write", "fetch"};
static const char *const fault_names[] = {"fine", "a missing page", "a protection fault"};

static void draw_level(const struct telling *telling, uint32_t level, uint64_t index)
{
    const struct breach *breach = telling->breach;
    const struct walk *golden = &breach->golden;
    const struct walk *theirs = &breach->theirs;
    char texts[2][64] = {"-", "-"};
    bool wrong = level == breach->differs;
    if (level < golden->n_levels) {
        explain_entry(texts[0], sizeof texts[0], golden->entry[level]);
    }
    if (level < theirs->n_levels) {
        explain_entry(texts[1], sizeof texts[1], theirs->entry[level]);
    }
    if (wrong && breach->unowned) {
        snprintf(texts[1], sizeof texts[1], "in no frame of yours");
    }
    // Where golden tables lie is nobody's business.
    if (level + 1 < golden->n_levels) {
        char *flags = strchr(texts[0] + 4, ' ');
        memmove(texts[0] + 6, flags, strlen(flags) + 1);
        memcpy(texts[0], "table,", 6);
    }
    fprintf(telling->details, "  VPN %" PRIu32 " = 0x%-8" PRIx64 " 0x%-12" PRIx64 " %-30s %s%s\n",
            level + 1, index, level < theirs->n_levels ? theirs->entry_pa[level] : 0, texts[0],
            texts[1], wrong ? "   <--" : "");
}

static void draw_walk(const struct telling *telling, uint64_t va)
{
    const struct breach *breach = telling->breach;
    const struct geometry *geometry = telling->pipeline->geometry;
    struct virtual_fields fields = geometry_split_virtual(geometry, va);
    fprintf(telling->details, "\n  %-18s %-14s %-30s %s\n", "level", "your entry at",
            "golden entry", "your entry");
    for (uint32_t i = 0; i < geometry->n_levels; i++) {
        if (i < breach->golden.n_levels || i < breach->theirs.n_levels) {
            draw_level(telling, i, fields.index[i]);
        }
    }
    if (breach->unowned) {
        return;
    }
    if (breach->writer == 0) {
        fputs("  That entry was never written.\n", telling->details);
    } else if (breach->writer <= telling->pipeline->plan->n_records) {
        fputs("  That entry was written last at ", telling->details);
        say_record(telling->details, telling, breach->writer - 1);
        fputs(".\n", telling->details);
    }
}

/// The functions on one page have it as their second argument.
static uint64_t page_of(const struct telling *telling)
{
    return telling->breach->call.arguments[1];
}

static const char *pte_cause(const struct breach *breach)
{
    uint64_t want = breach->golden.entry[breach->differs];
    uint64_t have = breach->theirs.entry[breach->differs];
    bool is_leaf = breach->differs + 1 == breach->golden.n_levels;
    if (breach->without_frames) {
        return "a pt_map that fails changes nothing: link a table in when all below it stands";
    }
    if (breach->unowned) {
        return "the PPN of a table was not shifted back to an address, or the table was given back";
    }
    if (breach->golden.fault == WALK_MISSING) {
        return "pt_unmap must clear the entry of the page, and of each table that it gives back";
    }
    if ((have & PTE_P) == 0) {
        return "the entry was not written, or at another index: which bits of the VPN are this "
               "level's?";
    }
    if (((want ^ have) & PTE_PS) != 0) {
        return "PS stands in entries that map a large page, one level or more above the last, and "
               "in no other";
    }
    if (is_leaf && ((want ^ have) >> PTE_SHIFT & PTE_PPN_MASK) != 0) {
        return "a PTE is PPN << VM_PTE_SHIFT | flags, with PPN = pa >> page_bits whatever the page "
               "size is";
    }
    return is_leaf ? "flags are stored as they are given; protect keeps PPN, A and D"
                   : "directories have P, W and U set, and forbid nothing";
}

static void tell_entry(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    FILE *file = telling->message;
    if (breach->golden.n_levels == 0) { // the answer's, not the memory's
        fprintf(file, " gave PTE 0x%" PRIx64 ", not 0x%" PRIx64 ".", breach->seen[2],
                breach->call.expected[2]);
        fputs("pt_walk gives the entry as it stands in memory after A and D were set, and 0 when "
              "there is none",
              telling->hint);
        return;
    }
    const char *level =
        breach->differs + 1 == breach->golden.n_levels ? "that maps the page" : "of a directory";
    uint64_t want = breach->golden.entry[breach->differs];
    uint64_t missing = want & ~breach->theirs.entry[breach->differs];
    if (breach->rule == RULE_BITS_NOT_SET) {
        fprintf(file, " left %s clear in the entry %s.", (missing & PTE_D) != 0 ? "D" : "A", level);
        fputs("a walk that succeeds sets A in every entry that it passed, and D in the last one "
              "when it is a write",
              telling->hint);
    } else if (breach->rule == RULE_BITS_SET_WRONGLY) {
        bool is_leaf = breach->differs + 1 == breach->golden.n_levels;
        fprintf(file, " set A or D in the entry %s, where they must be clear.", level);
        fputs(is_leaf ? "pt_map starts with A and D clear; a read does not set D; a walk that "
                        "faults sets nothing"
                      : "D belongs to the entry that maps the page, and A is set by a walk alone",
              telling->hint);
    } else {
        if (breach->without_frames) {
            fputs(" gave false, but an entry is no longer what it was.", file);
        } else {
            fprintf(file, " came back, but the entry %s is wrong.", level);
        }
        fputs(pte_cause(breach), telling->hint);
    }
}

static void tell_fault(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    uint64_t seen = breach->seen[0];
    fprintf(telling->message, " of a %s%s gave %s; it must give %s.",
            access_names[breach->call.arguments[2]],
            breach->call.arguments[3] != 0 ? " in user mode" : "",
            seen <= WALK_PROTECTION ? fault_names[seen] : "a number that is no enum pt_fault",
            fault_names[breach->call.expected[0]]);
    char text[64];
    explain_entry(text, sizeof text, breach->call.expected[2]);
    if (breach->call.expected[2] != 0) {
        fprintf(telling->details, "The page's entry is %s.\n", text);
    }
    if (breach->call.expected[0] == WALK_PROTECTION) {
        fputs("forbidden are a write without W, a fetch with XD, and any use by user mode without "
              "U: by the last entry alone",
              telling->hint);
    } else if (breach->call.expected[0] == WALK_FINE && seen == WALK_PROTECTION) {
        fputs("only the last entry's W, U and XD count, and U only in user mode", telling->hint);
    }
}

static void tell_wrong_pa(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    const struct geometry *geometry = telling->pipeline->geometry;
    uint64_t want = breach->call.expected[1];
    uint64_t seen = breach->seen[1];
    uint64_t offset = (UINT64_C(1) << geometry->page_bits) - 1;
    fprintf(telling->message, " gave PA 0x%" PRIx64 ", not 0x%" PRIx64 ".", seen, want);
    say_physical(telling->details, telling, want);
    fputc('\n', telling->details);
    if (seen == (want & ~offset)) {
        fputs("the offset within the page was left out", telling->hint);
    } else if ((seen ^ want) <= offset) {
        fputs("the offset has other bits than the VPO", telling->hint);
    } else if (seen == (want & UINT32_MAX)) {
        fputs("the upper half was lost in a 32-bit variable", telling->hint);
    } else {
        fputs("in a large page the offset is longer: the VPN bits of the levels below belong to it",
              telling->hint);
    }
}

static void tell_refusal(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    if (breach->root_taken) {
        fprintf(telling->message, " gave the root of process %u once more.", breach->root_owner);
        fputs("each address space has tables of its own", telling->hint);
    } else if (breach->rule == RULE_MAP_FAILED) {
        fprintf(telling->message, " gave %s, although there are frames.",
                breach->call.function == RING_PT_CREATE ? "no table that frame_alloc gave"
                                                        : "false");
        fputs(
            "frame_alloc gave VM_NONE: it was asked for more frames than a table takes, or tables "
            "were not given back; or a call gave up too early",
            telling->hint);
        fprintf(telling->details,
                "Frames in use: %" PRIu64 ", where %" PRIu64 " are enough for all tables.\n",
                breach->n_frames, breach->n_golden_frames);
    } else {
        fputs(" gave false, but that page is mapped.", telling->message);
    }
}

void explain_pagetable(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    if (breach->rule == RULE_UNSUPPORTED) {
        fputs("pt_init refused a machine of this shape.", telling->message);
        fputs(
            "the rubric asks for other numbers of levels; page tables of one or of two levels have "
            "rubrics of their own: grading/rubrics/pagetable-flat.yaml, pagetable-two-level.yaml",
            telling->hint);
        return;
    }
    say_call(telling->message, telling);
    explain_frames(telling);
    if (breach->call.function != RING_PT_CREATE && breach->call.function != RING_PT_DESTROY) {
        say_virtual(telling->details, telling, page_of(telling));
        fputc('\n', telling->details);
    }
    switch (breach->rule) {
    case RULE_WRONG_PTE:
    case RULE_BITS_NOT_SET:
    case RULE_BITS_SET_WRONGLY:
        tell_entry(telling);
        break;
    case RULE_WRONG_PA:
        tell_wrong_pa(telling);
        break;
    case RULE_MISSED_FAULT:
    case RULE_FALSE_FAULT:
    case RULE_WRONG_FAULT:
        tell_fault(telling);
        break;
    default:
        tell_refusal(telling);
    }
    if (breach->golden.n_levels > 0) {
        draw_walk(telling, page_of(telling));
    }
}
