// SPDX-License-Identifier: MIT
// What a submission's source is seen to declare, without a compiler.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "harness/base/memory.h"
#include "harness/sandbox/contract.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/suites.h"

struct declared {
    const char *text;
    enum contract_type init, checkheap;
};

static const struct declared declared[] = {
    {"", CONTRACT_ABSENT, CONTRACT_ABSENT},
    {"int mm_init(void) { return 0; }", CONTRACT_INT, CONTRACT_ABSENT},
    {"bool mm_init(void) { return true; }", CONTRACT_BOOL, CONTRACT_ABSENT},
    {"_Bool mm_init() { return 1; }", CONTRACT_BOOL, CONTRACT_ABSENT},
    {"void mm_init(void) {}", CONTRACT_VOID, CONTRACT_ABSENT},
    {"extern int mm_init (void);", CONTRACT_INT, CONTRACT_ABSENT},
    {"int\nmm_init\n(\nvoid\n)\n{\n}", CONTRACT_INT, CONTRACT_ABSENT},
    {"static inline bool mm_init(void) {}", CONTRACT_BOOL, CONTRACT_ABSENT},
    {"mm_init() { return 0; }", CONTRACT_INT, CONTRACT_ABSENT}, // implicit int
    {"int mm_init(a, b) int a; char *b; { return 0; }", CONTRACT_INT, CONTRACT_ABSENT},
    {"int mm_init(void);\nbool mm_init(void) {}", CONTRACT_UNSURE, CONTRACT_ABSENT},
    {"int mm_init(void) __attribute__((cold));", CONTRACT_INT, CONTRACT_ABSENT},
    {"bool mm_init(void)\r\n{\r\n}\r\n", CONTRACT_BOOL, CONTRACT_ABSENT},
    // The checker goes by two names.
    {"int mm_checkheap(int line) { return 1; }", CONTRACT_ABSENT, CONTRACT_INT},
    {"bool mm_checkheap(int line);", CONTRACT_ABSENT, CONTRACT_BOOL},
    {"static int mm_check(void) { return 1; }", CONTRACT_ABSENT, CONTRACT_INT},
    {"void mm_checkheap(int verbose) {}", CONTRACT_ABSENT, CONTRACT_VOID},
    {"void mm_checkheap2(int verbose) {}", CONTRACT_ABSENT, CONTRACT_ABSENT},
    // What only looks like a declaration.
    {"// bool mm_init(void) {}\nint mm_init(void) {}", CONTRACT_INT, CONTRACT_ABSENT},
    {"/* bool mm_init(void) {} \n { */ int mm_init(void) {}", CONTRACT_INT, CONTRACT_ABSENT},
    {"char *s = \"bool mm_init(void) { \\\" \"; int mm_init(void) {}", CONTRACT_INT,
     CONTRACT_ABSENT},
    {"char c = '{', d = '\\'', e = '\"'; int mm_init(void) {}", CONTRACT_INT, CONTRACT_ABSENT},
    {"int f(void) { return mm_init(); }", CONTRACT_ABSENT, CONTRACT_ABSENT},
    {"int f(void) { if (1) { mm_checkheap(0); } }\nvoid mm_init(void) {}", CONTRACT_VOID,
     CONTRACT_ABSENT},
    {"#define mm_init bool mm_init(void)\nint mm_init(void) {}", CONTRACT_INT, CONTRACT_ABSENT},
    {"#define F(x) do { \\\n bool mm_init(void); { \\\n\nint mm_init(void) {}", CONTRACT_INT,
     CONTRACT_ABSENT},
    {"#define F(x) { \\\r\n bool mm_init(void); { \r\nint mm_init(void) {}", CONTRACT_INT,
     CONTRACT_ABSENT},
    {"#define WORD 4 /* one word { or\n bool mm_init(void); */\nint mm_init(void) {}", CONTRACT_INT,
     CONTRACT_ABSENT},
    {"#define Q '\"'\n#error don't\nint mm_init(void) {}", CONTRACT_INT, CONTRACT_ABSENT},
    {"int (*hook)(void) = mm_init;\nvoid *mm_init_list(void);", CONTRACT_ABSENT, CONTRACT_ABSENT},
    {"team_t team = { \"ap\", {\"a\"}, };\nvoid *list = 0;\nint mm_init(void) {}", CONTRACT_INT,
     CONTRACT_ABSENT},
    {"static void *find(size_t n) { for (;;) { } }\nint mm_init(void) {}", CONTRACT_INT,
     CONTRACT_ABSENT},
    // Files that end early.
    {"int mm_init(void) {} /* no end", CONTRACT_INT, CONTRACT_ABSENT},
    {"int mm_init(void) {} char *s = \"no end", CONTRACT_INT, CONTRACT_ABSENT},
    {"int mm_init(void) {} char *s = \"no end\\", CONTRACT_INT, CONTRACT_ABSENT},
    {"int mm_init(void) {}\n#define NO_END \\", CONTRACT_INT, CONTRACT_ABSENT},
    {"int mm_init(", CONTRACT_ABSENT, CONTRACT_ABSENT},
    {"}}})))int mm_init(void) {}", CONTRACT_INT, CONTRACT_ABSENT},
};

START_TEST(return_types)
{
    const struct declared *one = &declared[_i];
    struct contract contract = {0};
    contract_scan(&contract, one->text, strlen(one->text));
    ck_assert_msg(contract.init == one->init, "%s\nmm_init: %d", one->text, (int)contract.init);
    ck_assert_msg(contract.checkheap == one->checkheap, "%s\nmm_checkheap: %d", one->text,
                  (int)contract.checkheap);
}
END_TEST

struct defined {
    const char *text;
    struct contract_file file;
};

#define MEMLIB                                                                                     \
    {                                                                                              \
        .has_memlib = true                                                                         \
    }
#define ALLOCATOR                                                                                  \
    {                                                                                              \
        .has_allocator = true                                                                      \
    }
#define NONE                                                                                       \
    {                                                                                              \
        0                                                                                          \
    }

static const struct defined defined[] = {
    {"int mem_sbrk(int argc, char **argv) { return 0; }", MEMLIB},
    {"mem_sbrk() {}", MEMLIB},
    {"int mem_sbrk(argc, argv) int argc; char **argv; {}", MEMLIB},
    {"#include <stdio.h>\nstatic struct timeval start;\nint\nmem_sbrk (void)\n{\n}\n", MEMLIB},
    {"int mem_sbrk(void);", NONE},
    {"int my_mem_sbrk(void) {}", NONE},
    {"int f(void) { return mem_sbrk(); }", NONE},
    {"void *mem_sbrk(int incr) { return 0; }", MEMLIB},
    {"void *mem_sbrk(int incr);\nint f(void) { mem_sbrk(1); }", NONE},
    {"void *mm_malloc(size_t size) { return 0; }", ALLOCATOR},
    {"void *malloc(size_t size) { return 0; }", ALLOCATOR},
    {"extern void *malloc(size_t);\nvoid *f(void) { return malloc(3); }", NONE},
    {"void *mm_malloc(size_t n) __attribute__((malloc));\nint helper(void) {}", NONE},
    {"void *p = 0; void f(void) { p = mm_malloc(8); }", NONE},
    {"#define malloc(n) mm_malloc(n)\nint helper(void) {}", NONE},
    {"int mm_init(void) {}\nvoid *mm_malloc(size_t n) {}\nvoid *mem_sbrk(int n) {}",
     {.has_memlib = true, .has_allocator = true}},
};

START_TEST(definitions_and_calls)
{
    const struct defined *one = &defined[_i];
    struct contract contract = {0};
    struct contract_file file = contract_scan(&contract, one->text, strlen(one->text));
    ck_assert_msg(file.has_memlib == one->file.has_memlib, "memlib: %s", one->text);
    ck_assert_msg(file.has_allocator == one->file.has_allocator, "allocator: %s", one->text);
}
END_TEST

struct prototype {
    const char *text, *prototype;
};

static const struct prototype prototypes[] = {
    {"bool mm_init(void) {}", "_Bool mm_init ( void ) ;\n"},
    {"extern int mm_init(void);", "extern int mm_init ( void ) ;\n"},
    {"int mm_checkheap(int lineno) {}", "int mm_checkheap ( int lineno ) ;\n"},
    {"int mm_check(const char *why, bool verbose) {}",
     "int mm_check ( const char * why , _Bool verbose ) ;\n"},
    {"bool mm_init(void) {}\nvoid mm_check(void) {}",
     "_Bool mm_init ( void ) ;\nvoid mm_check ( void ) ;\n"},
    {"static int mm_check(void) {}", ""},          // no other file can see it
    {"int mm_check(struct block *b) {}", ""},      // unknown to the generated header
    {"int mm_check(block_t b) {}", ""},            //
    {"int mm_check(block_t) ;", ""},               // a type, not a parameter's name
    {"int mm_check(verbose) int verbose; {}", ""}, // nor is this a prototype
};

START_TEST(prototypes_for_the_generated_header)
{
    struct contract contract = {0};
    contract_scan(&contract, prototypes[_i].text, strlen(prototypes[_i].text));
    ck_assert_str_eq(contract.prototypes, prototypes[_i].prototype);
}
END_TEST

START_TEST(several_files_make_one_contract)
{
    struct contract contract = {0};
    const char *files[] = {"int helper(void) {}", "void mm_init(void) {}", "bool mm_init(void);"};
    for (size_t i = 0; i < 3; i++) {
        contract_scan(&contract, files[i], strlen(files[i]));
    }
    ck_assert_int_eq(contract.init, CONTRACT_UNSURE);
    ck_assert_str_eq(contract.prototypes, "void mm_init ( void ) ;\n");
}
END_TEST

static const struct {
    const char *text;
    unsigned declared, defined; ///< find_fit is bit 0, place bit 1
} looked_for[] = {
    {"", 0, 0},
    {"void *find_fit(size_t);", 1, 0},
    {"static void *find_fit(size_t asize);\nstatic void *find_fit(size_t asize) { }", 1, 1},
    {"static inline void *\nfind_fit(asize) size_t asize; { }", 1, 1},
    {"void place(void *bp, size_t n) __attribute__((hot));", 2, 0},
    {"void place(void *bp, size_t n) __asm__(\"mmgrade_place\");", 2, 0},
    {"int f(void) { return find_fit(3) == 0; }", 0, 0},
    {"// void *find_fit(size_t n) { }\n/* void place(int n) {} */", 0, 0},
    {"void find_fits(int n) {} int my_place(int n) {}", 0, 0},
    {"void *find_fit(size_t n) { place(0, n); return 0; } void place(void *p, size_t n) {}", 3, 3},
};

START_TEST(functions_that_a_lab_looks_for)
{
    static const char *const functions[] = {"find_fit", "place", NULL};
    struct contract contract = {.functions = functions};
    contract_scan(&contract, looked_for[_i].text, strlen(looked_for[_i].text));
    ck_assert_uint_eq(contract.declared, looked_for[_i].declared);
    ck_assert_uint_eq(contract.defined, looked_for[_i].defined);
}
END_TEST

/// Changes a few bytes: replaced, doubled or cut off.
static size_t mutate(char *text, size_t n)
{
    static const char special[] = "\\\"'/*(){};#\n= \0\377mmain";
    for (int i = rand() % 4; i >= 0; i--) {
        size_t at = (size_t)rand() % n;
        switch (rand() % 3) {
        case 0:
            text[at] = special[(size_t)rand() % (sizeof special - 1)];
            break;
        case 1:
            memmove(text + at, text + (size_t)rand() % n / 2, (n - at) / 2);
            break;
        default:
            n = at + 1;
        }
    }
    return n;
}

START_TEST(no_text_leads_it_astray)
{
    static const char original[] =
        "#include \"mm.h\"\n#define GET(p) \\\n (*(int *)(p))\n/* a \"comment\" */\n"
        "static bool mm_check(int line, const char *why);\nint mm_init(a) int a; { return 'x'; }\n"
        "void *mm_malloc(size_t n) { return \"\\\"{\"; }\nint main(void) { // end\n}\n";
    srand(test_seed(1));
    for (int round = 0; round < 10000; round++) {
        // Exactly as large as the text, so that a read past its end is seen.
        char *text = xcalloc(sizeof original, 1);
        memcpy(text, original, sizeof original);
        size_t n = mutate(text, sizeof original - 1);
        char *exact = xcalloc(n, 1);
        memcpy(exact, text, n);
        struct contract contract = {0};
        contract_scan(&contract, exact, n);
        ck_assert_uint_lt(strnlen(contract.prototypes, sizeof contract.prototypes),
                          sizeof contract.prototypes);
        free(exact);
        free(text);
    }
}
END_TEST

#define N(table) (int)(sizeof table / sizeof *table)

Suite *contract_suite(void)
{
    Suite *suite = suite_create("contract");
    TCase *tests = tcase_create("contract");
    tcase_set_timeout(tests, 60); // valgrind is slow
    tcase_add_loop_test(tests, return_types, 0, N(declared));
    tcase_add_loop_test(tests, definitions_and_calls, 0, N(defined));
    tcase_add_loop_test(tests, prototypes_for_the_generated_header, 0, N(prototypes));
    tcase_add_loop_test(tests, functions_that_a_lab_looks_for, 0, N(looked_for));
    tcase_add_test(tests, several_files_make_one_contract);
    tcase_add_test(tests, no_text_leads_it_astray);
    suite_add_tcase(suite, tests);
    return suite;
}
