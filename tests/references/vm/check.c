// SPDX-License-Identifier: MIT
// The program around a lab's test:  PROGRAM NAME   prints what differs, and how much was compared.
#include "check.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static const char *reference;
static uint64_t seed;
static uint64_t state;
static unsigned long n_checks;
static unsigned n_failed;

static void finish(void)
{
    if (n_failed > 0)
        printf("FAILED: %s (MMGRADE_SEED=%" PRIu64 ")\n", reference, seed);
    else
        printf("%s: %lu comparisons\n", reference, n_checks);
    exit(n_failed > 0 ? EXIT_FAILURE : EXIT_SUCCESS);
}

void check(bool fine, const char *format, ...)
{
    n_checks++;
    if (fine)
        return;
    va_list arguments;
    va_start(arguments, format);
    vprintf(format, arguments);
    va_end(arguments);
    putchar('\n');
    if (++n_failed == 10)
        finish();
}

// xorshift64* (Vigna): no stronger generator is needed, and the state is one word.
uint64_t check_random(uint64_t n)
{
    state ^= state >> 12;
    state ^= state << 25;
    state ^= state >> 27;
    return (state * UINT64_C(0x2545f4914f6cdd1d) >> 11) % n;
}

int main(int argc, char **argv)
{
    if (argc != 2) {
        fprintf(stderr, "usage: %s NAME\n", argv[0]);
        return 2;
    }
    const char *given = getenv("MMGRADE_SEED");
    seed = given != NULL ? strtoull(given, NULL, 10) : (uint64_t)time(NULL);
    state = seed * 2 + 1; // never 0
    reference = argv[1];
    check_reference(reference);
    finish();
}
