/* Is one number less than another?  Outcomes of known numbers. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "survey/rank.h"

static void
less(void **state)
{
	static const struct {
		struct {
			double value, lo, hi;
		} a, b;
		enum outcome outcome;
	} cases[] = {
	    /* exact numbers */
	    {{1, 1, 1}, {2, 2, 2}, OUTCOME_HOLDS},
	    {{2, 2, 2}, {1, 1, 1}, OUTCOME_FAILS},
	    {{1, 1, 1}, {1, 1, 1}, OUTCOME_UNDECIDED},
	    /* 3 and 4 make 5 */
	    {{0, -3, 3}, {5.1, 1.1, 9.1}, OUTCOME_HOLDS},
	    {{0, -3, 3}, {4.9, 0.9, 8.9}, OUTCOME_UNDECIDED},
	    {{5.1, 2.1, 8.1}, {0, -4, 4}, OUTCOME_FAILS},
	    {{4.9, 1.9, 7.9}, {0, -4, 4}, OUTCOME_UNDECIDED},
	    /* the side that matters */
	    {{0, 0, 3}, {2, 2, 2}, OUTCOME_UNDECIDED},
	    {{0, -3, 0}, {2, 2, 2}, OUTCOME_HOLDS},
	    /* of which a lower bound is known */
	    {{1, 1, 1}, {2, 2, INFINITY}, OUTCOME_HOLDS},
	    {{1, 1, INFINITY}, {2, 2, 2}, OUTCOME_UNDECIDED},
	    {{2, 2, INFINITY}, {1, 1, 1}, OUTCOME_FAILS},
	    {{2, 2, 2}, {1, 1, INFINITY}, OUTCOME_UNDECIDED},
	    {{1, 1, INFINITY}, {2, 2, INFINITY}, OUTCOME_UNDECIDED},
	    /* no number; an infinite rise */
	    {{NAN, NAN, NAN}, {1, 1, 1}, OUTCOME_VOID},
	    {{1, 0, 2}, {INFINITY, INFINITY, INFINITY}, OUTCOME_HOLDS},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct estimate a = estimate_between(
		    cases[i].a.value, cases[i].a.lo, cases[i].a.hi);
		const struct estimate b = estimate_between(
		    cases[i].b.value, cases[i].b.lo, cases[i].b.hi);
		const struct margin m = estimate_margin(&a, &b, true);

		if (estimate_less(&a, &b, &m) != cases[i].outcome)
			fail_msg("case %zu", i);
	}
}

static void
errors(void **state)
{
	const struct influence half = {.se = 0.5}, unknown = {.se = NAN};
	struct estimate e = estimate_of(10, &half, 1);

	(void)state;
	assert_true(e.lo == 9 && e.hi == 11);
	/* an error that is not known is no reason to doubt */
	e = estimate_of(10, &unknown, 1);
	assert_true(e.lo == 10 && e.hi == 10);
}

static void
printed(struct estimate e, const char *want)
{
	struct text out = {0};
	struct error err;

	estimate_print(&e, &out);
	assert_string_equal(text_chars(&out, &err), want);
	text_free(&out);
}

static void
printing(void **state)
{
	(void)state;
	printed(estimate_exact(13.29), "13.29");
	printed(estimate_between(1.42, 1.3, 1.54), "1.42 [1.3, 1.54]");
	printed(estimate_between(0.8, 0.7, INFINITY), "at least 0.8");
	printed(estimate_exact(NAN), "unknown");
}

/* A surface of a network of ten classes on 100 images. */
static struct survey
network(double loss, double acc, double rise, double error)
{
	struct survey s = {.axes = 2,
	    .n = 100,
	    .used = 100,
	    .total = 1000,
	    .loss = loss,
	    .acc = acc,
	    .chance = log(10),
	    .chance_acc = 10,
	    .centre = CENTRE_GRID,
	    .loss_kind = "crossentropy",
	    .set = "train"};

	s.sharpness[1].rise = rise;
	s.sharpness[1].error.se = error;
	for (int a = 0; a < 2; a++) {
		s.has_direction[a] = true;
		s.range[a] = (struct range){-1, 1, 3};
	}
	return s;
}

static struct claim
judge(const struct survey *a, const struct survey *b, enum measure measure)
{
	const struct side x = {.survey = &a, .n = 1},
			  y = {.survey = &b, .n = 1};
	struct claim claim;

	claim_judge(&claim, &x, &y, measure);
	return claim;
}

static void
claims(void **state)
{
	const struct survey a = network(0.1, 95, 1, 0.3);
	struct survey b = network(0.5, 80, 2, 0.3);
	struct claim c;

	(void)state;
	/* 1 apart; 2 sqrt(0.3^2 + 0.3^2) = 0.849 */
	c = judge(&a, &b, MEASURE_SHARPNESS);
	assert_int_equal(c.outcome, OUTCOME_HOLDS);
	assert_int_equal(
	    judge(&b, &a, MEASURE_SHARPNESS).outcome, OUTCOME_FAILS);
	b.sharpness[1].error.se = 0.5; /* 1.17 */
	assert_int_equal(
	    judge(&a, &b, MEASURE_SHARPNESS).outcome, OUTCOME_UNDECIDED);
	/* errors of 5 and 20 %: binomial ones of 2.4 and 4 */
	assert_int_equal(judge(&a, &b, MEASURE_ERROR).outcome, OUTCOME_HOLDS);
	b.acc = 88; /* 7 apart, 2 sqrt(2.35^2 + 3.3^2) = 8.1 */
	assert_int_equal(
	    judge(&a, &b, MEASURE_ERROR).outcome, OUTCOME_UNDECIDED);
}

/* Networks that have learned nothing. */
static void
voids(void **state)
{
	const struct survey good = network(0.1, 95, 1, 0);
	struct survey bad = network(2.2, 19, 20, 0);
	struct claim c;
	char why[WHY_BYTES];

	(void)state;
	/* of 100 images 10 % have an error of 3 %: 19 is three of them off */
	assert_int_equal(survey_trained(&bad, why), UNTRAINED);
	assert_string_equal(why, "the accuracy of 19 % of 100 images is that "
				 "of guessing, 10 %");
	c = judge(&good, &bad, MEASURE_SHARPNESS);
	assert_int_equal(c.outcome, OUTCOME_VOID);
	assert_non_null(strstr(c.why, "that of guessing"));
	assert_false(c.unknown);
	bad.acc = 20;
	assert_int_equal(survey_trained(&bad, why), TRAINED);
	bad.loss = 2.31;
	assert_int_equal(survey_trained(&bad, why), UNTRAINED);
	assert_string_equal(why, "the loss of 2.31 is not below that of "
				 "guessing, 2.303");
	assert_int_equal(
	    judge(&bad, &good, MEASURE_SHARPNESS).outcome, OUTCOME_VOID);
	/* numbers that were given are of networks, too */
	assert_int_equal(
	    judge(&bad, &bad, MEASURE_VALUES).outcome, OUTCOME_VOID);
	bad.chance = NAN;
	assert_int_equal(survey_trained(&bad, why), TRAINED_UNKNOWN);
	c = judge(&good, &bad, MEASURE_SHARPNESS);
	assert_int_equal(c.outcome, OUTCOME_HOLDS);
	assert_true(c.unknown);
}

/* Direction sets: what two networks have in common along them cancels out. */
static void
direction_sets(void **state)
{
	static const double rises[3] = {1, 2, 3};
	struct survey a[3], b[3];
	const struct survey *x[3], *y[3];
	struct side s = {.survey = x, .n = 3}, t = {.survey = y, .n = 3};
	struct estimate e;
	struct claim claim;

	(void)state;
	for (int i = 0; i < 3; i++) {
		a[i] = network(0.1, 95, rises[i], 0);
		b[i] = network(0.1, 95, rises[i] + 0.5 + 0.01 * i, 0);
		for (int k = 0; k < 2; k++)
			a[i].direction[k].direction.seed =
			    b[i].direction[k].direction.seed = (uint64_t)i;
		x[i] = &a[i];
		y[i] = &b[i];
	}
	/* mean 2, sd 1, so 4.303 / sqrt(3) */
	e = side_measure(&s, MEASURE_SHARPNESS);
	assert_float_equal(e.value, 2, 1e-12);
	assert_float_equal(e.hi - e.value, 2.4843, 1e-3);
	claim_judge(&claim, &s, &t, MEASURE_SHARPNESS);
	assert_int_equal(claim.outcome, OUTCOME_HOLDS);
	/* other directions: the same numbers say nothing */
	b[2].direction[1].direction.seed = 77;
	claim_judge(&claim, &s, &t, MEASURE_SHARPNESS);
	assert_int_equal(claim.outcome, OUTCOME_UNDECIDED);
}

/* The same images: what their groups do to both networks drops out. */
static void
pairs_of_images(void **state)
{
	struct survey a = network(0.1, 95, 1, 0), b = network(0.1, 95, 1.2, 0);
	struct influence *x = &a.sharpness[1].error, *y = &b.sharpness[1].error;
	struct claim c;

	(void)state;
	a.shrink = b.shrink = 0.5;
	x->grouped = y->grouped = true;
	/* 8 groups up by 1, 8 down: sd 1.0328, se 0.2582, of half the images */
	for (int g = 0; g < GROUPS; g++) {
		x->by[g] = g % 2 == 0 ? 1 : -1;
		y->by[g] = x->by[g] + (g % 4 < 2 ? 0.1 : -0.1);
	}
	x->se = influence_error(x->by, 0.5);
	y->se = influence_error(y->by, 0.5);
	assert_float_equal(x->se, 0.1291, 1e-4);
	/* not known to be the same images: 0.2 is within 2 * 0.18 */
	c = judge(&a, &b, MEASURE_SHARPNESS);
	assert_int_equal(c.outcome, OUTCOME_UNDECIDED);
	/* the same: 2 * 0.01291 */
	strcpy(a.data, "d1");
	strcpy(b.data, "d1");
	c = judge(&a, &b, MEASURE_SHARPNESS);
	assert_int_equal(c.outcome, OUTCOME_HOLDS);
	b.sharpness[1].rise = 1.025;
	c = judge(&a, &b, MEASURE_SHARPNESS);
	assert_int_equal(c.outcome, OUTCOME_UNDECIDED);
	b.sharpness[1].rise = 0.97;
	c = judge(&a, &b, MEASURE_SHARPNESS);
	assert_int_equal(c.outcome, OUTCOME_FAILS);
	/* one of them tells of no groups */
	y->grouped = false;
	c = judge(&a, &b, MEASURE_SHARPNESS);
	assert_int_equal(c.outcome, OUTCOME_UNDECIDED);
}

static void
widths_and_bends(void **state)
{
	struct survey a = network(0.1, 95, 1, 0);
	const struct survey *const one[] = {&a};
	const struct side side = {.survey = one, .n = 1};
	struct estimate e;

	(void)state;
	for (int h = 0; h < HALF_AXES; h++)
		a.width[1][h] =
		    (struct crossing){CROSSING_AT, 0.5, {.se = 0.1}};
	e = side_measure(&side, MEASURE_WIDTH);
	assert_float_equal(e.value, 0.5, 1e-12);
	assert_float_equal(e.hi, 0.7, 1e-12); /* they share their images */
	a.width[1][3] = (struct crossing){CROSSING_OPEN, 1, {.se = NAN}};
	e = side_measure(&side, MEASURE_WIDTH);
	assert_float_equal(e.value, 0.625, 1e-12);
	assert_true(isinf(e.hi));
	a.bends = (struct bends){.points = 100, .down = 20, .unsure = 10};
	e = side_measure(&side, MEASURE_BENDS);
	assert_true(e.value == 0.2 && e.lo == 0.2);
	assert_float_equal(e.hi, 0.3, 1e-12);
	a.curvature = estimate_between(0.1, 0.09, 0.11);
	assert_true(side_measure(&side, MEASURE_CURVATURE).hi == 0.11);
}

static void
ranks(void **state)
{
	static const char *const runs[] = {"a", "b", "c", "d"};
	struct survey list[] = {network(2.4, 9, 0.1, 0.01),
	    network(0.1, 95, 2, 0.1), network(0.1, 95, 1, 0.1),
	    network(0.1, 95, 2.2, 0.1)};
	const struct survey_list all = {.item = list, .n = 4};
	struct ranking ranking = {0};
	struct error err;

	(void)state;
	for (int i = 0; i < 4; i++)
		strcpy(list[i].run, runs[i]);
	assert_int_equal(survey_rank(&ranking, &all, RANK_SHARPNESS, &err), 0);
	assert_int_equal(ranking.n, 4);
	assert_string_equal(ranking.item[0].survey->run, "c");
	assert_string_equal(ranking.item[1].survey->run, "b");
	assert_false(ranking.item[1].tied);
	assert_string_equal(ranking.item[2].survey->run, "d");
	assert_true(ranking.item[2].tied);
	/* the flattest of all has learned nothing */
	assert_string_equal(ranking.item[3].survey->run, "a");
	assert_true(ranking.item[3].why[0] != '\0');
	assert_false(ranking.item[3].tied);
	ranking_free(&ranking);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(less),
	    cmocka_unit_test(errors),
	    cmocka_unit_test(printing),
	    cmocka_unit_test(claims),
	    cmocka_unit_test(voids),
	    cmocka_unit_test(direction_sets),
	    cmocka_unit_test(pairs_of_images),
	    cmocka_unit_test(widths_and_bends),
	    cmocka_unit_test(ranks),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
