#include "kernel/aarch64/tables.h"
#include "kernel/cpu.h"

static bool
has_neon(void)
{
	return true; /* it is part of the architecture */
}

const struct cpu_set cpu_sets[] = {
    {.word = "neon", .kernels = &kernels_neon, .present = has_neon},
    {.word = NULL},
};

/* The register of floating-point modes; bit 24 flushes subnormals. */
static unsigned long
mode_now(void)
{
	unsigned long mode;

	__asm__ volatile("mrs %0, fpcr" : "=r"(mode));
	return mode;
}

unsigned long
cpu_flush_subnormals(void)
{
	enum { FLUSH_TO_ZERO = 1 << 24 };
	const unsigned long mode = mode_now();

	cpu_restore(mode | FLUSH_TO_ZERO);
	return mode;
}

void
cpu_restore(unsigned long mode)
{
	__asm__ volatile("msr fpcr, %0" : : "r"(mode));
}
