# SPDX-License-Identifier: MIT
# The steps of `make test`, as many side by side as there are processors. One alone, once what it
# needs is built:  make -f tests/steps.mk NAME
# Long steps stand first, so that no processor waits at the end; but make passes over what is not
# built yet until it has looked at all others, so builds come before them, and what needs the
# slowest build third.

RELEASE := build/release
PROGRAM := $(RELEASE)/mmgrade
STEP    := @tests/step.sh
BUILD   := +@tests/step.sh
BUILD_WITH := $(MAKE) -f Makefile --no-print-directory -s

# Attacks take all they can get of processes, memory and time: nothing runs beside them.
CALM   := references unit-valgrind unit-asan unit-clang regress cli-asan cli unit sanitized mutants \
          mutants-clang batch late slurm coursework modules fit hidden cost explain plots regress-cli \
          fallback autograders sanitized-vm policies vm vmtrace report install record references-vm \
          structure
HOSTILE := attacks attacks-course
.PHONY: all release asan clang $(CALM) $(HOSTILE)

all: release asan clang $(CALM) $(HOSTILE)
attacks: | $(CALM)
attacks-course: | attacks
$(filter-out structure %-asan sanitized% %-clang,$(CALM)) mutants-clang: | release
unit-asan cli-asan sanitized sanitized-vm: | asan
unit-clang: | clang

release:
	$(BUILD) 'build with gcc' $(BUILD_WITH) VARIANT=release programs unit independents \
	  vm-references $(addprefix $(RELEASE)/tests/,mutants policies hostile)
asan: | release
	$(BUILD) 'build with ASan and UBSan' $(BUILD_WITH) VARIANT=asan programs unit sanitized
clang: | release
	$(BUILD) 'build with clang' $(BUILD_WITH) VARIANT=clang programs unit

structure:
	$(STEP) 'structure: include direction, headers, licence lines' tests/structure/structure.sh
unit:
	$(STEP) 'unit tests' $(RELEASE)/tests/unit/unit
unit-asan:
	$(STEP) 'unit tests under ASan and UBSan' build/asan/tests/unit/unit
unit-clang:
	$(STEP) 'unit tests with clang' build/clang/tests/unit/unit
# Check's own processes would hide a leak from valgrind. Large samples of pure arithmetic (tag
# statistics) take it many minutes and own no memory.
unit-valgrind:
	$(STEP) 'unit tests under valgrind' env CK_FORK=no CK_EXCLUDE_TAGS=statistics \
	  valgrind -q --error-exitcode=1 --leak-check=full \
	  --errors-for-leak-kinds=definite,indirect $(RELEASE)/tests/unit/unit
cli:
	$(STEP) 'command line' tests/cli/cli.sh $(PROGRAM)
cli-asan:
	$(STEP) 'command line under ASan and UBSan' tests/cli/cli.sh build/asan/mmgrade
batch:
	$(STEP) 'grading a course, being stopped, being killed' tests/cli/batch.sh $(PROGRAM)
late:
	$(STEP) 'late policy, statistics, leaderboard' tests/cli/late.sh $(PROGRAM)
slurm:
	$(STEP) 'grading a course on Slurm, losing a node' tests/cli/slurm.sh $(PROGRAM)
plots:
	$(STEP) 'report folders and pictures' tests/cli/plots.sh $(PROGRAM)
record:
	$(STEP) 'recording programs' tests/cli/record.sh $(PROGRAM)
vmtrace:
	$(STEP) 'traces of memory accesses' tests/cli/vmtrace.sh $(PROGRAM)
vm:
	$(STEP) 'the simulated machine' tests/cli/vm.sh $(PROGRAM)
cost:
	$(STEP) 'simulated cycles never move' tests/cli/cost.sh $(PROGRAM)
explain:
	$(STEP) 'explanations and refusals' tests/cli/explain.sh $(PROGRAM)
report:
	$(STEP) 'stored results in every format' tests/cli/report.sh $(PROGRAM)
hidden:
	$(STEP) 'hidden traces stay hidden' tests/cli/hidden.sh $(PROGRAM)
autograders:
	$(STEP) 'autograders for Gradescope and Autolab' tests/cli/autograders.sh $(RELEASE)
modules:
	$(STEP) 'the address labs: references, templates, wrong modules' \
	  tests/cli/modules.sh $(PROGRAM)
install:
	$(STEP) 'an installed copy' tests/cli/install.sh
fallback:
	$(STEP) 'builds without bubblewrap' tests/cli/fallback.sh $(PROGRAM)
mutants:
	$(STEP) 'mutants: broken allocators and their verdicts' $(RELEASE)/tests/mutants $(PROGRAM)
mutants-clang:
	$(STEP) 'mutants: the line of code at fault, with clang' \
	  $(RELEASE)/tests/mutants $(PROGRAM) --clang
attacks:
	$(STEP) 'attacks: what nobody may get' $(RELEASE)/tests/hostile $(PROGRAM)
attacks-course:
	$(STEP) 'attacks: a course full of them' tests/hostile/course.sh $(PROGRAM)
references:
	$(STEP) 'references: every trace, and utilization computed a second time' \
	  tests/references/references.sh $(PROGRAM)
policies:
	$(STEP) 'references: each places blocks as its policy says' $(RELEASE)/tests/policies
fit:
	$(STEP) 'references of the fit lab: each policy, and the others judged by it' \
	  tests/references/fit.sh $(PROGRAM)
references-vm:
	$(STEP) 'references and templates of the address labs, natively' \
	  tests/references/vm/vm.sh $(RELEASE)/tests/vm
sanitized:
	$(STEP) 'references under ASan and UBSan: every trace, and damaged heaps' \
	  tests/references/sanitized.sh build/asan/tests
sanitized-vm:
	$(STEP) 'references of the address labs under ASan and UBSan' \
	  tests/references/vm/vm.sh build/asan/tests/vm
regress-cli:
	$(STEP) 'command line of the regression' tests/cli/regress.sh $(PROGRAM)
regress:
	$(STEP) 'regression of the references' $(PROGRAM) regress
coursework:
	$(STEP) 'existing coursework' tests/coursework/coursework.sh $(PROGRAM)
