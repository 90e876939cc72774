/* The family of functions that a source is; each source begins with this. */
#ifndef DIRECTION_SOURCE_FAMILY_H
#define DIRECTION_SOURCE_FAMILY_H

#include "direction/source.h"

struct source_family {
	enum direction_kind kind;
	bool asks_weights;
	bool (*serves)(
	    const struct direction_source *source, int axis); /* NULL: yes */
	int (*start)(struct direction_source *source, struct error *err);
	int (*read)(struct direction_source *source, int rep, int index,
	    int64_t offset, int64_t n, const void *w, float *out,
	    struct error *err);
	int (*finish)(struct direction_source *source, struct error *err);
	/* NULL: it reads no runs */
	const struct marks *(*open_runs)(const struct direction_source *source);
	void (*release)(
	    struct direction_source *source); /* all but the source itself */
};

struct direction_source {
	const struct source_family *family;
	int reps;
	const struct model *model;
	struct direction direction; /* of set 0 */
};

#endif
