#include "base/descriptor.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

/* After a failure: is it worth another try?  Waits where fd is not ready. */
static int
try_again(int fd, short events)
{
	struct pollfd ready = {.fd = fd, .events = events};

	if (errno == EINTR)
		return 1;
	if (errno != EAGAIN && errno != EWOULDBLOCK)
		return 0;
	return poll(&ready, 1, -1) > 0 || errno == EINTR;
}

ssize_t
descriptor_read(int fd, void *bytes, size_t n)
{
	ssize_t got;

	do
		got = read(fd, bytes, n);
	while (got < 0 && try_again(fd, POLLIN));
	return got;
}

int
descriptor_write(int fd, const void *bytes, size_t n)
{
	const char *p = bytes;

	while (n > 0) {
		ssize_t done = write(fd, p, n);

		if (done < 0 && !try_again(fd, POLLOUT))
			return -1;
		if (done < 0)
			continue;
		p += done;
		n -= (size_t)done;
	}
	return 0;
}
