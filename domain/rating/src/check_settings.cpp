// What settings must be, and what they are where nobody said anything.
#include <algorithm>
#include <array>
#include <set>

#include "decide.hpp"
#include "yingda/base/text.hpp"
#include "yingda/rating/limits.hpp"

namespace yingda::rating {
namespace {

using conversation::Channel;

constexpr auto kChannels = std::to_array<Channel>(
    {Channel::webchat, Channel::email, Channel::wechat, Channel::wecom, Channel::sms, Channel::voice, Channel::api});

/// Whose adapter puts the question. Elsewhere nobody could answer, and "invited" would count what was never asked.
bool can_ask(Channel channel) { return channel == Channel::webchat; }

bool is_key(std::string_view key) {
  return !key.empty() && key.size() <= kReasonKeyBytesMax &&
         std::ranges::all_of(key, [](char c) { return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_'; });
}

void check_reasons(const std::vector<Reason>& reasons, const std::string& at, std::vector<FieldError>& wrong) {
  if (reasons.size() > kReasonsMax) wrong.push_back({at + "reasons", "request.too_many"});
  std::set<std::string> keys;
  for (std::size_t i = 0; i < reasons.size(); ++i) {
    const std::string field = at + "reasons[" + std::to_string(i) + "].";
    if (!is_key(reasons[i].key)) wrong.push_back({field + "key", "rating.invalid_key"});
    if (!keys.insert(reasons[i].key).second) wrong.push_back({field + "key", "request.duplicate"});
    for (const auto& [name, label] : {std::pair("zh_CN", &reasons[i].zh_CN), std::pair("en", &reasons[i].en)}) {
      if (!text::check_length(name, *label, 1, kReasonLabelCodePointsMax))
        wrong.push_back({field + name, "request.out_of_range"});
    }
  }
}

/// Only where the customer can answer: today in the web chat's box.
ChannelSettings defaults_of(Channel channel) {
  ChannelSettings out;
  out.channel = channel;
  out.enabled = can_ask(channel);
  out.reasons = {{"slow", "回复太慢", "Slow answers", true},
                 {"unclear", "没有说清楚", "Not clear", true},
                 {"attitude", "态度不好", "Not friendly", true},
                 {"unresolved", "问题没有解决", "Not solved", true},
                 {"wait", "等待时间太长", "Long wait", true}};
  return out;
}

}  // namespace

std::vector<FieldError> check_settings(const Settings& settings) {
  std::vector<FieldError> wrong;
  std::set<Channel> channels;
  for (std::size_t i = 0; i < settings.channels.size(); ++i) {
    const ChannelSettings& channel = settings.channels[i];
    const std::string at = "channels[" + std::to_string(i) + "].";
    if (!channels.insert(channel.channel).second) wrong.push_back({at + "channel", "request.duplicate"});
    if (channel.enabled && !can_ask(channel.channel)) wrong.push_back({at + "enabled", "rating.channel_cannot_ask"});
    check_reasons(channel.reasons, at, wrong);
    if (channel.editable_ms < kEditableMin.ms || channel.editable_ms > kEditableMax.ms)
      wrong.push_back({at + "editable_ms", "request.out_of_range"});
    const bool stars = channel.scale == Scale::stars;
    if (channel.low_score_max < (stars ? 1 : 0) || channel.low_score_max > (stars ? kStarsMax - 1 : 0))
      wrong.push_back({at + "low_score_max", "request.out_of_range"});
  }
  return wrong;
}

Settings complete_settings(const Settings& saved) {
  Settings out = saved;
  out.channels.clear();
  for (const Channel channel : kChannels) {
    const auto own = std::ranges::find(saved.channels, channel, &ChannelSettings::channel);
    out.channels.push_back(own != saved.channels.end() ? *own : defaults_of(channel));
  }
  return out;
}

}  // namespace yingda::rating
