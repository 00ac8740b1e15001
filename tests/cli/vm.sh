#!/bin/sh
# SPDX-License-Identifier: MIT
# The simulated machine from the command line:  tests/cli/vm.sh PROGRAM   (build/release/mmgrade)
# Figures that others have published or measured, the JSON, every refusal. Traces of ../shared are
# skipped when they are not there. GOLDEN_UPDATE=1 (make golden) rewrites tests/golden/*vm*.txt.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/cli/lib.sh
use_program "${1-}"
subcommand=vm
use_tool json
shared=../shared/traces/vm
export XDG_CACHE_HOME="$tmp/cache"

# refuses PATTERN ARGUMENT...: status 2, the reason on stderr, nothing on stdout.
refuses() {
    pattern=$1
    shift
    run "refused: $*" 2 "$@"
    says err "$pattern"
    is_empty out
}

printf '%s\n' 'L 10,4' 'S 18,4' 'M 20,4' >"$tmp/three.trace"
anomaly=1,2,3,4,1,2,5,1,2,3,4,5
echo $anomaly >"$tmp/anomaly.pages"
printf 'L 10,4\nbroken\n' >"$tmp/broken.trace"
: >"$tmp/empty.trace"
trace=$tmp/three.trace

# Help and lists.
run 'help' 0 --help
is_empty err
golden out help-vm
run 'list of machines' 0 --list-machines
for machine in csapp-small core-i7 x86-32 sv39; do says out "^$machine "; done
run 'list of policies' 0 --list-policies
for policy in fifo lru clock second-chance lfu aging working-set random opt; do
    says out "^$policy "
done
run 'keys of a machine file' 0 --keys
says out 'page'

# Refusals, each with its reason.
refuses 'which trace'
refuses 'which trace' --policy lru
refuses 'which trace' --explain 10 --cache 1,1,1
refuses 'one trace; what is .b. for' a b
refuses 'no-such-option' --no-such-option
refuses 'no-such\.trace' "$tmp/no-such.trace"
refuses 'broken\.trace:2: ' "$tmp/broken.trace"
refuses 'empty\.trace' "$tmp/empty.trace"
refuses '^mmgrade: --dialect: unknown dialect .no-such-dialect. \(one of binary' \
    --dialect no-such-dialect "$trace"
printf 'title: "\\e[31mred"\nframes: 9\n' >"$tmp/red.yaml"
run 'a title is text' 0 --machine "$tmp/red.yaml" "$trace"
says out '^machine red\.yaml: .\[31mred$'
lacks out "$(printf '\033')"
printf ' L 04000,4x\n' >"$tmp/half.trace"
refuses "half\.trace:1: size: bad number '4x' \(dialect cachelab\)" "$tmp/half.trace"
head -c 60000 traces/vm/recorded/perl.trace.gz >"$tmp/cut.gz"
refuses 'cut\.gz:[0-9]+: the gzip.d data ends too early' "$tmp/cut.gz"
head -c 5000 /dev/zero | tr '\0' '\220' >"$tmp/junk"
refuses 'junk:1: .*of no known dialect \(binary, .*\): this is not a text file' "$tmp/junk"
refuses ': is a folder, not a file' "$tmp"
refuses "no-such-machine.*core-i7|core-i7.*no-such-machine|no-such-machine" \
    --machine no-such-machine "$trace"
refuses "unknown policy 'nru' \(one of fifo, lru, clock" --policy lru,nru "$trace"
refuses "unknown policy ''" --policy lru, "$trace"
refuses "unknown policy 'all' .*all alone: each" --policy all,lru "$trace"
for list in '' 0 4.. ..4 4..x 4,,5 10..100/0 -4 4..8x 99999999999999999999; do
    refuses '--frames: it takes numbers|--frames: numbers go' --frames "$list" "$trace"
done
refuses '--frames: numbers go from 1 to 16777216, in a range upwards' --frames 9..4 "$trace"
refuses '--frames: numbers go from 1 to 16777216' --frames 16777217 "$trace"
refuses '--frames: those are more than 4096' --frames 1..5000/1 "$trace"
refuses '--working-set: it takes numbers' --working-set x "$trace"
for shape in '' 5 5,1 5,1,5,1 5,x,5 -1,1,1 5,1,; do
    refuses '--cache: it takes s,E,b' --cache "$shape" "$trace"
done
for shape in 5,0,5 27,1,1 1,1,27 20,1000,4; do
    refuses '--cache: E must be at least 1' --cache "$shape" "$trace"
done
refuses '--write-through: it says how --cache' --write-through "$trace"
refuses '--no-allocate: it says how --cache' --no-allocate "$trace"
for address in '' 0x xyz 12g 11112222333344445; do
    refuses '--explain: it takes a hexadecimal address' --explain "$address"
done
refuses '--explain: 0x4000 is no address of .csapp-small., which has 14 bits' \
    --machine csapp-small --explain 4000
refuses '--page-bits: it takes a whole number from 1 to 30' --page-bits 0 --policy lru "$trace"
refuses '--page-bits: it takes a whole number' --page-bits 12x --policy lru "$trace"
refuses "--page-bits: the pages of the machine 'core-i7' have 12 bits, not 10" \
    --page-bits 10 "$trace"
refuses '--limit: it takes a whole number from 1' --limit 0 "$trace"
refuses "--limit: it takes a whole number from 1 to [0-9]+, not '0x'" --limit 0x "$trace"
refuses '--window: it takes a whole number from 1' --window 0 "$trace"
refuses '--seed: it takes a whole number' --seed x "$trace"
refuses '--window: no policy was chosen that looks back' --window 9 --policy lru "$trace"
refuses '--seed: it is for --policy random' --seed 9 --policy lru "$trace"
refuses 'opt must know the future.*standard input' --policy lru,opt -
refuses 'no-such-folder' --json "$tmp/no-such-folder/x.json" "$trace"
printf 'page_bits: 12\nno_such_key: 1\n' >"$tmp/bad.yaml"
refuses 'bad\.yaml:[0-9]+:[0-9]+: ' --machine "$tmp/bad.yaml" "$trace"

# Page replacement: published strings (policies x frames -> faults), from a comma list.
# faults NAME STRING FRAMES: what follows is a policy and its faults for each number of frames.
faults() {
    printf '%s\n' "$2" >"$tmp/string.pages"
    while read -r policy counts; do
        run "$1, $policy" 0 "$tmp/string.pages" --policy "$policy" --frames "$3" --json -
        is "$counts" "$(sed -n 's/.*"faults": \([0-9]*\),/\1/p' "$tmp/out" | tr '\n' ' ' |
            sed 's/ $//')"
    done
}
faults 'the anomaly' $anomaly 3,4 <<'END'
fifo 9 10
lru 10 8
opt 7 6
clock 9 10
END
faults 'string 7,0,1' 7,0,1,2,0,3,0,4,2,3,0,3,2,1,2,0,1,7,0,1 3 <<'END'
fifo 15
lru 12
opt 9
clock 14
END
faults 'string 0,1,2' 0,1,2,0,1,3,0,3,1,2,1 3 <<'END'
fifo 7
lru 5
opt 5
clock 7
END
faults 'string 2,3,2' 2,3,2,1,5,2,4,5,3,2,5,2 3 <<'END'
fifo 9
lru 7
opt 6
clock 8
END
faults 'string 1,2,3' 1,2,3,4,2,1,5,6,2,1,2,3,7,6,3,2,1,2,3,6 1..7/1 <<'END'
fifo 20 18 16 14 10 10 7
lru 20 18 15 10 8 7 7
opt 20 15 11 8 7 7 7
END

run 'JSON of replacement' 0 "$tmp/anomaly.pages" --policy opt,fifo --frames 4,3 --json -
is_empty err
json_is 6 out
json_is 4 out replacement
json_is 5 out replacement 0
json_is opt out replacement 0 policy
json_is 3 out replacement 0 frames
json_is 12 out replacement 0 references
json_is 7 out replacement 0 faults
json_is 0 out replacement 0 writebacks
json_is fifo out replacement 3 policy
json_is 4 out replacement 3 frames
json_is 10 out replacement 3 faults
json_is 0 out tlb
json_is 0 out caches
json_is null out faults
json_is null out walk_references
json_is null out amat_cycles
cp "$tmp/out" "$tmp/first"
run 'JSON to /dev/stdout' 0 "$tmp/anomaly.pages" --policy opt,fifo --frames 3,4 --json /dev/stdout
is "$(cat "$tmp/first")" "$(cat "$tmp/out")"
run 'JSON to a file' 0 "$tmp/anomaly.pages" --policy opt,fifo --frames 3,4 --json "$tmp/file.json"
is "$(cat "$tmp/first")" "$(cat "$tmp/file.json")"
says out '^ *3 +7 +58\.33%'

# frames LIST EXPECTED: which numbers of frames a list stands for.
frames() {
    run "frames $1" 0 "$tmp/anomaly.pages" --policy fifo --frames "$1" --json -
    is "$2" "$(sed -n 's/.*"frames": \([0-9]*\),/\1/p' "$tmp/out" | tr '\n' ' ' | sed 's/ $//')"
}
frames 5,3,4,3 '3 4 5'
frames 4..64 '4 8 16 32 64'
frames 4..33 '4 8 16 32 33'
frames 10..35/10 '10 20 30 35'
frames 7..7 7
frames 1,2..8,3..5/1 '1 2 3 4 5 8'
run 'frames by default' 0 "$tmp/anomaly.pages" --policy fifo --json -
json_is 9 out replacement
run 'every policy' 0 "$tmp/anomaly.pages" --policy all --frames 3 --json -
json_is 9 out replacement
run 'a policy twice' 0 "$tmp/anomaly.pages" --policy lru,lru --frames 3 --json -
json_is 1 out replacement

# LRU's curve, the knee, thrashing and the working set on a loop over ten pages.
yes 0,1,2,3,4,5,6,7,8,9 | head -n 1000 >"$tmp/loop.pages"
run 'a loop' 0 "$tmp/loop.pages" --policy lru,fifo,opt --frames 1..12/1
golden out vm-loop
says out '^  lru thrashes with 1\.\.9 frames, at worst in 100 % of the trace'
says out '^  fifo thrashes with 1\.\.9 frames'
says out 'the knee, under lru: 10 frames serve 90 %'
run 'no thrashing' 0 "$tmp/loop.pages" --policy lru --frames 10
says out 'thrashes with none of these'
# Without writes and with an endless window the policy working-set is LRU, reckoned another way.
awk 'BEGIN {
    for (i = 0; i < 20000; i++) {
        state = (state * 1103515245 + 12345) % 2147483648
        print int(state / 65536) % (i % 5000 < 2500 ? 90 : 30)
    }
}' >"$tmp/phases.pages"
run 'LRU, reckoned twice' 0 "$tmp/phases.pages" --policy lru,working-set --window 2147483648 \
    --frames 2..90/7,300
is 15 "$(awk '$1 ~ /^[0-9]+$/ && NF == 7 { n += $2 == $5 && $4 == $7 } END { print n }' "$tmp/out")"
is "$(sed -n 's/^  lru thrashes/thrashes/p' "$tmp/out")" \
    "$(sed -n 's/^  working-set thrashes/thrashes/p' "$tmp/out")"
says out 'lru thrashes with 2\.\.[0-9]+ frames, at worst in 100 %'
run 'working set alone' 0 "$tmp/loop.pages" --working-set 1,5,10
says out '^ +5 +5\.0 +10000 100\.00%'
says out '^ +10 +10\.0 +10 +0\.10%'
for policy in lru clock; do
    name="standard input, $policy"
    is '10000 10 ' "$("$mmgrade" vm - --policy $policy --frames 9,10 --json - <"$tmp/loop.pages" |
        sed -n 's/.*"faults": \([0-9]*\),/\1/p' | tr '\n' ' ')"
done
run 'a limit' 0 "$tmp/loop.pages" --limit 25 --policy lru --frames 9 --json -
json_is 25 out replacement 0 references
run 'a limit in hexadecimal' 0 "$tmp/loop.pages" --limit 0x19 --policy lru --frames 9 --json -
json_is 25 out replacement 0 references
printf '%s\n' '00000000 W' '00001000 R' '00002000 R' '00003000 R' >"$tmp/window.trace"
for window in '1 1' '200 0'; do # the oldest page is dirty: it goes once it has left the window
    run "window of ${window% *}" 0 "$tmp/window.trace" --policy working-set --frames 3 \
        --window "${window% *}" --json -
    json_is "${window#* }" out replacement 0 writebacks
done
run 'random: the same for the same seed' 0 "$tmp/loop.pages" --policy random --frames 5 --seed 7
cp "$tmp/out" "$tmp/first"
run 'random again' 0 "$tmp/loop.pages" --policy random --frames 5 --seed 7
is "$(cat "$tmp/first")" "$(cat "$tmp/out")"

# Pages: of the size asked for, of each process its own, a modify is a read and a write.
printf '%s\n' '0,1,2,3' >"$tmp/four.pages"
printf '%08x R\n' 0 1024 4096 5120 >"$tmp/four.trace"
for bits in '10 4' '11 2' '12 2' '13 1'; do
    run "pages of 2^${bits% *} bytes" 0 "$tmp/four.trace" --page-bits "${bits% *}" \
        --policy lru --frames 8 --json -
    json_is "${bits#* }" out replacement 0 faults
done
run 'a page trace at any page size' 0 "$tmp/four.pages" --page-bits 8 --policy lru --frames 8 --json -
json_is 4 out replacement 0 faults
printf '%s\n' '# mmgrade access trace' 'map 0x1000 4096 rwu-' 'W 0x1000 4' 'switch 1' \
    'M 0x1000 4' 'W 0x2000 4' 'switch 0' 'R 0x1000 4' >"$tmp/two.trace"
run 'two processes' 0 "$tmp/two.trace" --policy fifo --frames 2 --json -
json_is 5 out replacement 0 references
json_is 4 out replacement 0 faults
json_is 2 out replacement 0 writebacks

# Caches: the totals of the cache lab, with dirty bytes left and evicted.
run 'a cache by hand' 0 "$trace" --cache 4,1,4
says out '^hits:2 misses:2 evictions:0 dirty_bytes_left:32 dirty_bytes_evicted:0$'
run 'write-through' 0 "$trace" --cache 4,1,4 --write-through
says out 'hits:2 misses:2 .*dirty_bytes_left:0 dirty_bytes_evicted:0'
says out 'writes passed on: 2'
run 'no allocation' 0 "$tmp/three.trace" --cache 4,1,4 --no-allocate --json -
json_is 1 out caches
json_is 4,1,4 out caches 0 name
json_is 2 out caches 0 hits
json_is 2 out caches 0 misses
json_is 0 out caches 0 evictions
json_is 0 out caches 0 writebacks
printf '%s\n' 'I  400000,4' ' L 10,4' >"$tmp/fetch.lackey"
run 'fetches are left out' 0 "$tmp/fetch.lackey" --cache 4,1,4
says out '^hits:0 misses:1 '
says out '^1 fetches were left out'
if [ -d "$shared/cachelab" ]; then
    while read -r shape file h m e; do
        run "cache $shape over $file" 0 "$shared/cachelab/$file.trace" --cache "$shape"
        says out "^hits:$h misses:$m evictions:$e "
    done <<'END'
1,1,1 yi2 9 8 6
4,2,4 yi 4 5 2
2,1,4 dave 2 3 1
2,1,3 trans 167 71 67
0,1,0 wide 1 18 17
3,2,2 load 6 3 0
2,2,3 trans 201 37 29
2,4,3 trans 212 26 10
14,1024,3 trans 215 23 0
5,1,5 trans 231 7 0
2,1,2 wide 3 16 12
5,1,5 long 265189 21777 21745
END
    run 'dirty bytes of yi2' 0 "$shared/cachelab/yi2.trace" --cache 1,1,1
    says out 'dirty_bytes_left:4 dirty_bytes_evicted:8$'
    run 'dirty bytes of long' 0 "$shared/cachelab/long.trace" --cache 5,1,5
    says out 'dirty_bytes_left:96 dirty_bytes_evicted:556608$'
else
    echo 'vm.sh: no ../shared/traces/vm/cachelab, skipped'
fi

# Real page traces: faults and write-backs to the last count (OPT's write-backs depend on ties).
if [ -d "$shared/page" ]; then
    for program in gcc sixpack; do
        run "replacement over $program" 0 "$shared/page/$program.trace.gz" \
            --policy lru,fifo,clock,opt --frames 4..1024,100 --json -
        grep "^$program " "$shared/page/faults_4k.txt" | tr ';' '\n' |
            sed -n "s/^$program //; s/F=//; s/^\([A-Z]* [0-9]*\) faults \([0-9]*\) writebacks \([0-9]*\)/\1 \2 \3/p" |
            sed 's/^\(OPT .*\) [0-9]*$/\1 -/' | sort >"$tmp/expected"
        tr -d ' ",' <"$tmp/out" | awk -F: '
            $1 == "policy" { policy = toupper($2) }
            $1 == "frames" { frames = $2 }
            $1 == "faults" { faults = $2 }
            $1 == "writebacks" && policy != "" {
                print policy, frames, faults, policy == "OPT" ? "-" : $2
            }' | sort >"$tmp/seen"
        is 40 "$(wc -l <"$tmp/expected")"
        is "$(cat "$tmp/expected")" "$(cat "$tmp/seen")"
    done
else
    echo 'vm.sh: no ../shared/traces/vm/page, skipped'
fi

# The book's small memory system: each worked address, all fields and answers. - is not printed.
explained='
    $1 == "virtual" || $1 == "physical" { address[$1] = substr($3, 3) }
    $1 ~ /^(VPN|TLBI|TLBT|PPN|CO|CI|CT|byte)$/ { value[$1] = substr($2, 3) }
    /^ *TLB hit/ || /^ *page fault/ || /^ *cache hit/ { value[$1] = $3 }
    END {
        n = split("VPN TLBI TLBT TLB page PPN PA CO CI CT cache byte", names, " ")
        value["PA"] = address["physical"]
        line = address["virtual"]
        for (i = 1; i <= n; i++) {
            line = line " " (names[i] in value && value[names[i]] != "" ? value[names[i]] : "-")
        }
        print line
    }'
while read -r row; do
    run "explained: ${row%% *}" 0 --machine csapp-small --explain "${row%% *}"
    is "$row" "$(awk "$explained" "$tmp/out")"
done <<'END'
03d4 0f 3 03 yes no 0d 354 0 5 0d yes 36
03d7 0f 3 03 yes no 0d 357 3 5 0d yes 1d
027c 09 1 02 no no 17 5fc 0 f 17 no -
03a9 0e 2 03 no no 11 469 1 a 11 no -
0040 01 1 00 no yes - - - - - - -
0b8f 2e 2 0b no yes - - - - - - -
0020 00 0 00 no no 28 a20 0 8 28 no -
END
run 'explained as a whole' 0 --machine csapp-small --explain 0x3D4 --explain 27c
golden out vm-explain
cp "$tmp/out" "$tmp/first"
run 'explaining changes nothing' 0 --machine csapp-small --explain 3d4 --explain 3d4 --explain 27c
is "$(cat "$tmp/first")" "$(awk '/^virtual/ { n++ } n != 2' "$tmp/out")"

# The machine's counts: the seven addresses by hand.
printf 'L %s,1\n' 3d4 3d7 27c 3a9 40 b8f 20 >"$tmp/seven.trace"
run 'the seven addresses' 0 "$tmp/seven.trace" --machine csapp-small --explain 27c
golden out vm-machine
run 'JSON of the machine' 0 "$tmp/seven.trace" --machine csapp-small --json -
json_is 6 out
json_is 0 out replacement
json_is 3 out tlb 0
json_is 'L1 dTLB' out tlb 0 name
json_is 2 out tlb 0 hits
json_is 5 out tlb 0 misses
json_is 5 out caches 0
json_is 'L1 d-cache' out caches 0 name
json_is 2 out caches 0 hits
json_is 5 out caches 0 misses
json_is 3 out caches 0 evictions
json_is 0 out caches 0 writebacks
json_is 2 out faults
# One level: a walk reads one PTE, and another after the page has come.
json_is 7 out walk_references
run 'everything at once' 0 "$tmp/seven.trace" --machine csapp-small --cache 4,1,2 --policy lru \
    --frames 2,3 --working-set 2 --json -
json_is 2 out replacement
json_is 1 out tlb
json_is 2 out caches
json_is 4,1,2 out caches 1 name
json_is 2 out faults
json_is 7 out replacement 0 references
run 'core-i7 without an option' 0 "$trace"
says out '^machine core-i7: '
for structure in 'L1 dTLB' 'L1 iTLB' 'L2 TLB' 'L1 d-cache' 'L1 i-cache' 'L2 cache' 'L3 cache'; do
    says out "^  $structure "
done
says out 'AMAT .* cycles; .* with L1 looked up beside the TLB'

# Machines from files. With few frames the machine and the policy alone must fault alike.
printf '%s\n' 'base: core-i7' 'frames: 9' 'policy: fifo' >"$tmp/few.yaml"
run 'few frames' 0 "$tmp/loop.pages" --machine "$tmp/few.yaml" --policy fifo --frames 9 --json -
json_is 10000 out faults
json_is 10000 out replacement 0 faults
if [ -d "$shared/page" ]; then
    for policy in clock lru fifo; do
        printf '%s\n' 'base: core-i7' 'frames: 128' "policy: $policy" >"$tmp/few.yaml"
        run "128 frames, $policy" 0 "$shared/page/gcc.trace.gz" --machine "$tmp/few.yaml" \
            --policy $policy --frames 128 --json -
        is "$("$tmp/json" "$tmp/out" replacement 0 faults)" "$("$tmp/json" "$tmp/out" faults)"
        run "128 frames, $policy, write-backs" 0 "$shared/page/gcc.trace.gz" \
            --machine "$tmp/few.yaml" --policy $policy --frames 128
        is "$(awk '$1 == 128 { print $4 }' "$tmp/out")" \
            "$(awk '/dirty pages that left/ { print $2 }' "$tmp/out")"
    done
fi
# A fully associative TLB that data and instructions share, as measured elsewhere on that trace.
if [ -d "$shared/mixed" ]; then
    while read -r entries page levels hits misses; do
        printf '%s\n' 'base: x86-32' "page: $page" "levels: $levels" \
            "dtlb: {entries: $entries, ways: $entries}" 'itlb: {entries: 0}' >"$tmp/tlb.yaml"
        run "a TLB of $entries" 0 "$shared/mixed/inf2c_ls-l_400k.txt.gz" --machine "$tmp/tlb.yaml" \
            --json -
        json_is 1 out tlb
        json_is "$hits" out tlb 0 hits
        json_is "$misses" out tlb 0 misses
    done <<'END'
8 4096 [10,10] 386268 13732
16 256 [12,12] 374149 25851
END
fi

if [ -c /dev/full ]; then
    name='a full disk'
    status=0
    "$mmgrade" vm "$trace" >/dev/full 2>"$tmp/err" || status=$?
    is 2 $status
    says err 'standard output: cannot write'
fi

# A signal stops it between two batches, without figures and without a file.
name='stopped by a signal'
yes 'L 10,4' | "$mmgrade" vm - --cache 1,1,1 --json "$tmp/stopped.json" >"$tmp/out" 2>"$tmp/err" &
stopped=$!
sleep 0.3
kill -TERM $stopped
status=0
wait $stopped || status=$?
is 143 $status
says err 'stopped'
is_empty out
is '' "$(ls "$tmp"/stopped.json* 2>/dev/null)"

finish
