// What the mail client refuses by itself; real servers meet it in tests/api/mail.test.mjs.
#include "yingda/net/smtp.hpp"

#include <gtest/gtest.h>

#include <string>

namespace yingda::net {
namespace {

TEST(SmtpHost, OnlyNamesAndAddresses_Pass) {
  for (const char* good : {"localhost", "mail.example", "10.0.0.1", "[::1]", "[fe80::1]", "smtp-relay.Example.COM"})
    EXPECT_TRUE(check_smtp_host(good)) << good;
  for (const char* bad : {"", "a b", "a/b", "a@b", "a:25", "a\r\nb", "[::1", "::1", "[x]", "a?b", "a#b", "例子"})
    EXPECT_FALSE(check_smtp_host(bad)) << bad;
  EXPECT_FALSE(check_smtp_host(std::string(254, 'a')));
}

TEST(SmtpAddress, WhatCouldEndTheCommand_IsRefused) {
  for (const char* good : {"a@b", "anna.b+c@home.example", "安娜@例子.cn"})
    EXPECT_TRUE(check_smtp_address(good)) << good;
  for (const char* bad :
       {"", "a", "@b", "a@", "a b@c", "a@b>", "<a@b", "a@b\r\nRCPT TO:<x@y>", "a@b\n", "a\t@b", "a@b\x7f", "\xff@b"})
    EXPECT_FALSE(check_smtp_address(bad)) << bad;
  EXPECT_FALSE(check_smtp_address(std::string(250, 'a') + "@b.example"));
}

TEST(Smtp, BadAddresses_MakeNoTraffic) {
  SmtpServer server;
  server.host = "127.0.0.1";
  server.port = 1;
  const SmtpMail bad_to{"a@b.example", {"c@d.example", "x@y>\r\nDATA"}, "bytes"};
  EXPECT_EQ(send_smtp(server, bad_to, seconds(5)).verdict, SmtpVerdict::refused);
  EXPECT_EQ(send_smtp(server, {"a@b.example", {}, "bytes"}, seconds(5)).verdict, SmtpVerdict::refused);
  EXPECT_EQ(send_smtp(server, {"a", {"c@d.example"}, "bytes"}, seconds(5)).verdict, SmtpVerdict::refused);
  server.host = "a/b";
  EXPECT_EQ(send_smtp(server, {"a@b.example", {"c@d.example"}, "bytes"}, seconds(5)).verdict, SmtpVerdict::refused);
}

TEST(Smtp, NobodyListens_IsUnreachableInWords) {
  SmtpServer server;
  server.host = "127.0.0.1";
  server.port = 1;
  const auto outcome = send_smtp(server, {"a@b.example", {"c@d.example"}, "bytes"}, seconds(5));
  EXPECT_EQ(outcome.verdict, SmtpVerdict::unreachable);
  EXPECT_EQ(outcome.code, 0);
  EXPECT_FALSE(outcome.words.empty());
}

TEST(Smtp, StopAskedFor_IsCancelled) {
  SmtpServer server;
  server.host = "127.0.0.1";
  server.port = 1;
  std::stop_source stop;
  stop.request_stop();
  const auto outcome = send_smtp(server, {"a@b.example", {"c@d.example"}, "bytes"}, seconds(5), stop.get_token());
  EXPECT_EQ(outcome.verdict, SmtpVerdict::cancelled);
}

}  // namespace
}  // namespace yingda::net
