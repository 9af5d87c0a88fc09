/* SPDX-License-Identifier: MIT */
/* query: the cases that the page runs too, keys, and what expressions may cost. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <cmocka.h>

#include "case_rows.h"
#include "format/ansi.c"
#include "format/pattern.c"
#undef SET
#undef GROUP
#include "format/query.c"
#include "format/query_match.c"
#include "format/query_terms.c"
