// SPDX-License-Identifier: MIT
// Turns a breach into a verdict, and holds the words that the texts of all checks share.
#include "harness/heap/explain.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/heap/checks.h"
#include "harness/heap/picture.h"

#define NEAR_NULL 65536 // a header or list link beside NULL
#define BELOW_HEAP (UINT64_C(1) << 20)
#define BREAK_IS_NEAR 256

static const struct trace *trace_of(const struct telling *telling)
{
    return telling->session->plan->trace;
}

/// The operation as the trace file says it; NULL for mm_init.
static char *op_text(const struct trace *trace, size_t op)
{
    char text[64];
    return op == 0 ? NULL : xstrdup(trace_op_text(trace, op - 1, text));
}

struct verdict *explain(const struct session *session, const struct breach *breach,
                        const char *code, const char *lead)
{
    const struct trace *trace = session->plan->trace;
    size_t line = breach->op > 0 ? trace->ops[breach->op - 1].line : 0;
    struct verdict *verdict =
        verdict_new(code != NULL ? code : breach->check->code, breach->op, line);
    verdict->op_text = op_text(trace, breach->op);
    size_t bytes[3];
    struct telling telling = {
        .session = session,
        .breach = breach,
        .message = xopen_memstream(&verdict->message, &bytes[0]),
        .details = xopen_memstream(&verdict->details, &bytes[1]),
        .hint = xopen_memstream(&verdict->hint, &bytes[2]),
    };
    if (lead != NULL) {
        fputs(lead, telling.message);
    }
    breach->check->tell(&telling);
    fclose(telling.message);
    fclose(telling.details);
    fclose(telling.hint);
    verdict->details = string_or_null(verdict->details);
    verdict->hint = string_or_null(verdict->hint);
    return verdict;
}

void tell_pointer(FILE *file, const struct session *session, uint64_t pointer)
{
    uint64_t offset = pointer - session->arena.base;
    uint64_t top = session->plan->settings->abi == HEAP_ABI_M32 ? UINT32_MAX : UINT64_MAX;
    if (pointer == 0) {
        fputs("NULL", file);
    } else if (offset <= session->plan->settings->max_bytes) {
        fprintf(file, "heap+0x%" PRIx64, offset);
    } else if (0 - offset <= BELOW_HEAP) {
        fprintf(file, "heap-0x%" PRIx64, 0 - offset);
    } else if (pointer < NEAR_NULL) {
        fprintf(file, "NULL + %" PRIu64, pointer);
    } else if (top - pointer < NEAR_NULL) {
        fprintf(file, "NULL - %" PRIu64, top - pointer + 1);
    } else {
        fprintf(file, "0x%" PRIx64, pointer);
    }
}

void tell_block(FILE *file, const struct session *session, uint32_t slot, const struct block *block)
{
    const struct trace *trace = session->plan->trace;
    fprintf(file, "block %" PRId64 " (%" PRIu64 " bytes at heap+0x%" PRIx64, trace->ids[slot],
            block->size, block->offset);
    if (block->born > 0) {
        fprintf(file, ", allocated at line %u", (unsigned)trace->ops[block->born - 1].line);
    }
    if (block->moved > block->born) {
        fprintf(file, ", reallocated at line %u", (unsigned)trace->ops[block->moved - 1].line);
    }
    if (!block->live && block->died > 0) {
        fprintf(file, ", freed at line %u", (unsigned)trace->ops[block->died - 1].line);
    }
    fputc(')', file);
}

static void tell_argument(FILE *file, const struct telling *telling, const struct op *op)
{
    bool was_live = op->slot != TRACE_NO_SLOT && telling->breach->before.live;
    // A call that never came back has no `before`: the layout still knows the block.
    if (op->slot != TRACE_NO_SLOT && telling->session->layout.blocks[op->slot].live) {
        was_live = true;
    }
    if (was_live) {
        fprintf(file, "block %" PRId64, trace_of(telling)->ids[op->slot]);
    } else {
        fputs("NULL", file);
    }
}

void tell_call(FILE *file, const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    if (breach->loading) {
        fputs("A constructor, run while the program was loaded,", file);
        return;
    }
    if (breach->in_checkheap) {
        fputs("mm_checkheap", file);
        return;
    }
    if (breach->op == 0) {
        fputs("mm_init()", file);
        return;
    }
    const struct op *op = &trace_of(telling)->ops[breach->op - 1];
    static const char *const names[] = {
        [OP_ALLOC] = "mm_malloc(", [OP_FREE] = "mm_free(", [OP_REALLOC] = "mm_realloc("};
    fputs(names[op->kind], file);
    if (op->kind != OP_ALLOC) {
        tell_argument(file, telling, op);
    }
    if (op->kind != OP_FREE) {
        fprintf(file, "%s%" PRIu64, op->kind == OP_REALLOC ? ", " : "", op->size);
    }
    fputc(')', file);
}

static void tell_row(FILE *file, const char *title, const uint8_t *bytes, size_t n)
{
    fprintf(file, "  %-9s", title);
    for (size_t i = 0; i < n; i++) {
        fprintf(file, " %02x", bytes[i]);
    }
    fputc('\n', file);
}

void tell_bytes(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    fprintf(telling->details, "Bytes %" PRIu64 "..%" PRIu64 " of it:\n", breach->first_bad,
            breach->first_bad + breach->n_shown - 1);
    tell_row(telling->details, "expected", breach->expected, breach->n_shown);
    tell_row(telling->details, "seen", breach->seen, breach->n_shown);
}

void tell_op(FILE *file, const struct trace *trace, size_t op)
{
    char text[64];
    if (op == 0) {
        fputs("mm_init", file);
        return;
    }
    fprintf(file, "operation %zu (line %u: %s)", op, (unsigned)trace->ops[op - 1].line,
            trace_op_text(trace, op - 1, text));
}

void tell_change(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    const struct trace *trace = trace_of(telling);
    FILE *file = telling->details;
    if (breach->changed_op > 0) {
        fputs("The change happened during ", file);
        tell_op(file, trace, breach->changed_op);
        fputs(".\n", file);
    } else if (breach->intact_op > 0) {
        fputs("The change happened after ", file);
        tell_op(file, trace, breach->intact_op);
        fprintf(file, " and before operation %zu came back.\n", breach->op);
    }
}

void tell_damage(const struct telling *telling)
{
    const struct breach *breach = telling->breach;
    if (breach->damaged == LAYOUT_NO_SLOT) {
        return;
    }
    FILE *file = telling->details;
    fputs("Before that, the payload of\n", file);
    tell_block(file, telling->session, breach->damaged,
               &telling->session->layout.blocks[breach->damaged]);
    fputs("\nhad been overwritten", file);
    if (breach->changed_op > 0) {
        fputs(" during ", file);
        tell_op(file, trace_of(telling), breach->changed_op);
    }
    fputs(": look there first.\n", file);
}

static void add_block(struct picture *picture, const struct telling *telling, uint32_t slot)
{
    const struct block *block = &telling->session->layout.blocks[slot];
    picture_add(picture, block->offset, block->offset + block->size, '#',
                "block %" PRId64 ", %" PRIu64 " bytes", trace_of(telling)->ids[slot], block->size);
}

/// The break, when the picture reaches to within a page of it.
static void add_break(struct picture *picture, const struct telling *telling, uint64_t to)
{
    uint64_t end = telling->session->arena.break_bytes;
    if (to + BREAK_IS_NEAR > end) {
        picture_add(picture, end, end, '|', "the break: the heap ends here");
    }
}

void tell_picture(const struct telling *telling, uint64_t from, uint64_t to, uint32_t center,
                  const char *format, ...)
{
    char label[80];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(label, sizeof label, format, arguments);
    va_end(arguments);
    const struct layout *layout = &telling->session->layout;
    struct picture picture = {0};
    picture_add(&picture, from, to, '^', "%s", label);
    uint64_t pivot = from;
    if (center != LAYOUT_NO_SLOT) {
        add_block(&picture, telling, center);
        pivot = layout->blocks[center].offset;
    }
    for (int above = 0; above < 2; above++) {
        uint32_t slot = layout_neighbour(layout, pivot, above, center);
        if (slot != LAYOUT_NO_SLOT) {
            add_block(&picture, telling, slot);
        }
    }
    add_break(&picture, telling, to);
    fputc('\n', telling->details);
    picture_draw(&picture, telling->details);
}
