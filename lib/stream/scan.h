/*
 * The bounded pre-scan: finds the parts of one record in raw bytes before
 * msgpack-c sees any of them.  A length that the input merely claims never
 * leads to an allocation (`dd 10 00 00 00`, five bytes, makes msgpack-c 4.0.0
 * ask for 6.4 GB), and depth, size and number of values are limited.
 *
 * A record is the msgpack array [magic, kind, header, payload, crc]:
 *
 *	95 a4 "LLv1"       the magic, recognisable without decoding
 *	kind               text, 1 to 31 bytes
 *	header             map
 *	payload            bin, or nil
 *	ce + 4 bytes       CRC-32 (zlib's) of all bytes before, as a uint32
 */
#ifndef STREAM_SCAN_H
#define STREAM_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

enum {
	RECORD_BYTES_MAX = 16 << 20,
	HEADER_BYTES_MAX = 4 << 20,
	HEADER_VALUES_MAX = 400000,
	HEADER_DEPTH_MAX = 16,
	KIND_BYTES_MAX = 31,
	MAGIC_BYTES = 6,
	CRC_BYTES = 5, /* with its msgpack type byte */
};

/* The first bytes of every record. */
extern const uint8_t stream_magic[MAGIC_BYTES];

/* Offsets from the record's first byte. */
struct scan {
	size_t kind, kind_bytes;       /* the characters of the text */
	size_t header, header_bytes;   /* the encoded map */
	size_t payload, payload_bytes; /* the contents of the bin */
	size_t bytes;                  /* of the whole record */
};

/*
 * Looks at n bytes that should start with a record.  Returns 1 when the record
 * is whole and well formed and its CRC is right, 0 when more bytes are needed
 * (*need receives how many in all, more than n), -1 with an error otherwise.
 */
int scan_record(const uint8_t *bytes, size_t n, struct scan *scan, size_t *need,
    struct error *err);

/*
 * Questions to a header as it is encoded (n bytes that scan_record has found),
 * which need no memory and so cannot fail: the number under a text key, false
 * when there is none (an integer serves); is the value under it this text?
 */
bool scan_real(const uint8_t *header, size_t n, const char *key, double *out);
bool scan_says(
    const uint8_t *header, size_t n, const char *key, const char *text);

#endif
