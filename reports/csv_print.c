// SPDX-License-Identifier: MIT
// Quoting and guarding of cells.
#include "reports/csv_print.h"

#include <math.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/printable.h"

static bool is_formula(const char *text)
{
    return *text != '\0' && strchr("=+-@\t", *text) != NULL;
}

void csv_print_text(const char *text, FILE *stream)
{
    if (text == NULL) {
        return;
    }
    char *safe = printable(text, strlen(text));
    bool guarded = is_formula(safe);
    bool quoted = strpbrk(safe, ",\"\n\t'") != NULL || safe[0] == ' ';
    fputs(quoted ? "\"" : "", stream);
    fputs(guarded ? "'" : "", stream);
    for (const char *at = safe; *at != '\0'; at++) {
        fputs(*at == '"' ? "\"" : "", stream); // written twice
        fputc(*at, stream);
    }
    fputs(quoted ? "\"" : "", stream);
    free(safe);
}

void csv_print_number(double number, FILE *stream)
{
    if (isfinite(number)) {
        fprintf(stream, "%.15g", number);
    }
}

char *csv_unguard(char *text)
{
    if (*text == '\'' && is_formula(text + 1)) {
        memmove(text, text + 1, strlen(text));
    }
    return text;
}
