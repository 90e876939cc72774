/* gridstat: the numbers beside the picture.  Is my plot right? */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/number.h"
#include "base/output.h"
#include "base/plural.h"
#include "frame.h"
#include "surfaces.h"
#include "survey/noise.h"
#include "survey/rank.h"

/* With --compare or not, with --json or not. */
static const struct output_kind *const kinds[2][2] = {
    {&survey_kind, &survey_json_kind}, {&claim_kind, &claim_json_kind}};

struct settings {
	int json;
	int rank, compare; /* -1: none */
	const char *set;   /* of --compare; NULL: the first */
	const char *class; /* of the images; NULL: all */
	double values[2];
	int from[2];
	bool has_values, has_from;
};

static int
read_surveys(struct survey_list *list, char **paths, int n,
    const struct settings *set, const struct frame *frame, struct error *err)
{
	struct points_list points = {0};
	int status = surfaces_read(&points, paths, n, false, frame, err);

	if (status == 0)
		status = surfaces_view(&points, set->class, err);
	if (status == 0)
		status = survey_make(list, &points, err);
	points_list_free(&points);
	return status;
}

static void
warn_unknown(const struct frame *frame)
{
	frame_warn(frame,
	    "whether these networks have learned something is not known: the "
	    "input does not say into how many classes they sort, or has no "
	    "centre");
}

/* ---- surveys, and their order ---- */

/* Surveys, what they say together, and their order; owned but for surveys. */
struct findings {
	const struct survey_list *list;
	struct noise_list noise;
	struct ranking ranking;
};

static void
print_text(const struct findings *f, struct text *out)
{
	for (size_t i = 0; i < f->list->n; i++) {
		if (i > 0)
			text_add(out, "\n");
		survey_print(&f->list->item[i], out);
	}
	for (size_t i = 0; i < f->noise.n; i++) {
		text_add(out, "\n");
		noise_print(&f->noise.item[i], out);
	}
	if (f->ranking.n == 0)
		return;
	text_add(out, "\n");
	ranking_print(&f->ranking, out);
}

static void
print_json(const struct findings *f, struct text *out)
{
	text_add(out, "{\"surfaces\":[");
	for (size_t i = 0; i < f->list->n; i++) {
		text_add(out, i > 0 ? ",\n" : "\n");
		survey_print_json(&f->list->item[i], out);
	}
	text_add(out, "],\n\"noise\":[");
	for (size_t i = 0; i < f->noise.n; i++) {
		text_add(out, i > 0 ? ",\n" : "\n");
		noise_print_json(&f->noise.item[i], out);
	}
	text_add(out, "]");
	if (f->ranking.n > 0) {
		text_add(out, ",\n\"rank\":");
		ranking_print_json(&f->ranking, out);
	}
	text_add(out, "}\n");
}

static int
survey(char **paths, int n, const struct settings *set,
    const struct frame *frame, struct error *err)
{
	struct survey_list list = {0};
	struct findings f = {.list = &list};
	struct text out = {0};
	bool unknown = false;
	int status = read_surveys(&list, paths, n, set, frame, err);

	if (status == 0 && list.alone > 0)
		frame_warn(frame,
		    "%zu evaluation%s without directions are of no surface in "
		    "the input",
		    list.alone, plural_s((int64_t)list.alone));
	if (status == 0)
		status = noise_make(&f.noise, &list, err);
	if (status == 0 && set->rank >= 0)
		status = survey_rank(
		    &f.ranking, &list, (enum rank_key)set->rank, err);
	for (size_t i = 0; i < f.ranking.n; i++)
		unknown |= f.ranking.item[i].unknown;
	if (status == 0 && unknown)
		warn_unknown(frame);
	if (status == 0) {
		(set->json ? print_json : print_text)(&f, &out);
		status = frame_write(frame, &out, err);
	}
	ranking_free(&f.ranking);
	noise_list_free(&f.noise);
	text_free(&out);
	survey_list_free(&list);
	return status;
}

/* ---- two networks ---- */

struct network {
	struct survey_list list;
	const struct survey **sets;
	struct side side;
};

/* The direction sets of the one run of a file, on one data set. */
static int
read_network(struct network *network, char *path, const struct settings *set,
    const struct frame *frame, struct error *err)
{
	struct survey_list *list = &network->list;
	const char *name = set->set;

	if (read_surveys(list, &path, 1, set, frame, err) < 0)
		return -1;
	network->sets = memory_new(list->n, sizeof(void *), err);
	if (network->sets == NULL)
		return -1;
	network->side.survey = network->sets;
	name = name != NULL ? name : list->item[0].set;
	for (size_t i = 0; i < list->n; i++) {
		if (strcmp(list->item[i].run, list->item[0].run) != 0)
			return error_set(
			    err, "%s has several runs, expected one", path);
		if (strcmp(list->item[i].set, name) == 0)
			network->sets[network->side.n++] = &list->item[i];
	}
	if (network->side.n == 0)
		return error_set(err, "%s has no data set '%.60s'", path, name);
	return 0;
}

static void
free_network(struct network *network)
{
	free(network->sets);
	survey_list_free(&network->list);
}

/* What is measured on a grid must be of equal ones. */
static int
check_pair(const struct network *a, const struct network *b,
    enum measure measure, struct error *err)
{
	switch (measure) {
	case MEASURE_SHARPNESS:
	case MEASURE_WIDTH:
	case MEASURE_BENDS:
	case MEASURE_CURVATURE:
	case MEASURE_OUTWARD:
	case MEASURE_EXPECTED:
	case MEASURE_BARRIER:
	case MEASURE_HIGHEST:
		if (survey_comparable(a->sets[0], b->sets[0], err) < 0)
			return error_prefix(err, "not to be compared");
		return 0;
	default:
		return 0;
	}
}

static int
compare(char **paths, int n, const struct settings *set,
    const struct frame *frame, struct error *err)
{
	const enum measure measure = (enum measure)set->compare;
	struct network network[2] = {0};
	struct claim claim;
	struct text out = {0};
	int status = 0;

	for (int i = 0; i < 2 && status == 0; i++) {
		status = read_network(
		    &network[i], paths[i < n ? i : n - 1], set, frame, err);
		network[i].side.end = set->from[i];
		network[i].side.given = estimate_exact(set->values[i]);
	}
	if (status == 0)
		status = check_pair(&network[0], &network[1], measure, err);
	if (status == 0) {
		claim_judge(
		    &claim, &network[0].side, &network[1].side, measure);
		if (claim.unknown)
			warn_unknown(frame);
		if (set->json)
			claim_print_json(&claim, measure, &out);
		else
			claim_print(&claim, &out);
		status = frame_write(frame, &out, err);
	}
	text_free(&out);
	for (int i = 0; i < 2; i++)
		free_network(&network[i]);
	return status;
}

/* ---- the command line ---- */

static int
parse_two(
    const char *value, const char *option, double out[2], struct error *err)
{
	size_t n;

	if (number_parse_reals(value, option, out, 2, &n, err) < 0)
		return -1;
	return n == 2 ? 0
		      : error_set(err, "%s is '%.60s', expected two numbers",
			    option, value);
}

static int
parse_values(void *target, const char *value, struct error *err)
{
	struct settings *set = target;

	set->has_values = true;
	return parse_two(value, "--values", set->values, err);
}

static int
parse_from(void *target, const char *value, struct error *err)
{
	struct settings *set = target;
	double from[2];

	if (parse_two(value, "--from", from, err) < 0)
		return -1;
	for (int i = 0; i < 2; i++) {
		if (from[i] != 0 && from[i] != 1)
			return error_set(err,
			    "--from is '%.60s', expected 0 or 1 twice", value);
		set->from[i] = (int)from[i];
	}
	set->has_from = true;
	return 0;
}

static const struct frame_belongs belongs[] = {{"set", FRAME_ANY_WORD},
    {"from", 1U << MEASURE_OUTWARD}, {"values", 1U << MEASURE_VALUES}, {0}};

static void
check_usage(const struct frame *frame, const struct settings *set, int n)
{
	frame_check_belongs(
	    frame, belongs, "compare", measure_words, set->compare);
	if (set->compare < 0)
		return;
	if (set->rank >= 0)
		frame_usage(frame, "--compare and --rank exclude each other");
	if (n < 1 || n > 2)
		frame_usage(frame,
		    "%d operand%s, --compare wants two files (or one that is "
		    "both)",
		    n, plural_s(n));
	if (set->compare == MEASURE_VALUES && !set->has_values)
		frame_usage(frame, "--compare values needs --values A,B");
	if (set->compare == MEASURE_OUTWARD && !set->has_from)
		frame_usage(frame, "--compare outward needs --from X,X");
}

int
main(int argc, char **argv)
{
	struct settings set = {.rank = -1, .compare = -1};
	const struct option_row options[] = {
	    OPTION_FLAG(0, "json", &set.json, "one JSON object"),
	    OPTION_CHOICE(0, "rank", rank_words, &set.rank,
		"order the runs; refused when they cannot be compared"),
	    OPTION_CHOICE(0, "compare", measure_words, &set.compare,
		"is it less in the first file than in the second?"),
	    OPTION_TEXT(0, "set", "NAME", &set.set,
		"compare on this data set (the first)"),
	    OPTION_TEXT(0, "class", "NAME", &set.class, SURFACES_CLASS_HELP),
	    OPTION_CALL(0, "from", "X,X", &set, parse_from,
		"compare outward: from 0 or 1 in each file"),
	    OPTION_CALL(0, "values", "A,B", &set, parse_values,
		"compare values: these numbers of the two networks"),
	    OPTION_END};
	struct frame frame = {.name = "gridstat",
	    .synopsis = "[FILE...]",
	    .reads = true,
	    .purpose = "the numbers beside the picture",
	    .output = {.manner = OUTPUT_QUICK},
	    .options = options};
	int first = frame_start(&frame, argc, argv), status;
	struct error err;

	check_usage(&frame, &set, argc - first);
	frame_set_kind(&frame, kinds[set.compare >= 0][set.json]);
	if (set.compare >= 0)
		status =
		    compare(argv + first, argc - first, &set, &frame, &err);
	else
		status = survey(argv + first, argc - first, &set, &frame, &err);
	if (status < 0)
		frame_fail(&frame, &err);
	return 0;
}
