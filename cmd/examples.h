/* The first example of each program's page (made of the pages: examples.awk).
 */
#ifndef CMD_EXAMPLES_H
#define CMD_EXAMPLES_H

struct example {
	const char *program; /* NULL in the last one */
	const char *lines;   /* each with two spaces before and a newline */
};

extern const struct example examples[];

#endif
