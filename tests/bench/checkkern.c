/*
 * checkkern: checks every kernel of every instruction set against plain C, and
 * times them.
 *
 * A check draws shapes (odd ones too) and numbers from a seed, puts each
 * operand against a guard page, fills outputs with junk, and compares all of
 * them: inside within a tolerance from eps sqrt(K), outside untouched.
 */
#include <stdio.h>

#include "base/options.h"
#include "checkkern/check.h"

static const struct {
	const char *name;
	check_function *run;
} checks[] = {
    {"conv", check_conv},
    {"depthwise", check_depthwise},
    {"winograd", check_winograd},
    {"strided", check_strided},
    {"winograd_weights", check_weights},
    {"pool", check_pool},
    {"affine", check_affine},
    {"gradient", check_gradient},
    {"winograd_gradient", check_winograd_gradient},
    {"norm_sums", check_norm},
    {"norm_back", check_norm_back},
    {"softmax", check_softmax},
    {"exp", check_exp},
    {"layer_norm", check_layer_norm},
    {"pointwise", check_pointwise},
    {"softmax_back", check_softmax_back},
    {"layer_norm_back", check_layer_norm_back},
    {"slope", check_slope},
    {"bend", check_bend},
};
enum { CHECKS = sizeof(checks) / sizeof(checks[0]) };

enum { SETS_MAX = 16 };

static void
add_set(struct set **end, const char *word, const char *more,
    const struct kernels *kernels)
{
	struct set *set = (*end)++;

	snprintf(set->name, sizeof(set->name), "%s%s", word, more);
	set->kernels = kernels;
}

/* Plain C, then what this processor has.  Returns how many. */
static int
find_sets(struct set sets[SETS_MAX])
{
	struct set *end = sets;

	add_set(&end, "base", "", &kernels_plain);
	for (int i = 0; CPU_SETS + i <= cpu_level_native(); i++) {
		const struct cpu_set *set = &cpu_sets[i];

		add_set(&end, set->word, "", set->kernels);
		if (set->variant != NULL)
			add_set(&end, set->word, "-variant", set->variant);
	}
	return (int)(end - sets);
}

/* All checks of n instruction sets, as TAP.  Returns the number that fail. */
static int
check_all(const struct set *sets, int n, uint64_t seed, int rounds)
{
	int failed = 0, count = 0;

	for (int k = 0; k < n; k++) {
		for (int i = 0; i < CHECKS; i++) {
			struct dice dice = {
			    random_open(seed, RANDOM_NOISE, checks[i].name), 0};
			int good = 1;

			for (int r = 0; r < rounds && good; r++) {
				good = checks[i].run(sets[k].kernels, &dice);
				release();
				if (!good)
					printf("# round %d\n", r);
			}
			failed += !good;
			printf("%sok %d - %s %s\n", good ? "" : "not ", ++count,
			    sets[k].name, checks[i].name);
		}
	}
	printf("1..%d\n", count);
	return failed;
}

int
main(int argc, char **argv)
{
	uint64_t seed = 1;
	int64_t rounds = 200;
	int bench = 0, csv = 0, plain = 0;
	struct set sets[SETS_MAX];
	int n;
	struct text help = {0};
	const char *said;
	struct error err;
	const struct option_row options[] = {
	    OPTION_U64(
		's', "seed", "SEED", &seed, "seed of shapes and numbers"),
	    OPTION_INT(
		'r', "rounds", "N", &rounds, 1, 1000000, "shapes per kernel"),
	    OPTION_FLAG('b', "bench", &bench, "time instead of check"),
	    OPTION_FLAG('p', "plain", &plain, "time plain C too"),
	    OPTION_FLAG('c', "csv", &csv, "times as CSV"),
	    OPTION_END,
	};

	if (options_parse(options, argc, argv, NULL, NULL, &err) != argc) {
		options_help(options, &help);
		said = text_chars(&help, &err);
		fputs(said != NULL ? said : err.text, stderr);
		text_free(&help);
		return 2;
	}
	n = find_sets(sets);
	if (!bench)
		return check_all(sets, n, seed, (int)rounds) != 0;
	bench_all(sets + !plain, n - !plain, seed, csv);
	return 0;
}
