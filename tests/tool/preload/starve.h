/*
 * What starve (the tool) and starve.so (the library it loads into a program)
 * tell each other: a file that both map, named by STARVE in the environment.
 */
#ifndef TOOL_STARVE_H
#define TOOL_STARVE_H

#include <stdatomic.h>

struct starving {
	unsigned long at;    /* the request that fails, from 1; 0: none */
	int on;              /* all that follow fail, too */
	atomic_ulong asked;  /* requests since main began */
	int died_of;         /* a signal, in the first object of the stack */
	char died_in[64];    /* that is neither libc nor starve.so */
	char refused_in[64]; /* the object that asked for what failed */
};

#endif
