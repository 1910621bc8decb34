// tests/support/temporary.h: a folder for one test, and the places of shared real files.
#pragma once

#include <cstdlib>
#include <fstream>
#include <optional>
#include <string>

#include <gtest/gtest.h>

#include "core/base/files.h"

namespace koala::test {

inline TemporaryDirectory temporaryDirectory()
{
    auto made = TemporaryDirectory::create({}, "koala-test");
    EXPECT_TRUE(made.ok()) << made.error().message;
    return std::move(made).value();
}

inline void writeText(const fs::path& path, std::string_view text)
{
    fs::create_directories(path.parent_path());
    std::ofstream(path, std::ios::binary) << text;
}

// Real data and models that are not part of the repository: $KOALA_SHARED, or the folder `shared`
// beside the checkout. Tests that want them skip without.
inline std::optional<fs::path> sharedDirectory()
{
    const char* named = std::getenv("KOALA_SHARED");
    const fs::path path =
        named != nullptr ? fs::path(named) : fs::path(KOALA_SOURCE_DIR) / ".." / "shared";
    std::error_code code;
    if (fs::exists(path / "models" / "README.md", code))
        return fs::canonical(path);
    return std::nullopt;
}

// SmolLM2-135M-Instruct as the quick start keeps it in the cache folder.
inline std::optional<fs::path> smollm2File()
{
    const char* cache = std::getenv("XDG_CACHE_HOME");
    const char* home = std::getenv("HOME");
    const fs::path base =
        cache != nullptr ? fs::path(cache) : fs::path(home ? home : "/") / ".cache";
    const fs::path file = base / "koala-workbench" / "models" / "SmolLM2-135M-Instruct.Q4_1.gguf";
    std::error_code code;
    if (fs::exists(file, code))
        return file;
    return std::nullopt;
}

} // namespace koala::test

#define KOALA_SHARED_OR_SKIP(name)                                                                 \
    const auto name##Found = ::koala::test::sharedDirectory();                                     \
    if (!name##Found)                                                                              \
        GTEST_SKIP() << "the shared real files are not beside the checkout (set KOALA_SHARED)";    \
    const ::koala::fs::path name = *name##Found

#define KOALA_SMOLLM2_OR_SKIP(name)                                                                \
    const auto name##Found = ::koala::test::smollm2File();                                         \
    if (!name##Found)                                                                              \
        GTEST_SKIP() << "SmolLM2 is not in the cache folder (packaging/quickstart.sh deps)";       \
    const ::koala::fs::path name = *name##Found
