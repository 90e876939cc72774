/*
 * Colours of heights.
 */
#ifndef DRAW_COLOUR_H
#define DRAW_COLOUR_H

enum { COLOUR_TEXT_BYTES = 8 };

/* Red, green and blue, 0..1, as a screen takes them (sRGB). */
struct colour {
	double r, g, b;
};

enum colour_map {
	COLOUR_VIRIDIS, /* perceptually uniform, readable in grey */
	COLOUR_CIVIDIS, /* the same for colour-blind people */
	COLOUR_MAGMA,
	COLOUR_SUMMER,   /* of the paper's contour lines */
	COLOUR_COOLWARM, /* of the paper's surfaces; signed values around 0.5 */
};

/* Their names, NULL-terminated. */
extern const char *const colour_map_words[];

/* The colour at t; t outside 0..1 is taken as the nearest end. */
struct colour colour_at(enum colour_map map, double t);

/* The colour of curve number i, distinguishable by most colour-blind people. */
struct colour colour_of_curve(int i);

/* Mixes part of b into a; or scales a towards black by factor. */
struct colour colour_mix(struct colour a, struct colour b, double part);
struct colour colour_shade(struct colour a, double factor);

/* As dark as a line must be to be seen on white paper: 3:1 (WCAG 2). */
struct colour colour_on_white(struct colour colour);

/* "#rrggbb"; returns text. */
char *colour_text(struct colour colour, char text[COLOUR_TEXT_BYTES]);

#endif
