// SPDX-License-Identifier: MIT
// What does a reference's mm_checkheap notice?   corruptions SOURCE TRACE
//
// Linked with one reference. The first half of the trace builds a heap of many kinds of blocks.
// Then each word of the heap outside of payloads, and of the reference's variables, is changed in
// every way of change(), and each two that lie near each other at the same bits; last, bytes appear
// at the heap's end. A word matters if the checker notices some change of it. The checker must
//
//   - stay within the heap, and come to an end, whatever it meets;
//   - print one line, with the line it was called from and a message of its source, or be silent;
//   - give each message of its source for some change: else the rule is dead, or a case is missing;
//   - notice the bytes at the end, and what does harm. Harm is what the second half of the trace
//   tells, played by a child on
//     the changed heap: a crash, no end, or a payload that is overwritten. So nothing here knows
//     which words are headers, links or bit maps, and free space may hold anything.
//
// A change that gives another consistent heap cannot be noticed, harmful as it may be: a header
// whose new size leads to some other block's header. MAX_MISSED is what this may come to; those
// changes are printed.
#include <fcntl.h>
#include <sanitizer/common_interface_defs.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "config.h"
#include "memlib.h"
#include "mm.h"
#include "tests/references/script.h"

#define MAX_WORDS 20000
#define MAX_MESSAGES 64
#define CHECK_SECONDS 20 // for all changes of one word
#define CHILD_SECONDS 2
#define N_NEAR 32        // a word is changed together with so many that come next
#define MAX_MISSED 0.002 // of all changes of words that matter

// Ways to change a word: flip bit k, leave none but bit k and the lowest three, and some more.
enum { N_BITS = 32, ONLY = N_BITS, TO_ZERO = 2 * N_BITS, TO_ONES, UP, DOWN, N_CHANGES };

struct word {
    uint32_t *at;
    uint32_t value; ///< before any change
    bool noticed[N_CHANGES];
    unsigned n_noticed;
};

struct message {
    char text[128];
    bool given;
};

// The linker's names for both ends of the section into which the Makefile puts the variables.
extern uint32_t __start_globals[];
extern uint32_t __stop_globals[];

static struct word words[MAX_WORDS];
static size_t n_words;
static struct message messages[MAX_MESSAGES];
static size_t n_messages;
static char said[1024];               // what the checker has printed to stdout
static const struct word *changed[2]; // what a crash of the checker is due to
static FILE *report;                  // the true standard output

// --- What a failure tells ---------------------------------------------------------------------

static void print_word(const struct word *word)
{
    if ((char *)word->at >= (char *)mem_heap_lo() && (char *)word->at <= (char *)mem_heap_hi()) {
        fprintf(stderr, " heap+0x%tx", (char *)word->at - (char *)mem_heap_lo());
    } else {
        fprintf(stderr, " variables+0x%tx", (char *)word->at - (char *)__start_globals);
    }
    fprintf(stderr, ": 0x%x, now 0x%x;", word->value, *word->at);
}

static void print_failure(const char *what)
{
    fprintf(stderr, "%s:", what);
    for (size_t i = 0; i < 2 && changed[i] != NULL; i++) {
        print_word(changed[i]);
    }
    fputc('\n', stderr);
}

static _Noreturn void give_up(const char *what)
{
    print_failure(what);
    _exit(EXIT_FAILURE);
}

static void sanitizer_stopped_it(void)
{
    print_failure("the checker leaves the heap");
}

static void alarm_rang(int signal)
{
    (void)signal;
    give_up("the checker does not come to an end");
}

// --- Messages ---------------------------------------------------------------------------------

/// All that the source complains of: the text between quotation marks in each complain(line, ...).
static void read_messages(const char *path)
{
    static char source[1 << 17];
    FILE *file = fopen(path, "r");
    if (file == NULL) {
        give_up("no such source");
    }
    source[fread(source, 1, sizeof source - 1, file)] = '\0';
    fclose(file);
    const char *at = source;
    while ((at = strstr(at, "complain(line,")) != NULL && n_messages < MAX_MESSAGES) {
        at = strchr(at, '"');
        if (at != NULL && sscanf(at, "\"%127[^\"]", messages[n_messages].text) == 1) {
            n_messages++;
        }
    }
    if (n_messages == 0 || n_messages == MAX_MESSAGES) {
        give_up("no complain(line, ..., \"message\") in the source, or too many");
    }
}

static bool is_message(void)
{
    bool known = false;
    for (size_t i = 0; i < n_messages; i++) {
        if (strstr(said, messages[i].text) != NULL) {
            messages[i].given = known = true;
        }
    }
    return known;
}

/// Calls the checker: does it find a fault?
static bool check(void)
{
    enum { LINE = 4711 };
    memset(said, 0, sizeof said);
    rewind(stdout);
    bool fault = !mm_checkheap(LINE);
    fflush(stdout);
    char *end = strchr(said, '\n');
    if (fault != (end != NULL)) {
        give_up(fault ? "false, but nothing printed" : "true, but something printed");
    }
    if (fault && (end[1] != '\0' || strstr(said, "line 4711") == NULL || !is_message())) {
        give_up(said);
    }
    return fault;
}

// --- Words ------------------------------------------------------------------------------------

static uint32_t change(uint32_t value, unsigned how)
{
    switch (how) {
    case TO_ZERO:
        return 0;
    case TO_ONES:
        return UINT32_MAX;
    case UP:
        return value + ALIGNMENT;
    case DOWN:
        return value - ALIGNMENT;
    default:
        return how < ONLY ? value ^ UINT32_C(1) << how : (value & 7) | UINT32_C(1) << (how - ONLY);
    }
}

static void add_word(uint32_t *at)
{
    if (n_words == MAX_WORDS) {
        give_up("the trace makes too large a heap");
    }
    words[n_words++] = (struct word){.at = at, .value = *at};
}

/// The variables, and the heap's words outside of payloads.
static void find_words(const struct script *script)
{
    for (uint32_t *at = __start_globals; at < __stop_globals; at++) {
        add_word(at);
    }
    bool *taken = calloc(mem_heapsize() / sizeof(uint32_t) + 1, sizeof *taken);
    for (long id = 0; taken != NULL && id < script->n_ids; id++) {
        const struct block *block = &script->blocks[id];
        size_t start = (size_t)(block->payload - (char *)mem_heap_lo());
        for (size_t i = 0; i < block->size; i++) {
            taken[(start + i) / sizeof(uint32_t)] = true;
        }
    }
    for (size_t i = 0; taken != NULL && i < mem_heapsize() / sizeof(uint32_t); i++) {
        if (!taken[i]) {
            add_word((uint32_t *)mem_heap_lo() + i);
        }
    }
    free(taken);
}

static void change_each_word(void)
{
    for (struct word *word = words; word < words + n_words; word++) {
        alarm(CHECK_SECONDS);
        changed[0] = word;
        for (unsigned how = 0; how < N_CHANGES; how++) {
            *word->at = change(word->value, how);
            word->noticed[how] = *word->at == word->value || check();
            word->n_noticed += *word->at != word->value && word->noticed[how];
        }
        *word->at = word->value;
        changed[0] = NULL;
        if (check()) {
            give_up("a heap that was restored");
        }
    }
}

/// Header and footer, bit map and list: what agrees only as two may break a rule behind.
static void change_pairs(void)
{
    for (struct word *a = words; a < words + n_words; a++) {
        alarm(CHECK_SECONDS);
        changed[0] = a;
        size_t n_near = a->n_noticed > 0 ? N_NEAR : 0;
        for (struct word *b = a + 1; n_near > 0 && b < words + n_words; b++) {
            changed[1] = b;
            n_near -= b->n_noticed > 0;
            for (unsigned how = 0; b->n_noticed > 0 && how < N_BITS; how++) {
                *a->at = change(a->value, how);
                *b->at = change(b->value, how);
                check();
                *b->at = b->value;
            }
        }
        *a->at = a->value;
    }
    changed[0] = changed[1] = NULL;
}

// --- Harm -------------------------------------------------------------------------------------

/// Does the allocator, on the heap as it is now, break a rule in the second half of the trace?
static bool does_harm(struct script *script, size_t half)
{
    pid_t child = fork();
    if (child == -1) {
        give_up("no child process");
    }
    if (child == 0) {
        signal(SIGALRM, SIG_DFL);
        alarm(CHILD_SECONDS);
        __sanitizer_set_death_callback(NULL);
        dup2(open("/dev/null", O_WRONLY), STDERR_FILENO);
        script_play(script, half, script->n_steps);
        script_verify(script, script->n_steps);
        _exit(EXIT_SUCCESS);
    }
    int status;
    waitpid(child, &status, 0);
    return status != 0;
}

/// Words of which the checker looks at no bit: all changed at once, then one by one if that harms.
static size_t count_unseen(struct script *script, size_t half)
{
    static const unsigned ways[] = {TO_ONES, TO_ZERO};
    size_t n_harmful = 0;
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        for (struct word *word = words; word < words + n_words; word++) {
            *word->at = word->n_noticed == 0 ? change(word->value, ways[i]) : word->value;
        }
        bool harm = does_harm(script, half);
        for (struct word *word = words; word < words + n_words; word++) {
            *word->at = word->value;
        }
        for (struct word *word = words; harm && word < words + n_words; word++) {
            changed[0] = word;
            *word->at = change(word->value, ways[i]);
            if (word->n_noticed == 0 && does_harm(script, half)) {
                print_failure("never looked at, yet harmful");
                n_harmful++;
            }
            *word->at = word->value;
        }
    }
    changed[0] = NULL;
    return n_harmful;
}

/// Changes of words that matter which the checker has not noticed, although they do harm.
static size_t count_missed(struct script *script, size_t half)
{
    size_t n_missed = 0;
    for (struct word *word = words; word < words + n_words; word++) {
        changed[0] = word;
        for (unsigned how = 0; word->n_noticed > 0 && how < N_CHANGES; how++) {
            *word->at = change(word->value, how);
            if (!word->noticed[how] && does_harm(script, half)) {
                n_missed++;
                print_failure("not noticed, yet harmful");
            }
        }
        *word->at = word->value;
    }
    changed[0] = NULL;
    return n_missed;
}

/// Bytes at the heap's end that the allocator knows nothing of. The heap is of no more use then.
static void take_stray_bytes(void)
{
    mem_sbrk(ALIGNMENT);
    if (!check()) {
        give_up("bytes at the end of the heap that no block holds go unnoticed");
    }
}

static bool print_summary(const char *source, size_t n_missed)
{
    size_t n_matter = 0;
    size_t n_silent = 0;
    for (size_t i = 0; i < n_words; i++) {
        n_matter += words[i].n_noticed > 0;
    }
    for (size_t i = 0; i < n_messages; i++) {
        n_silent += !messages[i].given;
        if (!messages[i].given) {
            fprintf(stderr, "no change gives the message '%s'\n", messages[i].text);
        }
    }
    size_t n_changes = n_matter * N_CHANGES;
    fprintf(report,
            "%s: %zu words matter; %zu changes of them, %zu harmful ones missed; %zu messages\n",
            source, n_matter, n_changes, n_missed, n_messages);
    return n_silent == 0 && (double)n_missed <= MAX_MISSED * (double)n_changes;
}

int main(int argc, char **argv)
{
    if (argc != 3) {
        give_up("usage: corruptions SOURCE TRACE");
    }
    report = stdout;
    stdout = fmemopen(said, sizeof said, "w");
    signal(SIGALRM, alarm_rang);
    __sanitizer_set_death_callback(sanitizer_stopped_it);
    read_messages(argv[1]);
    struct script script = script_read(argv[2]);
    size_t half = script.n_steps / 2;
    script_start(&script);
    script_play(&script, 0, half);
    find_words(&script);
    change_each_word();
    change_pairs();
    alarm(0);
    size_t n_unseen = count_unseen(&script, half);
    size_t n_missed = count_missed(&script, half);
    take_stray_bytes();
    bool good = print_summary(argv[1], n_missed);
    script_free(&script);
    fclose(stdout);
    return good && n_unseen == 0 ? EXIT_SUCCESS : EXIT_FAILURE;
}
