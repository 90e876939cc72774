/*
 * coverage: does the half-width of evalgrid --error hold?
 *
 *	coverage [-s SEEDS] [-e E[,floor=L]]... [-k CLASSES] [-a ANCHORS]
 *SURFACE
 *
 * SURFACE has the losses of single images (evalgrid --per-image).  For each of
 * its points and each E (5%, 2%, 1%) the images are brought into SEEDS (1000)
 * orders, looked at by the functions of evalgrid, and the loss at the end is
 * held against that of all images; with the help of ANCHORS, where given.  A
 *line for each: how many images it took, and how often the half-width held the
 *loss of all images.  Exits with 1 where that is less than 93 of 100.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data/dataset.h"
#include "evaluate/anchor.h"
#include "evaluate/look.h"
#include "stream/reader.h"
#include "surface/points.h"

enum { ERRORS_MAX = 8 };
static const double enough = 0.93;

struct errors {
	struct look_rule rule[ERRORS_MAX];
	int n;
};

struct tally {
	double images;
	int64_t held, all, seeds;
};

static _Noreturn void
die(const struct error *err)
{
	fprintf(stderr, "coverage: %s\n", err->text);
	exit(2);
}

/* Where a point ends whose losses come in this order. */
static void
walk(struct tally *tally, const struct look_rule *rule, const double *losses,
    const struct anchor_cell *cell, int64_t total, double all)
{
	struct look_state state = {0};

	do {
		const int64_t n = look_next(rule, state.n, total);
		struct score score;

		score_measure(&score, losses, n);
		if (n < total)
			anchor_measure(&score, cell, losses, n);
		state = look_state(rule, &score, total);
	} while (!look_suffices(rule, &state, total));
	tally->images += (double)state.n;
	tally->held += state.n == total || fabs(state.loss - all) <= state.half;
	tally->all += state.n == total;
	tally->seeds++;
}

/* A point: its losses and where it is. */
struct subject {
	const float *losses;
	int64_t n;
	double x, y;
	const char *set;
	const struct anchors *anchors; /* or NULL */
};

static void
measure(struct tally *tally, const struct errors *errors,
    const struct subject *subject, int64_t seeds)
{
	const int64_t n = subject->n;
	double *ordered = calloc((size_t)n, sizeof(*ordered));
	struct anchor_cell cell = {0};
	struct score all;
	struct error err;

	if (ordered == NULL)
		exit(2);
	for (int64_t i = 0; i < n; i++)
		ordered[i] = (double)subject->losses[i];
	score_measure(&all, ordered, n);
	for (int64_t seed = 0; seed < seeds; seed++) {
		struct dataset d = {.n = n};

		if (dataset_shuffle(&d, (uint64_t)seed, &err) < 0 ||
		    (subject->anchors != NULL &&
			anchor_cell(&cell, subject->anchors, 0, subject->x,
			    subject->y, subject->set, &d, &err) < 0))
			die(&err);
		for (int64_t i = 0; i < n; i++)
			ordered[i] = (double)subject->losses[d.order[i]];
		for (int e = 0; e < errors->n; e++)
			walk(&tally[e], &errors->rule[e], ordered, &cell, n,
			    all.loss);
		dataset_free(&d);
	}
	anchor_cell_free(&cell);
	free(ordered);
}

/* A point's lines; how many of them are not good enough. */
static int
tell(const struct points *p, int64_t index, const struct errors *errors,
    const struct anchors *anchors, int64_t seeds)
{
	const int64_t n = point_losses(&p->at[index], NULL, 0);
	float *losses = calloc((size_t)n + 1, sizeof(*losses));
	struct tally tally[ERRORS_MAX] = {0};
	double x = NAN, y = NAN, loss = NAN, sd = NAN;
	int bad = 0;

	if (losses == NULL)
		exit(2);
	point_losses(&p->at[index], losses, n);
	points_value(p, index, "x", &x);
	points_value(p, index, "y", &y);
	points_value(p, index, "loss", &loss);
	points_value(p, index, "sd", &sd);
	if (n > 0)
		measure(tally, errors,
		    &(struct subject){losses, n, x, y,
			p->grid.set[index % p->grid.sets], anchors},
		    seeds);
	for (int e = 0; e < errors->n && n > 0; e++) {
		const struct tally *t = &tally[e];
		const double held = (double)t->held / (double)t->seeds;

		printf("(%.4g, %.4g) loss %.4g sd/loss %.3g: %g %%, %.1f %% of "
		       "%" PRId64 " images, held %.1f %%\n",
		    x, y, loss, sd / loss, 100.0 * errors->rule[e].error,
		    100.0 * t->images / (double)(t->seeds * n), n,
		    100.0 * held);
		bad += held < enough;
	}
	free(losses);
	return bad;
}

static void
take(struct errors *errors, const char *text)
{
	struct error err;

	if (errors->n == ERRORS_MAX)
		exit(2);
	if (look_parse(text, &errors->rule[errors->n++], &err) < 0)
		die(&err);
}

int
main(int argc, char **argv)
{
	static const char *const usual[] = {"5%", "2%", "1%"};
	const struct points_rules rules = {0};
	struct points_list list = {0};
	struct errors errors = {0};
	int64_t seeds = 1000, classes = 10;
	struct anchors anchors = {0};
	const char *path = NULL;
	struct reader *reader;
	struct error err;
	int option, bad = 0;

	while ((option = getopt(argc, argv, "s:e:k:a:")) != -1) {
		if (option == 's')
			seeds = strtoll(optarg, NULL, 10);
		else if (option == 'k')
			classes = strtoll(optarg, NULL, 10);
		else if (option == 'a')
			path = optarg;
		else if (option == 'e')
			take(&errors, optarg);
		else
			exit(2);
	}
	for (size_t i = 0; i < 3 && errors.n == (int)i; i++)
		take(&errors, usual[i]);
	for (int e = 0; e < errors.n; e++)
		look_settle(
		    &errors.rule[e], LOSS_CROSSENTROPY, (size_t)classes);
	if (path != NULL && anchors_open(&anchors, path, &err) < 0)
		die(&err);
	reader = reader_new(argv + optind, (size_t)(argc - optind), &err);
	if (reader == NULL || points_read(&list, reader, &rules, &err) < 0)
		die(&err);
	for (size_t i = 0; i < list.n; i++)
		for (int64_t k = 0; k < list.item[i].n; k++)
			if (list.item[i].at[k].bytes != NULL)
				bad += tell(&list.item[i], k, &errors,
				    path != NULL ? &anchors : NULL, seeds);
	anchors_close(&anchors);
	points_list_free(&list);
	reader_free(reader);
	return bad > 0;
}
