/* What the forms of gridconv look like. */
#include "convert/convert.h"

static bool
is_csv(const unsigned char *head, size_t n)
{
	return output_begins(head, n, "ix,iy,x,y,loss,acc");
}

static bool
is_json(const unsigned char *head, size_t n)
{
	return output_begins(head, n, "[{\"grid\":");
}

static bool
is_vtk(const unsigned char *head, size_t n)
{
	return output_begins(head, n, "<?xml") &&
	       output_has(head, n, "<VTKFile type=\"PolyData\"");
}

static bool
is_gnuplot(const unsigned char *head, size_t n)
{
	return output_begins(head, n, "# run ");
}

const struct output_kind convert_csv_kind = {"CSV of points", is_csv};
const struct output_kind convert_json_kind = {"JSON of points", is_json};
const struct output_kind convert_vtk_kind = {"VTK polygons", is_vtk};
const struct output_kind convert_gnuplot_kind = {
    "gnuplot's text of points", is_gnuplot};
