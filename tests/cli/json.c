// SPDX-License-Identifier: MIT
// Looks into a JSON file for the CLI tests:  json FILE [KEY|INDEX ...]
//
// Prints the value at that path (text and numbers bare, arrays and objects as their number of
// entries). Exit status 1 when the file is no valid JSON or the path leads nowhere.
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

static void print_value(const json_t *value)
{
    switch (json_typeof(value)) {
    case JSON_STRING:
        puts(json_string_value(value));
        break;
    case JSON_ARRAY:
        printf("%zu\n", json_array_size(value));
        break;
    case JSON_OBJECT:
        printf("%zu\n", json_object_size(value));
        break;
    case JSON_INTEGER:
    case JSON_REAL:
        printf("%.10g\n", json_number_value(value));
        break;
    default:
        puts(json_is_true(value) ? "true" : json_is_false(value) ? "false" : "null");
    }
}

int main(int argc, char **argv)
{
    if (argc < 2) {
        return EXIT_FAILURE;
    }
    json_error_t error;
    json_t *root = json_load_file(argv[1], JSON_REJECT_DUPLICATES, &error);
    if (root == NULL) {
        fprintf(stderr, "%s:%d:%d: %s\n", argv[1], error.line, error.column, error.text);
        return EXIT_FAILURE;
    }
    const json_t *value = root;
    for (int i = 2; i < argc && value != NULL; i++) {
        value = json_is_array(value) ? json_array_get(value, strtoul(argv[i], NULL, 10))
                                     : json_object_get(value, argv[i]);
    }
    int found = value != NULL;
    if (found) {
        print_value(value);
    }
    json_decref(root);
    return found ? EXIT_SUCCESS : EXIT_FAILURE;
}
