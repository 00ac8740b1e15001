// SPDX-License-Identifier: MIT
// A wrong field of an address: all of them in a table, and which bits the wrong one is.
#include <inttypes.h>

#include "harness/modules/explain.h"

struct field {
    const char *name;
    uint32_t low, bits; ///< where in the address
};

static uint32_t log2_of(uint32_t power)
{
    return (uint32_t)__builtin_ctz(power);
}

/// The fields of split_va or split_pa in the order of their results.
static unsigned list_fields(const struct geometry *g, bool is_virtual, struct field *fields)
{
    unsigned n = 0;
    if (!is_virtual) {
        uint32_t co = log2_of(g->line_bytes);
        uint32_t ci = log2_of(g->cache_sets);
        fields[n++] = (struct field){"PPN", g->page_bits, g->pa_bits - g->page_bits};
        fields[n++] = (struct field){"PPO", 0, g->page_bits};
        fields[n++] = (struct field){"CO", 0, co};
        fields[n++] = (struct field){"CI", co, ci};
        fields[n++] =
            (struct field){"CT", co + ci, g->pa_bits > co + ci ? g->pa_bits - co - ci : 0};
        return n;
    }
    static const char *const names[] = {"VPN 1", "VPN 2", "VPN 3", "VPN 4", "VPN 5"};
    uint32_t tlbi = log2_of(g->tlb_sets);
    uint32_t vpn_bits = g->va_bits - g->page_bits;
    fields[n++] = (struct field){"VPN", g->page_bits, vpn_bits};
    fields[n++] = (struct field){"VPO", 0, g->page_bits};
    fields[n++] = (struct field){"TLBI", g->page_bits, tlbi};
    fields[n++] =
        (struct field){"TLBT", g->page_bits + tlbi, vpn_bits > tlbi ? vpn_bits - tlbi : 0};
    uint32_t low = g->va_bits;
    for (uint32_t i = 0; i < g->n_levels; i++) {
        low -= g->level_bits[i];
        fields[n++] = (struct field){names[i], low, g->level_bits[i]};
    }
    return n;
}

static void tell_bits(FILE *file, const struct field *field)
{
    if (field->bits == 0) {
        fputs("no bits", file);
    } else if (field->bits == 1) {
        fprintf(file, "bit %" PRIu32, field->low);
    } else {
        fprintf(file, "bits %" PRIu32 "..%" PRIu32, field->low + field->bits - 1, field->low);
    }
}

/// Whether every index is that many bits of the VPN, the last level's the lowest.
static bool are_even(const struct breach *breach, const struct geometry *geometry, uint32_t bits)
{
    uint64_t rest = breach->call.expected[0];
    for (uint32_t level = geometry->n_levels; level-- > 0; rest >>= bits) {
        if (breach->seen[4 + level] != (rest & ((UINT64_C(1) << bits) - 1))) {
            return false;
        }
    }
    return true;
}

/// Levels of one size, where the machine's differ.
static bool guess_even(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    bool is_index = breach->call.function == RING_SPLIT_VA && breach->differs >= 4;
    for (uint32_t bits = 1; is_index && bits <= 16; bits++) {
        if (are_even(breach, telling->pipeline->geometry, bits)) {
            fprintf(telling->hint,
                    "that are %" PRIu32 " bits for every level; level_bits says how many each has",
                    bits);
            return true;
        }
    }
    return false;
}

/// Looks for the bits that the wrong value would be.
static void guess(const struct telling *telling, const struct field *fields, unsigned n_fields)
{
    const struct breach *breach = telling->breach;
    const struct field *wrong = &fields[breach->differs];
    uint64_t address = breach->call.arguments[12];
    if (guess_even(telling)) {
        return;
    }
    uint64_t seen = breach->seen[breach->differs];
    for (unsigned i = 0; i < n_fields; i++) {
        if (i != breach->differs && seen == breach->call.expected[i] && seen != 0) {
            fprintf(telling->hint, "that is the value of %s", fields[i].name);
            return;
        }
    }
    for (uint32_t low = 0; low < 64; low++) {
        uint64_t mask = wrong->bits >= 64 ? UINT64_MAX : (UINT64_C(1) << wrong->bits) - 1;
        if (seen != 0 && (address >> low & mask) == seen && low != wrong->low) {
            fprintf(telling->hint,
                    "that many bits from bit %" PRIu32 " on are that value: a wrong shift", low);
            return;
        }
    }
    if (seen == address >> wrong->low) {
        fputs("the bits above the field were not masked off", telling->hint);
    } else if (seen == (breach->call.expected[breach->differs] & UINT32_MAX)) {
        fputs("the upper half was lost: a 32-bit variable, or 1 << n with n of 32 or more",
              telling->hint);
    } else if (seen == 0) {
        fputs("the field was not filled in", telling->hint);
    }
}

static void tell_fields(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    bool is_virtual = breach->call.function == RING_SPLIT_VA;
    struct field fields[4 + GEOMETRY_MAX_LEVELS] = {{0}};
    unsigned n_fields = list_fields(telling->pipeline->geometry, is_virtual, fields);
    if (breach->differs >= n_fields) {
        fprintf(telling->message, "split_va filled in VPN %u, although the machine has %u level%s.",
                breach->differs - 3, n_fields - 4, n_fields == 5 ? "" : "s");
        fputs("index[] is 0 past n_levels", telling->hint);
        return;
    }
    const struct field *wrong = &fields[breach->differs];
    fprintf(telling->message, "The %s of %s 0x%" PRIx64 " is 0x%" PRIx64 ", not 0x%" PRIx64 ".",
            wrong->name, is_virtual ? "VA" : "PA", breach->call.arguments[12],
            breach->call.expected[breach->differs], breach->seen[breach->differs]);
    fprintf(telling->details, "%-6s %-13s %-18s %s\n", "field", "bits", "golden", "yours");
    for (unsigned i = 0; i < n_fields; i++) {
        char bits[24];
        FILE *file = fmemopen(bits, sizeof bits, "w");
        tell_bits(file, &fields[i]);
        fclose(file);
        fprintf(telling->details, "%-6s %-13s 0x%-16" PRIx64 " 0x%" PRIx64 "%s\n", fields[i].name,
                bits, breach->call.expected[i], breach->seen[i],
                breach->seen[i] == breach->call.expected[i] ? "" : "   <--");
    }
    guess(telling, fields, n_fields);
}

static void tell_address(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    const uint64_t *parts = &breach->call.arguments[12];
    uint64_t seen = breach->seen[0];
    uint32_t page_bits = telling->pipeline->geometry->page_bits;
    say_call(telling->message, telling);
    fprintf(telling->message, " is 0x%" PRIx64 ", not 0x%" PRIx64 ".", breach->call.expected[0],
            seen);
    fprintf(telling->details, "0x%" PRIx64 " << %" PRIu32 " | 0x%" PRIx64 "\n", parts[0], page_bits,
            parts[1]);
    if (seen == (breach->call.expected[0] & UINT32_MAX)) {
        fputs("the upper half was lost in a 32-bit variable", telling->hint);
    } else if (seen == parts[0] + parts[1]) {
        fputs("the page number was not shifted to its place", telling->hint);
    }
}

void explain_translate(const struct telling *telling)
{
    if (telling->breach->rule == RULE_WRONG_FIELD) {
        tell_fields(telling);
    } else {
        tell_address(telling);
    }
}
