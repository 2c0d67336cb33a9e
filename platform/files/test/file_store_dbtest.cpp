// The file store on a real disk. Runs beside the database contract tests because unit tests touch no disk.
#include <gmock/gmock.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>
#include <string>

#include "yingda/files/file_store.hpp"

namespace yingda::files {
namespace {

class FileStoreTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string name = std::filesystem::temp_directory_path() / "yingda-files-XXXXXX";
    folder_ = ::mkdtemp(name.data());
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }
  FileStore open() { return *FileStore::open(folder_ + "/files"); }
  static std::string read(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  std::string folder_;
};

TEST_F(FileStoreTest, Put_ThenOpenedAnew_BytesAreThere) {
  const auto stored = open().put("hello", "../a.txt");
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->name, "a.txt");
  EXPECT_EQ(stored->content_type, "text/plain");
  EXPECT_EQ(stored->bytes, 5);
  const auto path = open().path(stored->key);
  ASSERT_TRUE(path);
  EXPECT_EQ(read(*path), "hello");
}

TEST_F(FileStoreTest, Put_SameBytesTwice_GetTwoKeys) {
  const auto store = open();
  EXPECT_NE(store.put("hello", "a")->key, store.put("hello", "a")->key);
}

TEST_F(FileStoreTest, Put_Nothing_IsRefused) { EXPECT_EQ(open().put("", "a").error().reason, "files.empty"); }

TEST_F(FileStoreTest, PutFile_LeavesTheSourceAlone) {
  const std::string source = folder_ + "/spooled";
  std::ofstream(source) << "spooled bytes";
  const auto stored = open().put_file(source, "b.txt");
  ASSERT_TRUE(stored);
  EXPECT_EQ(read(*open().path(stored->key)), "spooled bytes");
  EXPECT_EQ(read(source), "spooled bytes");
  EXPECT_EQ(open().put_file(folder_ + "/nothing", "b").error().reason, "files.unreadable");
}

TEST_F(FileStoreTest, Remove_BytesAreGoneAndAgainIsFine) {
  const auto store = open();
  const auto stored = store.put("hello", "a");
  store.remove(stored->key);
  store.remove(stored->key);
  EXPECT_EQ(store.path(stored->key).error().reason, "files.not_found");
}

TEST_F(FileStoreTest, Path_MalformedKeys_AreNotFound) {
  const auto store = open();
  for (const auto* key : {"", "..", "../../../../etc/passwd", "ABCDEF0123456789ABCDEF0123456789", "00"}) {
    EXPECT_EQ(store.path(key).error().code, Code::not_found) << key;
    EXPECT_EQ(store.thumbnail_path(key).error().code, Code::not_found) << key;
    store.remove(key);
  }
}

TEST_F(FileStoreTest, Open_FolderThatCannotBe_SaysSo) {
  std::ofstream(folder_ + "/blocked") << "a file";
  EXPECT_EQ(FileStore::open(folder_ + "/blocked/files").error().reason, "files.unwritable");
}

}  // namespace
}  // namespace yingda::files
