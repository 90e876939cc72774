/* The table of 64-bit ARM: NEON, which all of them have. */
#ifndef KERNEL_AARCH64_TABLES_H
#define KERNEL_AARCH64_TABLES_H

#include "kernel/kernel.h"

extern const struct kernels kernels_neon;

#endif
