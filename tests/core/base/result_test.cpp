#include "core/base/result.h"

#include <gtest/gtest.h>

namespace koala {
namespace {

Result<int> half(int n)
{
    if (n % 2 != 0)
        return invalidInput("the number is odd");
    return n / 2;
}

Result<int> quarter(int n)
{
    KOALA_TRY(const int h, half(n));
    KOALA_TRY(const int q, half(h));
    return q;
}

TEST(Result, TryPassesValuesOnAndReturnsTheFirstError)
{
    EXPECT_EQ(quarter(8).value(), 2);
    ASSERT_FALSE(quarter(6).ok());
    EXPECT_EQ(quarter(6).error().code, ErrorCode::InvalidInput);
}

TEST(Result, WithinPutsTheActivityInFront)
{
    EXPECT_EQ(half(1).within("record 7").error().message, "record 7: the number is odd");
}

} // namespace
} // namespace koala
