#include <cpuid.h>
#include <immintrin.h>

#include "kernel/cpu.h"
#include "kernel/x86_64/tables.h"

static bool
has_avx2(void)
{
	return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
}

static bool
has_avx512(void)
{
	return __builtin_cpu_supports("avx512f") &&
	       __builtin_cpu_supports("avx512vl") &&
	       __builtin_cpu_supports("avx512dq");
}

/* Zen 5 and later: AMD's processors from family 26 on. */
static bool
shuffles_are_free(void)
{
	unsigned eax, ebx, ecx, edx, family;

	/* "Auth" of "AuthenticAMD" */
	if (!__get_cpuid(0, &eax, &ebx, &ecx, &edx) || ebx != 0x68747541)
		return false;
	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx))
		return false;
	family = (eax >> 8 & 0xf) + (eax >> 20 & 0xff);
	return family >= 26;
}

const struct cpu_set cpu_sets[] = {
    {.word = "avx2", .kernels = &kernels_avx2, .present = has_avx2},
    {.word = "avx512",
	.kernels = &kernels_avx512,
	.present = has_avx512,
	.variant = &kernels_avx512_spread,
	.wants_variant = shuffles_are_free},
    {.word = NULL},
};

unsigned long
cpu_flush_subnormals(void)
{
	enum { FLUSH_TO_ZERO = 0x8000, DENORMALS_ARE_ZERO = 0x0040 };
	unsigned mode = _mm_getcsr();

	_mm_setcsr(mode | FLUSH_TO_ZERO | DENORMALS_ARE_ZERO);
	return mode;
}

void
cpu_restore(unsigned long mode)
{
	_mm_setcsr((unsigned)mode);
}
