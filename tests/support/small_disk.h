// tests/support/small_disk.h: a real file system of a chosen size (tmpfs), to fill it up. It is
// mounted in a name space of this process and its children, so nobody else sees it and it goes with
// them; that takes root, or the right to make a user name space.
#pragma once

#include <optional>

#include <sched.h>
#include <sys/mount.h>
#include <unistd.h>

#include <fmt/format.h>

#include "tests/support/temporary.h"

namespace koala::test {

class SmallDisk {
public:
    // Nothing when this system does not allow it.
    static std::optional<SmallDisk> mount(const fs::path& at, std::uint64_t bytes)
    {
        if (!enterNameSpace())
            return std::nullopt;
        fs::create_directories(at);
        if (::mount("tmpfs", at.c_str(), "tmpfs", 0, sizeOption(bytes).c_str()) != 0)
            return std::nullopt;
        return SmallDisk(at);
    }
    SmallDisk(SmallDisk&& other) noexcept : m_at(std::exchange(other.m_at, {})) {}
    SmallDisk& operator=(SmallDisk&&) = delete;
    ~SmallDisk()
    {
        if (!m_at.empty())
            ::umount2(m_at.c_str(), MNT_DETACH);
    }
    void resize(std::uint64_t bytes) const
    {
        ASSERT_EQ(::mount("tmpfs", m_at.c_str(), "tmpfs", MS_REMOUNT, sizeOption(bytes).c_str()), 0)
            << errnoText(errno);
    }
    std::uint64_t used() const
    {
        const fs::space_info space = fs::space(m_at);
        return space.capacity - space.free;
    }

private:
    explicit SmallDisk(fs::path at) : m_at(std::move(at)) {}
    static std::string sizeOption(std::uint64_t bytes) { return fmt::format("size={}", bytes); }
    static bool enterNameSpace()
    {
        const unsigned user = ::geteuid();
        const unsigned group = ::getegid();
        if (::unshare(user == 0 ? CLONE_NEWNS : CLONE_NEWNS | CLONE_NEWUSER) != 0)
            return false;
        if (user != 0) {
            std::ofstream("/proc/self/setgroups") << "deny";
            std::ofstream("/proc/self/uid_map") << fmt::format("{} {} 1", user, user);
            std::ofstream("/proc/self/gid_map") << fmt::format("{} {} 1", group, group);
        }
        return ::mount("none", "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0;
    }
    fs::path m_at;
};

} // namespace koala::test
