// What the external program is asked and what it may answer. Pure.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "yingda/base/result.hpp"
#include "yingda/customer/types.hpp"
#include "yingda/entrance/types.hpp"
#include "yingda/net/client.hpp"

namespace yingda::entrance {

struct DecidedSoFar {
  TeamId team_id;
  std::string rule_id;
};
YD_DESCRIBE(DecidedSoFar, (team_id, rule_id))

/// The body of the question.
struct ExternalQuestion {
  TenantId tenant_id;
  conversation::Conversation conversation;
  customer::Customer customer;
  std::optional<customer::PageView> page;  // the last one he looked at
  std::string text;
  DecidedSoFar decided;
  UtcTime deadline_at_ms;
};
YD_DESCRIBE(ExternalQuestion, (tenant_id, conversation, customer, page, text, decided, deadline_at_ms))

/// What is given replaces the rules' word.
struct ExternalAnswer {
  std::optional<TeamId> team_id;
  std::optional<std::int64_t> priority;
  std::optional<std::vector<routing::Skill>> skills;
  std::optional<std::string> language, topic;
};
YD_DESCRIBE(ExternalAnswer, (team_id, priority, skills, language, topic))

net::ClientRequest encode_question(const ExternalQuestion& question, const External& external, std::string_view secret,
                                   net::AddressGuard guard);

/// An answer with status 2xx within bounds; an empty body says nothing and is fine. unavailable
/// `entrance.external_refused` for another status, invalid_argument `entrance.external_nonsense` with what is wrong in
/// detail. Whether the team exists is not known here.
Result<ExternalAnswer> decode_answer(const net::ClientResponse& response);

}  // namespace yingda::entrance
