// SPDX-License-Identifier: MIT
// Both forms, record by record.
#include "harness/access/writer.h"

#include <endian.h>
#include <errno.h>
#include <inttypes.h>
#include <string.h>

#include "harness/access/binary.h"

/// `running`: the process that the reader supposes.
static void print_record(const struct access *record, uint16_t running, char *text)
{
    static const char *const words[] = {"F", "R", "W", "M", "map", "unmap", "protect"};
    if (record->kind == ACCESS_SWITCH) {
        snprintf(text, ACCESS_TEXT_BYTES, "switch %u", record->process);
        return;
    }
    int n = snprintf(text, ACCESS_TEXT_BYTES, "%s 0x%" PRIx64 " %" PRIu64, words[record->kind],
                     record->address, record->bytes);
    if (record->kind == ACCESS_MAP || record->kind == ACCESS_PROTECT) {
        static const char letters[] = "rwxuL"; // bit by bit of enum access_flags
        text[n++] = ' ';
        for (unsigned i = 0; i < sizeof letters - 1; i++) {
            text[n++] = (record->flags >> i & 1) != 0 ? letters[i] : '-';
        }
    }
    text[n] = '\0';
    if (record->process != running) {
        n += sprintf(text + n, " p%u", record->process);
    }
    if (record->kind <= ACCESS_MODIFY && (record->flags & ACCESS_MAY_USER) != 0) {
        strcpy(text + n, " user");
    }
}

void access_print(const struct access *record, char *text)
{
    print_record(record, 0, text);
}

static struct binary_unit unit_of(uint64_t value, uint32_t line, uint32_t packed)
{
    return (struct binary_unit){htole64(value), htole32(line), htole32(packed)};
}

static void put_unit(FILE *file, uint64_t value, uint32_t line, uint32_t packed)
{
    struct binary_unit unit = unit_of(value, line, packed);
    fwrite(&unit, sizeof unit, 1, file);
}

void access_writer_begin(struct access_writer *writer, FILE *file, enum access_form form,
                         bool pages)
{
    *writer = (struct access_writer){.file = file, .form = form};
    if (form == ACCESS_TEXT) {
        fputs("# mmgrade access trace\n", file);
        return;
    }
    uint64_t magic;
    memcpy(&magic, BINARY_MAGIC, sizeof magic);
    put_unit(file, le64toh(magic), BINARY_VERSION, pages);
}

void access_writer_comment(struct access_writer *writer, const char *comment)
{
    while (writer->form == ACCESS_TEXT && *comment != '\0') {
        int n = (int)strcspn(comment, "\n");
        fprintf(writer->file, "#%s%.*s\n", n == 0 ? "" : " ", n, comment);
        comment += n + (comment[n] == '\n');
    }
}

static void add_text(struct access_writer *writer, const struct access *records, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        char text[ACCESS_TEXT_BYTES];
        print_record(&records[i], writer->running, text);
        fputs(text, writer->file);
        putc('\n', writer->file);
        if (records[i].kind == ACCESS_SWITCH) {
            writer->running = records[i].process;
        }
    }
}

/// Of an array at a time: a call of fwrite for each unit takes longer than reading its line did.
static void add_binary(struct access_writer *writer, const struct access *records, size_t n)
{
    struct binary_unit units[512];
    size_t n_units = 0;
    for (size_t i = 0; i < n; i++) {
        const struct access *record = &records[i];
        bool fits = record->bytes <= BINARY_MAX_BYTES;
        if (!fits) {
            units[n_units++] = unit_of(record->bytes, 0, binary_pack(0, BINARY_SIZE, 0, 0));
        }
        units[n_units++] = unit_of(record->address, record->line,
                                   binary_pack(record->process, record->kind, record->flags,
                                               fits ? (uint32_t)record->bytes : 0));
        if (n_units >= sizeof units / sizeof units[0] - 1 || i == n - 1) {
            fwrite(units, sizeof units[0], n_units, writer->file);
            n_units = 0;
        }
    }
}

void access_writer_add(struct access_writer *writer, const struct access *records, size_t n)
{
    if (writer->form == ACCESS_TEXT) {
        add_text(writer, records, n);
    } else {
        add_binary(writer, records, n);
    }
    writer->n_records += n;
}

bool access_writer_end(struct access_writer *writer)
{
    if (writer->form == ACCESS_BINARY) {
        put_unit(writer->file, writer->n_records, 0, binary_pack(0, BINARY_END, 0, 0));
    }
    return fflush(writer->file) == 0 && !ferror(writer->file);
}
