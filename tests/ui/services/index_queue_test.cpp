#include "ui/services/index_queue.h"

#include <QSignalSpy>

#include <gtest/gtest.h>

#include "core/data/dataset.h"
#include "core/data/formats/dataset_import.h"
#include "tests/ui/support/page_fixture.h"

namespace koala {
namespace {

using test::waitFor;

class IndexQueueTest : public testing::Test {
protected:
    void SetUp() override
    {
        const fs::path koala = fs::path(KOALA_BINARY_DIR) / "bin" / "koala";
        if (!fs::exists(koala))
            GTEST_SKIP() << koala << " is not built";
        qputenv("KOALA_PROGRAM", koala.c_str());
        ASSERT_TRUE(Project::create(project()).ok());
    }
    void TearDown() override { qunsetenv("KOALA_PROGRAM"); }
    fs::path project() const { return m_folder.path() / "p"; }

    // A dataset of so many rows, not indexed yet.
    IndexQueue::Wanted dataset(const std::string& name, int rows)
    {
        std::string text;
        for (int i = 0; i < rows; ++i)
            text += R"({"instruction":"Name colour number )" + std::to_string(i) +
                    R"(","input":"","output":"Green, of course"})" + "\n";
        test::writeText(m_folder.path() / (name + ".jsonl"), text);
        ImportRequest request;
        request.datasetsDirectory = project() / "datasets";
        request.files = {m_folder.path() / (name + ".jsonl")};
        const auto made = importDataset(request);
        EXPECT_TRUE(made.ok()) << made.error().message;
        return {QString::fromStdString(made->slug), made->rowsSha256};
    }
    std::uint64_t indexedRows(const IndexQueue::Wanted& wanted) const
    {
        const auto opened = Dataset::open(project() / "datasets" / wanted.slug.toStdString());
        EXPECT_TRUE(opened.ok());
        return (*opened)->indexedRows();
    }

    TemporaryDirectory m_folder = test::temporaryDirectory();
};

TEST_F(IndexQueueTest, IndexesEachDatasetOnceAndSaysOnlyWhatIsNew)
{
    const auto first = dataset("first", 3);
    const auto second = dataset("second", 5);
    IndexQueue queue(project());
    QSignalSpy indexed(&queue, &IndexQueue::indexed);
    queue.want({first, second});
    EXPECT_TRUE(queue.state().running);
    EXPECT_EQ(queue.state().waiting, 1);
    ASSERT_TRUE(waitFor([&] { return indexed.count() == 2 && !queue.state().running; }))
        << queue.state().problem.toStdString();
    EXPECT_EQ(indexedRows(first), 3U);
    EXPECT_EQ(indexedRows(second), 5U);
    queue.want({first, second});
    EXPECT_FALSE(queue.state().running) << "nothing is left to do";
    IndexQueue later(project()); // another window looks, finds it done and says nothing
    QSignalSpy again(&later, &IndexQueue::indexed);
    later.want({first, second});
    ASSERT_TRUE(waitFor([&] { return !later.state().running; }));
    EXPECT_EQ(again.count(), 0);
}

TEST_F(IndexQueueTest, StopsGoesOnAndSkipsWhatHasGone)
{
    const auto large = dataset("large", 40'000);
    const auto small = dataset("small", 2);
    IndexQueue queue(project());
    QSignalSpy indexed(&queue, &IndexQueue::indexed);
    queue.want({large, small});
    ASSERT_TRUE(waitFor([&] { return queue.state().rows > 0; }));
    queue.stop();
    ASSERT_TRUE(waitFor([&] { return !queue.state().running; }));
    EXPECT_EQ(queue.state().waiting, 2);
    queue.want({large}); // the small one was removed meanwhile
    EXPECT_FALSE(queue.state().running) << "stopped by hand";
    queue.goOn();
    ASSERT_TRUE(waitFor([&] { return !queue.state().running && queue.state().waiting == 0; }));
    EXPECT_EQ(indexedRows(large), 40'000U);
    EXPECT_EQ(indexedRows(small), 0U);
}

TEST_F(IndexQueueTest, SaysWhatFailedAndTriesItAgainWhenAsked)
{
    const auto damaged = dataset("damaged", 3);
    const fs::path rows = project() / "datasets" / damaged.slug.toStdString() / "rows.jsonl";
    const fs::path away = m_folder.path() / "rows.jsonl";
    fs::rename(rows, away);
    IndexQueue queue(project());
    queue.want({damaged});
    ASSERT_TRUE(waitFor([&] { return !queue.state().running; }));
    EXPECT_EQ(queue.state().failedSlug, damaged.slug);
    EXPECT_FALSE(queue.state().problem.isEmpty());
    fs::rename(away, rows);
    queue.goOn();
    ASSERT_TRUE(waitFor([&] { return !queue.state().running; }));
    EXPECT_TRUE(queue.state().problem.isEmpty()) << queue.state().problem.toStdString();
    EXPECT_EQ(indexedRows(damaged), 3U);
}

} // namespace
} // namespace koala
