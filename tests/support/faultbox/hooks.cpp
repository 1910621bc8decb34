// tests/support/faultbox/hooks.cpp: the functions of libc that are counted, one line each. They
// are named apart and take the symbol's name only for the linker, so the declarations of the
// headers do not get in the way.
#include <cstdarg>
#include <cstdio>
#include <type_traits>

#include <dirent.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <sys/uio.h>
#include <unistd.h>

#include "tests/support/faultbox/judge.h"

using koala::test::Call;
using koala::test::guarded;
using koala::test::Place;

namespace {

template <typename F>
F nextOne(const char* name)
{
    return reinterpret_cast<F>(::dlsym(RTLD_NEXT, name));
}

Call openKind(int flags)
{
    return (flags & O_ACCMODE) == O_RDONLY && (flags & O_CREAT) == 0 ? Call::Open
                                                                     : Call::OpenToWrite;
}

Call openKind(const char* mode)
{
    for (const char* c = mode; *c != '\0'; ++c)
        if (*c == 'w' || *c == 'a' || *c == '+')
            return Call::OpenToWrite;
    return Call::Open;
}

Place at(int descriptor)
{
    return {descriptor};
}
Place at(const char* path)
{
    return {-1, path};
}
Place at(FILE* stream)
{
    return {stream != nullptr ? ::fileno_unlocked(stream) : -1};
}

template <typename R>
R failed()
{
    if constexpr (std::is_pointer_v<R>)
        return nullptr;
    else
        return R(-1);
}

// What a stream's error flag says to ferror(): _IO_ERR_SEEN of glibc.
std::size_t failStream(FILE* stream)
{
    stream->_flags |= 0x20;
    return 0;
}

} // namespace

// With an expression for what a failing call does and gives; mostly just -1 or a null pointer.
#define FAULTBOX_HOOK_WITH(R, symbol, parameters, arguments, call, place, fail)                    \
    extern "C" R faultbox_##symbol parameters __asm__(#symbol);                                    \
    R faultbox_##symbol parameters                                                                 \
    {                                                                                              \
        using Real = R(*) parameters;                                                              \
        static const Real real = nextOne<Real>(#symbol);                                           \
        return guarded<R>(                                                                         \
            call, #symbol, place, [&]() -> R { return fail; }, [&] { return real arguments; });    \
    }
#define FAULTBOX_HOOK(R, symbol, parameters, arguments, call, place)                               \
    FAULTBOX_HOOK_WITH(R, symbol, parameters, arguments, call, place, failed<R>())

// The mode is an argument only where a file may be made; passing on a stray one does no harm.
#define FAULTBOX_OPEN(symbol)                                                                      \
    extern "C" int faultbox_##symbol(const char* path, int flags, ...) __asm__(#symbol);           \
    int faultbox_##symbol(const char* path, int flags, ...)                                        \
    {                                                                                              \
        using Real = int (*)(const char*, int, ...);                                               \
        static const Real real = nextOne<Real>(#symbol);                                           \
        va_list list;                                                                              \
        va_start(list, flags);                                                                     \
        const unsigned mode = va_arg(list, unsigned);                                              \
        va_end(list);                                                                              \
        return guarded<int>(                                                                       \
            openKind(flags), #symbol, at(path), [] { return -1; },                                 \
            [&] { return real(path, flags, mode); });                                              \
    }
#define FAULTBOX_OPENAT(symbol)                                                                    \
    extern "C" int faultbox_##symbol(int folder, const char* path, int flags, ...) __asm__(        \
        #symbol);                                                                                  \
    int faultbox_##symbol(int folder, const char* path, int flags, ...)                            \
    {                                                                                              \
        using Real = int (*)(int, const char*, int, ...);                                          \
        static const Real real = nextOne<Real>(#symbol);                                           \
        va_list list;                                                                              \
        va_start(list, flags);                                                                     \
        const unsigned mode = va_arg(list, unsigned);                                              \
        va_end(list);                                                                              \
        return guarded<int>(                                                                       \
            openKind(flags), #symbol, Place{folder, path}, [] { return -1; },                      \
            [&] { return real(folder, path, flags, mode); });                                      \
    }

FAULTBOX_OPEN(open)
FAULTBOX_OPEN(open64)
FAULTBOX_OPENAT(openat)
FAULTBOX_OPENAT(openat64)
FAULTBOX_HOOK(
    int, __open_2, (const char* path, int flags), (path, flags), openKind(flags), at(path))
FAULTBOX_HOOK(
    int, __open64_2, (const char* path, int flags), (path, flags), openKind(flags), at(path))
FAULTBOX_HOOK(
    int, creat, (const char* path, mode_t mode), (path, mode), Call::OpenToWrite, at(path))
FAULTBOX_HOOK(
    int, creat64, (const char* path, mode_t mode), (path, mode), Call::OpenToWrite, at(path))
FAULTBOX_HOOK(int, mkstemp, (char* path), (path), Call::OpenToWrite, at(path))
FAULTBOX_HOOK(int, mkstemp64, (char* path), (path), Call::OpenToWrite, at(path))
FAULTBOX_HOOK(int, mkostemp, (char* path, int flags), (path, flags), Call::OpenToWrite, at(path))
FAULTBOX_HOOK(int, mkostemp64, (char* path, int flags), (path, flags), Call::OpenToWrite, at(path))
FAULTBOX_HOOK(
    FILE*, fopen, (const char* path, const char* mode), (path, mode), openKind(mode), at(path))
FAULTBOX_HOOK(
    FILE*, fopen64, (const char* path, const char* mode), (path, mode), openKind(mode), at(path))
FAULTBOX_HOOK(DIR*, opendir, (const char* path), (path), Call::List, at(path))
FAULTBOX_HOOK(DIR*, fdopendir, (int fd), (fd), Call::List, at(fd))

FAULTBOX_HOOK(dirent*, readdir, (DIR * list), (list), Call::Read, at(::dirfd(list)))
FAULTBOX_HOOK(dirent64*, readdir64, (DIR * list), (list), Call::Read, at(::dirfd(list)))

FAULTBOX_HOOK(ssize_t, read, (int fd, void* to, size_t size), (fd, to, size), Call::Read, at(fd))
FAULTBOX_HOOK(ssize_t, __read_chk, (int fd, void* to, size_t size, size_t room),
    (fd, to, size, room), Call::Read, at(fd))
FAULTBOX_HOOK(ssize_t, pread, (int fd, void* to, size_t size, off_t from), (fd, to, size, from),
    Call::Read, at(fd))
FAULTBOX_HOOK(ssize_t, pread64, (int fd, void* to, size_t size, off_t from), (fd, to, size, from),
    Call::Read, at(fd))
FAULTBOX_HOOK(ssize_t, __pread64_chk, (int fd, void* to, size_t size, off_t from, size_t room),
    (fd, to, size, from, room), Call::Read, at(fd))
FAULTBOX_HOOK(
    ssize_t, readv, (int fd, const iovec* parts, int count), (fd, parts, count), Call::Read, at(fd))

FAULTBOX_HOOK(
    ssize_t, write, (int fd, const void* from, size_t size), (fd, from, size), Call::Write, at(fd))
FAULTBOX_HOOK(ssize_t, pwrite, (int fd, const void* from, size_t size, off_t to),
    (fd, from, size, to), Call::Write, at(fd))
FAULTBOX_HOOK(ssize_t, pwrite64, (int fd, const void* from, size_t size, off_t to),
    (fd, from, size, to), Call::Write, at(fd))
FAULTBOX_HOOK(ssize_t, writev, (int fd, const iovec* parts, int count), (fd, parts, count),
    Call::Write, at(fd))
FAULTBOX_HOOK(ssize_t, pwritev, (int fd, const iovec* parts, int count, off_t to),
    (fd, parts, count, to), Call::Write, at(fd))
FAULTBOX_HOOK(ssize_t, copy_file_range,
    (int fd, off_t* from, int to, off_t* where, size_t size, unsigned flags),
    (fd, from, to, where, size, flags), Call::Write, at(to))
FAULTBOX_HOOK(ssize_t, sendfile, (int to, int fd, off_t* from, size_t size), (to, fd, from, size),
    Call::Write, at(to))
FAULTBOX_HOOK(ssize_t, sendfile64, (int to, int fd, off_t* from, size_t size), (to, fd, from, size),
    Call::Write, at(to))
FAULTBOX_HOOK(int, ftruncate, (int fd, off_t size), (fd, size), Call::Write, at(fd))
FAULTBOX_HOOK(int, ftruncate64, (int fd, off_t size), (fd, size), Call::Write, at(fd))
FAULTBOX_HOOK(int, truncate, (const char* path, off_t size), (path, size), Call::Write, at(path))
FAULTBOX_HOOK(int, truncate64, (const char* path, off_t size), (path, size), Call::Write, at(path))
FAULTBOX_HOOK(int, fallocate, (int fd, int mode, off_t from, off_t size), (fd, mode, from, size),
    Call::Write, at(fd))
FAULTBOX_HOOK(int, fallocate64, (int fd, int mode, off_t from, off_t size), (fd, mode, from, size),
    Call::Write, at(fd))

FAULTBOX_HOOK(int, fsync, (int fd), (fd), Call::Sync, at(fd))
FAULTBOX_HOOK(int, fdatasync, (int fd), (fd), Call::Sync, at(fd))
FAULTBOX_HOOK(int, sync_file_range, (int fd, off_t from, off_t size, unsigned flags),
    (fd, from, size, flags), Call::Sync, at(fd))
FAULTBOX_HOOK(int, syncfs, (int fd), (fd), Call::Sync, at(fd))

#define FAULTBOX_RENAME(symbol, parameters, arguments, place)                                      \
    FAULTBOX_HOOK(int, symbol, parameters, arguments, Call::Name, place)
FAULTBOX_RENAME(rename, (const char* from, const char* to), (from, to), (Place{-1, from, -1, to}))
FAULTBOX_RENAME(renameat, (int a, const char* from, int b, const char* to), (a, from, b, to),
    (Place{a, from, b, to}))
FAULTBOX_RENAME(renameat2, (int a, const char* from, int b, const char* to, unsigned flags),
    (a, from, b, to, flags), (Place{a, from, b, to}))
FAULTBOX_RENAME(link, (const char* from, const char* to), (from, to), (Place{-1, from, -1, to}))
FAULTBOX_RENAME(linkat, (int a, const char* from, int b, const char* to, int flags),
    (a, from, b, to, flags), (Place{a, from, b, to}))
FAULTBOX_RENAME(symlink, (const char* text, const char* path), (text, path), at(path))
FAULTBOX_RENAME(
    symlinkat, (const char* text, int fd, const char* path), (text, fd, path), (Place{fd, path}))
FAULTBOX_RENAME(mkdir, (const char* path, mode_t mode), (path, mode), at(path))
FAULTBOX_RENAME(
    mkdirat, (int fd, const char* path, mode_t mode), (fd, path, mode), (Place{fd, path}))
FAULTBOX_HOOK(char*, mkdtemp, (char* path), (path), Call::Name, at(path))

FAULTBOX_HOOK(int, unlink, (const char* path), (path), Call::Remove, at(path))
FAULTBOX_HOOK(int, unlinkat, (int fd, const char* path, int flags), (fd, path, flags), Call::Remove,
    (Place{fd, path}))
FAULTBOX_HOOK(int, remove, (const char* path), (path), Call::Remove, at(path))
FAULTBOX_HOOK(int, rmdir, (const char* path), (path), Call::Remove, at(path))

FAULTBOX_HOOK_WITH(size_t, fread, (void* to, size_t size, size_t count, FILE* stream),
    (to, size, count, stream), Call::Read, at(stream), failStream(stream))
FAULTBOX_HOOK_WITH(size_t, fwrite, (const void* from, size_t size, size_t count, FILE* stream),
    (from, size, count, stream), Call::Write, at(stream), failStream(stream))
FAULTBOX_HOOK_WITH(int, fflush, (FILE * stream), (stream), Call::Write, at(stream), EOF)
// What fails to close is closed all the same.
FAULTBOX_HOOK_WITH(int, close, (int fd), (fd), Call::Close, at(fd), (real(fd), -1))
FAULTBOX_HOOK_WITH(
    int, fclose, (FILE * stream), (stream), Call::CloseStream, at(stream), (real(stream), EOF))
