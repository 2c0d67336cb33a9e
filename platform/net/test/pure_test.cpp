// The parts of net that are pure functions.
#include <gtest/gtest.h>

#include <algorithm>

#include "address.hpp"
#include "response.hpp"
#include "url.hpp"
#include "ws_deflate.hpp"
#include "ws_frame.hpp"
#include "yingda/net/http.hpp"
#include "yingda/net/limits.hpp"

namespace yingda::net {
namespace {

using Pairs = std::vector<std::pair<std::string, std::string>>;

TEST(DecodeQuery, EscapesPlusAndEmpty_Decoded) {
  EXPECT_EQ(decode_query("a=1&b=x%20y+z&&c&=d&%E4%BD%A0=%E5%A5%BD").value(),
            (Pairs{{"a", "1"}, {"b", "x y z"}, {"c", ""}, {"", "d"}, {"你", "好"}}));
  EXPECT_TRUE(decode_query("")->empty());
}

TEST(DecodeQuery, BrokenEscapeOrText_Refused) {
  for (const char* query : {"a=%", "a=%1", "a=%zz", "%ff=1", "a=%c3%28"})
    EXPECT_EQ(decode_query(query).error().reason, "request.invalid_query") << query;
  std::string many;
  for (int i = 0; i <= kQueryParamsMax; ++i) many += "a&";
  EXPECT_FALSE(decode_query(many));
}

TEST(DecodePath, Plain_Decoded) {
  EXPECT_EQ(decode_path("/a%20b/%E4%BD%A0+c").value(), "/a b/你+c");
  EXPECT_EQ(decode_path("/...").value(), "/...");
}

TEST(DecodePath, Dangerous_Refused) {
  for (const char* path :
       {"", "a", "/..", "/.", "/a/../b", "/%2e%2E/", "/a%2f..%2fb", "/%00", "/%0a", "/%", "/%f", "/%ff"})
    EXPECT_EQ(decode_path(path).error().reason, "request.invalid_path") << path;
}

TEST(Cookie, SeveralHeadersAndQuotes_Found) {
  HttpRequest request;
  request.headers = {{"cookie", "a=1; yd_session=\"token\"; empty="}, {"cookie", "b=2"}};
  EXPECT_EQ(request.cookie("a"), "1");
  EXPECT_EQ(request.cookie("yd_session"), "token");
  EXPECT_EQ(request.cookie("b"), "2");
  EXPECT_EQ(request.cookie("empty"), "");
  EXPECT_EQ(request.cookie("session"), "");
}

TEST(Multipart, BrowserForm_PartsInOrder) {
  std::string whole =
      "preamble\r\n--xY\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nline1\r\nline2\r\n"
      "--xY\r\ncontent-disposition: form-data; name=\"file\"; filename=\"C:\\dir\\\xe5\x9b\xbe %22a%22.png\"\r\n"
      "Content-Type: image/png\r\n\r\n";
  whole += std::string("\r\n--x\0binary", 12);
  whole += "\r\n--xY  \r\nContent-Disposition: form-data; name=e\r\n\r\n\r\n--xY--\r\nepilogue";
  const auto good = decode_multipart("multipart/form-data; charset=utf-8; boundary=\"xY\"", whole);
  ASSERT_TRUE(good) << describe(good.error());
  ASSERT_EQ(good->size(), 3U);
  EXPECT_EQ((*good)[0].name, "text");
  EXPECT_EQ((*good)[0].content, "line1\r\nline2");
  EXPECT_EQ((*good)[1].file_name, "\xe5\x9b\xbe \"a\".png");
  EXPECT_EQ((*good)[1].content_type, "image/png");
  EXPECT_EQ((*good)[1].content, std::string_view("\r\n--x\0binary", 12));
  EXPECT_EQ((*good)[2].name, "e");
  EXPECT_EQ((*good)[2].content, "");
}

TEST(Multipart, Malformed_Refused) {
  const std::string type = "multipart/form-data; boundary=b";
  const std::string head = "--b\r\nContent-Disposition: form-data; name=\"n\"\r\n\r\n";
  EXPECT_TRUE(decode_multipart(type, head + "x\r\n--b--"));
  EXPECT_TRUE(decode_multipart(type, "--b--")->empty());
  for (const std::string& body :
       {std::string(), std::string("no delimiter"), head + "unfinished", head + "x\r\n--b", std::string("--bx\r\n"),
        std::string("--b\r\nContent-Disposition: form-data\r\n\r\nx\r\n--b--"),
        std::string("--b\r\nContent-Disposition: attachment; name=n\r\n\r\nx\r\n--b--"),
        std::string("--b\r\nContent-Disposition: form-data; name=\"\xff\"\r\n\r\nx\r\n--b--"),
        std::string("--b\r\nno colon\r\n\r\nx\r\n--b--"), "--b\r\nx: " + std::string(9000, 'h') + "\r\n\r\nx\r\n--b--"})
    EXPECT_EQ(decode_multipart(type, body).error().reason, "request.invalid_multipart") << body.substr(0, 60);
  for (const char* wrong :
       {"multipart/form-data", "multipart/mixed; boundary=b", "multipart/form-data; boundary=\"b", ""})
    EXPECT_FALSE(decode_multipart(wrong, head + "x\r\n--b--")) << wrong;
}

TEST(Multipart, TooManyParts_LimitExceeded) {
  std::string body;
  for (int i = 0; i < 4; ++i) body += "--b\r\nContent-Disposition: form-data; name=n\r\n\r\nx\r\n";
  body += "--b--";
  EXPECT_EQ(decode_multipart("multipart/form-data; boundary=b", body, 4)->size(), 4U);
  EXPECT_EQ(decode_multipart("multipart/form-data; boundary=b", body, 3).error().reason, "request.too_many_parts");
}

TEST(PublicAddress, SpecialPurpose_AreNot) {
  for (const char* text : {"0.0.0.0",
                           "10.255.0.1",
                           "100.64.0.1",
                           "100.127.255.255",
                           "127.0.0.1",
                           "169.254.169.254",
                           "172.16.0.1",
                           "172.31.255.255",
                           "192.0.0.1",
                           "192.0.2.1",
                           "192.168.0.1",
                           "198.18.0.1",
                           "198.51.100.1",
                           "203.0.113.1",
                           "224.0.0.1",
                           "239.1.1.1",
                           "240.0.0.1",
                           "255.255.255.255",
                           "::",
                           "::1",
                           "::127.0.0.1",
                           "::ffff:10.0.0.1",
                           "::ffff:0:10.0.0.1",
                           "64:ff9b::10.0.0.1",
                           "64:ff9b:1::1",
                           "100::1",
                           "2001::1",
                           "2001:db8::1",
                           "2002:7f00:1::",
                           "2002:a00:1::1",
                           "fc00::1",
                           "fd12::1",
                           "fe80::1",
                           "fec0::1",
                           "ff02::1",
                           "3fff::1",
                           "4000::1"}) {
    const auto address = parse_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_FALSE(is_public_address(*address)) << text;
  }
}

TEST(PublicAddress, Global_Are) {
  for (const char* text : {"1.1.1.1", "8.8.8.8", "100.63.255.255", "100.128.0.1", "172.15.0.1", "172.32.0.1",
                           "223.255.255.255", "2400:3200::1", "2606:4700::1111", "::ffff:8.8.8.8", "64:ff9b::8.8.8.8",
                           "2002:808:808::1", "2001:4860:4860::8888"}) {
    const auto address = parse_address(text);
    ASSERT_TRUE(address) << text;
    EXPECT_TRUE(is_public_address(*address)) << text;
  }
}

TEST(AddressRange, Cidr_Contains) {
  const auto v4 = parse_address_range("10.0.0.0/9").value();
  EXPECT_TRUE(v4.contains(*parse_address("10.127.0.1")));
  EXPECT_FALSE(v4.contains(*parse_address("10.128.0.1")));
  EXPECT_TRUE(parse_address_range("fd00::/8")->contains(*parse_address("fd12::1")));
  EXPECT_TRUE(parse_address_range("1.2.3.4")->contains(*parse_address("::ffff:1.2.3.4")));
  for (const char* wrong : {"", "10.0.0.0/33", "::/129", "10.0.0/8", "x", "1.2.3.4/"})
    EXPECT_FALSE(parse_address_range(wrong)) << wrong;
}

TEST(Encoding, QualityAndStars_Decide) {
  EXPECT_EQ(choose_encoding("gzip, deflate, br", true, true), Encoding::brotli);
  EXPECT_EQ(choose_encoding("gzip, deflate, br", true, false), Encoding::gzip);
  EXPECT_EQ(choose_encoding("br;q=0.5, gzip;q=0.8", true, true), Encoding::gzip);
  EXPECT_EQ(choose_encoding("br;q=0, *", true, true), Encoding::gzip);
  EXPECT_EQ(choose_encoding("*;q=0", true, true), Encoding::identity);
  EXPECT_EQ(choose_encoding("identity, gzip;q=0.5", true, true), Encoding::identity);
  EXPECT_EQ(choose_encoding("", true, true), Encoding::identity);
}

TEST(Range, Forms_Read) {
  ByteRange r;
  EXPECT_EQ(parse_range("bytes=0-0", 10, r), RangeKind::partial);
  EXPECT_EQ(r.count, 1);
  EXPECT_EQ(parse_range("bytes=5-", 10, r), RangeKind::partial);
  EXPECT_EQ(r.first, 5);
  EXPECT_EQ(r.count, 5);
  EXPECT_EQ(parse_range("bytes=-20", 10, r), RangeKind::partial);
  EXPECT_EQ(r.count, 10);
  EXPECT_EQ(parse_range("bytes=3-99", 10, r), RangeKind::partial);
  EXPECT_EQ(r.count, 7);
  EXPECT_EQ(parse_range("bytes=10-", 10, r), RangeKind::unsatisfiable);
  EXPECT_EQ(parse_range("bytes=-0", 10, r), RangeKind::unsatisfiable);
  for (const char* ignored :
       {"", "bytes=", "bytes=-", "bytes=5-3", "bytes=0-1,3-4", "lines=0-1", "bytes=a-b", "bytes=99999999999999999999-"})
    EXPECT_EQ(parse_range(ignored, 10, r), RangeKind::none) << ignored;
}

TEST(Url, Forms_Read) {
  const auto url = parse_url("HTTPS://Example.COM:8443/a?b#c").value();
  EXPECT_EQ(url.scheme, "https");
  EXPECT_EQ(url.authority(), "example.com:8443");
  EXPECT_EQ(url.target, "/a?b");
  EXPECT_EQ(parse_url("http://[::1]:80")->authority(), "[::1]");
  EXPECT_EQ(parse_url("http://h?q")->target, "/?q");
  for (const char* wrong :
       {"", "h/", "ftp://h/", "http://", "http://u@h/", "http://h:0/", "http://h:70000/", "http://h /", "http://[::1",
        "http://[x]/", "http://h\\@x/", "http://\xe4\xbd\xa0/", "file:///etc/passwd"})
    EXPECT_FALSE(parse_url(wrong)) << wrong;
}

TEST(Url, Locations_Resolved) {
  const auto base = parse_url("http://h:81/a/b?q").value();
  const auto to = [&](const char* location) {
    const auto url = resolve_location(base, location);
    return url ? url->scheme + "://" + url->authority() + url->target : std::string("error");
  };
  EXPECT_EQ(to("/x"), "http://h:81/x");
  EXPECT_EQ(to("x?y"), "http://h:81/a/x?y");
  EXPECT_EQ(to("?y"), "http://h:81/a/b?y");
  EXPECT_EQ(to("//o/x"), "http://o/x");
  EXPECT_EQ(to("https://o/x"), "https://o/x");
  EXPECT_EQ(to("/x?u=http://y"), "http://h:81/x?u=http://y");
}

TEST(Deflate, Offers_Negotiated) {
  EXPECT_TRUE(negotiate_deflate("permessage-deflate"));
  EXPECT_EQ(negotiate_deflate("x, permessage-deflate; server_max_window_bits=10; client_max_window_bits")->window_bits,
            10);
  EXPECT_TRUE(negotiate_deflate("permessage-deflate; server_max_window_bits=7, permessage-deflate"));
  for (const char* wrong :
       {"", "deflate", "permessage-deflate; unknown", "permessage-deflate; server_max_window_bits",
        "permessage-deflate; server_no_context_takeover=1", "permessage-deflate; client_max_window_bits=16",
        "permessage-deflate; client_max_window_bits; client_max_window_bits"})
    EXPECT_FALSE(negotiate_deflate(wrong)) << wrong;
}

TEST(Deflate, SameTextTwice_CompressedOnce) {
  WsDeflate deflate;
  const auto text = std::make_shared<const std::string>(5000, 'a');
  const auto first = deflate.compress(text);
  ASSERT_TRUE(first);
  EXPECT_EQ(deflate.compress(text), first);
  std::string_view out;
  ASSERT_EQ(deflate.inflate(*first, 5000, out), WsDeflate::Inflated::ok);
  EXPECT_EQ(out, *text);
  EXPECT_EQ(deflate.inflate(*first, 4999, out), WsDeflate::Inflated::too_big);
}

TEST(CloseFrame, LongReason_CutAtACodePoint) {
  std::string reason;
  for (int i = 0; i < 50; ++i) reason += "你";
  const std::string payload = ws::close_payload(4000, reason);
  EXPECT_EQ(payload.size(), 2U + 123U);
  EXPECT_TRUE(ws::is_valid_text(payload.substr(2)));
}

TEST(ErrorResponse, Shape_IsTheProducts) {
  const Error error = fail_fields({{"a\"b", "request.required"}}).error();
  const auto response = error_response(error);
  EXPECT_EQ(response.status, 400);
  EXPECT_TRUE(
      response.body.starts_with("{\"code\":\"invalid_argument\",\"reason\":\"request.invalid_fields\",\"message\":\""));
  EXPECT_NE(response.body.find("\"field\":\"a\\\"b\",\"reason\":\"request.required\""), std::string::npos);
  EXPECT_NE(error_response(error, "zh-CN").body, response.body);
  EXPECT_EQ(error_response(fail(Code::limit_exceeded, "request.too_many").error()).status, 429);
  EXPECT_EQ(error_response(fail(Code::limit_exceeded, "request.too_large").error()).status, 413);
}

TEST(FileLimit, Raised_StaysRaised) {
  const auto limit = raise_file_limit();
  EXPECT_GE(limit, 1024);
  EXPECT_EQ(raise_file_limit(), limit);
}

}  // namespace
}  // namespace yingda::net
