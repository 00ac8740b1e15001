// SPDX-License-Identifier: MIT
// From `cc --version` and the command line to a few words.
#include "reports/built_with.h"

#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

/// "gcc (Debian 12.2.0-14) 12.2.0" is "gcc 12.2.0" for people, "Debian clang version 14.0.6"
/// is "clang 14.0.6". The caller frees it.
static char *compiler_short(const char *compiler)
{
    const char *clang = strstr(compiler, "clang version ");
    const char *last = strrchr(compiler, ' ');
    if (clang != NULL) {
        clang += strlen("clang version ");
        return xasprintf("clang %.*s", (int)strcspn(clang, " -"), clang);
    }
    if (last == NULL) {
        return xstrdup(compiler);
    }
    return xasprintf("%.*s%s", (int)strcspn(compiler, " "), compiler, last);
}

char *built_with_text(const struct build_result *build)
{
    char *text = build->compiler == NULL ? xstrdup("") : compiler_short(build->compiler);
    for (const char *word = build->command; word != NULL && *word != '\0';) {
        size_t length = strcspn(word, " ");
        if (strncmp(word, "-O", 2) == 0 || (length == 4 && strncmp(word, "-m32", 4) == 0)) {
            char *longer = xasprintf("%s %.*s", text, (int)length, word);
            free(text);
            text = longer;
        }
        word += length + (word[length] == ' ');
    }
    return text;
}
