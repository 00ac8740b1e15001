// SPDX-License-Identifier: MIT
// Directives that forge line markers, in sources as they are handed in; tokens of preprocessed
// ones.
#include <check.h>
#include <string.h>

#include "harness/sandbox/directives.h"
#include "harness/sandbox/tokens.h"
#include "tests/unit/suites.h"

#define N(table) (int)(sizeof table / sizeof *table)

static const struct {
    const char *text;
    const char *found; ///< NULL: nothing
    size_t line;
} directive_texts[] = {
    {"int x;\n#line 3\n", "#line", 2},
    {"int x;\n \t# \t line 3\n", "#line", 2},
    {"int x;\n%:line 3\n", "#line", 2},
    {"\xef\xbb\xbf#line 3\n", "#line", 1},
    {"int x;\n#li\\\nne 3\n", "#line", 2},
    {"int x;\n\\  \n#line 3\n", "#line", 2},
    {"/*\n\n*/ /* */ #line 3\n", "#line", 1},
    {"/*\n\n*/\n#line 3\n", "#line", 4},
    {"// a \\\n b\n#line 3\n", "#line", 3},
    {"char c = '\"'; // \"\n# 12 NAME 3\n", "# 1", 2},
    {"# 12 \"x\"", "# 1", 1},
    {"int x; // y\r#line 3\n", "\\r", 1},
    {"char *s = u8R\"(x)\";\n", "R\"", 1},
    {"int x;\nchar *s = R\\\n\"(x)\";\n", "R\"", 2},
    {"", NULL, 0},
    {"#", NULL, 0},
    {"#define line 3\n#include \"x.h\"\n#liner\n# 12\n", NULL, 0},
    {"/* \n#line 3\n*/ // \\\n#line 3\n", NULL, 0},
    {"char *s = \"\\\n#line 3\";\nint x = a # 3;\r\n", NULL, 0},
    {"char *BAR = FOUR\"x\"; /* unclosed", NULL, 0},
};

START_TEST(directives)
{
    size_t line = 0;
    const char *text = directive_texts[_i].text;
    const char *found = directives_find(text, strlen(text), &line);
    if (directive_texts[_i].found == NULL) {
        ck_assert_msg(found == NULL, "%s: %s", text, found);
    } else {
        ck_assert_msg(found != NULL && strcmp(found, directive_texts[_i].found) == 0, "%s", text);
        ck_assert_msg(line == directive_texts[_i].line, "%s: line %zu", text, line);
    }
}
END_TEST

START_TEST(a_zero_byte_is_a_blank)
{
    static const char text[] = "#\0line 3\n";
    size_t line;
    ck_assert_str_eq(directives_find(text, sizeof text - 1, &line), "#line");
}
END_TEST

// --- Tokens -----------------------------------------------------------------------------------

START_TEST(tokens_know_their_lines)
{
    static const char text[] = "# 1 \"./mm.c\"\n# 1 \"/mm/src//\"\n# 1 \"/usr/include/a.h\" 1 3\n"
                               "asm\n# 7 \"./mm.c\" 2\nint x$1 = 'a' + \"\\\"b\" <: 1;\n\n"
                               "#pragma pack\nlast\n# 3 \"../include/mm.h\"\nours\n"
                               "# 3 \"/usr/x/../y.h\"\nodd\n# 3 \"<built-in>\"\nnone\n\"open\nend";
    static const struct {
        const char *text;
        size_t line;
        enum token_origin origin;
    } expected[] = {
        {"asm", 1, TOKEN_OF_SYSTEM},           {"int", 7, TOKEN_OF_SUBMISSION},
        {"x$1", 7, TOKEN_OF_SUBMISSION},       {"=", 7, TOKEN_OF_SUBMISSION},
        {"'a'", 7, TOKEN_OF_SUBMISSION},       {"+", 7, TOKEN_OF_SUBMISSION},
        {"\"\\\"b\"", 7, TOKEN_OF_SUBMISSION}, {"[", 7, TOKEN_OF_SUBMISSION},
        {"1", 7, TOKEN_OF_SUBMISSION},         {";", 7, TOKEN_OF_SUBMISSION},
        {" pack", 9, TOKEN_OF_SUBMISSION},     {"last", 10, TOKEN_OF_SUBMISSION},
        {"ours", 3, TOKEN_OF_HARNESS},         {"odd", 3, TOKEN_OF_OUTSIDE},
        {"none", 3, TOKEN_OF_SYSTEM},          {"\"open", 4, TOKEN_OF_SYSTEM},
        {"end", 5, TOKEN_OF_SYSTEM},
    };
    struct token_reader reader = token_reader_open(text, sizeof text - 1);
    struct token token;
    size_t n = 0;
    while (token_next(&reader, &token)) {
        if (token.kind != TOKEN_MARKER) {
            ck_assert_int_lt((int)n, N(expected));
            ck_assert_msg(token_is(&token, expected[n].text), "%s", expected[n].text);
            ck_assert_uint_eq(reader.line, expected[n].line);
            ck_assert_int_eq((int)reader.origin, (int)expected[n].origin);
            n++;
        }
    }
    ck_assert_int_eq((int)n, N(expected));
}
END_TEST

Suite *directives_suite(void)
{
    Suite *suite = suite_create("directives");
    TCase *tests = tcase_create("directives");
    tcase_add_loop_test(tests, directives, 0, N(directive_texts));
    tcase_add_test(tests, a_zero_byte_is_a_blank);
    tcase_add_test(tests, tokens_know_their_lines);
    suite_add_tcase(suite, tests);
    return suite;
}
