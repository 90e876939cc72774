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

static bool
is_training(const unsigned char *head, size_t n)
{
	return output_begins(head, n, "name,epoch,step,lr,");
}

static bool
is_classes(const unsigned char *head, size_t n)
{
	return output_begins(head, n, "set,rep,ix,iy,id,x,y,class,");
}

const struct output_kind convert_csv_kind = {
    .name = "CSV of points", .is = is_csv};
const struct output_kind convert_json_kind = {
    .name = "JSON of points", .is = is_json};
const struct output_kind convert_vtk_kind = {
    .name = "VTK polygons", .is = is_vtk};
const struct output_kind convert_gnuplot_kind = {
    .name = "gnuplot's text of points", .is = is_gnuplot};
const struct output_kind convert_plotly_kind = {
    .name = "a figure of plotly", .is = is_plotly};
const struct output_kind convert_glb_kind = {
    .name = "binary glTF", .is = is_glb};
const struct output_kind convert_path_kind = {
    .name = "CSV of paths", .is = is_path};
const struct output_kind convert_training_kind = {
    .name = "CSV of training", .is = is_training};
const struct output_kind convert_classes_kind = {
    .name = "CSV of classes", .is = is_classes};
