// SPDX-License-Identifier: MIT
// Help and lists of `mmgrade vm`.
#include "harness/cli/vm_help.h"

#include <stdio.h>

#include "harness/vm/machine_file.h"

static const char help[] =
    "usage: mmgrade vm TRACE [--machine NAME|FILE.yaml] [--explain ADDRESS]...\n"
    "       mmgrade vm TRACE --policy NAME,... [--frames LIST] [--working-set LIST]\n"
    "       mmgrade vm TRACE --cache s,E,b [--write-through] [--no-allocate]\n"
    "       mmgrade vm --explain ADDRESS [--machine NAME|FILE.yaml]\n"
    "\n"
    "Runs the golden machine alone over a trace of memory accesses ('-': standard input), "
    "gzip'd\n"
    "or not. The forms above can be combined: all that is asked for comes out of one pass "
    "(two\n"
    "for the policy opt). Without any, the machine is core-i7.\n"
    "\n"
    "  --machine M       a preset or a YAML file: TLBs, walks, faults, caches, AMAT\n"
    "  --explain ADDRESS the fields of a hexadecimal address, and what each structure answers\n"
    "                    after the trace; may be repeated\n"
    "  --policy LIST     page replacement: faults and write-backs for each policy ('all': "
    "every\n"
    "                    one) and number of frames; default lru\n"
    "  --frames LIST     numbers of frames: 3,4,5 or 4..1024 (doubling, the default) or\n"
    "                    10..100/10 (by steps)\n"
    "  --window N        uses that aging and working-set look back (default 1000)\n"
    "  --seed N          of random (default 1)\n"
    "  --working-set L   the working-set curve for windows of so many uses (a list like that "
    "of\n"
    "                    --frames); beside --policy by powers of ten\n"
    "  --cache s,E,b     one cache of 2^s sets of E lines of 2^b bytes with LRU, as in the "
    "cache\n"
    "                    lab: data accesses alone, a modify counts twice\n"
    "  --write-through   it passes each write on; default write-back\n"
    "  --no-allocate     a write that misses changes nothing in it; default write-allocate\n"
    "\n"
    "  --page-bits N     the page size of --policy, and of traces that give page numbers, is\n"
    "                    2^N bytes (default 12; with a machine its own, and no other)\n"
    "  --dialect NAME    how the trace is written; default: recognised by content\n"
    "  --limit N         use the first N records alone\n"
    "  --json FILE       also write the figures as JSON ('-' or /dev/stdout: nothing else is\n"
    "                    printed); amat_cycles is that without overlap, null stands for parts\n"
    "                    that were not asked for\n"
    "  --list-machines   list the presets, and exit\n"
    "  --list-policies   list the policies, and exit\n"
    "  --keys            list what a machine's YAML file may say, and exit\n"
    "\n"
    "Exit status: 0 fine, 2 the harness or its input is at fault.\n";

bool vm_help_print(int code)
{
    switch (code) {
    case 'h':
        fputs(help, stdout);
        return true;
    case 'M':
        for (size_t i = 0; machine_presets[i].name[0] != '\0'; i++) {
            printf("%-12s %s\n", machine_presets[i].name, machine_presets[i].title);
        }
        return true;
    case 'P':
        for (size_t i = 0; policies[i] != NULL; i++) {
            printf("%-12s %s\n", policies[i]->name, policies[i]->title);
        }
        return true;
    case 'K':
        machine_print_keys(stdout);
        return true;
    default:
        return false;
    }
}
