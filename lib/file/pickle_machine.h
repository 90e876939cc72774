/*
 * The unpickling machine of Python's pickle module, without its effects: a
 * stack, marks in it, and a memo.  Only lib/file/pickle*.c use this.
 */
#ifndef FILE_PICKLE_MACHINE_H
#define FILE_PICKLE_MACHINE_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "file/pickle.h"
#include "file/pickle_memory.h"

struct machine {
	const uint8_t *bytes; /* what is not read yet */
	size_t left;
	struct pickle_memory memory;
	struct pickle_value **stack;
	size_t depth, stack_room;
	size_t *marks; /* depths of the stack */
	size_t n_marks, marks_room;
	struct pickle_value **memo; /* NULL: nothing remembered there */
	size_t memo_room, memoized;
	struct pickle_value **persistent;
	size_t n_persistent, persistent_room;
};

/* A new value of this kind, not yet on the stack; NULL beyond the bounds. */
struct pickle_value *machine_make(
    struct machine *m, enum pickle_kind kind, struct error *err);

/* Pushes value; NULL means that making it failed, and so does this. */
int machine_push(
    struct machine *m, struct pickle_value *value, struct error *err);
int machine_push_text(struct machine *m, enum pickle_kind kind,
    const void *chars, size_t n, struct error *err);

/* How many values lie above the last mark: those below are out of reach. */
size_t machine_reachable(const struct machine *m);

/* The last value, left on the stack or taken off it; NULL with an error. */
struct pickle_value *machine_top(struct machine *m, struct error *err);
struct pickle_value *machine_pop(struct machine *m, struct error *err);

/*
 * Takes the last want values off the stack (SIZE_MAX: those above the last
 * mark, and the mark); *items are valid until the next push,
 * NULL when there are none.
 */
int machine_pop_many(struct machine *m, size_t want,
    struct pickle_value ***items, size_t *n, struct error *err);

#endif
