// SPDX-License-Identifier: MIT
// Holds a file against the contract of the grader that reads it, for the CLI tests:
//
//   contract gradescope|autolab|github FILE
//
// gradescope: results.json; autolab: the autograder's whole output, whose last line counts; github:
// the JSON inside the base64. Exit status 1 with a line that names the member at fault.
#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum type { NUMBER, WHOLE, TEXT, FLAG, LIST, OBJECT };

struct member {
    const char *name;
    enum type type;
    bool required;
    const char *allowed; ///< of texts: words between bars; NULL: any
};

#define VISIBILITY "|hidden|after_due_date|after_published|visible|"
#define TEXT_FORMAT "|text|html|simple_format|md|ansi|"

static const struct member gradescope[] = {{"score", NUMBER, false, NULL},
                                           {"execution_time", NUMBER, false, NULL},
                                           {"output", TEXT, false, NULL},
                                           {"output_format", TEXT, false, TEXT_FORMAT},
                                           {"test_output_format", TEXT, false, TEXT_FORMAT},
                                           {"visibility", TEXT, false, VISIBILITY},
                                           {"stdout_visibility", TEXT, false, VISIBILITY},
                                           {"extra_data", OBJECT, false, NULL},
                                           {"tests", LIST, true, NULL},
                                           {"leaderboard", LIST, false, NULL},
                                           {NULL}};
static const struct member gradescope_test[] = {{"score", NUMBER, false, NULL},
                                                {"max_score", NUMBER, false, NULL},
                                                {"status", TEXT, true, "|passed|failed|"},
                                                {"name", TEXT, true, NULL},
                                                {"number", TEXT, false, NULL},
                                                {"output", TEXT, false, NULL},
                                                {"output_format", TEXT, false, TEXT_FORMAT},
                                                {"tags", LIST, false, NULL},
                                                {"visibility", TEXT, false, VISIBILITY},
                                                {"extra_data", OBJECT, false, NULL},
                                                {NULL}};
static const struct member leader[] = {{"name", TEXT, true, NULL},
                                       {"value", NUMBER, true, NULL},
                                       {"order", TEXT, false, "|asc|desc|"},
                                       {NULL}};
static const struct member autolab[] = {
    {"scores", OBJECT, true, NULL}, {"scoreboard", LIST, false, NULL}, {NULL}};
static const struct member autolab_test[] = {
    {"passed", FLAG, true, NULL}, {"hint", TEXT, false, NULL}, {NULL}};
static const struct member github[] = {{"version", WHOLE, true, NULL},
                                       {"status", TEXT, true, "|pass|fail|error|"},
                                       {"max_score", NUMBER, true, NULL},
                                       {"tests", LIST, true, NULL},
                                       {NULL}};
static const struct member github_test[] = {{"name", TEXT, true, NULL},
                                            {"status", TEXT, true, "|pass|fail|error|"},
                                            {"score", NUMBER, true, NULL},
                                            {"message", TEXT, true, NULL},
                                            {"test_code", TEXT, true, NULL},
                                            {"filename", TEXT, true, NULL},
                                            {"line_no", WHOLE, true, NULL},
                                            {"duration", NUMBER, true, NULL},
                                            {NULL}};

static void refuse(const char *what, const char *name, const char *why)
{
    fprintf(stderr, "%s: %s %s\n", what, name, why);
    exit(EXIT_FAILURE);
}

static bool has_type(const json_t *value, enum type type)
{
    switch (type) {
    case NUMBER:
        return json_is_number(value);
    case WHOLE:
        return json_is_integer(value);
    case TEXT:
        return json_is_string(value);
    case FLAG:
        return json_is_boolean(value);
    case LIST:
        return json_is_array(value);
    default:
        return json_is_object(value);
    }
}

/// Every member is one of the table's, of its type; none that is required is missing.
static void check_object(const char *what, json_t *object, const struct member *members)
{
    const char *name;
    json_t *value;
    if (!json_is_object(object)) {
        refuse(what, "it", "is no object");
    }
    json_object_foreach(object, name, value)
    {
        const struct member *member = members;
        while (member->name != NULL && strcmp(member->name, name) != 0) {
            member++;
        }
        if (member->name == NULL || !has_type(value, member->type)) {
            refuse(what, name, "is not known, or of the wrong type");
        }
        char word[64];
        snprintf(word, sizeof word, "|%s|", json_is_string(value) ? json_string_value(value) : "");
        if (member->allowed != NULL && strstr(member->allowed, word) == NULL) {
            refuse(what, name, "is none of the allowed words");
        }
    }
    for (; members->name != NULL; members++) {
        if (members->required && json_object_get(object, members->name) == NULL) {
            refuse(what, members->name, "is missing");
        }
    }
}

static void check_list(const char *what, const json_t *list, const struct member *members)
{
    for (size_t i = 0; i < json_array_size(list); i++) {
        check_object(what, json_array_get(list, i), members);
    }
}

static json_t *parse(const char *text)
{
    json_error_t error;
    json_t *root = json_loads(text, JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        refuse("JSON", error.text, text);
    }
    return root;
}

/// The stages are the names of objects of tests.
static void check_presentation(json_t *root)
{
    const char *presentation = json_string_value(json_object_get(root, "_presentation"));
    if (presentation == NULL || strcmp(presentation, "semantic") != 0) {
        refuse("autolab", "_presentation", "is not 'semantic'");
    }
    const json_t *stages = json_object_get(root, "stages");
    if (json_object_size(root) != 2 + json_array_size(stages)) {
        refuse("autolab", "stages", "do not name every stage");
    }
    for (size_t i = 0; i < json_array_size(stages); i++) {
        const char *test;
        json_t *value;
        json_t *stage = json_object_get(root, json_string_value(json_array_get(stages, i)));
        json_object_foreach(stage, test, value)
        {
            check_object(test, value, autolab_test);
        }
    }
}

static void check_autolab(char *text)
{
    size_t length = strlen(text);
    text[length - 1] = '\0';
    char *last = strrchr(text, '\n');
    *last++ = '\0';
    const char *before = strrchr(text, '\n') == NULL ? text : strrchr(text, '\n') + 1;
    json_t *root = parse(last);
    check_object("autolab", root, autolab);
    const char *problem;
    json_t *score;
    json_object_foreach(json_object_get(root, "scores"), problem, score)
    {
        if (!json_is_number(score)) {
            refuse("autolab", problem, "has no number");
        }
    }
    json_decref(root);
    root = parse(before);
    check_presentation(root);
    json_decref(root);
}

int main(int argc, char **argv)
{
    static char text[1 << 20];
    FILE *file = argc == 3 ? fopen(argv[2], "r") : NULL;
    if (file == NULL || fread(text, 1, sizeof text - 1, file) == 0) {
        refuse("contract", "gradescope|autolab|github FILE", "");
    }
    fclose(file);
    if (strcmp(argv[1], "autolab") == 0) {
        check_autolab(text);
        return EXIT_SUCCESS;
    }
    bool is_github = strcmp(argv[1], "github") == 0;
    json_t *root = parse(text);
    check_object(argv[1], root, is_github ? github : gradescope);
    check_list("test", json_object_get(root, "tests"), is_github ? github_test : gradescope_test);
    check_list("leaderboard", json_object_get(root, "leaderboard"), leader);
    json_decref(root);
    return EXIT_SUCCESS;
}
