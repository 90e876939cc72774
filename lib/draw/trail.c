#include "draw/trail.h"

#include "draw/legend.h"
#include "draw/trail_mark.h"

/* ---- the view from above ---- */

static int
place_on_plot(const void *context, struct xy at, struct xy *page)
{
	const struct plot *plot = context;

	*page = (struct xy){plot_x(plot, at.x), plot_y(plot, at.y)};
	return 1;
}

static int
one_piece(const void *context, struct xy from, struct xy to)
{
	(void)context;
	(void)from;
	(void)to;
	return 1;
}

struct trail_view
trail_view_plot(const struct plot *plot)
{
	return (struct trail_view){.x = {plot->x0, plot->x1},
	    .y = {plot->y0, plot->y1},
	    .left = plot->left,
	    .top = plot->top,
	    .right = plot->left + plot->width,
	    .bottom = plot->top + plot->height,
	    .place = place_on_plot,
	    .pieces = one_piece,
	    .context = plot};
}

/* ---- lines and marks ---- */

/* A pen that is down while it draws a line. */
struct line_pen {
	struct svg *svg;
	const struct trail_view *view;
	int down;
};

/* To a place: a line, unless one of its ends is not seen. */
static void
go_to(struct line_pen *pen, struct xy at, int draws)
{
	struct xy page;
	const int seen = pen->view->place(pen->view->context, at, &page) == 1;

	if (draws && seen && pen->down)
		svg_line(pen->svg, page.x, page.y);
	else if (seen)
		svg_move(pen->svg, page.x, page.y);
	pen->down = seen;
}

static void
draw_line(
    struct svg *svg, const struct trail_view *view, const struct trail *trail)
{
	struct line_pen pen = {.svg = svg, .view = view};

	for (size_t i = 0; i + 1 < trail->n; i++) {
		const struct xy p = trail->at[i], q = trail->at[i + 1];
		const double dx = q.x - p.x, dy = q.y - p.y;
		struct trail_part part = {0, 1};
		struct xy from, to;
		int n;

		if (!trail_cut(view->x, p.x, dx, &part) ||
		    !trail_cut(view->y, p.y, dy, &part)) {
			pen.down = 0;
			continue;
		}
		from = (struct xy){p.x + part.from * dx, p.y + part.from * dy};
		to = (struct xy){p.x + part.to * dx, p.y + part.to * dy};
		if (!pen.down || part.from > 0)
			go_to(&pen, from, 0);
		n = view->pieces(view->context, from, to);
		for (int k = 1; k < n; k++)
			go_to(&pen,
			    (struct xy){from.x + (to.x - from.x) * k / n,
				from.y + (to.y - from.y) * k / n},
			    1);
		go_to(&pen, to, 1);
		pen.down = pen.down && part.to == 1;
	}
}

static int
is_inside(const struct trail_view *view, struct xy p)
{
	return p.x >= view->x[0] && p.x <= view->x[1] && p.y >= view->y[0] &&
	       p.y <= view->y[1];
}

static void
draw_marks(const struct trail_pen *pen, const struct trail_view *view,
    const struct trail *trail, struct trail_count *count)
{
	for (int layer = 0; layer < TRAIL_LAYERS; layer++)
		for (size_t i = 0; i < trail->n; i++) {
			enum trail_form form;
			struct xy page;
			int seen;

			if (!is_inside(view, trail->at[i]))
				continue;
			seen = view->place(view->context, trail->at[i], &page);
			count->inside += layer == 0 && seen >= 0;
			count->hidden += layer == 0 && seen == 0;
			if (seen == 1 && trail_has(trail, i, layer, &form))
				trail_mark(pen, form, page);
		}
}

/* ---- networks ---- */

/* A box of the page: a name, or what none may cover. */
struct tag {
	double left, top, right, bottom;
};

enum { TAGS_MAX = 64, TAG_PLACES = 8 };

struct tags {
	struct tag item[TAGS_MAX];
	size_t n;
};

static void
add_tag(struct tags *tags, struct tag tag)
{
	if (tags->n < TAGS_MAX)
		tags->item[tags->n++] = tag;
}

static int
is_free(const struct tags *tags, const struct trail_view *view, struct tag t)
{
	if (t.left < view->left || t.right > view->right || t.top < view->top ||
	    t.bottom > view->bottom)
		return 0;
	for (size_t i = 0; i < tags->n; i++) {
		const struct tag *o = &tags->item[i];

		if (t.left < o->right && t.right > o->left &&
		    t.top < o->bottom && t.bottom > o->top)
			return 0;
	}
	return 1;
}

/* The place number k beside a dot: right, left, above, below, then slantwise.
 */
static struct tag
tag_beside(struct xy at, double width, double height, int k)
{
	static const struct {
		double along, up; /* of the name's middle; 1: beside the dot */
	} places[TAG_PLACES] = {{1, 0}, {-1, 0}, {0, 1}, {0, -1}, {1, 0.8},
	    {-1, 0.8}, {1, -0.8}, {-1, -0.8}};
	const double x = at.x + places[k].along * (7 + width / 2);
	const double y = at.y - places[k].up * (6 + height / 2);

	return (struct tag){x - width / 2 - 2, y - height / 2,
	    x + width / 2 + 2, y + height / 2};
}

/* A name beside its dot, where that covers no other. */
static void
write_name(struct svg *svg, const struct trail_view *view, struct tags *tags,
    struct xy at, const char *name)
{
	const struct svg_font font = {
	    .size = PLOT_TICK_SIZE, .anchor = "start", .fill = "#222"};
	const double width = svg_text_width(name, font.size);

	for (int k = 0; k < TAG_PLACES; k++) {
		const struct tag tag =
		    tag_beside(at, width, 1.2 * font.size, k);

		if (!is_free(tags, view, tag))
			continue;
		add_tag(tags, tag);
		svg_box(svg, tag.left, tag.top, tag.right - tag.left,
		    tag.bottom - tag.top,
		    "fill=\"#fff\" fill-opacity=\"0.75\"");
		svg_text(svg, tag.left + 2,
		    (tag.top + tag.bottom) / 2 + font.size * 0.35, &font, name);
		return;
	}
}

static struct tag
around(struct xy at, double r)
{
	return (struct tag){at.x - r, at.y - r, at.x + r, at.y + r};
}

/* All dots stand before the first name, and the centre's cross. */
static void
draw_networks(struct svg *svg, const struct trail_view *view,
    const struct trail *trails, size_t n, struct trail_count *count)
{
	struct tags tags = {.n = 0};
	struct xy page;

	if (is_inside(view, (struct xy){0, 0}) &&
	    view->place(view->context, (struct xy){0, 0}, &page) == 1)
		add_tag(&tags, around(page, 5));
	for (size_t pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < n; i++) {
			const struct trail_pen pen = {
			    .svg = svg, .i = i, .n = n};
			int seen;

			if (trails[i].n != 1 ||
			    !is_inside(view, trails[i].at[0]))
				continue;
			seen =
			    view->place(view->context, trails[i].at[0], &page);
			count->inside += pass > 0 && seen >= 0;
			count->hidden += pass > 0 && seen == 0;
			if (seen != 1)
				continue;
			if (pass == 0)
				add_tag(&tags, around(page, 4));
			else
				write_name(
				    svg, view, &tags, page, trails[i].name);
			if (pass == 0)
				trail_network(&pen, page);
		}
}

struct trail_count
trails_draw(struct svg *svg, const struct trail_view *view,
    const struct trail *trails, size_t n)
{
	struct trail_count count = {0, 0};

	for (size_t i = 0; i < n; i++) {
		const struct trail_pen pen = {
		    svg, i, n, trail_is_long(&trails[i])};

		if (trails[i].n == 1)
			continue;
		/* a halo, so that it is seen before any background */
		trail_halo(svg);
		draw_line(svg, view, &trails[i]);
		svg_path_end(svg);
		trail_stroke(svg, i, n);
		draw_line(svg, view, &trails[i]);
		svg_path_end(svg);
		draw_marks(&pen, view, &trails[i], &count);
	}
	draw_networks(svg, view, trails, n, &count);
	return count;
}

/* ---- legend ---- */

static void
trail_entry(struct legend *legend, const struct trail *trail,
    const struct trail_pen *pen)
{
	struct xy at;

	if (!legend_entry(legend, trail->name, &at))
		return;
	if (trail->n == 1) {
		at.x += LEGEND_SAMPLE / 2;
		trail_network(pen, at);
		return;
	}
	trail_stroke(legend->svg, pen->i, pen->n);
	svg_move(legend->svg, at.x, at.y);
	svg_line(legend->svg, at.x + LEGEND_SAMPLE, at.y);
	svg_path_end(legend->svg);
	at.x += LEGEND_SAMPLE / 2;
	trail_mark(pen, TRAIL_DOT, at);
}

static void
form_entry(struct legend *legend, const char *text, enum trail_form form)
{
	const struct trail_pen pen = {.svg = legend->svg, .n = 1};
	struct xy at;

	if (!legend_entry(legend, text, &at))
		return;
	at.x += LEGEND_SAMPLE / 2;
	trail_mark(&pen, form, at);
}

static void
write_legend(struct legend *legend, const struct trail *trails, size_t n)
{
	int drops = 0, ways = 0;

	for (size_t i = 0; i < n; i++) {
		const struct trail_pen pen = {legend->svg, i, n, 0};

		trail_entry(legend, &trails[i], &pen);
		ways |= trails[i].n > 1;
		for (size_t k = 0; k < trails[i].n; k++)
			drops |= trails[i].drop[k];
	}
	if (ways) {
		form_entry(legend, "start", TRAIL_START);
		form_entry(legend, "end", TRAIL_END);
	}
	if (drops)
		form_entry(legend, "learning rate falls", TRAIL_DROP);
}

double
trails_legend_height(const struct trail *trails, size_t n, double width)
{
	struct legend legend = legend_start(NULL, 0, 0, width);

	if (n == 0)
		return 0;
	write_legend(&legend, trails, n);
	return legend_end(&legend);
}

void
trails_legend(struct svg *svg, const struct trail *trails, size_t n,
    double left, double top, double width)
{
	struct legend legend = legend_start(svg, left, top, width);

	if (n > 0)
		write_legend(&legend, trails, n);
}
