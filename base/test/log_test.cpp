#include "yingda/base/log.hpp"

#include <gtest/gtest.h>

#include "log_line.hpp"
#include "yingda/base/json.hpp"

namespace yingda {
namespace {

TEST(Log, Line_EveryFieldType_IsOneJsonObject) {
  const log::Field fields[] = {
      {"port", std::int64_t{8080}}, {"ratio", 0.5}, {"tls", false}, {"host", std::string_view("h\n\"")}};
  EXPECT_EQ(log::format_line(UtcTime{1'767'225'600'007}, log::Level::warn, "net.listening", "r1", fields),
            R"({"at":"2026-01-01T00:00:00.007Z","level":"warn","key":"net.listening","request_id":"r1",)"
            R"("port":8080,"ratio":0.5,"tls":false,"host":"h\n\""})");
}

TEST(Log, Line_BrokenUtf8_StaysValidJson) {
  const log::Field fields[] = {{"bytes", std::string_view("a\xff\0b", 4)}};
  const std::string line = log::format_line(UtcTime{0}, log::Level::error, "k", {}, fields);
  EXPECT_TRUE(json::check(line)) << line;
  EXPECT_NE(line.find(R"("bytes":"a??b")"), std::string::npos) << line;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const auto end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end == std::string::npos ? text.size() : end + 1;
  }
  return lines;
}

TEST(Log, Write_LevelsAndScopes_ReachStandardError) {
  testing::internal::CaptureStderr();
  log::debug("test.hidden");
  {
    const log::RequestScope outer("r1");
    const log::RequestScope inner("r2");
    log::info("test.inner");
  }
  log::info("test.outside", {{"n", std::int64_t{1}}});
  log::error("test.failed", fail(Code::conflict, "a.b", "why").error());
  log::flush();
  const auto lines = lines_of(testing::internal::GetCapturedStderr());
  ASSERT_EQ(lines.size(), 3U);
  EXPECT_NE(lines[0].find(R"("key":"test.inner","request_id":"r2"})"), std::string::npos) << lines[0];
  EXPECT_NE(lines[1].find(R"("key":"test.outside","n":1})"), std::string::npos) << lines[1];
  EXPECT_NE(lines[2].find(R"("code":"conflict","reason":"a.b","detail":"why","origin":"log_test.cpp:)"),
            std::string::npos)
      << lines[2];
}

TEST(Log, Write_Flood_DropsTheOldestAndCountsThem) {
  testing::internal::CaptureStderr();
  for (std::int64_t i = 0; i < 200'000; ++i) log::info("test.flood", {{"i", i}});
  log::flush();
  log::info("test.last");
  log::flush();
  const auto lines = lines_of(testing::internal::GetCapturedStderr());
  std::int64_t lost = 0, written = 0;
  for (const auto& line : lines) {
    ASSERT_TRUE(json::check(line)) << line;
    if (line.find("test.flood") != std::string::npos) ++written;
    if (const auto at = line.find("\"lines\":"); at != std::string::npos) lost += std::stoll(line.substr(at + 8));
  }
  EXPECT_EQ(written + lost, 200'000);
  EXPECT_NE(lines.back().find("test.last"), std::string::npos);
}

}  // namespace
}  // namespace yingda
