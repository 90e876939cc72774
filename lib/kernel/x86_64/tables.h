/* The tables of x86-64: AVX2 with FMA; AVX-512, and the same bits with fewer
 * loads. */
#ifndef KERNEL_X86_64_TABLES_H
#define KERNEL_X86_64_TABLES_H

#include "kernel/kernel.h"

extern const struct kernels kernels_avx2, kernels_avx512, kernels_avx512_spread;

#endif
