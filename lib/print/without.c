/* Where librsvg2-dev was not there when this was built. */
#include "print/print.h"

static int
refuse(struct error *err)
{
	return error_set(err, "PDF and PNG need librsvg, which was not there "
			      "when this was built: install librsvg2-dev and "
			      "build again, or write SVG");
}

int
print_pdf(
    const struct print_source *source, struct text *out, struct error *err)
{
	(void)source;
	(void)out;
	return refuse(err);
}

int
print_png(const struct print_source *source, double dots, struct text *out,
    struct error *err)
{
	(void)source;
	(void)dots;
	(void)out;
	return refuse(err);
}
