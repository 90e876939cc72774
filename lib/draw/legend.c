#include "draw/legend.h"

#include "draw/plot.h"

int
legend_entry(struct legend *legend, const char *text, struct xy *at)
{
	double width =
	    LEGEND_SAMPLE + 5 + svg_text_width(text, PLOT_TICK_SIZE) + 14;
	struct svg_font font = {.size = PLOT_TICK_SIZE, .anchor = "start"};

	if (legend->x > legend->left &&
	    legend->x + width > legend->left + legend->width) {
		legend->x = legend->left;
		legend->y += LEGEND_ROW;
	}
	*at = (struct xy){legend->x, legend->y};
	legend->x += width;
	if (legend->svg == NULL)
		return 0;
	svg_text(legend->svg, at->x + LEGEND_SAMPLE + 5,
	    at->y + 0.35 * font.size, &font, text);
	return 1;
}
