/*
 * OpenBLAS that is loaded when it is asked for: dirgen needs it for two kinds
 * of directions, and for the others promises to stay small (the library starts
 * threads and takes memory as soon as it is loaded).  lateblas.c defines the
 * functions that the library of this project calls; they pass the call on.
 */
#ifndef CMD_LATEBLAS_H
#define CMD_LATEBLAS_H

#include "base/error.h"

/* Loads it; before anything that multiplies. */
int lateblas_open(struct error *err);

#endif
