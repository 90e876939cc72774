#include "kernel/cpu.h"

#include <cpuid.h>
#include <immintrin.h>
#include <stdlib.h>
#include <string.h>

static const char *const words[CPU_LEVELS] = {"ref", "base", "avx2", "avx512"};

enum cpu_level
cpu_level_native(void)
{
	if (!__builtin_cpu_supports("avx2") || !__builtin_cpu_supports("fma"))
		return CPU_BASE;
	if (!__builtin_cpu_supports("avx512f") ||
	    !__builtin_cpu_supports("avx512vl") ||
	    !__builtin_cpu_supports("avx512dq"))
		return CPU_AVX2;
	return CPU_AVX512;
}

int
cpu_level(struct error *err)
{
	const char *word = getenv("LOSSPIPE_CPU");
	enum cpu_level native = cpu_level_native(), level;

	if (word == NULL || *word == '\0')
		return (int)native;
	for (level = CPU_REF; level < CPU_LEVELS; level++)
		if (strcmp(word, words[level]) == 0)
			return (int)(level < native ? level : native);
	return error_set(err,
	    "LOSSPIPE_CPU is '%s', expected ref, base, avx2 or avx512", word);
}

const char *
cpu_level_word(enum cpu_level level)
{
	return words[level];
}

/* Zen 5 and later: AMD's processors from family 26 on. */
static int
shuffles_are_free(void)
{
	unsigned eax, ebx, ecx, edx, family;

	/* "Auth" of "AuthenticAMD" */
	if (!__get_cpuid(0, &eax, &ebx, &ecx, &edx) || ebx != 0x68747541)
		return 0;
	if (!__get_cpuid(1, &eax, &ebx, &ecx, &edx))
		return 0;
	family = (eax >> 8 & 0xf) + (eax >> 20 & 0xff);
	return family >= 26;
}

const struct kernels *
cpu_kernels(enum cpu_level level)
{
	switch (level) {
	case CPU_AVX512:
		return shuffles_are_free() ? &kernels_spread_avx512
					   : &kernels_avx512;
	case CPU_AVX2:
		return &kernels_avx2;
	default:
		return &kernels_plain;
	}
}

unsigned
cpu_flush_subnormals(void)
{
	enum { FLUSH_TO_ZERO = 0x8000, DENORMALS_ARE_ZERO = 0x0040 };
	unsigned mode = _mm_getcsr();

	_mm_setcsr(mode | FLUSH_TO_ZERO | DENORMALS_ARE_ZERO);
	return mode;
}

void
cpu_restore(unsigned mode)
{
	_mm_setcsr(mode);
}
