#include "model/accuracy.h"

bool
accuracy_noted(const struct value *meta, double *acc)
{
	static const char *const names[] = {
	    "acc", "test_acc", "best_acc", "best_prec1"};

	for (int i = 0; i < 4; i++)
		if (value_real(value_get(meta, names[i]), acc))
			return true;
	return false;
}

bool
accuracy_is_far(double acc, double noted, bool test)
{
	return acc < noted - 3.0 || (test && acc > noted + 3.0);
}
