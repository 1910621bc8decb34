#include "ui/pages/mixtures/mixture_editor.h"

#include <algorithm>

#include <QSignalSpy>

#include <gtest/gtest.h>

#include "ui/pages/mixtures/source_row.h"

namespace koala {
namespace {

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

TEST(MixtureEditor, LeavesLockedSharesAloneWhenASourceGoesAndStillTotalsOne)
{
    MixtureEditor editor;
    editor.set(QStringLiteral("m"), threeSources(), threeDatasets());
    editor.setLocked(1, true);
    editor.setUsed(0, false); // 0.5 goes to the one that is not locked
    EXPECT_DOUBLE_EQ(editor.sources()[1].share, 0.25);
    EXPECT_NEAR(editor.sources()[2].share, 0.75, 1e-12);
    editor.setUsed(2, false); // only the locked one is left: it is all there is
    EXPECT_NEAR(sumOfShares(editor), 1.0, 1e-12);
}

TEST(MixtureEditor, GoesBackAndForthOverEachEdit)
{
    MixtureEditor editor;
    editor.set(QStringLiteral("m"), threeSources(), threeDatasets());
    const std::string saved = toLine(toJson(editor.mixture()));
    EXPECT_FALSE(editor.canUndo());
    editor.setCap(0, 5);
    editor.setSeed(7);
    editor.setBasis(MixtureBasis::Tokens);
    editor.setSlice(1, 2, 8);
    editor.setUsed(3, true);
    editor.move(0, 2);
    const std::string edited = toLine(toJson(editor.mixture()));
    int steps = 0;
    for (; editor.canUndo(); ++steps)
        editor.undo();
    EXPECT_EQ(steps, 6);
    EXPECT_EQ(toLine(toJson(editor.mixture())), saved);
    EXPECT_FALSE(editor.changed());
    while (editor.canRedo())
        editor.redo();
    EXPECT_EQ(toLine(toJson(editor.mixture())), edited);
    editor.undo();
    editor.setSeed(9); // a new edit: what was undone is gone
    EXPECT_FALSE(editor.canRedo());
}

TEST(MixtureEditor, TakesTheMovesOfOneSliderAsOneStep)
{
    MixtureEditor editor;
    editor.set(QStringLiteral("m"), threeSources(), threeDatasets());
    for (const double share : {0.51, 0.55, 0.6})
        editor.setShare(0, share);
    editor.endGesture(); // released
    editor.setShare(0, 0.7);
    editor.undo();
    EXPECT_NEAR(editor.sources()[0].share, 0.6, 1e-12);
    editor.undo();
    EXPECT_NEAR(editor.sources()[0].share, 0.5, 1e-12);
    EXPECT_FALSE(editor.canUndo());
}

TEST(MixtureEditor, UndoBringsBackASourceWhoseDatasetWasImportedMeanwhile)
{
    MixtureEditor editor;
    editor.set(QStringLiteral("m"), threeSources(), threeDatasets());
    editor.setUsed(0, false);
    auto datasets = threeDatasets();
    datasets.push_back({QStringLiteral("e"), QStringLiteral("e"), 20});
    editor.setDatasets(datasets);
    editor.undo();
    EXPECT_TRUE(editor.sources()[0].used);
    EXPECT_EQ(editor.sources().size(), 5U);
    EXPECT_EQ(editor.sources()[4].slug, QStringLiteral("e"));
}

TEST(MixtureEditor, MovesASourceToAnotherPlaceInTheFile)
{
    MixtureEditor editor;
    editor.set(QStringLiteral("m"), threeSources(), threeDatasets());
    QSignalSpy reset(&editor, &MixtureEditor::reset);
    editor.move(2, 0);
    EXPECT_EQ(reset.count(), 1);
    EXPECT_EQ(editor.mixture().sources[0].dataset, "c");
    EXPECT_EQ(editor.mixture().sources[1].dataset, "a");
    EXPECT_DOUBLE_EQ(*editor.mixture().sources[1].share, 0.5);
}

TEST(MixtureEditor, OptionsAreOneStepAndReachTheFile)
{
    MixtureEditor editor;
    editor.set(QStringLiteral("m"), threeSources(), threeDatasets());
    MixtureOptions options = optionsOf(editor.base());
    editor.setOptions(options);
    EXPECT_FALSE(editor.canUndo()); // nothing differs
    options.maxTokens = 512;
    options.packing = PackingMode::None;
    options.system = "Be brief.";
    options.excludePrompts = {"koala-180"};
    editor.setOptions(options);
    const Mixture mixture = editor.mixture();
    EXPECT_EQ(optionsOf(mixture), options);
    editor.undo();
    EXPECT_FALSE(editor.changed());
}

TEST(SourceRow, ReadsASliceAsPeopleWriteIt)
{
    using Slice = std::pair<std::int64_t, std::int64_t>;
    EXPECT_EQ(sliceOf(QString()), Slice(0, -1));
    EXPECT_EQ(sliceOf(QStringLiteral("all")), Slice(0, -1));
    EXPECT_EQ(sliceOf(QStringLiteral("1-500")), Slice(0, 500));
    EXPECT_EQ(sliceOf(QStringLiteral(" 10 – 20 ")), Slice(9, 20));
    EXPECT_EQ(sliceOf(QStringLiteral("10:")), Slice(9, -1));
    EXPECT_EQ(sliceOf(QStringLiteral("–30")), Slice(0, 30));
    EXPECT_EQ(sliceOf(QStringLiteral("5-5")), Slice(4, 5)) << "one row";
    for (const char* bad : {"20-10", "5-4", "x", "1-2-3", "-1-5", "99999999999999-"})
        EXPECT_FALSE(sliceOf(QString::fromUtf8(bad)).has_value()) << bad;
    EXPECT_EQ(sliceOf(sliceText(3, -1)), Slice(3, -1));
    EXPECT_EQ(sliceOf(sliceText(3, 9)), Slice(3, 9));
    EXPECT_EQ(sliceText(3, 9), QStringLiteral("4–9"));
}

} // namespace
} // namespace koala
