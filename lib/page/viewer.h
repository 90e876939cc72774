/*
 * The viewer, embedded when it is built: the files of viewer/ as they are, one
 * behind another, in the order that the Makefile gives.
 */
#ifndef PAGE_VIEWER_H
#define PAGE_VIEWER_H

/* NUL-terminated. */
extern const char viewer_script[], viewer_style[];

#endif
