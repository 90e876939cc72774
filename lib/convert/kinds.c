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

static bool
is_plotly(const unsigned char *head, size_t n)
{
	return output_begins(head, n, "{\"data\":[{\"type\":\"");
}

static bool
is_glb(const unsigned char *head, size_t n)
{
	return output_begins(head, n, "glTF");
}

static bool
is_path(const unsigned char *head, size_t n)
{
	return output_begins(head, n, "name,rep,i,step,x,y,norm,off,");
}

const struct output_kind convert_csv_kind = {"CSV of points", is_csv};
const struct output_kind convert_json_kind = {"JSON of points", is_json};
const struct output_kind convert_vtk_kind = {"VTK polygons", is_vtk};
const struct output_kind convert_gnuplot_kind = {
    "gnuplot's text of points", is_gnuplot};
const struct output_kind convert_plotly_kind = {
    "a figure of plotly", is_plotly};
const struct output_kind convert_glb_kind = {"binary glTF", is_glb};
const struct output_kind convert_path_kind = {"CSV of paths", is_path};
