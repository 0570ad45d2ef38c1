/* SPDX-License-Identifier: MIT */
/* Is the library at least as new as the header? */
#include <slab.h>

int main(void)
{
#if !SLAB_VERSION_AT_LEAST(1, 0, 0)
#error "libslab 1.0 or later is needed"
#endif
	printf("compiled with libslab %s, running with %s\n",
	    SLAB_VERSION_STRING, slab_version());
	return 0;
}
