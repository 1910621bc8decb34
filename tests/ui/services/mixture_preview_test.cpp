// What the Tokens view shows, held against the golden packed stream that training is held against
// as well.
#include <QSignalSpy>
#include <QTest>

#include "core/store/project.h"
#include "tests/support/golden_stream.h"
#include "ui/services/mixture_service.h"

namespace koala {
namespace {

TEST(MixturePreview, ShowsTheGoldenTokens)
{
    const auto golden = readJsonFile(test::goldenStreamFile());
    ASSERT_TRUE(golden.ok()) << golden.error().message;
    const auto folder = test::temporaryDirectory();
    const fs::path directory = folder.path() / "project";
    const auto project = Project::create(directory, "golden");
    ASSERT_TRUE(project.ok()) << project.error().message;
    const Mixture mixture = test::makeGoldenProject(directory);
    ASSERT_TRUE(project->linkModel(directory / "tiny", "tiny", "tiny", "", "", "koala").ok());

    MixtureService service(directory);
    std::vector<PreviewRecord> shown;
    QObject::connect(&service, &MixtureService::previewReady, &service,
        [&](const std::vector<PreviewRecord>& records) { shown = records; });
    service.calculate(mixture);
    ASSERT_TRUE(QTest::qWaitFor([&] { return !shown.empty(); }, 60'000));
    const Json& records = golden->at("records");
    ASSERT_GE(shown.size(), records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
        Json ids = Json::array();
        std::vector<std::uint8_t> trained;
        for (const PreviewRecord::Piece& piece : shown[i].pieces) {
            ids.push_back(piece.id);
            trained.push_back(piece.trained ? 1 : 0);
        }
        EXPECT_EQ(ids, records[i].at("ids"));
        EXPECT_EQ(test::maskText(trained), records[i].at("trained").get<std::string>());
        EXPECT_EQ(shown[i].tokens, records[i].at("ids").size());
    }
}

} // namespace
} // namespace koala
