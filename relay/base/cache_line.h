/* What the processor moves at once: what two threads write lies that far apart. */
#pragma once

#define CACHE_LINE 64
