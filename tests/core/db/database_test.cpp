#include "core/db/database.h"

#include "tests/support/temporary.h"

namespace koala {
namespace {

constexpr const char* kFirst[] = {"CREATE TABLE t(a INTEGER)"};
constexpr const char* kSecond[] = {"CREATE TABLE t(a INTEGER)", "ALTER TABLE t ADD COLUMN b TEXT"};

TEST(Database, RunsOnlyTheMigrationsThatAreNew)
{
    const auto folder = test::temporaryDirectory();
    const fs::path file = folder.path() / "x.sqlite";
    {
        auto database = Database::open(file, kFirst, DatabaseMode::ReadWrite);
        ASSERT_TRUE(database.ok()) << database.error().message;
        ASSERT_TRUE(
            database->run([](SQLite::Database& db) { db.exec("INSERT INTO t VALUES(7)"); }).ok());
    }
    auto database = Database::open(file, kSecond, DatabaseMode::ReadWrite);
    ASSERT_TRUE(database.ok());
    int value = 0;
    ASSERT_TRUE(database
            ->run([&](SQLite::Database& db) {
                value = db.execAndGet("SELECT a FROM t WHERE b IS NULL").getInt();
            })
            .ok());
    EXPECT_EQ(value, 7);
    EXPECT_FALSE(Database::open(file, kFirst, DatabaseMode::ReadWrite).ok())
        << "from a newer program";
}

TEST(Database, ATransactionThatFailsLeavesNothing)
{
    const auto folder = test::temporaryDirectory();
    auto database = Database::open(folder.path() / "x.sqlite", kFirst, DatabaseMode::ReadWrite);
    ASSERT_TRUE(database.ok());
    const Status failed = database->transact([](SQLite::Database& db) {
        db.exec("INSERT INTO t VALUES(1)");
        db.exec("INSERT INTO nowhere VALUES(1)");
    });
    ASSERT_FALSE(failed.ok());
    EXPECT_NE(failed.error().message.find("x.sqlite"), std::string::npos);
    int count = -1;
    ASSERT_TRUE(database
            ->run([&](SQLite::Database& db) {
                count = db.execAndGet("SELECT count(*) FROM t").getInt();
            })
            .ok());
    EXPECT_EQ(count, 0);
}

TEST(Database, AFileThatIsNoDatabaseGivesTheWayOut)
{
    const auto folder = test::temporaryDirectory();
    test::writeText(folder.path() / "x.sqlite", std::string(4096, 'x'));
    const auto opened = Database::open(folder.path() / "x.sqlite", kFirst, DatabaseMode::ReadWrite);
    ASSERT_FALSE(opened.ok());
    EXPECT_NE(opened.error().message.find("delete this file"), std::string::npos);
}

} // namespace
} // namespace koala
