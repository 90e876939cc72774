/*
 * Which instruction sets may be used: what the processor has, masked by the
 * environment variable LOSSPIPE_CPU = ref | base | a word of cpu_sets.
 */
#ifndef KERNEL_CPU_H
#define KERNEL_CPU_H

#include <stdbool.h>

#include "base/error.h"
#include "kernel/kernel.h"

/*
 * An instruction set that kernels were written for.  Folder kernel/MACHINE
 * holds those of a machine and says so in its cpu_sets.c; a machine without a
 * folder has kernel/other, plain C.
 */
struct cpu_set {
	const char *word; /* of LOSSPIPE_CPU */
	const struct kernels *kernels;
	bool (*present)(void); /* does this processor have it? */
	/* The same bits for processors that want them made differently; or
	 * NULL. */
	const struct kernels *variant;
	bool (*wants_variant)(void);
};

/* From the slowest on; the last one has no word. */
extern const struct cpu_set cpu_sets[];

/* Level CPU_SETS + i is set i. */
enum {
	CPU_REF,  /* no kernels at all: the reference executor */
	CPU_BASE, /* plain C */
	CPU_SETS,
};

/* The best level that both allow, or -1 when LOSSPIPE_CPU is no such word. */
int cpu_level(struct error *err);

/* The best level of the processor, whatever the environment says. */
int cpu_level_native(void);

/* The table of a level; the plain one for CPU_REF. */
const struct kernels *cpu_kernels(int level);

/*
 * Subnormal results and operands count as zero from here on, until cpu_restore
 * gets the value that cpu_flush_subnormals returned.  A thread's own setting;
 * nothing where a machine has none.
 */
unsigned long cpu_flush_subnormals(void);
void cpu_restore(unsigned long mode);

#endif
