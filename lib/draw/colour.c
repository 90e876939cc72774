#include "draw/colour.h"

#include <math.h>
#include <stdio.h>

enum { STOPS = 9 };

static const unsigned char maps[][STOPS][3] = {
    /* viridis (van der Walt and Smith), every 32nd of its 256 colours */
    [COLOUR_VIRIDIS] = {{0x44, 0x01, 0x54}, {0x47, 0x2d, 0x7b},
	{0x3b, 0x52, 0x8b}, {0x2c, 0x72, 0x8e}, {0x21, 0x90, 0x8c},
	{0x27, 0xad, 0x81}, {0x5d, 0xc8, 0x63}, {0xaa, 0xdc, 0x32},
	{0xfd, 0xe7, 0x25}},
    /* "cool-warm" (Moreland, Diverging Color Maps for Visualization, 2009) */
    [COLOUR_DIVERGING] = {{59, 76, 192}, {98, 130, 234}, {141, 176, 254},
	{184, 208, 249}, {221, 221, 221}, {245, 196, 173}, {244, 154, 123},
	{222, 96, 77}, {180, 4, 38}},
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
	double at = (t > 0 ? t < 1 ? t : 1 : 0) * (STOPS - 1);
	int i = (int)at;

	if (i > STOPS - 2)
		i = STOPS - 2;
	return colour_mix(
	    from_bytes(maps[map][i]), from_bytes(maps[map][i + 1]), at - i);
}

struct colour
colour_of_curve(int i)
{
	/* Okabe and Ito, without the yellow that is lost on white paper */
	static const unsigned char set[][3] = {{0, 114, 178}, {213, 94, 0},
	    {0, 158, 115}, {204, 121, 167}, {86, 180, 233}, {230, 159, 0},
	    {60, 60, 60}};

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
