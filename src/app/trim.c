/* SPDX-License-Identifier: MIT */
#include "app/trim.h"

#include <link.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <unistd.h>

/* A segment that is written to has pages that are in no file: relocations, also
 * where they were made read-only since. */
static void
trim_segment(const struct dl_phdr_info *info, const ElfW(Phdr) * p)
{
	uintptr_t page = (uintptr_t)sysconf(_SC_PAGESIZE);
	uintptr_t from = (info->dlpi_addr + p->p_vaddr) & ~(page - 1);
	uintptr_t to = info->dlpi_addr + p->p_vaddr + p->p_filesz;

	if (p->p_type == PT_LOAD && (p->p_flags & PF_W) == 0 && from < to)
		(void)madvise((void *)from, to - from, MADV_DONTNEED);
}

static int
trim_object(struct dl_phdr_info *info, size_t size, void *arg)
{
	(void)size;
	(void)arg;
	for (size_t i = 0; i < info->dlpi_phnum; i++)
		trim_segment(info, &info->dlpi_phdr[i]);
	return 0;
}

void
trim_pages(void)
{
	dl_iterate_phdr(trim_object, NULL);
}
