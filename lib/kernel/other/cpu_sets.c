/* A machine that no kernels were written for: plain C. */
#include "kernel/cpu.h"

const struct cpu_set cpu_sets[] = {
    {.word = NULL},
};

unsigned long
cpu_flush_subnormals(void)
{
	return 0;
}

void
cpu_restore(unsigned long mode)
{
	(void)mode;
}
