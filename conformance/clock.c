/* The clock of a process under test, moved by another: preloaded, it adds the seconds that stand in the file that
   MOVED_CLOCK names to every reading of the time of day. The monotonic clock goes on as it does.

   libfaketime reads its file anew at each reading, into buffers that all threads share: one that is interrupted in the
   middle has others read the time of the machine, and a single such reading is a clock that was put forward. Here a
   reading is one load of memory that is shared with whoever moves the clock. */

#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static const int64_t *ahead_s;

__attribute__((constructor)) static void find(void) {
    const char *name = getenv("MOVED_CLOCK");
    int file = name == NULL ? -1 : open(name, O_RDONLY | O_CLOEXEC);
    void *shared = file < 0 ? MAP_FAILED : mmap(NULL, sizeof *ahead_s, PROT_READ, MAP_SHARED, file, 0);
    if (shared == MAP_FAILED) {
        perror("MOVED_CLOCK");
        abort();
    }
    close(file);
    ahead_s = shared;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
    /* By its number: the function of that name is this one. */
    if (syscall(SYS_clock_gettime, clock, now) != 0) {
        return -1;
    }
    if (ahead_s != NULL && (clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE)) {
        now->tv_sec += __atomic_load_n(ahead_s, __ATOMIC_RELAXED);
    }
    return 0;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
    struct timespec read;
    (void)zone;
    clock_gettime(CLOCK_REALTIME, &read);
    now->tv_sec = read.tv_sec;
    now->tv_usec = read.tv_nsec / 1000;
    return 0;
}

time_t time(time_t *kept) {
    struct timespec read;
    clock_gettime(CLOCK_REALTIME, &read);
    if (kept != NULL) {
        *kept = read.tv_sec;
    }
    return read.tv_sec;
}
