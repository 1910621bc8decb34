#include <cmath>
#include <fstream>

#include <QSignalSpy>
#include <QTest>

#include <gtest/gtest.h>

#include "tests/support/temporary.h"
#include "ui/widgets/line_chart.h"

namespace koala {
namespace {

constexpr double kNan = std::numeric_limits<double>::quiet_NaN();

TEST(DebiasedMean, StartsAtTheFirstValueAndSkipsWhatIsNoNumber)
{
    const auto smooth = debiasedMean({2, kNan, 4}, 0.5);
    ASSERT_EQ(smooth.size(), 3U);
    EXPECT_DOUBLE_EQ(smooth[0], 2);
    EXPECT_TRUE(std::isnan(smooth[1]));
    // (0.25 * 2 + 0.5 * 4) / (0.25 + 0.5)
    EXPECT_NEAR(smooth[2], 2.5 / 0.75, 1e-12);
}

TEST(DebiasedMean, IsTheValuesThemselvesWithoutSmoothing)
{
    EXPECT_EQ(debiasedMean({3, 1, 2}, 0), (std::vector<double>{3, 1, 2}));
}

TEST(LineChart, WritesEveryPointIntoItsTable)
{
    const TemporaryDirectory folder = test::temporaryDirectory();
    LineChart chart(QStringLiteral("Loss"), QStringLiteral("step"));
    chart.setSmoothing(0);
    chart.setSeries({{QStringLiteral("a \"b\""), SeriesKey{0}, {1, 2, 3}, {0.5, 0.25, 0.125}}});
    const fs::path file = folder.path() / "loss.csv";
    ASSERT_TRUE(chart.exportTo(QString::fromStdString(file.string())).ok());
    std::ifstream in(file);
    std::string text((std::istreambuf_iterator<char>(in)), {});
    EXPECT_EQ(text, "step,series,value,smoothed\n1,\"a \"\"b\"\"\",0.5,0.5\n2,\"a "
                    "\"\"b\"\"\",0.25,0.25\n3,\"a \"\"b\"\"\",0.125,0.125\n");
    EXPECT_FALSE(chart.exportTo(QStringLiteral("/nowhere/loss.csv")).ok());
    EXPECT_FALSE(chart.exportTo(QStringLiteral("/nowhere/loss.png")).ok());
}

TEST(LineChart, SaysItsValuesToThoseWhoDoNotSeeIt)
{
    LineChart chart(QStringLiteral("Loss"), QStringLiteral("step"));
    chart.setSmoothing(0);
    EXPECT_EQ(chart.summary(), QStringLiteral("no values yet"));
    chart.setSeries({{QStringLiteral("run"), SeriesKey{0}, {1, 2, 3}, {3, 2, 1}}});
    EXPECT_EQ(chart.summary(), QStringLiteral("run: 1.00 at step 3, began at 3.00"));
    chart.setCursor(2);
    EXPECT_EQ(chart.summary(), QStringLiteral("run: 2.00 at step 2, began at 3.00"));
}

TEST(LineChart, DrawsTenThousandPointsWithGapsAndOnALogAxis)
{
    LineChart chart(QStringLiteral("Loss"), QStringLiteral("step"));
    chart.resize(600, 300);
    ChartSeries series{QStringLiteral("run"), SeriesKey{1}, {}, {}};
    for (int i = 0; i < 10000; ++i) {
        series.x.push_back(i);
        series.y.push_back(i % 1000 == 0 ? kNan : 2 + std::sin(i / 100.0));
    }
    chart.setSeries({series});
    chart.setLogAxis(true);
    chart.show();
    EXPECT_FALSE(chart.grab().isNull());
    chart.setSeries({});
    EXPECT_FALSE(chart.grab().isNull());
}

} // namespace
} // namespace koala
