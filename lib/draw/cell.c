#include "draw/cell.h"

int
cell_of(const double *at, int n, double x)
{
	int lo = 0, hi = n - 1;

	while (hi - lo > 1) {
		const int middle = (lo + hi) / 2;

		if (x >= at[middle])
			lo = middle;
		else
			hi = middle;
	}
	return lo;
}
