#include "drawlists.h"

#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "draw/caption.h"
#include "draw/densities.h"
#include "draw/histograms.h"
#include "draw/training_chart.h"

/* One of the lists that can be drawn. */
union list {
	struct histogram_list histograms;
	struct density_list densities;
	struct training_list runs;
};

/* How each was made. */
static int
describe(struct text *desc, const struct drawlist *d, const struct listed *from,
    struct error *err)
{
	for (size_t i = 0; i < from->n; i++) {
		if (caption_history(desc, &from->begin[i], err) < 0)
			return -1;
		text_add(desc, "\n");
	}
	text_add(desc, "%s", d->words);
	return text_check(desc, err);
}

static int
read_list(const struct drawlist *d, union list *list, struct reader *reader,
    struct error *err)
{
	switch (d->kind) {
	case DRAWLIST_HISTOGRAM:
		return histograms_read(&list->histograms, reader, err);
	case DRAWLIST_DENSITY:
		return densities_read(&list->densities, reader, err);
	default:
		return training_read(&list->runs, reader, err);
	}
}

static void
free_list(const struct drawlist *d, union list *list)
{
	switch (d->kind) {
	case DRAWLIST_HISTOGRAM:
		histogram_list_free(&list->histograms);
		break;
	case DRAWLIST_DENSITY:
		density_list_free(&list->densities);
		break;
	default:
		training_list_free(&list->runs);
	}
}

static const struct listed *
origins(const struct drawlist *d, const union list *list)
{
	switch (d->kind) {
	case DRAWLIST_HISTOGRAM:
		return &list->histograms.from;
	case DRAWLIST_DENSITY:
		return &list->densities.from;
	default:
		return &list->runs.from;
	}
}

static int
draw(const struct drawlist *d, const union list *list, struct text *svg,
    struct error *err)
{
	struct picture picture = d->picture;
	struct text desc = {0};
	int status = describe(&desc, d, origins(d, list), err);

	picture.desc = status == 0 ? text_chars(&desc, err) : NULL;
	if (picture.desc == NULL)
		status = -1;
	else if (d->kind == DRAWLIST_HISTOGRAM)
		status = histograms_draw(
		    &picture, &list->histograms, &d->panels, svg, err);
	else if (d->kind == DRAWLIST_DENSITY)
		status = densities_draw(
		    &picture, &list->densities, &d->panels, svg, err);
	else
		status = training_chart_draw(
		    &picture, &list->runs, d->field, &d->panels, svg, err);
	text_free(&desc);
	return status;
}

int
drawlist_draw(const struct drawlist *d, char **paths, int n,
    const struct frame *frame, struct text *svg, struct error *err)
{
	struct reader *reader = frame_reader(frame, paths, n, err);
	union list list = {0};
	int status = -1;

	if (reader != NULL && read_list(d, &list, reader, err) == 0)
		status = draw(d, &list, svg, err);
	reader_free(reader);
	free_list(d, &list);
	return status;
}

/* ---- what is it? ---- */

/* Records before the first that tells: marks of runs. */
enum { LOOK = 16 };

/* 1: a kind, or 0: another that is drawn; -1: look on. */
static int
look(const struct record *record, enum drawlist_kind *kind)
{
	double step;

	if (record_is(record, "histogram")) {
		*kind = DRAWLIST_HISTOGRAM;
		return 1;
	}
	if (record_is(record, "density")) {
		*kind = DRAWLIST_DENSITY;
		return 1;
	}
	*kind = DRAWLIST_TRAINING;
	if (record_is(record, "model"))
		return value_real(
		    value_get(value_get(record->header, "meta"), "step"),
		    &step);
	return record_is(record, "grid") || record_is(record, "path") ? 0 : -1;
}

/* A descriptor that may be read and set back, or -1. */
static int
open_again(char **paths, int n)
{
	const bool standard = n == 0 || strcmp(paths[0], "-") == 0;
	const int fd =
	    standard ? dup(STDIN_FILENO) : open(paths[0], O_RDONLY | O_CLOEXEC);
	struct stat st;

	if (fd >= 0 && fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		return fd;
	if (fd >= 0)
		close(fd);
	return -1;
}

bool
drawlist_guess(char **paths, int n, enum drawlist_kind *kind)
{
	struct error err;
	struct record record;
	const int fd = open_again(paths, n);
	const off_t at = fd >= 0 ? lseek(fd, 0, SEEK_CUR) : -1;
	struct reader *reader = NULL;
	int found = -1;

	if (at >= 0)
		reader = reader_new_fd(dup(fd), "", &err);
	for (int i = 0; reader != NULL && i < LOOK && found < 0 &&
			reader_next_intact(reader, &record, &err) == 1;
	     i++)
		found = look(&record, kind);
	reader_free(reader);
	/* standard input is read from where it stood */
	if (at >= 0)
		(void)lseek(fd, at, SEEK_SET);
	if (fd >= 0)
		close(fd);
	return found == 1;
}
