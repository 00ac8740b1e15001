// SPDX-License-Identifier: MIT
// The subcommands of mmgrade. Each takes its own name as argv[0] and returns the exit status:
// 0 fine, 1 the subject failed, 2 the harness or its input is broken.
#ifndef MMGRADE_CLI_COMMANDS_H
#define MMGRADE_CLI_COMMANDS_H

int command_grade(int argc, char **argv);
int command_batch(int argc, char **argv);
int command_regress(int argc, char **argv);
int command_plots(int argc, char **argv);
int command_report(int argc, char **argv);
int command_trace(int argc, char **argv);
int command_vmtrace(int argc, char **argv);
int command_vm(int argc, char **argv);
int command_labs(int argc, char **argv);
int command_doctor(int argc, char **argv);

#endif
