/*
 * What the classes of a data set are called: names that come with its arrays,
 * or those of a data set that everybody has.
 */
#ifndef DATA_CLASS_NAMES_H
#define DATA_CLASS_NAMES_H

#include <stdint.h>

#include "base/error.h"
#include "file/texts.h"

/*
 * The names of all classes of CIFAR-10 and CIFAR-100 (of a source "cifar10",
 * "cifar100"), and of Fashion-MNIST, which is known by its n labels; NULL: it
 * is another data set.
 */
const char *const *class_names_known(
    const char *name, const int *labels, int64_t n);

/*
 * Fills names, empty before, from the array class_names of an archive, or from
 * classes, label_names or target_names where this holds texts.  An array that
 * has fewer texts than there are classes names something else.
 */
int class_names_of_archive(struct texts *names, struct archive *archive,
    int classes, struct error *err);

#endif
