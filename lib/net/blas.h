/*
 * OpenBLAS for code that every program links but only some run (the backward
 * passes beside their operators).  A weak reference is no reason to load the
 * library, which starts threads and takes memory as soon as it is loaded; who
 * runs a plan or a pass refers to it strongly.
 */
#ifndef NET_BLAS_H
#define NET_BLAS_H

#include <cblas.h>

#pragma weak cblas_sgemm

#endif
