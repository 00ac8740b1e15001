// SPDX-License-Identifier: MIT
// What an instrumented build refuses: evasions, each by its line, and innocents that look alike.
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "harness/base/memory.h"
#include "harness/sandbox/hidden.h"
#include "tests/unit/fixtures.h"
#include "tests/unit/instrumented.h"
#include "tests/unit/suites.h"

#define REST "\nint mm_init(void) { return 0; }\n"

struct submission {
    const char *title;
    struct source_text sources[4];
    const char *code;       ///< of the verdict; NULL: nothing is refused
    const char *message;    ///< start of it
    const char *compiler;   ///< the only one that knows the construct; NULL: both
    const char *allowed[2]; ///< functions besides the usual
};

#define ONE(text)                                                                                  \
    {                                                                                              \
        {                                                                                          \
            "mm.c", text REST                                                                      \
        }                                                                                          \
    }
#define HIDDEN "HIDDEN_CODE"
#define CALL "FORBIDDEN_CALL"

static const struct submission submissions[] = {
    // Assembly
    {"asm", ONE("int x;\nvoid f(void) { __asm__ volatile(\"nop\"); }"), HIDDEN,
     "mm.c:2: inline assembly '__asm__' cannot be observed, so its cost cannot be counted"},
    {"asm at file level", ONE("\n\nasm(\".data\\n.text\");"), HIDDEN,
     "mm.c:3: inline assembly 'asm'"},
    {"asm over lines", ONE("void f(void) {\n__asm\\\n__ /* why */\n(\"nop\"); }"), HIDDEN,
     "mm.c:2: inline assembly '__asm__'"},
    {"asm by a macro", ONE("#define B(x) __as##x\n\nvoid f(void) {\n B(m__)(\"nop\"); }"), HIDDEN,
     "mm.c:4: inline assembly '__asm__'"},
    {"asm in a header",
     {{"mm.c", "#include \"own.h\"" REST},
      {"own.h", "\nstatic inline void f(void) { asm(\"nop\"); }\n"}},
     HIDDEN,
     "own.h:2: inline assembly 'asm'"},
    {"asm as a label",
     ONE("void *find(void *, int, unsigned long) __asm__(\"memchr\");\n"
         "void *f(void *p) { return find(p, 1, 2); }"),
     HIDDEN, "mm.c:1: inline assembly '__asm__'"},
    {"a register variable", ONE("register long top __asm__(\"r15\");"), HIDDEN,
     "mm.c:1: inline assembly '__asm__'", "gcc"},
    {"asm in a file beside that is linked",
     {{"mm.c", "int f(void);int (*g)(void) = f;" REST},
      {"help.c", "int f(void) {\n asm(\"nop\"); return 1; }\n"}},
     HIDDEN,
     "help.c:2: inline assembly 'asm'"},
    {"asm in a file beside that is not",
     {{"mm.c", REST}, {"clock.c", "int tick(void) { asm(\"nop\"); return 1; }\n"}},
     NULL,
     NULL},
    {"telling the builds apart",
     ONE("#ifndef __SANITIZE_THREAD__\nvoid f(void) { asm(\"nop\"); }\n#endif"), HIDDEN,
     "mm.c:2: inline assembly 'asm'"},
    {"asm in a file beside that does not compile",
     {{"mm.c", REST}, {"timer.c", "int tick(void) { asm(\"nop\"); return nothing; }\n"}},
     NULL,
     NULL},
    // Attributes and pragmas
    {"no_sanitize",
     ONE("__attribute__((noinline, __no_sanitize__(\"thread\"))) int f(int *p) "
         "{ return *p; }"),
     HIDDEN, "mm.c:1: the attribute '__no_sanitize__' switches the counting of costs off"},
    {"no_sanitize over lines",
     ONE("__attribute__\n((\n no_sanitize_thread\n)) int f(int *p) "
         "{ return *p; }"),
     HIDDEN, "mm.c:3: the attribute 'no_sanitize_thread'"},
    {"no_sanitize by a macro",
     ONE("#define QUICK __attribute__((no_sanitize(\"thread\")))\n"
         "int x;\nQUICK int f(int *p) { return *p; }"),
     HIDDEN, "mm.c:3: the attribute 'no_sanitize'"},
    {"no_sanitize in brackets",
     ONE("[[gnu::no_sanitize(\"thread\")]] int f(int *p) "
         "{ return *p; }"),
     HIDDEN, "mm.c:1: the attribute 'no_sanitize'", "gcc"},
    {"no_sanitize in digraphs",
     ONE("<:<:gnu::no_sanitize(\"thread\"):> :> int f(int *p) "
         "{ return *p; }"),
     HIDDEN, "mm.c:1: the attribute 'no_sanitize'", "gcc"},
    {"disabled",
     ONE("__attribute__((disable_sanitizer_instrumentation)) int f(int *p) "
         "{ return *p; }"),
     HIDDEN, "mm.c:1: the attribute 'disable_sanitizer_instr", "clang"},
    {"naked", ONE("__attribute__((naked)) void f(void) {}"), HIDDEN,
     "mm.c:1: the attribute 'naked'"},
    {"alias", ONE("void f(void) {}\nvoid g(void) __attribute__((alias(\"f\")));"), HIDDEN,
     "mm.c:2: the attribute 'alias' gives a function a second name"},
    {"weakref",
     ONE("static int f(void) __attribute__((weakref(\"rand\")));\n"
         "int g(void) { return f(); }"),
     HIDDEN, "mm.c:1: the attribute 'weakref'"},
    {"section", ONE("__attribute__((__section__(\".init_array\"))) void *x;"), HIDDEN,
     "mm.c:1: the attribute '__section__'"},
    {"optimize", ONE("__attribute__((optimize(\"O1\"))) void f(void) {}"), HIDDEN,
     "mm.c:1: the attribute 'optimize' compiles differently"},
    {"pragma", ONE("int x;\n#  pragma GCC\toptimize (\"O1\")"), HIDDEN,
     "mm.c:2: the pragma 'GCC optimize"},
    {"pragma by an operator", ONE("#define P(x) _Pragma(#x)\nint x;\nP(GCC optimize(\"O1\"))"),
     HIDDEN, "mm.c:3: the pragma 'GCC optimize"},
    {"clang's pragma",
     ONE("#pragma clang attribute push(__attribute__((no_sanitize(\"thread\"))), "
         "apply_to = function)\nint f(int *p) { return *p; }\n#pragma clang attribute pop"),
     HIDDEN, "mm.c:1: the pragma 'clang attribute"},
    {"renaming",
     ONE("#pragma redefine_extname find memchr\nvoid *find(void *, int, unsigned long);"
         "\nvoid *f(void *p) { return find(p, 1, 2); }"),
     HIDDEN, "mm.c:1: the pragma 'redefine_extname"},
    // The compiler's own functions and spaces
    {"a builtin that copies", ONE("void f(char *p) { __builtin_memcpy(p, p + 64, 40); }"), HIDDEN,
     "mm.c:1: the compiler's own function '__builtin_memcpy'"},
    {"an address space", ONE("long f(long p) { return *(long __seg_gs *)p; }"), HIDDEN,
     "mm.c:1: the address space '__seg_gs'", "gcc"},
    {"vectors", ONE("int x;\n#include <emmintrin.h>\nvoid f(int *p) { _mm_stream_si32(p, 1); }"),
     HIDDEN, "mm.c:2: the header '/usr/"},
    {"a copy behind the wrapper",
     ONE("void *__real_memcpy(void *, const void *, unsigned long);\n"
         "void *f(void *p, long n) { return __real_memcpy(p, p, n); }"),
     HIDDEN, "mm.c:1: the name '__real_memcpy' belongs to the code that counts"},
    // Replacing the harness
    {"a callback",
     ONE("int x;\nstatic void __tsan_write8(void *p) {}\n"
         "void f(long *p) { *p = 1; }"),
     HIDDEN, "mm.c:2: the name '__tsan_write8' belongs to the code that counts"},
    {"a callback by pasting", ONE("#define N(a) __ts##a\nvoid N(an_read8)(void *p) {}"), HIDDEN,
     "mm.c:2: the function '__tsan_read8' replaces one"},
    {"a wrapper", ONE("void *__wrap_memset(void *p, int c, unsigned long n) { return p; }"), HIDDEN,
     "mm.c:1: the function '__wrap_memset' replaces one"},
    {"memlib", ONE("void *mem_sbrk(long n) { return 0; }"), HIDDEN,
     "mm.c:1: the function 'mem_sbrk' replaces one"},
    // Macros that are expanded inside system headers
    {"assembly in a system header",
     ONE("#define mkstemp ignore(void); static void f(void) { asm(\"nop\"); } int mkstemp\n"
         "#include <stdlib.h>"),
     HIDDEN, "/usr/include/stdlib.h:"},
    {"assembly for a name in a system header",
     ONE("#define mkstemp ignore(void); void f(void) asm(\"f,1\\n nop\"); int mkstemp\n"
         "#include <stdlib.h>"),
     HIDDEN, "/usr/include/stdlib.h:"},
    {"an attribute in a system header",
     ONE("#define mkstemp ignore(void); __attribute__((no_sanitize(\"thread\"))) int f(int *p) "
         "{ return *p; } int mkstemp\n#include <stdlib.h>"),
     HIDDEN, "/usr/include/stdlib.h:"},
    // Lying about lines
    {"#line", ONE("#line 1 \"/usr/include/stdio.h\"\nvoid f(void) { asm(\"nop\"); }"), HIDDEN,
     "mm.c:1: the text '#line' hides from which line code comes"},
    {"a marker",
     ONE("/*\n*/ # 1 \"/usr/include/stdio.h\" 1 3\nvoid f(void) "
         "{ asm(\"nop\"); }"),
     HIDDEN, "mm.c:1: the text '# 1' hides"},
    {"a marker in a header",
     {{"mm.c", "#include \"own.h\"" REST},
      {"own.h", "\n#pragma GCC system_header\n# 7 \"/usr/include/stdio.h\" 3\n"
                "static inline void f(void) { asm(\"nop\"); }\n"}},
     HIDDEN,
     "own.h:3: the text '# 1' hides"},
    {"a system header of one's own",
     {{"mm.c", "#include \"own.h\"" REST},
      {"own.h", "#pragma GCC system_header\nstatic inline void f(void) { asm(\"nop\"); }\n"}},
     HIDDEN,
     "own.h:2: inline assembly 'asm'"},
    {"a raw string", ONE("const char *s = R\"(\")\"; void f(void) { asm(\"nop\"); } //\""), HIDDEN,
     "mm.c:1: ", "gcc"},
    {"a roundabout path",
     {{"mm.c", "\n#include \"/usr/../proc/self/cwd/own.h\"" REST},
      {"own.h", "static inline void f(void) {}\n"}},
     HIDDEN,
     "mm.c:2: the file '/usr/../proc/self/cwd/own.h' lies outside the submission"},
    // Calls
    {"memchr", ONE("#include <string.h>\n\nvoid *f(void *p) {\n return memchr(p, 1, 9); }"), CALL,
     "mm.c:4: the function 'memchr' runs outside your code, so its cost cannot be counted"},
    {"memchr, allowed",
     ONE("#include <string.h>\nvoid *f(void *p) { return memchr(p, 1, 9); }"),
     NULL,
     NULL,
     NULL,
     {"memchr"}},
    {"qsort",
     ONE("#include <stdlib.h>\nint c(const void *a, const void *b) { return 0; }\n"
         "void f(void *p) { qsort(p, 2, 4, c); }"),
     CALL, "mm.c:3: the function 'qsort'"},
    {"strcpy of a constant",
     ONE("#include <string.h>\nvoid f(char *p) { strcpy(p, \"abcdefg\"); }"), CALL,
     "mm.c:2: the function 'strcpy'"},
    {"dlsym", ONE("#include <dlfcn.h>\nvoid *f(void) { return dlsym(0, \"memchr\"); }"), CALL,
     "mm.c:2: the function 'dlsym'"},
    {"syscall", ONE("#include <unistd.h>\nlong f(void) { return syscall(39); }"), CALL,
     "mm.c:2: the function 'syscall'"},
    {"mmap", ONE("#include <sys/mman.h>\nvoid *f(void) { return mmap(0, 4096, 3, 34, -1, 0); }"),
     CALL, "mm.c:2: the function 'mmap'"},
    {"a weak import",
     ONE("__attribute__((weak)) void *memchr(const void *, int, unsigned long);\n"
         "void *f(void *p) { return memchr ? memchr(p, 1, 2) : 0; }"),
     CALL, "mm.c:1: the function 'memchr'"},
    {"a call and assembly",
     ONE("#include <dlfcn.h>\nvoid *f(void) { return dlsym(0, \"x\"); }\n"
         "void g(void) { asm(\"nop\"); }"),
     HIDDEN, "mm.c:3: inline assembly 'asm'"},
    // Innocents
    {"all headers",
     ONE("#define _GNU_SOURCE\n#include <assert.h>\n#include <ctype.h>\n#include "
         "<errno.h>\n#include <fenv.h>\n#include <float.h>\n#include <inttypes.h>\n#include "
         "<iso646.h>\n#include <limits.h>\n#include <locale.h>\n#include <math.h>\n#include "
         "<setjmp.h>\n#include <signal.h>\n#include <stdalign.h>\n#include <stdarg.h>\n#include "
         "<stdatomic.h>\n#include <stdbool.h>\n#include <stddef.h>\n#include <stdint.h>\n#include "
         "<stdio.h>\n#include <stdlib.h>\n#include <stdnoreturn.h>\n#include <string.h>\n#include "
         "<strings.h>\n#include <tgmath.h>\n#include <threads.h>\n#include <time.h>\n#include "
         "<uchar.h>\n#include <wchar.h>\n#include <wctype.h>\n#include <unistd.h>\n#include "
         "<fcntl.h>\n#include <sys/types.h>\n#include <sys/stat.h>\n#include "
         "<sys/time.h>\n#include <sys/mman.h>\n#include <sys/resource.h>\n#include "
         "<sys/wait.h>\n#include <sys/queue.h>\n#include <search.h>\n#include "
         "<pthread.h>\n#include <malloc.h>\n#include <obstack.h>\n#include <getopt.h>\n#include "
         "<alloca.h>\n#include <byteswap.h>\n#include <endian.h>\n#include <err.h>\n#include "
         "<error.h>\n"),
     NULL, NULL},
    {"a good allocator",
     ONE("#include <assert.h>\n#include <errno.h>\n#include <limits.h>\n"
         "#include <math.h>\n#include <stdarg.h>\n#include <stdint.h>\n#include <stdio.h>\n"
         "#include <stdlib.h>\n#include <string.h>\n#include <unistd.h>\n#include \"memlib.h\"\n"
         "#include \"mm.h\"\nvoid *mm_malloc(size_t n) { assert(n > 0); printf(\"%zu\\n\", n);\n"
         "fprintf(stderr, \"%d %f\\n\", __builtin_clzl(n), log2((double)n) + NAN); errno = "
         "ENOMEM;\n"
         "void *p = mem_sbrk((long)n); if (p == (void *)-1) abort(); fflush(stdout);\n"
         "memset(p, 0, n); memcpy(p, \"abcdefghijklmnopqrstuvwxyz\", 24); memmove(p, p, 7);\n"
         "if (__builtin_expect(n == 4, 0)) exit(1); return p; }"),
     NULL, NULL},
    {"words that look alike",
     ONE("#pragma GCC diagnostic push\n#pragma GCC diagnostic pop\n"
         "// asm __asm__\n/* #line 1 \"x\"\n# 1 \"x\" 3\n*/ static const char *asm_text = "
         "\"asm(\\\"\";\n"
         "int my_asm, section, alias, target, naked, optimize; char quote = '\"';\n"
         "struct s { int qsort, naked; } s;\nint a[3], b[2];\n"
         "int f(void) { return a[b[0]] + s.qsort + s.naked + my_asm + *asm_text; }\n"
         "static void bzero(char *p, long n) { while (n-- > 0) *p++ = 0; }\n"
         "void g(char *p) { bzero(p, 9); }\n"
         "__attribute__((constructor, unused)) static void h(void) { section = quote; }"),
     NULL, NULL},
};

static const char *const compilers[] = {"gcc", "clang"};

#define N(table) (int)(sizeof table / sizeof *table)

START_TEST(submissions_are_seen_through)
{
    const struct submission *one = &submissions[_i / 2];
    const char *compiler = compilers[_i % 2];
    if (one->compiler != NULL && strcmp(one->compiler, compiler) != 0) {
        return;
    }
    struct build_result result = {.ok = true};
    char *folder = instrumented_build(compiler, one->sources);
    bool ok =
        hidden_check(folder, compiler, one->allowed[0] == NULL ? NULL : one->allowed, &result);
    const struct verdict *verdict = result.verdict;
    ck_assert_msg(ok == (one->code == NULL), "%s, %s: %s", one->title, compiler,
                  verdict == NULL ? "not refused" : verdict->message);
    ck_assert(result.ok == ok);
    if (!ok) {
        ck_assert_msg(strcmp(verdict->code, one->code) == 0 &&
                          strncmp(verdict->message, one->message, strlen(one->message)) == 0,
                      "%s, %s: %s: %s", one->title, compiler, verdict->code, verdict->message);
        ck_assert_str_ne(verdict->hint, "");
        verdict_free(result.verdict);
    }
    scratch_remove(folder);
}
END_TEST

/// A reference as mm.c, in either compiler's hands.
START_TEST(references_hide_nothing)
{
    static const char *const references[] = {"implicit", "explicit_lifo", "segregated", "buddy",
                                             "best"};
    char *name = xasprintf("reference/malloc/%s.c", references[_i / 2]);
    char *path = paths_in_root(name);
    FILE *file = fopen(path, "re");
    char text[65536];
    ck_assert_msg(file != NULL, "%s", path);
    text[fread(text, 1, sizeof text - 1, file)] = '\0';
    ck_assert(fclose(file) == 0);
    struct source_text sources[] = {{"mm.c", text}, {0}};
    struct build_result result = {.ok = true};
    char *folder = instrumented_build(compilers[_i % 2], sources);
    bool ok = hidden_check(folder, compilers[_i % 2], NULL, &result);
    ck_assert_msg(ok, "%s: %s", name, ok ? "" : result.verdict->message);
    scratch_remove(folder);
    free(path);
    free(name);
}
END_TEST

START_TEST(what_does_not_preprocess_stays_as_it_is)
{
    static const struct source_text source = {"mm.c", "#error no\n"};
    const char *compiler[] = {"/usr/bin/gcc", NULL};
    char *folder = scratch_make();
    char *command = xasprintf("cd '%s' && mkdir src include out", folder);
    ck_assert_int_eq(system(command), 0);
    instrumented_write(folder, &source);
    char *unit = preprocess_unit(folder, compiler, "./mm.c", "mm");
    ck_assert_str_eq(unit, "./mm.c");
    scratch_remove(folder);
    free(unit);
    free(command);
}
END_TEST

START_TEST(all_places_are_told)
{
    static const struct source_text sources[] = {
        {"mm.c", "#include <stdlib.h>\nvoid f(void *p) { free(p); }\nvoid g(void) { asm(\"nop\"); "
                 "}\nvoid h(void) {\n asm(\"nop\"); }" REST},
        {0}};
    struct build_result result = {.ok = true};
    char *folder = instrumented_build("gcc", sources);
    ck_assert(!hidden_check(folder, "gcc", NULL, &result));
    ck_assert_str_eq(result.verdict->details,
                     "mm.c:2: the function 'free' runs outside your code, so its cost cannot be "
                     "counted\nmm.c:5: inline assembly 'asm' cannot be observed, so its cost "
                     "cannot be counted");
    verdict_free(result.verdict);
    scratch_remove(folder);
}
END_TEST

START_TEST(a_damaged_library_is_refused)
{
    static const struct source_text sources[] = {{"mm.c", REST}, {0}};
    struct build_result result = {.ok = true};
    char *folder = instrumented_build("gcc", sources);
    char *library = xasprintf("%s/out/submission.so", folder);
    ck_assert_int_eq(truncate(library, 100), 0);
    ck_assert(!hidden_check(folder, "gcc", NULL, &result));
    ck_assert_str_eq(result.verdict->code, "HIDDEN_CODE");
    ck_assert_ptr_nonnull(
        strstr(result.verdict->message, "the symbol table could not be examined"));
    verdict_free(result.verdict);
    scratch_remove(folder);
    free(library);
}
END_TEST

Suite *hidden_suite(void)
{
    Suite *suite = suite_create("hidden");
    TCase *tests = tcase_create("hidden");
    tcase_set_timeout(tests, 60);
    if (can_confine("hidden")) {
        tcase_add_loop_test(tests, submissions_are_seen_through, 0, 2 * N(submissions));
        tcase_add_loop_test(tests, references_hide_nothing, 0, 2 * 5);
        tcase_add_test(tests, what_does_not_preprocess_stays_as_it_is);
        tcase_add_test(tests, all_places_are_told);
        tcase_add_test(tests, a_damaged_library_is_refused);
    }
    suite_add_tcase(suite, tests);
    return suite;
}
