/*
 * read(2) and write(2) as everybody here needs them: a signal does not end
 * them, and a descriptor that would not wait (O_NONBLOCK, which a descriptor
 * shares with whoever opened it) is waited for.  Nobody else calls those two.
 */
#ifndef BASE_DESCRIPTOR_H
#define BASE_DESCRIPTOR_H

#include <stddef.h>
#include <sys/types.h>

/* Some bytes, at most n: their number, 0 at the end, -1 with errno. */
ssize_t descriptor_read(int fd, void *bytes, size_t n);

/* All n bytes: 0, or -1 with errno. */
int descriptor_write(int fd, const void *bytes, size_t n);

#endif
