/* What is said of a program of --exec that does not do what it should. */
#include <stdarg.h>
#include <stdio.h>

#include "evaluate/exec_internal.h"

int
exec_blame(struct error *err, const struct evaluation *e,
    const struct place *place, const char *format, ...)
{
	char what[512];
	va_list list;

	va_start(list, format);
	vsnprintf(what, sizeof(what), format, list);
	va_end(list);
	error_set(err, "%s", what);
	if (e->plane->reps > 1)
		error_prefix(err, "rep %d", place->rep);
	return error_prefix(
	    err, "--exec: point (%.6g, %.6g)", place->a, place->b);
}

void
exec_explain(
    const struct exec_process *process, const char *how, struct error *err)
{
	struct error before = *err;

	if (process->ended)
		error_set(err, "%.900s (%s)", before.text,
		    how[0] != '\0' ? how : "exit status 0");
}
