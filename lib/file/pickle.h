/*
 * Python pickles, read without Python: protocols 2 to 4 (and what 5 shares with
 * them), as PyTorch checkpoints and CIFAR batches use them.
 *
 * Nothing is executed.  A global is only its name, a call only the name and the
 * arguments; what they mean is decided by who reads the values.  The few calls
 * whose result is a plain value (OrderedDict, torch.Size, _codecs.encode)
 * become that value.
 *
 * The result is a graph: values may be shared, and a hostile pickle may even
 * contain itself.  Whoever walks it goes to a fixed depth or marks what he has
 * visited.  Size, number of values, depth of marks and every length are
 * bounded; input is read by a loop with an explicit stack.
 */
#ifndef FILE_PICKLE_H
#define FILE_PICKLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum pickle_kind {
	PICKLE_NONE,
	PICKLE_BOOL,   /* integer */
	PICKLE_INT,    /* integer */
	PICKLE_LONG,   /* text: two's complement, little-endian, over 8 bytes */
	PICKLE_REAL,   /* real */
	PICKLE_TEXT,   /* text: UTF-8, or the bytes of a Python 2 str */
	PICKLE_BYTES,  /* text */
	PICKLE_TUPLE,  /* items */
	PICKLE_LIST,   /* items */
	PICKLE_SET,    /* items */
	PICKLE_DICT,   /* items: key, value, key, value ... in order */
	PICKLE_GLOBAL, /* text: "module.name" */
	PICKLE_CALL,   /* call: any object built by a callable */
	PICKLE_PERSISTENT, /* id: an object that the file keeps elsewhere */
};

struct pickle_value {
	enum pickle_kind kind;
	union {
		int64_t integer;
		double real;
		struct {
			const char *chars; /* not NUL-terminated */
			size_t n;
		} text;
		struct {
			struct pickle_value **at;
			uint32_t n, room;
		} items;
		struct {
			struct pickle_value *callable, *arguments;
			struct pickle_value *state; /* given later; or NULL */
		} call;
		struct pickle_value *id;
	};
};

struct pickle {
	const struct pickle_value *root;
	size_t n_bytes; /* of the input that the pickle took */
	size_t n_persistent;
	struct pickle_value **persistent; /* all persistent ids, in order */
	struct pickle_chunk *memory;      /* where everything lives */
};

/*
 * Reads one pickle from the beginning of bytes; what follows it is left alone.
 * Texts and bytes are views into bytes, which must outlive the pickle.  Fails
 * on anything that is not a complete pickle within the bounds.  Release with
 * pickle_free in any case.
 */
int pickle_read(
    struct pickle *pickle, const uint8_t *bytes, size_t n, struct error *err);
void pickle_free(struct pickle *pickle);

/* Is value the text, or the global of this name?  NULL is neither. */
bool pickle_is_text(const struct pickle_value *value, const char *text);
bool pickle_is_global(const struct pickle_value *value, const char *name);

/* Is value a call of the global of this name? */
bool pickle_is_call(const struct pickle_value *value, const char *name);

/* The last value under a key (text or bytes) of a dict; NULL without one or no
 * dict. */
const struct pickle_value *pickle_get(
    const struct pickle_value *dict, const char *key);

/* Item i of a tuple or list with at least i + 1 of them, else NULL. */
const struct pickle_value *pickle_item(
    const struct pickle_value *value, size_t i);

/* What a message calls the value: "a dict", "torch.nn.Linear". */
const char *pickle_describe(const struct pickle_value *value, char text[80]);

#endif
