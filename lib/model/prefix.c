#include "model/prefix.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* So many words of either side are tried. */
enum { WORDS_MAX = 8 };

/* A text that all names of a list begin with, cut behind its dots. */
struct common {
	const char *text;          /* borrowed: the first name */
	size_t n;                  /* characters in common so far */
	size_t end[WORDS_MAX + 1]; /* behind each word; end[0] is 0 */
	int words;
};

static void
meet(struct common *common, const char *name)
{
	size_t i = 0;

	if (common->text == NULL) {
		common->text = name;
		common->n = strlen(name);
	}
	while (i < common->n && name[i] == common->text[i])
		i++;
	common->n = i;
}

static void
cut(struct common *common)
{
	common->words = 0;
	for (size_t i = 0; i < common->n && common->words < WORDS_MAX; i++)
		if (common->text[i] == '.')
			common->end[++common->words] = i + 1;
}

static struct common
common_of_checkpoint(const struct checkpoint *checkpoint)
{
	struct common common = {0};

	for (size_t i = 0; i < checkpoint->n_tensors; i++)
		meet(&common, checkpoint->tensors[i].name);
	cut(&common);
	return common;
}

/* Constants may have names that the exporter made up. */
static struct common
common_of_graph(const struct graph *graph)
{
	struct common common = {0};

	for (size_t i = 0; graph != NULL && i < graph->n_tensors; i++)
		if (graph->tensors[i].role != ROLE_CONSTANT)
			meet(&common, graph->tensors[i].name);
	cut(&common);
	return common;
}

/* Names without the first n_off characters, and with n_on others before. */
static char **
make_names(char *const *names, size_t n, size_t n_off, const char *on,
    size_t n_on, struct error *err)
{
	char **made = memory_new(n + 1, sizeof(*made), err);

	for (size_t i = 0; made != NULL && i < n; i++) {
		const char *rest = names[i] + n_off;
		const size_t bytes = n_on + strlen(rest) + 1;

		made[i] = memory_new(bytes, 1, err);
		if (made[i] == NULL) {
			while (i-- > 0)
				free(made[i]);
			free(made);
			return NULL;
		}
		memcpy(made[i], on, n_on);
		memcpy(made[i] + n_on, rest, bytes - n_on);
	}
	return made;
}

static void
free_names(char **names, size_t n)
{
	for (size_t i = 0; names != NULL && i < n; i++)
		free(names[i]);
	free(names);
}

static void
set_names(struct checkpoint *checkpoint, char *const *names)
{
	for (size_t i = 0; i < checkpoint->n_tensors; i++)
		checkpoint->tensors[i].name = names[i];
}

/* The names as they were, and the nearest miss so far. */
struct search {
	char **names; /* the checkpoint's own */
	size_t least;
	struct error *nearest;
};

static void
keep_miss(struct search *search, const struct error *why, size_t wrong,
    const struct prefix_report *tried)
{
	if (wrong >= search->least)
		return;
	search->least = wrong;
	*search->nearest = *why;
	if (tried->off[0] != '\0')
		error_prefix(
		    search->nearest, "names without '%.80s'", tried->off);
	if (tried->on[0] != '\0')
		error_prefix(search->nearest, "names with '%.80s'", tried->on);
}

/* 1: fits, with its names set; 0: does not; -1: no memory. */
static int
try(struct search *search, struct checkpoint *checkpoint,
    const struct prefix_question *question, const struct prefix_report *tried,
    struct error *err)
{
	const size_t n = checkpoint->n_tensors;
	struct error why;
	size_t wrong = SIZE_MAX;
	char **made = make_names(search->names, n, strlen(tried->off),
	    tried->on, strlen(tried->on), err);
	int status;

	if (made == NULL)
		return -1;
	set_names(checkpoint, made);
	status = question->fits(question->context, checkpoint, &wrong, &why);
	if (status == 0) {
		free_names(search->names, n);
		free(made);
		search->names = NULL;
		return 1;
	}
	set_names(checkpoint, search->names);
	free_names(made, n);
	if (why.memory) {
		*err = why;
		return -1;
	}
	keep_miss(search, &why, wrong, tried);
	return 0;
}

/* All ways, the least changed first. */
static int
try_all(struct search *search, struct checkpoint *checkpoint,
    const struct prefix_question *question, struct prefix_report *report,
    struct error *err)
{
	const struct common off = common_of_checkpoint(checkpoint),
			    on = common_of_graph(question->graph);

	for (int sum = 1; sum <= off.words + on.words; sum++)
		for (int a = sum < off.words ? sum : off.words; a >= 0; a--) {
			const int b = sum - a;
			int status;

			if (b > on.words)
				break;
			snprintf(report->off, sizeof(report->off), "%.*s",
			    (int)off.end[a], off.text);
			snprintf(report->on, sizeof(report->on), "%.*s",
			    (int)on.end[b], on.text != NULL ? on.text : "");
			status = try(search, checkpoint, question, report, err);
			if (status != 0)
				return status;
		}
	*report = (struct prefix_report){0};
	return 0;
}

int
prefix_find(struct checkpoint *checkpoint,
    const struct prefix_question *question, struct prefix_report *report,
    struct error *err)
{
	const size_t n = checkpoint->n_tensors;
	struct search search = {.least = SIZE_MAX, .nearest = err};
	struct error short_of_memory;
	int status;

	*report = (struct prefix_report){0};
	if (question->fits(question->context, checkpoint, &search.least, err) ==
	    0)
		return 0;
	if (err->memory || n == 0)
		return -1;
	search.names = memory_new(n, sizeof(*search.names), err);
	if (search.names == NULL)
		return -1;
	for (size_t i = 0; i < n; i++)
		search.names[i] = checkpoint->tensors[i].name;
	status =
	    try_all(&search, checkpoint, question, report, &short_of_memory);
	free(search.names);
	if (status < 0)
		*err = short_of_memory;
	return status > 0 ? 0 : -1;
}
