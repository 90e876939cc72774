/* Any bytes as a pickle, and what can be asked about its values. */
#include "file/pickle.h"
#include "file/pickle_numpy.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n);

static void
ask(const struct pickle_value *value)
{
	struct pickle_array array;
	struct error err;
	char text[80];
	double number;

	pickle_describe(value, text);
	pickle_number(value, &number);
	pickle_get(value, "data");
	pickle_item(value, 0);
	pickle_array_view(value, &array, &err);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct pickle pickle;
	struct error err;

	if (pickle_read(&pickle, bytes, n, &err) == 0) {
		const struct pickle_value *root = pickle.root;

		ask(root);
		if (root->kind == PICKLE_DICT || root->kind == PICKLE_LIST ||
		    root->kind == PICKLE_TUPLE || root->kind == PICKLE_SET)
			for (size_t i = 0; i < root->items.n; i++)
				ask(root->items.at[i]);
	}
	pickle_free(&pickle);
	return 0;
}
