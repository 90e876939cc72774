/*
 * The viewer of a loss landscape.  It loads nothing, keeps nothing, and takes
 * all texts as data: textContent and setAttribute alone, never markup.
 */
(function () {
'use strict';

