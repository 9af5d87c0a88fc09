/* SPDX-License-Identifier: MIT */
/*
 * failing_malloc: a library to preload into the program, which makes one allocation fail.
 * FAILING_MALLOC names a file. A test writes n into it, and the n-th allocation from then on fails.
 * libfcgi does not check the result of malloc, and gateway.c cannot change that: allocations of
 * libfcgi never fail here.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <link.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

void *__libc_malloc(size_t n);
void *__libc_calloc(size_t k, size_t n);
void *__libc_realloc(void *p, size_t n);

struct control {
    _Atomic long countdown; /* 0: off */
    _Atomic long failed;    /* allocations that have failed */
};

static struct control *control;
static char *spared, *spared_end;

static int find_spared(struct dl_phdr_info *info, size_t size, void *arg)
{
    (void)size;
    (void)arg;
    if (!strstr(info->dlpi_name, "libfcgi"))
        return 0;
    for (int i = 0; i < info->dlpi_phnum; i++) {
        if (info->dlpi_phdr[i].p_type == PT_LOAD && info->dlpi_phdr[i].p_flags & PF_X) {
            spared = (char *)info->dlpi_addr + info->dlpi_phdr[i].p_vaddr;
            spared_end = spared + info->dlpi_phdr[i].p_memsz;
        }
    }
    return 0;
}

__attribute__((constructor)) static void begin(void)
{
    const char *name = getenv("FAILING_MALLOC");
    int fd = name ? open(name, O_RDWR | O_CLOEXEC) : -1;
    void *p = fd < 0 ? MAP_FAILED
                     : mmap(NULL, sizeof *control, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    dl_iterate_phdr(find_spared, NULL);
    if (p != MAP_FAILED)
        control = p;
}

static int fails(void *caller)
{
    if (!control || (char *)caller - spared < spared_end - spared && (char *)caller >= spared)
        return 0;
    long n = atomic_load(&control->countdown);
    while (n > 0 && !atomic_compare_exchange_weak(&control->countdown, &n, n - 1))
        ;
    if (n != 1)
        return 0;
    atomic_fetch_add(&control->failed, 1);
    errno = ENOMEM;
    return 1;
}

void *malloc(size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_malloc(n);
}

void *calloc(size_t k, size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_calloc(k, n);
}

void *realloc(void *p, size_t n)
{
    return fails(__builtin_return_address(0)) ? NULL : __libc_realloc(p, n);
}
