# SPDX-License-Identifier: MIT
# The manual: every page by name, the pages of one line that lead to another
# (.so) among them, so that each public name can be looked up.

manual = \
	man/man1/slabstat.1 \
	man/man3/SLAB_DEBUG_AUDIT.3 \
	man/man3/SLAB_DEBUG_CHECK.3 \
	man/man3/SLAB_DEBUG_FAIL.3 \
	man/man3/SLAB_DEBUG_GUARD.3 \
	man/man3/SLAB_DEBUG_MALLOC.3 \
	man/man3/SLAB_DEBUG_POISON.3 \
	man/man3/SLAB_DEBUG_QUARANTINE.3 \
	man/man3/SLAB_DEBUG_REDZONE.3 \
	man/man3/SLAB_DEBUG_SAMPLE.3 \
	man/man3/SLAB_DEFINE_TYPED.3 \
	man/man3/SLAB_INLINE.3 \
	man/man3/SLAB_PERIOD_NEVER.3 \
	man/man3/SLAB_VERSION_AT_LEAST.3 \
	man/man3/SLAB_VERSION_MAJOR.3 \
	man/man3/SLAB_VERSION_MINOR.3 \
	man/man3/SLAB_VERSION_NUMBER.3 \
	man/man3/SLAB_VERSION_PATCH.3 \
	man/man3/SLAB_VERSION_STRING.3 \
	man/man3/slab.hpp.3 \
	man/man3/slab_alloc.3 \
	man/man3/slab_alloc_bulk.3 \
	man/man3/slab_backing.3 \
	man/man3/slab_buffer_size.3 \
	man/man3/slab_builder.3 \
	man/man3/slab_builder_align.3 \
	man/man3/slab_builder_build.3 \
	man/man3/slab_builder_build_backing.3 \
	man/man3/slab_builder_build_buffer.3 \
	man/man3/slab_builder_build_mmap.3 \
	man/man3/slab_builder_clone.3 \
	man/man3/slab_builder_coloring.3 \
	man/man3/slab_builder_ctor.3 \
	man/man3/slab_builder_debug.3 \
	man/man3/slab_builder_findable.3 \
	man/man3/slab_builder_for.3 \
	man/man3/slab_builder_for_flex.3 \
	man/man3/slab_builder_free.3 \
	man/man3/slab_builder_huge_pages.3 \
	man/man3/slab_builder_limit.3 \
	man/man3/slab_builder_magazine.3 \
	man/man3/slab_builder_mapping_name.3 \
	man/man3/slab_builder_name.3 \
	man/man3/slab_builder_new.3 \
	man/man3/slab_builder_no_dump.3 \
	man/man3/slab_builder_oom.3 \
	man/man3/slab_builder_quota.3 \
	man/man3/slab_builder_shared.3 \
	man/man3/slab_builder_slab_size.3 \
	man/man3/slab_builder_system.3 \
	man/man3/slab_builder_template.3 \
	man/man3/slab_builder_working_period.3 \
	man/man3/slab_bytes_resident.3 \
	man/man3/slab_cache.3 \
	man/man3/slab_cache_name.3 \
	man/man3/slab_cache_of.3 \
	man/man3/slab_check.3 \
	man/man3/slab_ctor.3 \
	man/man3/slab_destroy.3 \
	man/man3/slab_dtor.3 \
	man/man3/slab_dump.3 \
	man/man3/slab_dump_as.3 \
	man/man3/slab_each_cache.3 \
	man/man3/slab_error.3 \
	man/man3/slab_field.3 \
	man/man3/slab_field_kind.3 \
	man/man3/slab_field_unit.3 \
	man/man3/slab_foreach.3 \
	man/man3/slab_format.3 \
	man/man3/slab_free.3 \
	man/man3/slab_free_any.3 \
	man/man3/slab_free_bulk.3 \
	man/man3/slab_huge_pages.3 \
	man/man3/slab_misuse.3 \
	man/man3/slab_misuse_kind.3 \
	man/man3/slab_object_align.3 \
	man/man3/slab_object_size.3 \
	man/man3/slab_oom.3 \
	man/man3/slab_oom_handler.3 \
	man/man3/slab_owns.3 \
	man/man3/slab_pressure.3 \
	man/man3/slab_quota.3 \
	man/man3/slab_quota_free.3 \
	man/man3/slab_quota_new.3 \
	man/man3/slab_quota_on_pressure.3 \
	man/man3/slab_quota_set.3 \
	man/man3/slab_quota_used.3 \
	man/man3/slab_reap.3 \
	man/man3/slab_reap_all.3 \
	man/man3/slab_reap_to.3 \
	man/man3/slab_report_leaks.3 \
	man/man3/slab_request_reap.3 \
	man/man3/slab_reserve.3 \
	man/man3/slab_reset.3 \
	man/man3/slab_set_limit.3 \
	man/man3/slab_set_misuse_handler.3 \
	man/man3/slab_set_misuse_reporter.3 \
	man/man3/slab_set_working_period.3 \
	man/man3/slab_statistics.3 \
	man/man3/slab_statistics_field.3 \
	man/man3/slab_stats.3 \
	man/man3/slab_system.3 \
	man/man3/slab_tend.3 \
	man/man3/slab_version.3 \
	man/man3/slab_zalloc.3 \
	man/man7/libslab.7

if DOC
dist_man_MANS = $(manual)
else
EXTRA_DIST += $(manual)
endif
