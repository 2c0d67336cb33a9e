// Any bytes as token, base64url, base32, id, mail address and text: no crash, and one value has one text.
#include <cstddef>
#include <cstdint>

#include "yingda/base/assert.hpp"
#include "yingda/base/crypto.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/text.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* bytes, std::size_t size) {
  using namespace yingda;
  const std::string_view text(reinterpret_cast<const char*>(bytes), size);
  constexpr std::string_view key = "fuzz";
  if (const auto payload = crypto::verify_token(key, text)) YD_ASSERT(crypto::sign_token(key, *payload) == text);
  if (const auto raw = crypto::decode_base64url(text)) YD_ASSERT(crypto::base64url(*raw) == text);
  if (const auto raw = crypto::decode_base32(text)) YD_ASSERT(crypto::base32(*raw) == text);
  if (const auto id = parse_id<ConversationId>(text)) YD_ASSERT(to_string(*id) == text);
  YD_ASSERT(crypto::verify_token(key, crypto::sign_token(key, text)) == std::string(text));
  (void)text::is_mail_address(text);
  if (text::is_valid_utf8(text)) {
    YD_ASSERT(text::is_valid_utf8(text::preview(text, 7)));
    YD_ASSERT(text::is_valid_utf8(text::first_code_points(text, 3)));
    YD_ASSERT(text::count_code_points(text::preview(text, 7)) <= 7);
  }
  YD_ASSERT(text::trim(text::trim(text)) == text::trim(text));
  return 0;
}
