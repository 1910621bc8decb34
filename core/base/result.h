// core/base/result.h: how expected failures travel. Anyone may use it.
//
// A function that can fail for reasons outside our control returns Result<T> or Status; neither may
// be ignored. A message names the thing, the reason and the way out, and callers add context with
// within(): "dataset alpaca.json: record 7: ...". This wraps tl::expected, which is not
// [[nodiscard]], so that one file changes on the day the project moves to C++23.
#pragma once

#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include <tl/expected.hpp>

namespace koala {

enum class ErrorCode { InvalidInput, NotFound, Io, Unavailable, Cancelled, Internal };

struct Error {
    ErrorCode code = ErrorCode::Internal;
    std::string message; // what failed, on which file or field, and what would put it right

    [[nodiscard]] Error within(std::string_view activity) &&
    {
        message.insert(0, std::string(activity) + ": ");
        return std::move(*this);
    }
};

inline Error invalidInput(std::string message)
{
    return {ErrorCode::InvalidInput, std::move(message)};
}
inline Error notFound(std::string message)
{
    return {ErrorCode::NotFound, std::move(message)};
}
inline Error ioError(std::string message)
{
    return {ErrorCode::Io, std::move(message)};
}
inline Error unavailable(std::string message)
{
    return {ErrorCode::Unavailable, std::move(message)};
}
inline Error cancelled(std::string message)
{
    return {ErrorCode::Cancelled, std::move(message)};
}
inline Error internalError(std::string message)
{
    return {ErrorCode::Internal, std::move(message)};
}

template <typename T>
class [[nodiscard]] Result {
public:
    Result(T value) : m_value(std::move(value)) {}
    Result(Error error) : m_value(tl::unexpect, std::move(error)) {}

    [[nodiscard]] bool ok() const { return m_value.has_value(); }
    explicit operator bool() const { return ok(); }

    T& value() & { return *m_value; }
    const T& value() const& { return *m_value; }
    T&& value() && { return std::move(*m_value); }
    T& operator*() & { return *m_value; }
    const T& operator*() const& { return *m_value; }
    T&& operator*() && { return std::move(*m_value); }
    T* operator->() { return &*m_value; }
    const T* operator->() const { return &*m_value; }
    [[nodiscard]] T valueOr(T fallback) &&
    {
        return ok() ? std::move(*m_value) : std::move(fallback);
    }

    Error& error() & { return m_value.error(); }
    const Error& error() const& { return m_value.error(); }
    Error&& error() && { return std::move(m_value.error()); }

    [[nodiscard]] Result within(std::string_view activity) &&
    {
        if (!ok())
            return std::move(m_value.error()).within(activity);
        return std::move(*this);
    }

private:
    tl::expected<T, Error> m_value;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : m_value(tl::unexpect, std::move(error)) {}

    [[nodiscard]] bool ok() const { return m_value.has_value(); }
    explicit operator bool() const { return ok(); }
    Error& error() & { return m_value.error(); }
    const Error& error() const& { return m_value.error(); }
    Error&& error() && { return std::move(m_value.error()); }

    [[nodiscard]] Result within(std::string_view activity) &&
    {
        if (!ok())
            return std::move(m_value.error()).within(activity);
        return std::move(*this);
    }

private:
    tl::expected<void, Error> m_value;
};

using Status = Result<void>;

} // namespace koala

#define KOALA_CONCAT_INNER(a, b) a##b
#define KOALA_CONCAT(a, b) KOALA_CONCAT_INNER(a, b)

// KOALA_TRY(const int h, half(n)); declares h, or returns the error. A statement of its own.
#define KOALA_TRY(declaration, ...)                                                                \
    auto KOALA_CONCAT(koalaTry, __LINE__) = (__VA_ARGS__);                                         \
    if (!KOALA_CONCAT(koalaTry, __LINE__).ok())                                                    \
        return std::move(KOALA_CONCAT(koalaTry, __LINE__)).error();                                \
    declaration = std::move(KOALA_CONCAT(koalaTry, __LINE__)).value()

// KOALA_RETURN_IF_ERROR(status()); the same for a Status.
#define KOALA_RETURN_IF_ERROR(...)                                                                 \
    do {                                                                                           \
        if (auto koalaStatus = (__VA_ARGS__); !koalaStatus.ok())                                   \
            return std::move(koalaStatus).error();                                                 \
    } while (false)
