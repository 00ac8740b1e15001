// SPDX-License-Identifier: MIT
// Reading .attack files: a head of "key: value", then parts, each below a line "<<<< NAME".
#include "tests/hostile/attack.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"

#define PART "<<<< "
#define SECONDS 20.0

static bool take_value(const char *line, const char *key, char **value)
{
    size_t n = strlen(key);
    if (strncmp(line, key, n) != 0 || strncmp(line + n, ": ", 2) != 0) {
        return false;
    }
    *value = xstrdup(line + n + 2);
    (*value)[strcspn(*value, "\n")] = '\0';
    return true;
}

/// One line of the head; false when it is none of those that may stand there.
static bool take_line(struct attack *attack, const char *line)
{
    char *value;
    if (*line == '#') {
        return true;
    }
    if (attack->n_expected < ATTACK_MAX_EXPECTED && take_value(line, "expect", &value)) {
        attack->expected[attack->n_expected++] = value;
        return true;
    }
    if (take_value(line, "rubric", &value)) {
        free(attack->rubric);
        attack->rubric = value;
        return true;
    }
    if (take_value(line, "score", &value)) {
        attack->scores = strcmp(value, "honest") == 0;
        bool known = attack->scores || strcmp(value, "0") == 0;
        free(value);
        return known;
    }
    return sscanf(line, "seconds: %lf", &attack->seconds) == 1;
}

static void append(struct attack_part *part, const char *line)
{
    char *longer = xasprintf("%s%s", part->text, line);
    free(part->text);
    part->text = longer;
}

static bool read_lines(struct attack *attack, FILE *file)
{
    char *line = NULL;
    size_t capacity = 0;
    bool ok = true;
    for (size_t number = 1; ok && getline(&line, &capacity, file) > 0; number++) {
        char *name;
        if (strncmp(line, PART, strlen(PART)) == 0 && attack->n_parts < ATTACK_MAX_PARTS) {
            name = xstrdup(line + strlen(PART));
            name[strcspn(name, "\n")] = '\0';
            attack->parts[attack->n_parts++] = (struct attack_part){name, xstrdup("")};
        } else if (attack->n_parts > 0) {
            append(&attack->parts[attack->n_parts - 1], line);
        } else if (!take_line(attack, line)) {
            printf("%s: line %zu: expected '#', expect, score, rubric, seconds or '<<<< NAME'\n",
                   attack->name, number);
            ok = false;
        }
    }
    free(line);
    return ok;
}

bool attack_read(struct attack *attack, const char *path)
{
    const char *file_name = strrchr(path, '/') + 1;
    *attack = (struct attack){
        .name = strndup(file_name, strcspn(file_name, ".")),
        .rubric = xstrdup("tests/hostile/rubric.yaml"),
        .seconds = SECONDS,
    };
    FILE *file = fopen(path, "re");
    if (file == NULL) {
        printf("%s: no such attack\n", attack->name);
        return false;
    }
    bool ok = read_lines(attack, file);
    fclose(file);
    if (ok && (attack->n_expected == 0 || attack->n_parts == 0)) {
        printf("%s: lacks 'expect' or a part\n", attack->name);
        return false;
    }
    return ok;
}

void attack_free(struct attack *attack)
{
    free(attack->name);
    free(attack->rubric);
    for (size_t i = 0; i < attack->n_expected; i++) {
        free(attack->expected[i]);
    }
    for (size_t i = 0; i < attack->n_parts; i++) {
        free(attack->parts[i].name);
        free(attack->parts[i].text);
    }
}
