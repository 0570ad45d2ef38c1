# SPDX-License-Identifier: MIT
# The manual: every page by name, the pages of one line that lead to another
# (.so) among them, so that each public name can be looked up.

manual =

if DOC
dist_man_MANS = $(manual)
else
EXTRA_DIST += $(manual)
endif
