#include "data/pixels.h"

#include "base/number.h"
#include "base/plural.h"

const char *const pixels_words[] = {"cifar10-paper", "cifar10", "cifar100",
    "imagenet", "mnist", "fashion", "none", NULL};

enum { RGB = 3 };

/* In the order of the words.  cifar10-paper is what Li et al. trained with. */
static const struct {
	size_t channels; /* 0: any */
	double mean[RGB], std[RGB];
} table[] = {
    {3, {125.3 / 255, 123.0 / 255, 113.9 / 255},
	{63.0 / 255, 62.1 / 255, 66.7 / 255}},
    {3, {0.4914, 0.4822, 0.4465}, {0.2023, 0.1994, 0.2010}},
    {3, {0.5071, 0.4867, 0.4408}, {0.2675, 0.2565, 0.2761}},
    {3, {0.485, 0.456, 0.406}, {0.229, 0.224, 0.225}},
    {1, {0.1307}, {0.3081}},
    {1, {0.2860}, {0.3530}},
    {0, {0}, {0}},
};

int
pixels_get(
    int choice, size_t channels, double *mean, double *std, struct error *err)
{
	size_t has = table[choice].channels;

	if (has != 0 && has != channels)
		return error_set(err,
		    "--pixels %s has %zu channel%s, the input has %zu",
		    pixels_words[choice], has, plural_s((int64_t)has),
		    channels);
	for (size_t i = 0; i < channels; i++) {
		mean[i] = has != 0 ? table[choice].mean[i] : 0.0;
		std[i] = has != 0 ? table[choice].std[i] : 1.0;
	}
	return 0;
}

static int
parse_list(const char *list, const char *option, size_t channels, double *out,
    struct error *err)
{
	size_t n;

	if (number_parse_reals(list, option, out, channels, &n, err) < 0)
		return -1;
	if (n != channels)
		return error_set(err,
		    "%s has %zu number%s, the input has %zu channel%s", option,
		    n, plural_s((int64_t)n), channels,
		    plural_s((int64_t)channels));
	return 0;
}

bool
pixels_given(const struct pixels_options *options)
{
	return options->choice >= 0 || options->mean != NULL ||
	       options->std != NULL;
}

size_t
pixels_channels(const struct pixels_options *options)
{
	const char *list = options->mean != NULL ? options->mean : options->std;
	size_t n = 1;

	if (options->choice >= 0 && table[options->choice].channels != 0)
		return table[options->choice].channels;
	for (; list != NULL && *list != '\0'; list++)
		n += *list == ',';
	return n;
}

int
pixels_refuse(const struct pixels_options *options, struct error *err)
{
	const int choice = options->choice;

	if (options->mean == NULL && options->std == NULL &&
	    (choice < 0 || table[choice].channels == 0))
		return 0;
	return error_set(err, "%s is for images, the network takes tokens",
	    choice >= 0             ? "--pixels"
	    : options->mean != NULL ? "--mean"
				    : "--std");
}

int
pixels_check(const struct pixels_options *options, int raw, struct error *err)
{
	const bool lists = options->mean != NULL || options->std != NULL;

	if (raw && (options->choice >= 0 || lists))
		return error_set(
		    err, "--raw excludes --pixels, --mean and --std");
	if (options->choice >= 0 && lists)
		return error_set(err,
		    "--pixels %s excludes %s: both are the input constants, "
		    "give the word, or --mean and --std",
		    pixels_words[options->choice],
		    options->mean != NULL ? "--mean" : "--std");
	if ((options->mean != NULL) != (options->std != NULL))
		return error_set(err, "%s is given without %s",
		    options->mean != NULL ? "--mean" : "--std",
		    options->mean != NULL ? "--std" : "--mean");
	return 0;
}

int
pixels_choose(const struct pixels_options *options, size_t channels,
    double *mean, double *std, struct error *err)
{
	if (!pixels_given(options))
		return 0;
	if (pixels_check(options, 0, err) < 0)
		return -1;
	if (options->choice >= 0 &&
	    pixels_get(options->choice, channels, mean, std, err) < 0)
		return -1;
	if (options->mean != NULL &&
	    parse_list(options->mean, "--mean", channels, mean, err) < 0)
		return -1;
	if (options->std != NULL &&
	    parse_list(options->std, "--std", channels, std, err) < 0)
		return -1;
	for (size_t i = 0; i < channels; i++)
		if (!(std[i] > 0.0))
			return error_set(err,
			    "--std of channel %zu is %g, expected more than 0",
			    i, std[i]);
	return 1;
}

int
pixels_complete(const struct pixels_options *options, size_t channels,
    size_t n_known, double *mean, double *std, struct error *err)
{
	int chosen = pixels_choose(options, channels, mean, std, err);

	if (chosen != 0)
		return chosen < 0 ? -1 : 0;
	if (n_known == 0)
		return error_set(err,
		    "the model has no input constants: give --pixels, or "
		    "--mean and --std");
	for (size_t i = 1; n_known == 1 && i < channels; i++) {
		mean[i] = mean[0];
		std[i] = std[0];
	}
	if (n_known != 1 && n_known != channels)
		return error_set(err,
		    "the model has input constants for %zu channel%s, the "
		    "images have %zu",
		    n_known, plural_s((int64_t)n_known), channels);
	return 0;
}

void
pixels_add_options(struct option_table *to, struct pixels_options *options,
    int *raw, const char *help)
{
	const struct option_row word[] = {
	    OPTION_CHOICE(0, "pixels", pixels_words, &options->choice, help),
	    OPTION_END};
	const struct option_row flag[] = {
	    OPTION_FLAG(0, "raw", raw,
		"the images are reals that are normalised already"),
	    OPTION_END};
	const struct option_row lists[] = {
	    OPTION_TEXT(0, "mean", "M,...", &options->mean,
		"mean of each channel's pixels in 0..1"),
	    OPTION_TEXT(0, "std", "S,...", &options->std,
		"standard deviation of each channel's pixels"),
	    OPTION_END};

	options->choice = -1;
	options_add(to, word);
	if (raw != NULL)
		options_add(to, flag);
	options_add(to, lists);
}
