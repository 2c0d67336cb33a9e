#include "external.hpp"

#include "yingda/base/crypto.hpp"
#include "yingda/base/json.hpp"
#include "yingda/base/text.hpp"
#include "yingda/conversation/conversation.hpp"

namespace yingda::entrance {
namespace {

constexpr std::string_view kNonsense = "entrance.external_nonsense";
constexpr std::int64_t kSkillLevelMax = 5;

std::unexpected<Error> nonsense(std::string what) {
  return fail(Code::invalid_argument, std::string(kNonsense), std::move(what));
}

bool within(const std::optional<std::string>& text, std::size_t most) {
  return !text || (text->size() <= most && text::is_valid_utf8(*text));
}

Status check_answer(const ExternalAnswer& answer) {
  if (answer.priority && (*answer.priority < 0 || *answer.priority > conversation::kPriorityMax))
    return nonsense("priority");
  if (!within(answer.language, kLanguageBytesMax)) return nonsense("language");
  if (!within(answer.topic, conversation::kTopicBytesMax)) return nonsense("topic");
  if (!answer.skills) return {};
  if (answer.skills->size() > kSkillsMax) return nonsense("skills");
  for (const routing::Skill& skill : *answer.skills) {
    if (!text::check_length("name", skill.name, 1, kNameCodePointsMax) || skill.level < 1 ||
        skill.level > kSkillLevelMax)
      return nonsense("skills");
  }
  return {};
}

}  // namespace

net::ClientRequest encode_question(const ExternalQuestion& question, const External& external, std::string_view secret,
                                   net::AddressGuard guard) {
  net::ClientRequest request;
  request.method = net::Method::post;
  request.url = external.url;
  request.body = json::encode(question);
  request.headers = {{"Content-Type", "application/json"}};
  if (!secret.empty())
    request.headers.push_back(
        {"X-Yingda-Signature", "sha256=" + crypto::hex(crypto::hmac_sha256(secret, request.body))});
  request.deadline = milliseconds(external.deadline_ms);
  request.response_bytes_max = kExternalAnswerBytesMax;
  request.guard = guard;
  return request;
}

Result<ExternalAnswer> decode_answer(const net::ClientResponse& response) {
  if (response.status < 200 || response.status > 299)
    return fail(Code::unavailable, "entrance.external_refused", "status " + std::to_string(response.status));
  if (text::trim(response.body).empty()) return ExternalAnswer{};
  auto answer = json::decode<ExternalAnswer>(response.body);
  if (!answer) {
    const Error& error = answer.error();
    return nonsense(error.fields.empty() ? error.reason
                                         : error.fields.front().field + ": " + error.fields.front().reason);
  }
  YD_CHECK(check_answer(*answer));
  return answer;
}

}  // namespace yingda::entrance
