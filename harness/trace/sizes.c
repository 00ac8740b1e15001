// SPDX-License-Identifier: MIT
// The laws and the reader of "law:number:number".
#include "harness/trace/sizes.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/trace/fixed.h"

#define THOUSANDTHS 1000

enum { LOW, HIGH, EXPONENT };
enum { MEDIAN, SPREAD };

static uint64_t draw_uniform(const struct sizes *sizes, struct random *random)
{
    return random_between(random, sizes->numbers[LOW], sizes->numbers[HIGH]);
}

/// Rank k comes with a probability proportional to k^-s. All ranks of an octave 2^j .. 2^(j+1) - 1
/// are tried as often as the first of them deserves; draw_zipf drops what the others get too much.
static void prepare_zipf(struct sizes *sizes)
{
    uint64_t n_ranks = sizes->numbers[HIGH] - sizes->numbers[LOW] + 1;
    for (unsigned j = 0; j <= SIZES_MAX_BITS && n_ranks >> j != 0; j++) {
        uint64_t up = (32 + j) * FIXED_ONE;
        uint64_t down = sizes->numbers[EXPONENT] * j * FIXED_ONE / THOUSANDTHS;
        sizes->octaves[j] = up > down ? fixed_exp2(up - down) : 0;
        sizes->octaves_sum += sizes->octaves[j];
    }
}

static uint64_t draw_zipf(const struct sizes *sizes, struct random *random)
{
    uint64_t n_ranks = sizes->numbers[HIGH] - sizes->numbers[LOW] + 1;
    for (;;) {
        uint64_t ticket = random_below_wide(random, sizes->octaves_sum);
        unsigned j = 0;
        while (ticket >= sizes->octaves[j]) {
            ticket -= sizes->octaves[j++];
        }
        uint64_t rank = (UINT64_C(1) << j) + random_below(random, UINT64_C(1) << j);
        uint64_t drop = sizes->numbers[EXPONENT] * (fixed_log2(rank) - j * FIXED_ONE) / THOUSANDTHS;
        if (rank <= n_ranks &&
            random_below(random, FIXED_ONE) < fixed_exp2(FIXED_BITS * FIXED_ONE - drop)) {
            return sizes->numbers[LOW] + rank - 1;
        }
    }
}

/// MEDIAN * SPREAD^z for a standard normal z, rounded to the nearest whole number.
static uint64_t draw_lognormal(const struct sizes *sizes, struct random *random)
{
    int64_t z = random_normal(random);
    uint64_t distance = (uint64_t)(z < 0 ? -z : z) >> (FIXED_BITS - 20);
    uint64_t log_spread = fixed_log2(sizes->numbers[SPREAD]) - fixed_log2(THOUSANDTHS);
    uint64_t log_median = fixed_log2(sizes->numbers[MEDIAN]);
    uint64_t step = distance * log_spread >> 20;
    uint64_t max = SIZES_MAX_BITS * FIXED_ONE;
    uint64_t log = z >= 0 ? log_median + step : log_median > step ? log_median - step : 0;
    return (fixed_exp2((log < max ? log : max) + FIXED_ONE) + 1) / 2;
}

const struct size_law size_laws[] = {
    {.name = "uniform",
     .form = "uniform:LOW:HIGH",
     .description = "every size from LOW to HIGH is as likely",
     .numbers = {{"LOW", 1, SIZES_MAX, 1, 0}, {"HIGH", 1, SIZES_MAX, 1, 0}},
     .is_range = true,
     .draw = draw_uniform},
    {.name = "zipf",
     .form = "zipf:LOW:HIGH[:EXPONENT]",
     .description =
         "the k-th size from LOW on is k^EXPONENT times rarer than LOW (0 to 4, default 1)",
     .numbers = {{"LOW", 1, SIZES_MAX, 1, 0},
                 {"HIGH", 1, SIZES_MAX, 1, 0},
                 {"EXPONENT", 0, 4000, THOUSANDTHS, 1000}},
     .is_range = true,
     .prepare = prepare_zipf,
     .draw = draw_zipf},
    {.name = "lognormal",
     .form = "lognormal:MEDIAN:SPREAD",
     .description = "two thirds within a factor of SPREAD (1 to 100, as 2.5) around MEDIAN",
     .numbers = {{"MEDIAN", 1, SIZES_MAX, 1, 0}, {"SPREAD", 1000, 100000, THOUSANDTHS, 0}},
     .draw = draw_lognormal},
};
const size_t n_size_laws = sizeof size_laws / sizeof size_laws[0];

uint64_t sizes_draw(const struct sizes *sizes, struct random *random)
{
    return sizes->law->draw(sizes, random);
}

/// The law whose name stands at the text's beginning, up to a colon or its end.
static const struct size_law *find_law(const char *text)
{
    size_t length = strcspn(text, ":");
    for (size_t i = 0; i < n_size_laws; i++) {
        if (strlen(size_laws[i].name) == length && memcmp(size_laws[i].name, text, length) == 0) {
            return &size_laws[i];
        }
    }
    return NULL;
}

static bool refuse_law(const char *text, const char *place, struct error *error)
{
    char *names = xstrdup("");
    for (size_t i = 0; i < n_size_laws; i++) {
        char *longer = xasprintf("%s%s%s", names, i == 0 ? "" : ", ", size_laws[i].form);
        free(names);
        names = longer;
    }
    error_at(error, place, 0, 0, "unknown law '%.*s' (one of %s)", (int)strcspn(text, ":"), text,
             names);
    free(names);
    return false;
}

/// Digits, and for thousandths up to three more behind a point; the text's end follows or a colon.
static bool read_number(const char **text, const struct size_number *number, uint64_t *value)
{
    const char *start = *text;
    uint64_t unit = 1;
    bool point = false;
    *value = 0;
    for (; **text != '\0' && **text != ':'; ++*text) {
        if (**text == '.' && !point && *text > start) {
            point = true;
        } else if (**text >= '0' && **text <= '9' && unit <= number->unit / (point ? 10 : 1) &&
                   *value <= number->max) {
            *value = 10 * *value + (uint64_t)(**text - '0');
            unit *= point ? 10 : 1;
        } else {
            return false;
        }
    }
    *value *= number->unit / unit;
    return *text > start && (number->unit > 1 || !point) && *value >= number->min &&
           *value <= number->max;
}

static bool refuse_number(const struct size_number *number, const char *text, const char *place,
                          struct error *error)
{
    return error_at(
        error, place, 0, 0, "%s is a %s from %" PRIu64 " to %" PRIu64 ", not '%.*s'", number->name,
        number->unit == 1 ? "whole number" : "number with up to three decimals",
        number->min / number->unit, number->max / number->unit, (int)strcspn(text, ":"), text);
}

bool sizes_parse(struct sizes *sizes, const char *text, const char *place, struct error *error)
{
    const struct size_law *law = find_law(text);
    if (law == NULL) {
        return refuse_law(text, place, error);
    }
    *sizes = (struct sizes){.law = law};
    const char *rest = text + strlen(law->name);
    const struct size_number *number = law->numbers;
    for (size_t i = 0; number->name != NULL; i++, number++) {
        sizes->numbers[i] = number->fallback;
        if (*rest == '\0' && number->fallback != 0) {
            continue;
        }
        if (*rest == '\0') {
            break;
        }
        const char *given = ++rest;
        if (!read_number(&rest, number, &sizes->numbers[i])) {
            return refuse_number(number, given, place, error);
        }
    }
    if (number->name != NULL || *rest != '\0') {
        return error_at(error, place, 0, 0, "'%s' has not the form %s", text, law->form);
    }
    if (law->is_range && sizes->numbers[LOW] > sizes->numbers[HIGH]) {
        return error_at(error, place, 0, 0, "LOW is larger than HIGH in '%s'", text);
    }
    if (law->prepare != NULL) {
        law->prepare(sizes);
    }
    return true;
}
