#include "draw/colour.h"

#include <math.h>
#include <stdio.h>

enum { STOPS_MAX = 13 };

const char *const colour_map_words[] = {
    [COLOUR_VIRIDIS] = "viridis",
    [COLOUR_CIVIDIS] = "cividis",
    [COLOUR_MAGMA] = "magma",
    [COLOUR_SUMMER] = "summer",
    [COLOUR_COOLWARM] = "coolwarm",
    NULL,
};

/* Colours at equal distances, between which it is mixed. */
static const struct {
	int n;
	unsigned char at[STOPS_MAX][3];
} maps[] = {
    /* van der Walt and Smith: every 32nd of its 256 colours */
    [COLOUR_VIRIDIS] = {9,
	{{0x44, 0x01, 0x54}, {0x47, 0x2d, 0x7b}, {0x3b, 0x52, 0x8b},
	    {0x2c, 0x72, 0x8e}, {0x21, 0x90, 0x8c}, {0x27, 0xad, 0x81},
	    {0x5d, 0xc8, 0x63}, {0xaa, 0xdc, 0x32}, {0xfd, 0xe7, 0x25}}},
    /* Nunez, Anderton and Renslow 2018 */
    [COLOUR_CIVIDIS] = {13,
	{{0x00, 0x22, 0x4e}, {0x00, 0x31, 0x71}, {0x2b, 0x40, 0x6d},
	    {0x43, 0x4e, 0x6c}, {0x57, 0x5d, 0x6d}, {0x6a, 0x6c, 0x71},
	    {0x7c, 0x7b, 0x78}, {0x90, 0x8b, 0x78}, {0xa5, 0x9c, 0x74},
	    {0xbb, 0xad, 0x6c}, {0xd2, 0xbf, 0x60}, {0xe9, 0xd2, 0x4e},
	    {0xfe, 0xe8, 0x38}}},
    /* van der Walt and Smith */
    [COLOUR_MAGMA] = {13,
	{{0x00, 0x00, 0x04}, {0x10, 0x0c, 0x2d}, {0x2d, 0x11, 0x60},
	    {0x50, 0x12, 0x7c}, {0x72, 0x1f, 0x81}, {0x93, 0x2b, 0x80},
	    {0xb6, 0x37, 0x79}, {0xd7, 0x45, 0x6c}, {0xf1, 0x60, 0x5d},
	    {0xfb, 0x87, 0x61}, {0xfe, 0xaf, 0x78}, {0xfe, 0xd6, 0x98},
	    {0xfc, 0xfd, 0xbf}}},
    [COLOUR_SUMMER] = {2, {{0x00, 0x80, 0x66}, {0xff, 0xff, 0x66}}},
    /* Moreland, Diverging Color Maps for Visualization, 2009 */
    [COLOUR_COOLWARM] = {9,
	{{59, 76, 192}, {98, 130, 234}, {141, 176, 254}, {184, 208, 249},
	    {221, 221, 221}, {245, 196, 173}, {244, 154, 123}, {222, 96, 77},
	    {180, 4, 38}}},
};

static struct colour
from_bytes(const unsigned char *rgb)
{
	return (struct colour){rgb[0] / 255.0, rgb[1] / 255.0, rgb[2] / 255.0};
}

struct colour
colour_mix(struct colour a, struct colour b, double part)
{
	return (struct colour){a.r + part * (b.r - a.r),
	    a.g + part * (b.g - a.g), a.b + part * (b.b - a.b)};
}

struct colour
colour_shade(struct colour a, double factor)
{
	return (struct colour){a.r * factor, a.g * factor, a.b * factor};
}

struct colour
colour_at(enum colour_map map, double t)
{
	const int last = maps[map].n - 1;
	const double at = (t > 0 ? t < 1 ? t : 1 : 0) * last;
	int i = (int)at;

	if (i > last - 1)
		i = last - 1;
	return colour_mix(from_bytes(maps[map].at[i]),
	    from_bytes(maps[map].at[i + 1]), at - i);
}

static double
linear(double v)
{
	return v <= 0.04045 ? v / 12.92 : pow((v + 0.055) / 1.055, 2.4);
}

struct colour
colour_on_white(struct colour colour)
{
	const double most = 1.05 / 3 - 0.05;

	for (int i = 0; i < 50; i++) {
		if (0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) +
			0.0722 * linear(colour.b) <=
		    most)
			break;
		colour = colour_shade(colour, 0.97);
	}
	return colour;
}

struct colour
colour_of_curve(int i)
{
	/*
	 * Okabe and Ito, with a dark red for the yellow that is lost on white
	 * paper: also to eyes without red or green it is farther from each of
	 * the others than the nearest of those are from each other.
	 */
	static const unsigned char set[][3] = {{0, 114, 178}, {213, 94, 0},
	    {0, 158, 115}, {204, 121, 167}, {86, 180, 233}, {230, 159, 0},
	    {60, 60, 60}, {139, 0, 0}};

	return from_bytes(set[i % (int)(sizeof(set) / sizeof(set[0]))]);
}

static int
byte(double v)
{
	return v <= 0 ? 0 : v >= 1 ? 255 : (int)lround(255 * v);
}

char *
colour_text(struct colour colour, char text[COLOUR_TEXT_BYTES])
{
	snprintf(text, COLOUR_TEXT_BYTES, "#%02x%02x%02x", byte(colour.r),
	    byte(colour.g), byte(colour.b));
	return text;
}
