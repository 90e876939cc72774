/*
 * Which instruction sets may be used: what the processor has, masked by the
 * environment variable LOSSPIPE_CPU = ref | base | avx2 | avx512.
 */
#ifndef KERNEL_CPU_H
#define KERNEL_CPU_H

#include "base/error.h"
#include "kernel/kernel.h"

enum cpu_level {
	CPU_REF,  /* no kernels at all: the reference executor */
	CPU_BASE, /* plain C */
	CPU_AVX2,
	CPU_AVX512,
	CPU_LEVELS,
};

/* The best level that both allow, or -1 when LOSSPIPE_CPU is no such word. */
int cpu_level(struct error *err);

/* The best level of the processor, whatever the environment says. */
enum cpu_level cpu_level_native(void);

/* The word of LOSSPIPE_CPU for a level. */
const char *cpu_level_word(enum cpu_level level);

/* The table of a level; the plain one for CPU_REF. */
const struct kernels *cpu_kernels(enum cpu_level level);

/*
 * Subnormal results and operands count as zero from here on, until cpu_restore
 * gets the value that cpu_flush_subnormals returned.  A thread's own setting.
 */
unsigned cpu_flush_subnormals(void);
void cpu_restore(unsigned mode);

#endif
