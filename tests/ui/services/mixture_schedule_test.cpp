#include "ui/services/mixture_schedule.h"

#include <gtest/gtest.h>

#include "core/config/train_config.h"
#include "core/run/run_list.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

TEST(MixtureSchedule, IsThatOfTheNewestRunAndElseTheDeclaredOne)
{
    const auto folder = test::temporaryDirectory();
    const fs::path runs = folder.path() / "runs";
    const MixtureSchedule declared = newestSchedule(runs);
    EXPECT_TRUE(declared.run.isEmpty());
    EXPECT_EQ(declared.steps, 0);
    const TrainConfig usual;
    EXPECT_EQ(declared.sequencesPerStep, usual.sequences * usual.accumulate);
    const auto make = [&](const char* id, const char* name, int steps, int accumulate) {
        ASSERT_TRUE(createRun(runs, id,
            {{"version", 1}, {"name", name},
                {"train", {{"steps", steps}, {"sequences", 3}, {"accumulate", accumulate}}}})
                .ok());
    };
    make("20260509-150200-new-1a2b", "new", 240, 4);
    make("20260509-140200-old-3c4d", "old", 99, 1);
    const MixtureSchedule newest = newestSchedule(runs);
    EXPECT_EQ(newest.run, QStringLiteral("new"));
    EXPECT_EQ(newest.sequencesPerStep, 12);
    EXPECT_DOUBLE_EQ(epochsOf(newest, 1440), 2.0);
    EXPECT_EQ(stepsOfEpoch(newest, 25), 3) << "the last step may read fewer";
    EXPECT_DOUBLE_EQ(epochsOf(newest, 0), 0.0) << "an empty mixture";
}

} // namespace
} // namespace koala
