#!/bin/sh
# SPDX-License-Identifier: MIT
# Grading a course on Slurm:  tests/cli/slurm.sh PROGRAM   (build/release/mmgrade)
# Starts a Slurm of one node in a private folder, loses the node in the middle of a course, and
# holds the gradebook against one that this machine made alone. Then what may go wrong between the
# batch and its tasks. Without Slurm's daemons only the refusals are tested.
set -u
cd "$(dirname "$0")/../.." || exit 2
. tests/cli/lib.sh
use_program "${1-}"
path=$PATH # of the program under test
TMPDIR=$tmp/scratch
export TMPDIR
mkdir "$TMPDIR"
for variable in $(env | sed -n 's/^\(S\(LURM\|BATCH\|QUEUE\)_[A-Z_]*\)=.*/\1/p'); do
    unset "$variable"
done

# run NAME STATUS ARGUMENT...: runs mmgrade batch with the quick rubric, compares the exit status.
run() {
    name=$1
    expected=$2
    shift 2
    exits "$expected" env PATH="$path" "$mmgrade" batch --rubric "$tmp/quick.yaml" "$@"
}
# start NAME ARGUMENT...: the same in the background, as $pid.
start() {
    name=$1
    shift
    : >"$tmp/out" # else what the last run said is taken for what this one says
    : >"$tmp/err"
    "$mmgrade" batch --rubric "$tmp/quick.yaml" "$@" >"$tmp/out" 2>"$tmp/err" </dev/null &
    pid=$!
}

# --- A Slurm of its own -----------------------------------------------------------------------

slurm=$tmp/slurm
node=$(hostname -s)

ours() { # numbers of all processes that this test has started and that may outlive it
    {
        grep -slF "SLURM_CONF=$slurm/" /proc/[0-9]*/environ
        grep -slF "$tmp/" /proc/[0-9]*/cmdline
    } | cut -d / -f 3 | sort -u | grep -vx $$
}
stop_slurm() {
    for signal in TERM KILL; do
        for pid in $(ours); do
            kill -"$signal" "$pid" 2>/dev/null
        done
        sleep 0.3
    done
}
trap 'stop_slurm; clean_up' EXIT
trap 'exit 1' INT TERM HUP
# A test that is killed must not leave a Slurm behind.
(
    trap - EXIT
    trap '' INT TERM HUP
    tail --pid=$$ -f /dev/null
    stop_slurm
    clean_up
) >/dev/null 2>&1 </dev/null &

start_node() {
    slurmd -D -f "$SLURM_CONF" >"$slurm/slurmd.out" 2>&1 </dev/null &
    slurmd=$!
}
# Waits up to two minutes until the command succeeds.
await() {
    for _ in $(seq 600); do
        "$@" >/dev/null 2>&1 && return 0
        sleep 0.2
    done
    fail "waited in vain for: $*"
    return 1
}
node_is_idle() {
    [ "$(sinfo --noheader --format=%t 2>/dev/null)" = idle ]
}
queue_is_empty() {
    [ -z "$(squeue --noheader)" ]
}

start_slurm() {
    mkdir -m 700 "$slurm" "$slurm/state" "$slurm/spool"
    (umask 077 && head -c 128 /dev/urandom >"$slurm/munge.key")
    port=$((20000 + $$ % 20000))
    cat >"$slurm/slurm.conf" <<END
ClusterName=mmgrade
SlurmctldHost=$node(127.0.0.1)
SlurmctldPort=$port
SlurmdPort=$((port + 1))
SlurmUser=$(id -un)
SlurmdUser=$(id -un)
AuthType=auth/munge
# So soon may a job be started again when its node was lost.
AuthInfo=socket=$slurm/munge.sock,cred_expire=5
CredType=cred/munge
StateSaveLocation=$slurm/state
SlurmdSpoolDir=$slurm/spool
SlurmctldPidFile=$slurm/slurmctld.pid
SlurmdPidFile=$slurm/slurmd.pid
SlurmctldLogFile=$slurm/slurmctld.log
SlurmdLogFile=$slurm/slurmd.log
SlurmdParameters=config_overrides
ProctrackType=proctrack/linuxproc
TaskPlugin=task/affinity
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
ReturnToService=2
SchedulerParameters=batch_sched_delay=0,sched_interval=1
NodeName=$node NodeAddr=127.0.0.1 CPUs=2 Boards=1 SocketsPerBoard=1 CoresPerSocket=2 ThreadsPerCore=1
PartitionName=main Nodes=$node Default=YES MaxTime=INFINITE State=UP
END
    # The plugin that does not look for control groups, which some containers lack; none are used.
    echo CgroupPlugin=cgroup/v1 >"$slurm/cgroup.conf"
    SLURM_CONF=$slurm/slurm.conf
    export SLURM_CONF
    munged --foreground --force --key-file="$slurm/munge.key" --socket="$slurm/munge.sock" \
        --pid-file="$slurm/munged.pid" --log-file="$slurm/munged.log" \
        --seed-file="$slurm/munged.seed" >"$slurm/munged.out" 2>&1 </dev/null &
    await test -S "$slurm/munge.sock"
    slurmctld -D -f "$SLURM_CONF" >"$slurm/slurmctld.out" 2>&1 </dev/null &
    start_node
    await node_is_idle && return
    tail -n 5 "$slurm"/*.out "$slurm"/*.log
    finish
}

# The node goes with all that runs there, and comes back.
lose_node() {
    for pid in $slurmd $(ours); do
        words=$(tr '\0' ' ' 2>/dev/null <"/proc/$pid/cmdline")
        case $words in
        slurmd* | slurmstepd* | */slurm_script* | *\ --task\ *) kill -KILL "$pid" 2>/dev/null ;;
        esac
    done
    scontrol update "nodename=$node" state=down reason=lost
    start_node
    await node_is_idle
}

# --- A course ---------------------------------------------------------------------------------

short_trace >"$tmp/short.rep"
quick_rubric "$tmp/short.rep" >"$tmp/quick.yaml"
subs=$tmp/subs
few=$tmp/few
mkdir "$subs" "$few"
for i in $(seq 10 64); do
    { cat reference/malloc/implicit.c && echo "// number $i"; } >"$subs/s$i.c"
done
newline='new
line'
mkdir "$subs/$newline" "$subs/empty" "$subs/-x %a 'quoted' \\"
cp reference/malloc/segregated.c "$subs/$newline/mm.c"
cp reference/malloc/segregated.c "$subs/-x %a 'quoted' \\/mm.c"
broken_source >"$subs/broken.c"
tar -C "$subs/$newline" -czf "$subs/packed.tar.gz" mm.c
for i in 1 2 3 4 5 6; do
    { cat reference/malloc/implicit.c && echo "// few $i"; } >"$few/f$i.c"
done

# --- What is refused --------------------------------------------------------------------------

run 'unknown engine' 2 --engine torque --out "$tmp/none" "$few"
says err "no engine 'torque', only local and slurm"
run 'empty chunks' 2 --engine slurm --chunk 0 --out "$tmp/none" "$few"
says err 'chunk'
for option in --wait '--chunk=3' '--at-once=3' '--slurm=--hold'; do
    run "$option without Slurm" 2 "$option" --out "$tmp/none" "$few"
    says err 'go with --engine slurm'
done
path=/nowhere
run 'no Slurm here' 2 --engine slurm --out "$tmp/none" "$few"
path=$PATH
says err "^mmgrade: sbatch: No such file or directory; --engine slurm needs Slurm's programs"
is_gone "$tmp/none"
run 'no such chunk' 2 --task "$tmp/nowhere/0" --out "$tmp/none" "$few"
says err 'nowhere/chunks/0: No such file'
run 'a task without a number' 2 --task nowhere --out "$tmp/none" "$few"
says err 'takes RUN/CHUNK'
mkdir -p "$tmp/badrun/chunks"
echo 'no list' >"$tmp/badrun/chunks/0"
run 'no list' 2 --task "$tmp/badrun/0" --out "$tmp/none" "$few"
says err 'badrun/chunks/0: does not hold'
is_gone "$tmp/none"
run 'nothing to collect' 2 --collect --out "$tmp/collect" "$few"
says out '6 submissions: 0 graded, 0 not built, 0 harness errors, 6 still to be graded'

for program in munged slurmctld slurmd sbatch; do
    command -v "$program" >/dev/null || {
        echo "slurm.sh: skipped all that needs a Slurm: $program is not installed"
        finish
    }
done
name='a Slurm of our own'
start_slurm

# --- A node is lost in the middle -------------------------------------------------------------

out="$tmp/out %a 'quoted' \\x" # what Slurm and shells take for something else
run 'on this machine' 0 --out "$tmp/local" "$subs"
says out '^60 submissions: 58 graded, 2 not built, 0 harness errors \(60 of them now'

n_outcomes() { # at least N have arrived
    [ "$(find "$out/slurm" -path '*/results/*' -name '*.*' | wc -l)" -ge "$1" ]
}
run 'on Slurm' 0 --engine slurm --chunk 10 --out "$out" "$subs"
says out '^60 submissions went to Slurm as job [0-9]+: 6 tasks of at most 10, each about [0-9]+ min$'
says out '^  job [0-9]+ takes the results after them'
says out '^  to follow it:    squeue --name=mmgrade-20'
says out '^60 submissions: 0 graded, 0 not built, 0 harness errors, 60 still to be graded'
await n_outcomes 13
lose_node
name='the collecting job'
await queue_is_empty
same_grades "$tmp/local" "$out"
folder=$(printf %s "$out"/slurm/*)
says "$folder/collect.txt" \
    '^60 submissions: 58 graded, 2 not built, 0 harness errors \(60 of them now'
name='the lost node'
cat "$folder"/task-*.txt >"$tmp/out"
says out '^[0-9] of 10 submissions graded, [1-9]0? were done before'
run 'once more' 0 --engine slurm --out "$out" "$subs"
says out '\(0 of them now, 60 unchanged\)'

# --- The batch is killed ----------------------------------------------------------------------

out=$tmp/waiting
run 'few on this machine' 0 --out "$tmp/local-few" "$few"
has_rows() {
    grep -q '^2/6 ' "$tmp/err"
}
start 'a killed batch' --engine slurm --wait --chunk 2 --at-once 1 --out "$out" "$few"
await has_rows
kill -KILL "$pid"
wait "$pid" 2>/dev/null
run "$name, and the same command again" 0 --engine slurm --wait --chunk 2 --out "$out" "$few"
says out '^Slurm is still at work on this course \(squeue --name=mmgrade-20'
says out '^6 submissions: 6 graded, 0 not built, 0 harness errors \([1-4] of them now'
same_grades "$tmp/local-few" "$out"
folder=$(printf %s "$out"/slurm/*)

# --- What comes twice, late or wrong ----------------------------------------------------------

task() { # NUMBER: as Slurm would start it
    SLURM_ARRAY_TASK_ID=$1 sh "$folder/task.sh"
}
forget() { # NUMBER: the gradebook and the run know nothing of the chunk
    for number in 0 1; do
        rm -f "$folder/taken/$1.$number" "$folder/results/$1.$number"
    done
    sqlite3 "$out/gradebook.sqlite" "DELETE FROM grades WHERE name IN ('f$((2 * $1 + 1))',
        'f$((2 * $1 + 2))')"
}

name='a task that was done'
await queue_is_empty
task 0
says "$folder/task-0.txt" '^0 of 2 submissions graded, 2 were done before'

name='a task that runs twice'
forget 0
task 0 &
task 0
wait $!
is_there "$folder/results/0.1"
run "$name" 0 --collect --out "$out" "$few"
says out '\(2 of them now, 4 unchanged\)'
cp "$folder"/taken/0.* "$folder/results"
run "$name, late" 0 --collect --out "$out" "$few"
says out '\(0 of them now, 6 unchanged\)'
same_grades "$tmp/local-few" "$out"
is_gone "$folder/results/0.0"

name='this machine takes what tasks have left'
forget 1
task 1
echo 'an outcome that was cut' >"$folder/results/2.0"
cp "$folder/results/1.0" "$folder/results/1.0.Xy12ab" # what a task is writing
run "$name" 0 --out "$out" "$few"
says err '2\.0: does not hold'
says out '\(2 of them now, 4 unchanged\)'
is_there "$folder/taken/1.0"
is_there "$folder/results/1.0.Xy12ab"
same_grades "$tmp/local-few" "$out"

name='an older version'
cp "$folder/taken/1.0" "$folder/results"
broken_source >"$few/f3.c"
run "$name" 0 --out "$out" "$few"
says "$out/grades.csv" '^f3,not_built,0,100,BUILD_FAILED$'
forget 1
task 1
says "$folder/results/1.0" 'the submission has changed since it was listed'
run "$name in a task" 2 --collect --out "$out" "$few"
says out '6 submissions: 5 graded, .* 1 still to be graded \(1 of them now, 4 unchanged\)'
run "$name on this machine" 0 --out "$out" "$few"
says "$out/grades.csv" '^f3,not_built,0,100,BUILD_FAILED$'

name='another grader'
forget 2
sed 's/points: 60/points: 50/' "$tmp/quick.yaml" >"$tmp/other.yaml"
sed -i 's/quick\.yaml/other.yaml/' "$folder/task.sh"
task 2
says "$folder/results/2.0" 'does not judge as the machine that submitted'
run "$name" 2 --collect --out "$out" "$few"
says out '^harness error, not scored, tried 3 times: f5: .*does not judge'
says "$out/grades.csv" '^f5,harness_error,,,$'

# --- What Slurm refuses, and what is lost there -----------------------------------------------

run 'a partition that is not there' 2 --engine slurm --slurm '--partition=x' --out "$out" "$few"
says err 'sbatch: error: .*partition'
says err '^mmgrade: sbatch: Slurm has refused'
run 'held tasks' 0 --engine slurm --slurm ' --hold  --comment=x ' --out "$out" "$few"
says out '^2 submissions went to Slurm as job [0-9]+: 1 task of at most 2'
is_gone "$folder" # it was over
run 'nothing is submitted twice' 0 --engine slurm --out "$out" "$few"
says out '^Slurm is still at work'
start 'a batch that waits is stopped' --engine slurm --wait --out "$out" "$few"
still_at_work() {
    grep -q '^Slurm is still at work' "$tmp/out"
}
await still_at_work
kill -TERM "$pid"
status=0
wait "$pid" || status=$?
is 143 "$status" 'exit status'
says err 'the same command goes on from here'
scancel --user="$(id -un)"
name='tasks that were cancelled'
await queue_is_empty
run "$name" 2 --collect --out "$out" "$few"
says out '2 still to be graded'
run "$name, and the same command again" 0 --engine slurm --wait --out "$out" "$few"
says out '\(2 of them now, 4 unchanged\)'
says "$out/grades.csv" '^f5,graded,[0-9.]+,100,$'
finish
