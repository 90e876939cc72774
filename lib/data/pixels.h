/*
 * Input constants by name: a pixel p in [0, 1] of channel c enters a network as
 * (p - mean[c]) / std[c].  A wrong constant shows as a wrong accuracy at the
 * centre of a landscape.
 */
#ifndef DATA_PIXELS_H
#define DATA_PIXELS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/options.h"

/* The words of --pixels, NULL-terminated. */
extern const char *const pixels_words[];

/*
 * Fills mean and std of n channels with the constants of choice (an index into
 * pixels_words).  A choice made for another number of channels is an error;
 * `none` (0 and 1) fits any.
 */
int pixels_get(
    int choice, size_t channels, double *mean, double *std, struct error *err);

/* The options --pixels, --mean and --std as every program has them. */
struct pixels_options {
	int choice;             /* of pixels_words, or -1 */
	const char *mean, *std; /* "0.5,0.5,0.5", or NULL */
};

/* Was any of them given? */
bool pixels_given(const struct pixels_options *options);

/*
 * For how many channels the options are (1 where they fit any): for networks
 * that take a row of numbers, which does not say it.
 */
size_t pixels_channels(const struct pixels_options *options);

/* Fails when the options say anything but `none`: tokens have no pixels. */
int pixels_refuse(const struct pixels_options *options, struct error *err);

/*
 * Their rows, with what help says of the word; raw, unless NULL, is that of
 * --raw.
 */
void pixels_add_options(struct option_table *to, struct pixels_options *options,
    int *raw, const char *help);

/*
 * Fails when one is given beside --raw, a word beside a list, or one list
 * alone: two ways to say one thing could only differ.
 */
int pixels_check(
    const struct pixels_options *options, int raw, struct error *err);

/*
 * Fills mean and std of n channels: those of the word, or both
 * lists (pixels_check).  Returns 1, or 0 when no option was given (and
 * nothing is written), or -1 when the numbers do not fit the channels.
 */
int pixels_choose(const struct pixels_options *options, size_t channels,
    double *mean, double *std, struct error *err);

/*
 * The same with known constants of n_known channels (a model's) in mean and
 * std: they stay when no option was given, and must then fit; those of one
 * channel are for all.
 */
int pixels_complete(const struct pixels_options *options, size_t channels,
    size_t n_known, double *mean, double *std, struct error *err);

#endif
