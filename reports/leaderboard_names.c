// SPDX-License-Identifier: MIT
// Keys and words.
#include "reports/leaderboard_names.h"

#include <assert.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include "harness/base/keyed_hash.h"
#include "harness/base/memory.h"
#include "harness/base/printable.h"
#include "harness/base/text_file.h"

#define KEY_DIGITS (2 * (size_t)LEADERBOARD_KEY_BYTES)
#define N_WORDS 128
#define N_DRAWS 16 ///< of two words; then a number makes the difference

static const char *const adjectives[] = {
    "agile",    "amber",    "ample",   "arctic",  "azure",     "balmy",   "blithe",   "bold",
    "bouncy",   "brave",    "breezy",  "bright",  "brisk",     "bronze",  "calm",     "candid",
    "cheery",   "civil",    "clear",   "clever",  "cloudless", "coastal", "copper",   "coral",
    "cosmic",   "cosy",     "crimson", "crisp",   "curious",   "dapper",  "daring",   "deft",
    "dewy",     "eager",    "early",   "earnest", "easy",      "elegant", "emerald",  "fabled",
    "fair",     "fearless", "festive", "fleet",   "fluent",    "fond",    "frank",    "free",
    "fresh",    "frosty",   "gallant", "gentle",  "gilded",    "glad",    "gleaming", "golden",
    "graceful", "grand",    "happy",   "hardy",   "hazel",     "hearty",  "honest",   "humble",
    "indigo",   "ivory",    "jade",    "jaunty",  "jolly",     "jovial",  "joyful",   "keen",
    "kind",     "lively",   "loyal",   "lucid",   "lucky",     "lunar",   "magic",    "mellow",
    "merry",    "mighty",   "mild",    "mindful", "modest",    "mossy",   "musical",  "neat",
    "nimble",   "noble",    "opal",    "patient", "peaceful",  "placid",  "playful",  "plucky",
    "polar",    "polite",   "proud",   "quick",   "quiet",     "radiant", "rapid",    "ready",
    "regal",    "rosy",     "royal",   "ruby",    "rustic",    "scarlet", "serene",   "silver",
    "sincere",  "snowy",    "solar",   "spry",    "steady",    "stellar", "sunny",    "swift",
    "tidy",     "tranquil", "velvet",  "vivid",   "warm",      "wise",    "witty",    "zesty",
};
static const char *const animals[] = {
    "albatross", "alpaca",     "antelope", "armadillo", "avocet",      "badger",    "beaver",
    "bison",     "bluebird",   "bobcat",   "bunting",   "camel",       "caribou",   "chamois",
    "cheetah",   "chinchilla", "chipmunk", "condor",    "coyote",      "crane",     "cricket",
    "curlew",    "deer",       "dolphin",  "dormouse",  "dove",        "dragonfly", "eagle",
    "egret",     "eider",      "elk",      "ermine",    "falcon",      "ferret",    "finch",
    "firefly",   "flamingo",   "fox",      "gannet",    "gazelle",     "gecko",     "giraffe",
    "hamster",   "hare",       "harrier",  "hawk",      "hedgehog",    "heron",     "hoopoe",
    "ibex",      "ibis",       "iguana",   "impala",    "jackdaw",     "jaguar",    "jay",
    "kestrel",   "kingfisher", "kiwi",     "koala",     "kudu",        "lapwing",   "lark",
    "lemur",     "leopard",    "linnet",   "lion",      "lizard",      "llama",     "lynx",
    "macaw",     "magpie",     "manatee",  "marlin",    "marmot",      "marten",    "meerkat",
    "mongoose",  "moose",      "narwhal",  "newt",      "nightingale", "ocelot",    "octopus",
    "okapi",     "orca",       "oriole",   "osprey",    "otter",       "owl",       "panda",
    "parrot",    "partridge",  "peacock",  "pelican",   "penguin",     "petrel",    "plover",
    "pony",      "puffin",     "puma",     "quail",     "quokka",      "rabbit",    "raccoon",
    "raven",     "reindeer",   "robin",    "salmon",    "sandpiper",   "seahorse",  "seal",
    "sparrow",   "squirrel",   "starling", "stork",     "swallow",     "swan",      "tapir",
    "teal",      "tern",       "thrush",   "tiger",     "toucan",      "trout",     "turtle",
    "wagtail",   "walrus",
};
static_assert(sizeof adjectives / sizeof *adjectives == N_WORDS, "each as likely as another");
static_assert(sizeof animals / sizeof *animals == N_WORDS, "each as likely as another");

// --- The key ----------------------------------------------------------------------------------

static char *key_path(const char *folder)
{
    return xasprintf("%s/leaderboard.key", folder);
}

static bool parse_key(const char *text, struct leaderboard_key *key)
{
    static const char digits[] = "0123456789abcdef";
    if (strspn(text, digits) != KEY_DIGITS || strcmp(text + KEY_DIGITS, "\n") != 0) {
        return false;
    }
    for (size_t i = 0; i < LEADERBOARD_KEY_BYTES; i++) {
        size_t high = (size_t)(strchr(digits, text[2 * i]) - digits);
        size_t low = (size_t)(strchr(digits, text[2 * i + 1]) - digits);
        key->bytes[i] = (unsigned char)(high << 4 | low);
    }
    return true;
}

bool leaderboard_key_read(const char *folder, struct leaderboard_key *key, struct error *error)
{
    size_t n_bytes;
    char *path = key_path(folder);
    char *text = text_file_read(path, KEY_DIGITS + 1, &n_bytes, error);
    bool ok = text != NULL &&
              (parse_key(text, key) || error_at(error, path, 1, 0, "is no key of a leaderboard"));
    free(text);
    free(path);
    return ok;
}

/// The whole key is there, or none: a batch may be killed at any instant.
static bool store_key(const char *path, const struct leaderboard_key *key)
{
    char text[KEY_DIGITS + 2];
    for (size_t i = 0; i < LEADERBOARD_KEY_BYTES; i++) {
        snprintf(text + 2 * i, 3, "%02x", key->bytes[i]);
    }
    text[KEY_DIGITS] = '\n';
    char *temporary = xasprintf("%s.new", path);
    int fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    bool ok = fd >= 0 && write(fd, text, KEY_DIGITS + 1) == (ssize_t)(KEY_DIGITS + 1);
    ok = (fd < 0 || close(fd) == 0) && ok && rename(temporary, path) == 0;
    free(temporary);
    return ok;
}

bool leaderboard_key_make(const char *folder, struct leaderboard_key *key, struct error *error)
{
    char *path = key_path(folder);
    bool ok = true;
    if (access(path, F_OK) == 0) {
        ok = leaderboard_key_read(folder, key, error);
    } else if (getrandom(key->bytes, sizeof key->bytes, 0) != (ssize_t)sizeof key->bytes) {
        die("no random bytes: %s", strerror(errno));
    } else if (!store_key(path, key)) {
        ok = error_at(error, path, 0, 0, "cannot be written: %s", strerror(errno));
    }
    free(path);
    return ok;
}

// --- The words --------------------------------------------------------------------------------

/// What the name draws at its n-th try. The caller frees it.
static char *draw(const struct leaderboard_key *key, const char *name, unsigned n)
{
    uint8_t digest[KEYED_HASH_BYTES];
    size_t n_bytes = 2 + strlen(name);
    char *text = xasprintf("%c%c%s", (int)(n >> 8), (int)(n & 255), name);
    keyed_hash(key->bytes, sizeof key->bytes, text, n_bytes, digest);
    free(text);
    const char *adjective = adjectives[digest[0] % N_WORDS];
    const char *animal = animals[digest[1] % N_WORDS];
    return n < N_DRAWS ? xasprintf("%s-%s", adjective, animal)
                       : xasprintf("%s-%s-%u", adjective, animal, n);
}

static bool is_taken(const struct export_source *source, size_t n_named, const char *pseudonym)
{
    for (size_t i = 0; i < n_named; i++) {
        if (strcmp(source->rows[i].pseudonym, pseudonym) == 0) {
            return true;
        }
    }
    return false;
}

void leaderboard_name(struct export_source *source, const struct leaderboard_key *key)
{
    for (size_t i = 0; i < source->n_rows; i++) {
        struct export_row *row = &source->rows[i];
        char *name = printable_line(row->name); // what is known of it later
        char *pseudonym = draw(key, name, 0);
        for (unsigned n = 1; is_taken(source, i, pseudonym); n++) {
            free(pseudonym);
            pseudonym = draw(key, name, n);
        }
        free(name);
        free(row->pseudonym);
        row->pseudonym = pseudonym;
    }
}
