#!/bin/sh
# SPDX-License-Identifier: MIT
# The labs on addresses:  tests/cli/modules.sh PROGRAM   (build/release/mmgrade)
# Every reference passes every case of its policy's rubric, the templates fail politely, and wrong
# modules get the verdicts that stand in tests/golden/module-*.txt.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/cli/lib.sh
use_program "${1-}"

grade() { # STATUS ARGUMENT...
    name="grade $*"
    expected=$1
    shift
    exits "$expected" "$mmgrade" grade "$@"
}
accepts() { # RUBRIC SUBMISSION: passes all, without a warning
    grade 0 --rubric "$1" "$2"
    lacks out ' (X|!)  '
}
# variant RUBRIC SED-SCRIPT: a rubric with other settings, in $tmp/rubric.yaml
variant() {
    sed "$2" "grading/rubrics/$1.yaml" >"$tmp/rubric.yaml"
}
# broken REFERENCE SED-SCRIPT: a reference with a mistake, in $tmp/broken.c
broken() {
    sed "$2" "reference/$1.c" >"$tmp/broken.c"
    name="reference/$1.c"
    ! cmp -s "reference/$1.c" "$tmp/broken.c" || fail "'$2' changes nothing"
}
# same_failures NAME: the last run's failures are those of tests/golden/module-NAME.txt.
same_failures() {
    sed -n '/  X  [A-Z]/,/^  Reproduce/p' "$tmp/out" | sed '/^  Reproduce/d' >"$tmp/failures"
    golden failures "module-$1"
}

# References: all that is known to be right is accepted.
accepts grading/rubrics/translate.yaml reference/translate/translate.c
accepts grading/rubrics/pagetable.yaml reference/pagetable/k_level.c
accepts grading/rubrics/pagetable-flat.yaml reference/pagetable/flat.c
accepts grading/rubrics/pagetable-flat.yaml reference/pagetable/k_level.c
accepts grading/rubrics/pagetable-two-level.yaml reference/pagetable/two_level.c
accepts grading/rubrics/pagetable-two-level.yaml reference/pagetable/k_level.c
accepts grading/rubrics/tlb.yaml reference/tlb/lru.c
variant tlb 's/tlb_policy: lru/tlb_policy: fifo/'
accepts "$tmp/rubric.yaml" reference/tlb/fifo.c
accepts grading/rubrics/cache.yaml reference/cache/lru.c
for reference in reference/replace/*.c; do
    policy=$(basename "$reference" .c | tr _ -)
    variant replace "s/policy: clock/policy: $policy/"
    accepts "$tmp/rubric.yaml" "$reference"
done

# Any subset of the machine.
mkdir "$tmp/mmu" "$tmp/two"
cp reference/translate/translate.c "$tmp/mmu/translate.c"
cp reference/pagetable/k_level.c "$tmp/mmu/pagetable.c"
cp reference/tlb/lru.c "$tmp/mmu/tlb.c"
cp reference/cache/lru.c "$tmp/mmu/cache.c"
cp reference/replace/clock.c "$tmp/mmu/replace.c"
cp "$tmp/mmu/tlb.c" "$tmp/mmu/cache.c" "$tmp/two"
accepts grading/rubrics/mmu.yaml "$tmp/mmu"
says out '^judged: translate, pagetable, tlb, cache, replace$'
accepts grading/rubrics/mmu.yaml "$tmp/two"
says out '^judged: tlb, cache  golden: translate, pagetable, replace$'
accepts grading/rubrics/mmu.yaml reference/pagetable/k_level.c

# The book's machine, with what is in it: accesses 03d4 and 03d7 end with the bytes 36 and 1D.
accepts grading/rubrics/mmu-csapp.yaml "$tmp/mmu"
accepts grading/rubrics/mmu-csapp.yaml reference/pagetable/flat.c
says out ' 32/32 '
broken tlb/lru '/^void tlb_flush/,/^}/s/entries\[i\].asid == asid/false/'
grade 1 --rubric grading/rubrics/mmu-csapp.yaml "$tmp/broken.c"
says out 'STALE_TLB at access 7 '
says out 'hit, but the page was flushed when its process ended\.$'
says out '^  This was after the last access'

# A module that some of the machines have no use for is judged on the others; when there are none,
# nothing is earned.
accepts grading/rubrics/mmu.yaml reference/replace/clock.c
says out '^zipf.trace +core-i7 +\+ +[0-9]+$'
grade 1 --rubric grading/rubrics/mmu-csapp.yaml reference/replace/lru.c
says out 'MISSING_FUNCTION'
says out 'no trace asks lru.c anything that could be wrong'
broken translate/translate 's/fields.ci = .*/fields.ci = 0;/'
grade 1 --rubric grading/rubrics/mmu-csapp.yaml "$tmp/broken.c"
says out 'WRONG_FIELD at access 1 .*R 0x3d4 1'
says out '^  The access reads the byte 0x36\.$'
broken translate/translate 's/fields.co = .*/fields.co = 0;/'
grade 1 --rubric grading/rubrics/mmu-csapp.yaml "$tmp/broken.c"
says out 'WRONG_FIELD at access 2 .*R 0x3d7 1'
says out '^  The access reads the byte 0x1d\.$'
broken pagetable/k_level '/^struct pt_result pt_walk/,/^}/s/.fault = PT_MISSING/.fault = PT_FINE/'
grade 1 --rubric grading/rubrics/mmu-csapp.yaml "$tmp/broken.c"
says out 'MISSED_FAULT at access 5 .*R 0x40 1'
says out '^  The access faults: it has no byte\.$'
broken cache/lru '0,/use(line, write)/s//use(line, false)/'
grade 1 --lab mmu --trace traces/vm/dirty.trace "$tmp/broken.c"
says out 'LOST_DIRTY at access '
says out '^  The access (reads|stores) the byte 0x[0-9a-f]{2}\.$'

# Free policies: any right answer is accepted, and what it is worth is measured.
variant tlb 's/tlb_policy: lru/tlb_policy: free/; s/name: correctness/name: hit_rate/'
accepts "$tmp/rubric.yaml" reference/tlb/lru.c
says out '^hit_rate +100.0 / 100 +mean 1.000x of LRU'
accepts "$tmp/rubric.yaml" reference/tlb/fifo.c
variant replace 's/policy: clock/policy: free/; s/name: correctness/name: faults/'
accepts "$tmp/rubric.yaml" reference/replace/lru.c
says out '^faults +0.0 / 100 +mean 0.0 % of the way'
accepts "$tmp/rubric.yaml" reference/replace/fifo.c

# A free TLB must still be one: no more entries than sets x ways, and none that was struck.
cat >"$tmp/hoard.c" <<'EOF'
#include <string.h>
#include "tlb.h"
enum { N = 1 << 20 };
static struct { bool valid; uint32_t asid; uint64_t vpn, ppn, flags; } all[N];
static uint32_t place(uint32_t asid, uint64_t vpn) { return (vpn * 8 + asid) % N; }
void tlb_init(const struct tlb_config *config) { (void)config; memset(all, 0, sizeof all); }
struct tlb_result tlb_lookup(uint32_t asid, uint64_t vpn)
{
    uint32_t i = place(asid, vpn);
    bool hit = all[i].valid && all[i].vpn == vpn && all[i].asid == asid;
    return (struct tlb_result){hit, hit ? all[i].ppn : 0, hit ? all[i].flags : 0};
}
void tlb_insert(uint32_t asid, uint64_t vpn, uint64_t ppn, uint64_t flags)
{
    uint32_t i = place(asid, vpn);
    all[i].valid = true, all[i].asid = asid, all[i].vpn = vpn;
    all[i].ppn = ppn, all[i].flags = flags;
}
void tlb_invalidate(uint32_t asid, uint64_t vpn) { all[place(asid, vpn)].valid = false; }
void tlb_flush(uint32_t asid)
{
    for (uint32_t i = 0; i < N; i++)
        if (all[i].asid == asid)
            all[i].valid = false;
}
EOF
variant tlb 's/tlb_policy: lru/tlb_policy: free/'
grade 1 --rubric "$tmp/rubric.yaml" --trace traces/vm/zipf.trace "$tmp/hoard.c"
says out 'OVER_CAPACITY at access '
lacks out 'WRONG_HIT|STALE_TLB|WRONG_TRANSLATION'
broken tlb/lru '/^void tlb_invalidate/,/^}/s/entry->valid = false/entry->valid = true/'
grade 1 --rubric "$tmp/rubric.yaml" --trace traces/vm/maps.trace "$tmp/broken.c"
says out 'STALE_TLB at access '

# Templates build, fail without a crash, and earn nothing: cases in which doing nothing is right are
# worth no points.
for lab in translate pagetable tlb cache replace; do
    grade 1 --lab "$lab" "student_template/$lab"
    lacks out 'CRASH|TIMEOUT|BUILD_FAILED|MISSING_FUNCTION|EXITED'
    says out ' X '
    says out '^total +0\.0 / 100$'
done

# What is handed out compiles alone, without the project.
name=handout
handout() {
    make -s handout LAB=tlb OUT="$tmp/tlb.tar.gz" && tar -xzf "$tmp/tlb.tar.gz" -C "$tmp" &&
        make -s -C "$tmp/tlb" && [ -e "$tmp/tlb/README.md" ]
}
check 'tlb' handout

# What is not there is told.
echo 'int unused;' >"$tmp/empty.c"
grade 1 --lab tlb "$tmp/empty.c"
says out 'MISSING_FUNCTION'
says out 'tlb_init, tlb_lookup, tlb_insert, tlb_invalidate, tlb_flush'
broken tlb/lru 's/^void tlb_flush(/void tlb_flash(/'
grade 1 --lab mmu "$tmp/broken.c"
says out 'defines no function tlb_flush'
grade 1 --lab pagetable reference/pagetable/flat.c
says out 'UNSUPPORTED before the first access'

# A constructor, a crash, an endless loop, an exit.
stops() { # BODY CODE
    awk -v body="$1" '{ print } /^struct cache_result cache_access/ { seen = 1 }
            seen && /^{/ { print body; seen = 0 }' reference/cache/lru.c >"$tmp/broken.c"
    variant cache 's/^limits://; s/^max_accesses/limits:\n  operation: 200 ms\nmax_accesses/'
    grade 1 --rubric "$tmp/rubric.yaml" --trace traces/vm/zipf.trace "$tmp/broken.c"
    says out "$2 at access 1 "
}
stops 'volatile int *p = 0; *p = 1;' CRASH
stops 'for (;;) { }' TIMEOUT
stops 'extern void exit(int); exit(0);' EXITED
stops 'extern int fork(void); fork();' FORBIDDEN_SYSCALL

# One wrong module a lab, and what is said about it: NAME LAB TRACE CODE REFERENCE SED-SCRIPT.
wrong() {
    broken "$5" "$6"
    grade 1 --lab "$2" --trace "traces/vm/$3.trace" "$tmp/broken.c"
    says out " X  $4 at access "
    same_failures "$1"
}
wrong translate-tag translate sparse WRONG_FIELD translate/translate \
    's/fields.tlbt = .*/fields.tlbt = fields.vpn;/'
wrong translate-index translate sparse WRONG_FIELD translate/translate \
    's/fields.ci = .*/fields.ci = low_bits(pa, ci_bits);/'
wrong pagetable-dirty pagetable maps BITS_NOT_SET pagetable/k_level \
    's/VM_A | (access == VM_WRITE ? VM_D : 0)/VM_A/'
wrong pagetable-leak pagetable maps FRAME_LEAK pagetable/k_level \
    's/        frame_free(target(entry));/        ;/'
wrong pagetable-unwritten pagetable maps UNINIT_READ pagetable/k_level \
    's/level); i++) .. fresh.*/level) - 1; i++)/'
wrong pagetable-user pagetable maps MISSED_FAULT pagetable/k_level \
    's/(user && !(entry & VM_U))/(user \&\& !entry)/'
wrong pagetable-twice pagetable maps BAD_FREE pagetable/k_level \
    's/^    frame_free(table);/    frame_free(table); frame_free(table);/'
wrong pagetable-undo pagetable maps FRAME_LEAK pagetable/k_level \
    '/^static bool map_below/,/^}/s/        frame_free(next);/        ;/'
wrong pagetable-link pagetable maps WRONG_PTE pagetable/k_level \
    '/^static bool map_below/,/^}/s/    if (!map_below(next/    phys_write64(address, make_entry(next, DIRECTORY_FLAGS));\n&/'
wrong pagetable-directory pagetable dirty BITS_SET_WRONGLY pagetable/k_level \
    's/        mark(path.address\[level\], path.entry\[level\], VM_A);/        mark(path.address[level], path.entry[level], VM_A | (access == VM_WRITE ? VM_D : 0));/'
wrong pagetable-root pagetable processes MAP_FAILED pagetable/k_level \
    '/^uint64_t pt_create/,/^}/s/    return new_table(0);/    static uint64_t root;\n    return root != 0 ? root : (root = new_table(0));/'
wrong tlb-flush tlb processes MISSED_HIT tlb/lru \
    '/^void tlb_flush/,/^}/s/if (entries\[i\].asid == asid)/if (asid == asid)/'
wrong tlb-asid tlb processes STALE_TLB tlb/lru 's/ && entry->asid == asid)/)/'
wrong tlb-invalidate tlb maps STALE_TLB tlb/lru \
    '/^void tlb_invalidate/,/^}/s/entry->valid = false/entry->valid = true/'
wrong tlb-fifo tlb dirty MISSED_HIT tlb/lru 's/entry->last_use = ++now/++now/'
wrong cache-fifo cache matmul-ijk WRONG_VICTIM cache/lru \
    's/    line->last_use = ++now;/    if (line->last_use == 0) line->last_use = ++now;/'
wrong cache-clean cache dirty LOST_DIRTY cache/lru '0,/use(line, write)/s//use(line, false)/'
wrong cache-victim cache dirty WRONG_VICTIM cache/lru \
    's/result.victim = .*/result.victim = line->number;/'
wrong replace-hand replace zipf WRONG_VICTIM replace/clock \
    's/            return frame;/            return hand = frame;/'
wrong replace-load replace zipf WRONG_VICTIM replace/clock \
    '/^void replace_loaded/,/^}/s/= true/= false/'
wrong replace-outside replace zipf BAD_VICTIM replace/clock 's/return frame;$/return n_frames;/'

# A detail of the stated policy is guessed before other policies are:
# NAME RUBRIC TRACE REFERENCE SED-SCRIPT PATTERN, of which lines are joined.
hints() {
    broken "$4" "$5"
    grade 1 --rubric "tests/mutants/vm_$2.yaml" --trace "tests/mutants/traces/vm/$3.trace" \
        "$tmp/broken.c"
    name="$1: hint"
    tr -s ' \n' '  ' <"$tmp/out" >"$tmp/joined"
    mv "$tmp/joined" "$tmp/out"
    says out "Likely cause: $6"
}
hints aging-zero replace_aging newcomer replace/aging 's/{.age = NEWEST}/{.age = 0}/' \
    'it agrees with pages that are loaded with age 0'
hints aging-bits replace_aging ages replace/aging 's/^        frames.i..referenced = false;/        ;/' \
    'it agrees with .*reference bits that are not cleared when the ages are shifted'
hints set-dirt replace_working_set written replace/working_set \
    's/oldest_clean != n_frames ? oldest_clean : oldest/oldest/; s/^    uint32_t oldest_clean.*//' \
    'it agrees with a working set that does not prefer clean pages Reproduce'
hints set-window replace_working_set written replace/working_set 's/last_use >= window/last_use > window/' \
    'it agrees with a window that is one use too long Reproduce'
hints second-dirt replace_second wiped replace/second_chance \
    's/.dirty = write}/.dirty = write || frames[frame].dirty}/' \
    'it agrees with .*a dirty bit that stays when another page is loaded Reproduce'
hints random replace_random counts replace/random 's/replace_random()/(replace_random() + 1)/' \
    'the victim is replace_random\(\) modulo the number of frames'
hints opt replace_opt future replace/opt 's/VM_NONE : n_uses + ahead/VM_NONE : ahead/' \
    'distances of different moments were compared'
hints tlb-last tlb_lru set tlb/lru \
    '/^static struct entry .find/,/^}/s/entry < set + n_ways/entry < set + n_ways - 1/' \
    'it agrees with a search that leaves out the last way of the set'
hints tlb-set tlb_lru second tlb/lru \
    '/^void tlb_invalidate/,/^}/s/        entry->valid = false;/        for (uint32_t i = 0; i < n_ways; i++) set_of(vpn)[i].valid = false;/' \
    'it agrees with a TLB whose tlb_invalidate empties the whole set'
hints tlb-ppn tlb_lru set tlb/lru 's/^    uint64_t ppn;/    uint8_t ppn;/' \
    'it was kept in a variable of 8 bits, or not at all; a PPN has up to 40'
hints cache-order cache write_hit cache/lru 's/    line->last_use = ++now;/    if (!write || !line->last_use) line->last_use = ++now;/' \
    'it agrees with a write that hits and does not make its line the youngest'
hints cache-write cache write_hit cache/lru 's/if (line != NULL) {/if (line != NULL \&\& (!write || shape.write_allocate)) {/' \
    'it agrees with a write that is passed on without looking for its line first'
hints levels translate fields translate/translate 's/geometry->level_bits.level.;/9;/; s/geometry->level_bits.level.)/9)/' \
    'that are 9 bits for every level'
hints root pagetable pages pagetable/k_level 's/^    unmap_below(root, 0, va);/&\n    if (is_empty(root, 0)) frame_free(root);/' \
    'the root stays until pt_destroy'

finish
