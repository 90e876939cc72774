#include "file/pickle_machine.h"

#include "base/memory.h"

enum { STACK_MAX = 1 << 20 };

struct pickle_value *
machine_make(struct machine *m, enum pickle_kind kind, struct error *err)
{
	return pickle_value_new(&m->memory, kind, err);
}

int
machine_push(struct machine *m, struct pickle_value *value, struct error *err)
{
	if (value == NULL)
		return -1;
	if (m->depth == STACK_MAX)
		return error_set(
		    err, "pickle stacks more than %d values", STACK_MAX);
	if (memory_grow(&m->stack, &m->stack_room, m->depth + 1,
		sizeof(struct pickle_value *), err) < 0)
		return -1;
	m->stack[m->depth++] = value;
	return 0;
}

size_t
machine_reachable(const struct machine *m)
{
	return m->depth - (m->n_marks > 0 ? m->marks[m->n_marks - 1] : 0);
}

struct pickle_value *
machine_top(struct machine *m, struct error *err)
{
	if (machine_reachable(m) == 0) {
		error_set(err, "pickle takes a value from an empty stack");
		return NULL;
	}
	return m->stack[m->depth - 1];
}

struct pickle_value *
machine_pop(struct machine *m, struct error *err)
{
	struct pickle_value *value = machine_top(m, err);

	if (value != NULL)
		m->depth--;
	return value;
}

int
machine_pop_many(struct machine *m, size_t want, struct pickle_value ***items,
    size_t *n, struct error *err)
{
	*n = want == SIZE_MAX ? machine_reachable(m) : want;
	if (want == SIZE_MAX && m->n_marks == 0)
		return error_set(
		    err, "pickle refers to a mark that is not set");
	if (*n > machine_reachable(m))
		return error_set(
		    err, "pickle takes a value from an empty stack");
	m->depth -= *n;
	if (want == SIZE_MAX)
		m->n_marks--;
	*items = *n > 0 ? m->stack + m->depth : NULL;
	return 0;
}

int
machine_push_text(struct machine *m, enum pickle_kind kind, const void *chars,
    size_t n, struct error *err)
{
	struct pickle_value *value = machine_make(m, kind, err);

	if (value != NULL) {
		value->text.chars = chars;
		value->text.n = n;
	}
	return machine_push(m, value, err);
}
