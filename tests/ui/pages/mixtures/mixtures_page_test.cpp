#include "ui/pages/mixtures/mixtures_page.h"

#include <numeric>

#include <QLabel>
#include <QSignalSpy>
#include <QSlider>
#include <QTableView>

#include <gtest/gtest.h>

#include "tests/ui/support/page_fixture.h"

namespace koala {
namespace {

using test::child;
using test::waitFor;

double sumOfShares(const MixtureEditor& editor)
{
    double sum = 0;
    for (const EditedSource& source : editor.sources())
        sum += source.share;
    return sum;
}

Mixture threeSources()
{
    Mixture mixture;
    mixture.name = "m";
    for (const char* name : {"a", "b", "c"}) {
        MixtureSource source;
        source.dataset = name;
        source.share = name[0] == 'a' ? 0.5 : 0.25;
        mixture.sources.push_back(source);
    }
    return mixture;
}

std::vector<MixtureDataset> threeDatasets()
{
    std::vector<MixtureDataset> datasets;
    for (const char* name : {"a", "b", "c", "d"}) {
        MixtureDataset dataset;
        dataset.slug = dataset.title = QString::fromLatin1(name);
        dataset.rows = 10;
        datasets.push_back(dataset);
    }
    return datasets;
}

TEST(MixtureEditor, SharesAlwaysSumToOneAndLockedOnesStay)
{
    MixtureEditor editor;
    editor.set(QStringLiteral("m"), threeSources(), threeDatasets());
    EXPECT_FALSE(editor.changed());
    editor.setLocked(1, true);
    editor.setShare(0, 0.7);
    EXPECT_NEAR(sumOfShares(editor), 1.0, 1e-12);
    EXPECT_DOUBLE_EQ(editor.sources()[1].share, 0.25);
    EXPECT_NEAR(editor.sources()[2].share, 0.05, 1e-12);
    editor.setShare(0, 0.9); // the locked one leaves room for 0.75 only
    EXPECT_NEAR(editor.sources()[0].share, 0.75, 1e-12);
    EXPECT_NEAR(sumOfShares(editor), 1.0, 1e-12);
    EXPECT_TRUE(editor.changed());
    editor.setUsed(3, true);
    EXPECT_NEAR(sumOfShares(editor), 1.0, 1e-12);
    EXPECT_EQ(editor.mixture().sources.size(), 4U);
    editor.setUsed(0, false);
    EXPECT_NEAR(sumOfShares(editor), 1.0, 1e-12);
}

TEST(MixtureEditor, ADatasetThatIsGoneStaysNamedWhileItIsUsed)
{
    MixtureEditor editor;
    editor.set(QStringLiteral("m"), threeSources(), threeDatasets());
    auto datasets = threeDatasets();
    std::erase_if(datasets,
        [](const MixtureDataset& dataset) { return dataset.slug == QStringLiteral("b"); });
    editor.setDatasets(datasets);
    EXPECT_TRUE(editor.sources()[1].missing);
    EXPECT_EQ(editor.mixture().sources[1].dataset, "b");
}

TEST(MixturesPage, OnTheStarterProjectASliderChangesExactFigures)
{
    KOALA_SMOLLM2_OR_SKIP(model);
    const auto folder = test::temporaryDirectory();
    const Project project = test::starterProject(folder.path() / "starter");
    MixtureService service(project.directory());
    MixturesPage page(service);
    test::showPage(page);
    auto* rows = child<QLabel>(page, "figureRows");
    QSignalSpy checked(&service, &MixtureService::checksReady);
    ASSERT_TRUE(waitFor([&] { return !rows->text().isEmpty() && checked.count() > 0; }));
    EXPECT_EQ(child<QLabel>(page, "checkBothSides")->text(), QStringLiteral("0"));
    test::picture(page, "mixtures");
    const QString before = rows->text();
    QElapsedTimer timer;
    QSignalSpy figures(&service, &MixtureService::figuresReady);
    timer.start();
    page.findChild<QSlider*>(QStringLiteral("share-tasks"))->setValue(600);
    ASSERT_TRUE(waitFor([&] { return figures.count() > 0; }));
    EXPECT_LE(timer.elapsed(), 200);
    std::printf("slider to figures: %lld ms\n", static_cast<long long>(timer.elapsed()));
    EXPECT_NE(rows->text(), before);
    QSignalSpy saved(&service, &MixtureService::saved);
    QSignalSpy gone(&page, &Page::goTo);
    QTest::mouseClick(child<QPushButton>(page, "trainMixture"), Qt::LeftButton);
    ASSERT_TRUE(waitFor([&] { return gone.count() == 1; }));
    EXPECT_EQ(saved.count(), 1);
    const auto written = readMixture(project.mixtureFile("starter"));
    ASSERT_TRUE(written.ok()) << written.error().message;
    EXPECT_NEAR(
        std::accumulate(written->sources.begin(), written->sources.end(), 0.0,
            [](double sum, const MixtureSource& source) { return sum + source.share.value_or(0); }),
        1.0, 1e-3);
}

} // namespace
} // namespace koala
