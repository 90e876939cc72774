#define VECTOR "kernel/aarch64/vector_neon.h"
#define KERNELS kernels_neon
#define NAME "neon"
#include "kernel/table.inc"
