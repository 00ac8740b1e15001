// SPDX-License-Identifier: MIT
// Filters text from a submission. C1 control characters (U+0080..U+009F) are dropped too: some
// terminals take U+009B for the start of an escape sequence.
#include "harness/base/printable.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#include "harness/base/memory.h"

/// Bytes of the well-formed multi-byte character at `bytes`, 0 when there is none.
static size_t character_bytes(const unsigned char *bytes, size_t n_bytes)
{
    size_t length = bytes[0] >= 0xf0 ? 4 : bytes[0] >= 0xe0 ? 3 : 2;
    if (bytes[0] < 0xc2 || bytes[0] > 0xf4 || length > n_bytes) {
        return 0;
    }
    uint32_t point = bytes[0] & (0xffu >> (length + 1));
    for (size_t i = 1; i < length; i++) {
        if ((bytes[i] & 0xc0) != 0x80) {
            return 0;
        }
        point = point << 6 | (bytes[i] & 0x3f);
    }
    static const uint32_t smallest[] = {0, 0, 0xa0, 0x800, 0x10000};
    bool surrogate = point >= 0xd800 && point < 0xe000;
    // Right-to-left overrides and isolates can make a line read as another one.
    bool reorders = (point >= 0x202a && point <= 0x202e) || (point >= 0x2066 && point <= 0x2069);
    return point < smallest[length] || point > 0x10ffff || surrogate || reorders ? 0 : length;
}

char *printable(const char *bytes, size_t n_bytes)
{
    char *text = xcalloc(n_bytes + 1, 1);
    const unsigned char *in = (const unsigned char *)bytes;
    for (size_t i = 0; i < n_bytes;) {
        size_t length = 1;
        bool keep = in[i] == '\n' || in[i] == '\t' || (in[i] >= 0x20 && in[i] < 0x7f);
        if (in[i] >= 0x80) {
            length = character_bytes(in + i, n_bytes - i);
            keep = length != 0;
            length = keep ? length : 1;
        }
        for (size_t j = 0; j < length; j++) {
            text[i + j] = keep ? bytes[i + j] : '?';
        }
        i += length;
    }
    return text;
}

char *printable_line(const char *string)
{
    char *text = printable(string, strlen(string));
    for (char *c = text; *c != '\0'; c++) {
        *c = *c == '\n' || *c == '\t' ? '?' : *c;
    }
    return text;
}

char *shell_word(const char *string)
{
    static const char safe[] = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
                               "_@%+=:,./-";
    if (*string != '\0' && strspn(string, safe) == strlen(string)) {
        return xstrdup(string);
    }
    char *word = xcalloc(4 * strlen(string) + 3, 1);
    char *to = word;
    *to++ = '\'';
    for (const char *from = string; *from != '\0'; from++) {
        if (*from == '\'') {
            to = stpcpy(to, "'\\''");
        } else {
            *to++ = *from;
        }
    }
    *to = '\'';
    return word;
}
