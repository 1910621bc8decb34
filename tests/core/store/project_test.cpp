#include "core/store/project.h"

#include "core/run/checkpoints.h"
#include "core/store/starter.h"
#include "tests/support/temporary.h"

namespace koala {
namespace {

class ProjectTest : public testing::Test {
protected:
    // A run with one complete checkpoint of an adapter.
    fs::path writeAdapter(const std::string& run, std::int64_t step, const fs::path& base)
    {
        const fs::path folder = checkpointDirectory(m_folder.path() / "p" / "runs" / run, step);
        test::writeText(
            folder / "adapter_config.json", R"({"base_model_name_or_path":"elsewhere"})");
        test::writeText(folder / "adapter_model.safetensors", "weights");
        test::writeText(folder / "state.json", R"({"step":2,"template":"koala","markers":true})");
        ManifestFacts facts;
        facts.step = step;
        facts.basePath = base.string();
        facts.baseSha256 = "abc";
        EXPECT_TRUE(writeManifest(folder, facts).ok());
        return folder;
    }
    TemporaryDirectory m_folder = test::temporaryDirectory();
};

TEST_F(ProjectTest, IsMadeOnceAndOpenedAgain)
{
    const auto made = Project::create(m_folder.path() / "p", "My project");
    ASSERT_TRUE(made.ok()) << made.error().message;
    const auto opened = Project::open(m_folder.path() / "p");
    ASSERT_TRUE(opened.ok());
    EXPECT_EQ(opened->id(), made->id());
    EXPECT_EQ(opened->name(), "My project");
    EXPECT_TRUE(fs::exists(opened->lockFile()));
    EXPECT_TRUE(opened->datasets()->empty());
    EXPECT_TRUE(opened->runs()->empty());
    EXPECT_FALSE(Project::create(m_folder.path() / "p").ok());
    EXPECT_FALSE(Project::open(m_folder.path() / "elsewhere").ok());
    test::writeText(m_folder.path() / "full" / "file", "x");
    const auto refused = Project::create(m_folder.path() / "full");
    ASSERT_FALSE(refused.ok());
    EXPECT_NE(refused.error().message.find("not an empty folder"), std::string::npos);
}

TEST_F(ProjectTest, ResolvesEveryWayToNameAModel)
{
    const auto project = Project::create(m_folder.path() / "p");
    ASSERT_TRUE(project.ok());
    const fs::path weights = m_folder.path() / "small.gguf";
    test::writeText(weights, "GGUF");
    ASSERT_TRUE(project->linkModel(weights, "small", "Small", "abc", "Apache-2.0", "chatml").ok());
    EXPECT_FALSE(project->linkModel(weights, "small", "Small", "abc", "", "").ok())
        << "the name is taken";
    EXPECT_FALSE(project->linkModel(weights, "../up", "Small", "abc", "", "").ok());

    const auto slug = project->resolveModel("small");
    ASSERT_TRUE(slug.ok()) << slug.error().message;
    EXPECT_EQ(slug->checkpoint, fs::canonical(weights));
    EXPECT_EQ(slug->templateName, "chatml");
    EXPECT_EQ(project->resolveModel(weights.string())->name, "small");

    const fs::path second = writeAdapter("20260101-000000-x-abcd", 2, weights);
    const fs::path fourth = writeAdapter("20260101-000000-x-abcd", 4, weights);
    const auto step = project->resolveModel("20260101-000000-x-abcd@2");
    ASSERT_TRUE(step.ok()) << step.error().message;
    EXPECT_EQ(step->adapter, second);
    EXPECT_EQ(step->checkpoint, fs::canonical(weights));
    EXPECT_EQ(step->templateName, "koala");
    EXPECT_TRUE(step->markers);
    EXPECT_EQ(step->baseSha256, "abc");
    EXPECT_EQ(project->resolveModel("20260101-000000-x-abcd@last")->adapter, fourth);
    EXPECT_EQ(project->resolveModel(fourth.string())->adapter, fourth);

    fs::remove(fourth / "manifest.json");
    EXPECT_EQ(project->resolveModel("20260101-000000-x-abcd@last")->adapter, second)
        << "not complete, so passed over";
    for (const char* wrong :
        {"20260101-000000-x-abcd@4", "20260101-000000-x-abcd@two", "nothing@2", "nothing"})
        EXPECT_FALSE(project->resolveModel(wrong).ok()) << wrong;

    fs::remove(weights);
    const auto gone = project->resolveModel("small");
    ASSERT_FALSE(gone.ok());
    EXPECT_NE(gone.error().message.find("is gone"), std::string::npos);
    EXPECT_FALSE(project->models()->front().problem.empty());
}

TEST_F(ProjectTest, TheStarterProjectIsCompleteAndMadeOnce)
{
    const fs::path weights = m_folder.path() / "small.gguf";
    test::writeText(weights, "GGUF");
    const StarterSources sources{fs::path(KOALA_SOURCE_DIR) / "datasets/starter", weights};
    const auto project = makeStarterProject(m_folder.path() / "p", sources);
    ASSERT_TRUE(project.ok()) << project.error().message;
    EXPECT_EQ(project->datasets()->size(), 5u);
    EXPECT_EQ(*project->mixtures(), std::vector<std::string>{kStarterMixture});
    EXPECT_EQ(project->promptSets()->size(), 2u);
    EXPECT_EQ(project->models()->front().slug, kStarterModel);
    const auto again = makeStarterProject(m_folder.path() / "p", sources);
    ASSERT_TRUE(again.ok()) << again.error().message;
    EXPECT_EQ(again->id(), project->id());
    EXPECT_EQ(again->datasets()->size(), 5u);
}

} // namespace
} // namespace koala
