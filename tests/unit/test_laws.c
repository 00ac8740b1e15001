// SPDX-License-Identifier: MIT
// The laws of sizes and lifetimes: what is refused, and samples of 200,000 against the closed
// forms. The seeds are fixed, so the samples are the same everywhere.
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/trace/fixed.h"
#include "harness/trace/generators.h"
#include "harness/trace/random.h"
#include "tests/unit/suites.h"

enum { SAMPLE = 200000 };

#define COUNT(table) (int)(sizeof(table) / sizeof(table)[0])

/// A share of the sample against its probability: five standard deviations.
static void check_share(const char *what, double at, size_t n, size_t n_all, double probability)
{
    double deviation = sqrt(probability * (1 - probability) / (double)n_all);
    double share = (double)n / (double)n_all;
    ck_assert_msg(fabs(share - probability) <= 5 * deviation + 1e-9, "%s at %g: %g, expected %g",
                  what, at, share, probability);
}

START_TEST(test_fixed)
{
    struct random random = {1};
    for (unsigned i = 0; i < SAMPLE; i++) {
        uint64_t number = random_next(&random) >> random_below(&random, 63) | 1;
        double log = (double)fixed_log2(number) / (double)FIXED_ONE;
        ck_assert_double_eq_tol(log, log2((double)number), 0x1p-29);
        uint64_t exponent = random_below_wide(&random, 63 * FIXED_ONE);
        double power = exp2((double)exponent / (double)FIXED_ONE);
        ck_assert_double_eq_tol((double)fixed_exp2(exponent), power, 1 + power * 0x1p-27);
    }
    for (unsigned i = 0; i < 63; i++) {
        ck_assert_uint_eq(fixed_log2(UINT64_C(1) << i), i * FIXED_ONE);
        ck_assert_uint_eq(fixed_exp2(i * FIXED_ONE), UINT64_C(1) << i);
    }
}
END_TEST

START_TEST(test_below_wide)
{
    struct random random = {1};
    size_t counts[3] = {0};
    for (unsigned i = 0; i < SAMPLE; i++) {
        uint64_t n = UINT64_C(3) << 62; // a quarter of all values must be drawn again
        uint64_t value = random_below_wide(&random, n);
        ck_assert_uint_lt(value, n);
        counts[value / (UINT64_C(1) << 62)]++;
        ck_assert_uint_eq(random_below_wide(&random, 1), 0);
    }
    for (unsigned i = 0; i < 3; i++) {
        check_share("below_wide", i, counts[i], SAMPLE, 1.0 / 3);
    }
}
END_TEST

static double normal_cdf(double z)
{
    return erfc(-z / sqrt(2)) / 2;
}

START_TEST(test_exponential_and_normal)
{
    struct random random = {1};
    size_t below[2][17] = {{0}};
    for (unsigned i = 0; i < SAMPLE; i++) {
        double exponential = (double)random_exponential(&random) / (double)FIXED_ONE;
        double normal = (double)random_normal(&random) / (double)FIXED_ONE;
        for (unsigned j = 0; j < 17; j++) {
            below[0][j] += exponential <= 0.25 * (j + 1);
            below[1][j] += normal <= 0.5 * j - 4;
        }
    }
    for (unsigned j = 0; j < 17; j++) {
        check_share("exponential", 0.25 * (j + 1), below[0][j], SAMPLE, 1 - exp(-0.25 * (j + 1)));
        check_share("normal", 0.5 * j - 4, below[1][j], SAMPLE, normal_cdf(0.5 * j - 4));
    }
}
END_TEST

static double uniform_cdf(const double numbers[3], double size)
{
    return (size - numbers[0] + 1) / (numbers[1] - numbers[0] + 1);
}

static double zipf_cdf(const double numbers[3], double size)
{
    double below = 0;
    double all = 0;
    for (double rank = 1; rank <= numbers[1] - numbers[0] + 1; rank++) {
        all += pow(rank, -numbers[2]);
        below += rank <= size - numbers[0] + 1 ? pow(rank, -numbers[2]) : 0;
    }
    return below / all;
}

/// Sizes are rounded to the nearest whole number.
static double lognormal_cdf(const double numbers[3], double size)
{
    return size >= (double)SIZES_MAX ? 1
                                     : normal_cdf(log((size + 0.5) / numbers[0]) / log(numbers[1]));
}

static const struct {
    const char *law;
    double (*cdf)(const double numbers[3], double size);
    double numbers[3];
    double low, high; ///< all sizes lie there
} size_samples[] = {
    {"uniform:1:1", uniform_cdf, {1, 1}, 1, 1},
    {"uniform:3:1000", uniform_cdf, {3, 1000}, 3, 1000},
    {"uniform:1:67108864", uniform_cdf, {1, 67108864}, 1, 67108864},
    {"zipf:8:4096", zipf_cdf, {8, 4096, 1}, 8, 4096},
    {"zipf:1:300:0.4", zipf_cdf, {1, 300, 0.4}, 1, 300},
    {"zipf:16:200000:1.25", zipf_cdf, {16, 200000, 1.25}, 16, 200000},
    {"zipf:1:100:4", zipf_cdf, {1, 100, 4}, 1, 100},
    {"zipf:5:20:0", zipf_cdf, {5, 20, 0}, 5, 20},
    {"lognormal:200:4", lognormal_cdf, {200, 4}, 1, 67108864},
    {"lognormal:1000:1.25", lognormal_cdf, {1000, 1.25}, 100, 10000},
    {"lognormal:2:1.5", lognormal_cdf, {2, 1.5}, 1, 40},
    {"lognormal:1000000:100", lognormal_cdf, {1000000, 100}, 1, 67108864},
};

START_TEST(test_sizes)
{
    struct sizes sizes;
    struct error error;
    const char *law = size_samples[_i].law;
    ck_assert_msg(sizes_parse(&sizes, law, "--sizes", &error), "%s", error.text);
    struct random random = {(uint64_t)_i};
    size_t at_most[2 * SIZES_MAX_BITS + 2] = {0};
    for (unsigned i = 0; i < SAMPLE; i++) {
        double size = (double)sizes_draw(&sizes, &random);
        ck_assert_double_ge(size, size_samples[_i].low);
        ck_assert_double_le(size, size_samples[_i].high);
        for (int j = 0; j < COUNT(at_most); j++) {
            at_most[j] += size <= floor(exp2(j / 2.0));
        }
    }
    for (int j = 0; j < COUNT(at_most); j++) {
        double size = floor(exp2(j / 2.0));
        if (size >= size_samples[_i].low && size < size_samples[_i].high) {
            check_share(law, size, at_most[j], SAMPLE,
                        size_samples[_i].cdf(size_samples[_i].numbers, size));
        }
    }
}
END_TEST

static const struct {
    const char *text;
    const char *expected;
} refused[] = {
    {"pareto:1:2", "--sizes: unknown law 'pareto' (one of uniform:LOW:HIGH, zipf:LOW:HIGH[:EXPO"},
    {"", "--sizes: unknown law '' (one of"},
    {"uni:1:2", "--sizes: unknown law 'uni'"},
    {"uniform", "--sizes: 'uniform' has not the form uniform:LOW:HIGH"},
    {"uniform:8", "--sizes: 'uniform:8' has not the form"},
    {"uniform:8:9:10", "--sizes: 'uniform:8:9:10' has not the form"},
    {"uniform:9:8", "--sizes: LOW is larger than HIGH in 'uniform:9:8'"},
    {"uniform:0:8", "--sizes: LOW is a whole number from 1 to 67108864, not '0'"},
    {"uniform::8", "--sizes: LOW is a whole number from 1 to 67108864, not ''"},
    {"uniform:-1:8", "--sizes: LOW is a whole number from 1 to 67108864, not '-1'"},
    {"uniform:1.5:8", "--sizes: LOW is a whole number"},
    {"uniform:8:67108865", "--sizes: HIGH is a whole number"},
    {"uniform:8:18446744073709551617", "--sizes: HIGH is a whole number"},
    {"zipf:9:8", "--sizes: LOW is larger than HIGH"},
    {"zipf:1:9:4.001", "--sizes: EXPONENT is a number with up to three decimals from 0 to 4, not"},
    {"zipf:1:9:1.2345", "--sizes: EXPONENT is a number with up to three decimals"},
    {"zipf:1:9:1.2.3", "--sizes: EXPONENT is a number"},
    {"zipf:1:9:1e2", "--sizes: EXPONENT is a number"},
    {"lognormal:100", "--sizes: 'lognormal:100' has not the form lognormal:MEDIAN:SPREAD"},
    {"lognormal:100:0.999", "--sizes: SPREAD is a number with up to three decimals from 1 to 100"},
};

START_TEST(test_refused)
{
    struct sizes sizes;
    struct error error;
    ck_assert(!sizes_parse(&sizes, refused[_i].text, "--sizes", &error));
    ck_assert_msg(strncmp(error.text, refused[_i].expected, strlen(refused[_i].expected)) == 0,
                  "%s", error.text);
}
END_TEST

/// A trace of blocks of one byte under the law, and for each block how many were allocated while it
/// lived. The caller frees both.
static size_t *measure_lifetimes(const char *law, size_t live, struct trace *trace)
{
    struct generator_options options = {.seed = 1, .n_ops = 2 * SAMPLE, .live = live};
    struct error error;
    options.lifetimes = lifetimes_find(law);
    ck_assert_ptr_nonnull(options.lifetimes);
    ck_assert(sizes_parse(&options.sizes, "uniform:1:1", "--sizes", &error));
    generator_run(generator_find("random"), options, trace);
    size_t *lifetimes = xcalloc(trace->n_slots, sizeof *lifetimes);
    size_t n_allocated = 0;
    for (size_t i = 0; i < trace->n_ops; i++) {
        uint32_t slot = trace->ops[i].slot;
        n_allocated += trace->ops[i].kind == OP_ALLOC;
        lifetimes[slot] = n_allocated - lifetimes[slot];
    }
    return lifetimes;
}

static double exponential_tail(double at, double live)
{
    return exp(-at / live);
}

/// 0 to 2 * live are one number more than 2 * live.
static double uniform_tail(double at, double live)
{
    return at <= 2 * live ? 1 - at / (2 * live + 1) : 0;
}

static double constant_tail(double at, double live)
{
    return at <= live ? 1 : 0;
}

static double generational_tail(double at, double live)
{
    return 7 * exp(-4 * at / live) / 8 + exp(-4 * at / (25 * live)) / 8;
}

static const struct {
    const char *law;
    double (*tail)(double at, double live); ///< the share that lives so long or longer
} lifetime_samples[] = {
    {"exponential", exponential_tail},
    {"uniform", uniform_tail},
    {"fifo", constant_tail},
    {"generational", generational_tail},
};

/// Of the first half of the blocks, since what would outlive the trace dies at its end.
START_TEST(test_lifetimes)
{
    enum { LIVE = 1000, N_BORN = SAMPLE / 2 };
    struct trace trace;
    size_t *lifetimes = measure_lifetimes(lifetime_samples[_i].law, LIVE, &trace);
    for (size_t at = LIVE / 10; at < 5 * LIVE; at += LIVE / 10) {
        size_t n = 0;
        for (size_t i = 0; i < N_BORN; i++) {
            n += lifetimes[i] >= at;
        }
        check_share(lifetime_samples[_i].law, (double)at, n, N_BORN,
                    lifetime_samples[_i].tail((double)at, LIVE));
    }
    free(lifetimes);
    trace_free(&trace);
}
END_TEST

/// Under lifo no block outlives one that was born before it; the number of live blocks uses its
/// whole range.
START_TEST(test_lifo)
{
    enum { LIVE = 50 };
    struct trace trace;
    free(measure_lifetimes("lifo", LIVE, &trace));
    uint32_t stack[LIVE];
    size_t n = 0;
    for (size_t i = 0; i < trace.n_ops && trace.n_slots - trace.ops[i].slot > LIVE; i++) {
        if (trace.ops[i].kind == OP_ALLOC) {
            ck_assert_uint_lt(n, LIVE);
            stack[n++] = trace.ops[i].slot;
        } else {
            ck_assert_uint_eq(stack[--n], trace.ops[i].slot);
        }
    }
    ck_assert_uint_eq(trace.peak_live, LIVE);
    trace_free(&trace);
}
END_TEST

Suite *laws_suite(void)
{
    Suite *suite = suite_create("laws");
    TCase *numbers = tcase_create("numbers");
    tcase_set_tags(numbers, "statistics");
    tcase_set_timeout(numbers, 60);
    tcase_add_test(numbers, test_fixed);
    tcase_add_test(numbers, test_below_wide);
    tcase_add_test(numbers, test_exponential_and_normal);
    suite_add_tcase(suite, numbers);
    TCase *laws = tcase_create("laws");
    tcase_set_tags(laws, "statistics");
    tcase_set_timeout(laws, 60);
    tcase_add_loop_test(laws, test_sizes, 0, COUNT(size_samples));
    tcase_add_loop_test(laws, test_refused, 0, COUNT(refused));
    tcase_add_loop_test(laws, test_lifetimes, 0, COUNT(lifetime_samples));
    tcase_add_test(laws, test_lifo);
    suite_add_tcase(suite, laws);
    return suite;
}
