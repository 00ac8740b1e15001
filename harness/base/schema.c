// SPDX-License-Identifier: MIT
// Walks a YAML document along a table of keys. libcyaml has schemas too, but it does not tell what
// would be allowed, and for unknown, missing and repeated keys it names the line before.
#include "harness/base/schema.h"

#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <yaml.h>

#include "harness/base/schema_table.h"
#include "harness/base/schema_value.h"

struct reader {
    const char *path;
    yaml_document_t document;
    const struct schema_key *root;
    void *whole;
    struct error *error;
};

struct schema_place {
    struct reader *reader;
    yaml_node_t *mapping;
};

static bool read_mapping(struct reader *reader, yaml_node_t *node, const struct schema_key *keys,
                         const char *group, void *base);

static bool refuse_node(struct reader *reader, const yaml_node_t *node, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
static bool refuse_node(struct reader *reader, const yaml_node_t *node, const char *format, ...)
{
    char reason[768];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    return error_at(reader->error, reader->path, node->start_mark.line + 1,
                    node->start_mark.column + 1, "%s", reason);
}

static const char *node_text(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

/// An empty value, as in `heap:` with nothing after it.
static bool node_is_empty(const yaml_node_t *node)
{
    return node->type == YAML_SCALAR_NODE && node->data.scalar.length == 0 &&
           node->data.scalar.style == YAML_PLAIN_SCALAR_STYLE;
}

static const char *node_kind(const yaml_node_t *node)
{
    return node_is_empty(node)                ? "nothing"
           : node->type == YAML_SCALAR_NODE   ? "a text"
           : node->type == YAML_SEQUENCE_NODE ? "a list"
                                              : "keys";
}

static yaml_node_t *mapping_find(struct reader *reader, yaml_node_t *mapping, const char *name,
                                 size_t name_bytes)
{
    for (yaml_node_pair_t *pair = mapping->data.mapping.pairs.start;
         mapping->type == YAML_MAPPING_NODE && pair < mapping->data.mapping.pairs.top; pair++) {
        const char *text = node_text(yaml_document_get_node(&reader->document, pair->key));
        if (text != NULL && strlen(text) == name_bytes && strncmp(text, name, name_bytes) == 0) {
            return yaml_document_get_node(&reader->document, pair->value);
        }
    }
    return NULL;
}

/// Follows "heap.base" downwards; NULL when it is not written.
static yaml_node_t *place_find(const struct schema_place *place, const char *key)
{
    yaml_node_t *node = place->mapping;
    while (node != NULL && *key != '\0') {
        size_t n = strcspn(key, ".");
        node = mapping_find(place->reader, node, key, n);
        key += key[n] == '.' ? n + 1 : n;
    }
    return node;
}

bool schema_has(const struct schema_place *place, const char *key)
{
    return place_find(place, key) != NULL;
}

bool schema_refuse(const struct schema_place *place, const char *key, const char *format, ...)
{
    char reason[768];
    va_list arguments;
    va_start(arguments, format);
    vsnprintf(reason, sizeof reason, format, arguments);
    va_end(arguments);
    yaml_node_t *node = place_find(place, key);
    return refuse_node(place->reader, node != NULL ? node : place->mapping, "%s", reason);
}

/// The group of the top level that knows the key, or NULL.
static const char *group_of(const struct schema_key *root, const char *name)
{
    for (; root->name != NULL; root++) {
        if (root->type == SCHEMA_GROUP && schema_key_find(root->keys, name) != NULL) {
            return root->name;
        }
    }
    return NULL;
}

static bool refuse_unknown(struct reader *reader, const yaml_node_t *node,
                           const struct schema_key *keys, const char *group)
{
    const char *name = node_text(node);
    char all[512];
    schema_keys_join(keys, all, sizeof all);
    char advice[96] = "";
    const char *nearest = schema_key_nearest(keys, name);
    const char *home = group_of(reader->root, name);
    if (home != NULL) {
        snprintf(advice, sizeof advice, ", it belongs under '%s'", home);
    } else if (schema_key_find(reader->root, name) != NULL) {
        snprintf(advice, sizeof advice, ", it belongs at the top, not indented");
    } else if (nearest != NULL) {
        snprintf(advice, sizeof advice, ", did you mean '%s'?", nearest);
    }
    return refuse_node(reader, node, "unknown key '%.64s'%s%s%s (one of %s)", name,
                       group == NULL ? "" : " in ", group == NULL ? "" : group, advice, all);
}

static bool read_texts(struct reader *reader, yaml_node_t *node, const struct schema_key *key,
                       void *base)
{
    char ***texts = schema_field(base, key->offset);
    size_t *count = schema_field(base, key->count_offset);
    schema_texts_clear(texts, count);
    for (yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top; item++) {
        yaml_node_t *entry = yaml_document_get_node(&reader->document, *item);
        const char *text = node_text(entry);
        if (text == NULL || text[0] == '\0') {
            return refuse_node(reader, entry, "'%s' needs %s, found %s in it", key->name,
                               schema_type_name(SCHEMA_TEXTS), node_kind(entry));
        }
        schema_texts_append(texts, count, text, strlen(text));
    }
    return true;
}

static bool read_list(struct reader *reader, yaml_node_t *node, const struct schema_key *key,
                      void *base)
{
    size_t *count = schema_field(base, key->count_offset);
    for (yaml_node_item_t *item = node->data.sequence.items.start;
         item < node->data.sequence.items.top; item++) {
        yaml_node_t *entry = yaml_document_get_node(&reader->document, *item);
        char *element = schema_list_append(key, base);
        struct schema_place place = {.reader = reader, .mapping = entry};
        schema_store_fallbacks(key->keys, element);
        if (!read_mapping(reader, entry, key->keys, key->name, element) ||
            (key->check != NULL && !key->check(&place, reader->whole, element))) {
            return false;
        }
    }
    return *count > 0 || refuse_node(reader, node, "'%s' needs at least one entry", key->name);
}

static bool read_value(struct reader *reader, yaml_node_t *node, const struct schema_key *key,
                       void *base)
{
    char reason[512];
    const yaml_node_type_t wanted = key->type == SCHEMA_GROUP ? YAML_MAPPING_NODE
                                    : key->type == SCHEMA_TEXTS || key->type == SCHEMA_LIST
                                        ? YAML_SEQUENCE_NODE
                                        : YAML_SCALAR_NODE;
    if (key->type != SCHEMA_GROUP && (node->type != wanted || node_is_empty(node))) {
        return refuse_node(reader, node, "'%s' needs %s, found %s", key->name,
                           schema_type_name(key->type), node_kind(node));
    }
    switch (wanted) {
    case YAML_MAPPING_NODE:
        return read_mapping(reader, node, key->keys, key->name, base);
    case YAML_SEQUENCE_NODE:
        return key->type == SCHEMA_TEXTS ? read_texts(reader, node, key, base)
                                         : read_list(reader, node, key, base);
    default:
        return schema_value_store(key, node_text(node), schema_field(base, key->offset), reason,
                                  sizeof reason) ||
               refuse_node(reader, node, "%s", reason);
    }
}

/// Refuses a name that is no text, is unknown or stood before; else its key.
static const struct schema_key *read_key(struct reader *reader, yaml_node_t *mapping,
                                         const yaml_node_pair_t *pair,
                                         const struct schema_key *keys, const char *group)
{
    yaml_node_t *node = yaml_document_get_node(&reader->document, pair->key);
    if (node_text(node) == NULL) {
        refuse_node(reader, node, "a key must be a plain name, found %s", node_kind(node));
        return NULL;
    }
    const struct schema_key *key = schema_key_find(keys, node_text(node));
    if (key == NULL) {
        refuse_unknown(reader, node, keys, group);
        return NULL;
    }
    for (yaml_node_pair_t *other = mapping->data.mapping.pairs.start; other < pair; other++) {
        const yaml_node_t *first = yaml_document_get_node(&reader->document, other->key);
        if (strcmp(node_text(first), key->name) == 0) {
            refuse_node(reader, node, "key '%s' stands twice (first on line %zu)", key->name,
                        first->start_mark.line + 1);
            return NULL;
        }
    }
    return key;
}

static bool read_mapping(struct reader *reader, yaml_node_t *node, const struct schema_key *keys,
                         const char *group, void *base)
{
    if (node->type != YAML_MAPPING_NODE) {
        char all[512];
        schema_keys_join(keys, all, sizeof all);
        return refuse_node(reader, node, "%s%s%s needs keys%s (%s), found %s",
                           group == NULL ? "" : "'", group == NULL ? "the file" : group,
                           group == NULL ? "" : "'",
                           node_is_empty(node) ? " indented below it" : "", all, node_kind(node));
    }
    for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
         pair < node->data.mapping.pairs.top; pair++) {
        const struct schema_key *key = read_key(reader, node, pair, keys, group);
        yaml_node_t *value = yaml_document_get_node(&reader->document, pair->value);
        if (key == NULL || !read_value(reader, value, key, base)) {
            return false;
        }
    }
    for (const struct schema_key *key = keys; key->name != NULL; key++) {
        if (key->required && mapping_find(reader, node, key->name, strlen(key->name)) == NULL) {
            return refuse_node(reader, node, "key '%s' is missing%s%s", key->name,
                               group == NULL ? "" : " in ", group == NULL ? "" : group);
        }
    }
    return true;
}

/// libyaml gives the bytes that it cannot decode an offset, and everything else a mark.
static bool refuse_syntax(const yaml_parser_t *parser, const char *path, const char *text,
                          struct error *error)
{
    size_t line = parser->problem_mark.line + 1;
    size_t column = parser->problem_mark.column + 1;
    if (parser->error == YAML_READER_ERROR) {
        line = 1;
        column = 1;
        for (size_t i = 0; i < parser->problem_offset; i++) {
            column = text[i] == '\n' ? 1 : column + 1;
            line += text[i] == '\n';
        }
    }
    if (parser->context == NULL) {
        return error_at(error, path, line, column, "%s", parser->problem);
    }
    return error_at(error, path, line, column, "%s (%s that begins on line %zu)", parser->problem,
                    parser->context, parser->context_mark.line + 1);
}

static bool read_document(struct reader *reader, yaml_parser_t *parser,
                          bool (*check)(const struct schema_place *place, void *whole),
                          const char *text)
{
    yaml_node_t *root = yaml_document_get_root_node(&reader->document);
    if (root == NULL) {
        return error_at(reader->error, reader->path, 1, 1, "the file is empty");
    }
    struct schema_place place = {.reader = reader, .mapping = root};
    schema_store_fallbacks(reader->root, reader->whole);
    if (!read_mapping(reader, root, reader->root, NULL, reader->whole)) {
        return false;
    }
    yaml_document_t second;
    if (!yaml_parser_load(parser, &second)) {
        return refuse_syntax(parser, reader->path, text, reader->error);
    }
    const yaml_node_t *more = yaml_document_get_root_node(&second);
    bool alone = more == NULL || refuse_node(reader, more, "a second document begins here");
    yaml_document_delete(&second);
    return alone && (check == NULL || check(&place, reader->whole));
}

bool schema_read(const struct schema_key *keys, void *into, const char *path, const char *text,
                 size_t text_bytes, bool (*check)(const struct schema_place *place, void *whole),
                 struct error *error)
{
    struct reader reader = {.path = path, .root = keys, .whole = into, .error = error};
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        die("out of memory");
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, text_bytes);
    bool ok = yaml_parser_load(&parser, &reader.document);
    if (!ok) {
        refuse_syntax(&parser, path, text, error);
    } else {
        ok = read_document(&reader, &parser, check, text);
        yaml_document_delete(&reader.document);
    }
    yaml_parser_delete(&parser);
    return ok;
}

struct visitor {
    yaml_document_t document;
    void (*visit)(void *context, const char *const *keys, size_t n_keys, const char *value);
    void *context;
    const char *keys[SCHEMA_VISIT_DEPTH];
    size_t n_keys;
};

static void visit_node(struct visitor *visitor, int node_idx);

static void visit_below(struct visitor *visitor, const char *key, int node_idx)
{
    if (key != NULL && visitor->n_keys < SCHEMA_VISIT_DEPTH) {
        visitor->keys[visitor->n_keys++] = key;
        visit_node(visitor, node_idx);
        visitor->n_keys--;
    }
}

static void visit_node(struct visitor *visitor, int node_idx)
{
    const yaml_node_t *node = yaml_document_get_node(&visitor->document, node_idx);
    if (node->type == YAML_SCALAR_NODE) {
        visitor->visit(visitor->context, visitor->keys, visitor->n_keys, node_text(node));
    } else if (node->type == YAML_MAPPING_NODE) {
        for (yaml_node_pair_t *pair = node->data.mapping.pairs.start;
             pair < node->data.mapping.pairs.top; pair++) {
            const yaml_node_t *key = yaml_document_get_node(&visitor->document, pair->key);
            visit_below(visitor, node_text(key), pair->value);
        }
    } else {
        char number[24];
        for (yaml_node_item_t *item = node->data.sequence.items.start;
             item < node->data.sequence.items.top; item++) {
            snprintf(number, sizeof number, "%td", item - node->data.sequence.items.start);
            visit_below(visitor, number, *item);
        }
    }
}

bool schema_visit(const char *path, const char *text, size_t text_bytes,
                  void (*visit)(void *context, const char *const *keys, size_t n_keys,
                                const char *value),
                  void *context, struct error *error)
{
    struct visitor visitor = {.visit = visit, .context = context};
    yaml_parser_t parser;
    if (!yaml_parser_initialize(&parser)) {
        die("out of memory");
    }
    yaml_parser_set_input_string(&parser, (const unsigned char *)text, text_bytes);
    bool ok = yaml_parser_load(&parser, &visitor.document);
    if (!ok) {
        refuse_syntax(&parser, path, text, error);
    } else {
        if (yaml_document_get_root_node(&visitor.document) != NULL) {
            visit_node(&visitor, 1);
        }
        yaml_document_delete(&visitor.document);
    }
    yaml_parser_delete(&parser);
    return ok;
}
