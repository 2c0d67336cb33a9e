// Values of ratings (评价): what is asked, what was answered, what follows from it. API shapes.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "yingda/base/describe.hpp"
#include "yingda/base/ids.hpp"
#include "yingda/base/time.hpp"
#include "yingda/conversation/types.hpp"

namespace yingda::rating {

YD_ID(FollowUpId, "fu");  // 回访: a complaint on its way to being settled

/// stars: 1…5. thumbs: 0 down, 1 up.
enum class Scale { stars, thumbs };
YD_DESCRIBE_ENUM(Scale, stars, thumbs)

/// When the customer is asked. Never after an automatic close.
enum class AskAfter { agent_close };
YD_DESCRIBE_ENUM(AskAfter, agent_close)

/// Whose the episode is in the numbers. owner: who had it last; equal: everybody who took part; by_messages: by how
/// often each answered.
enum class ShareRule { owner, equal, by_messages };
YD_DESCRIBE_ENUM(ShareRule, owner, equal, by_messages)

/// One reason that a customer may tick.
struct Reason {
  std::string key;        // a-z, 0-9, _ ; stands in answers
  std::string zh_CN, en;  // as the customer reads it
  bool low_only = false;  // offered with a low score, and with "not solved"
  bool operator==(const Reason&) const = default;
};
YD_DESCRIBE(Reason, (key, zh_CN, en, low_only))

/// How customers of one channel are asked.
struct ChannelSettings {
  conversation::Channel channel = conversation::Channel::webchat;
  bool enabled = false;
  Scale scale = Scale::stars;
  std::vector<Reason> reasons;
  bool ask_words = true;                  // with a field for the customer's own words
  std::int64_t editable_ms = 86'400'000;  // how long after the first answer it can be changed
  std::int64_t low_score_max = 2;         // up to this score somebody follows up; thumbs: 0
  AskAfter ask_after = AskAfter::agent_close;
};
YD_DESCRIBE(ChannelSettings, (channel, enabled, scale, reasons, ask_words, editable_ms, low_score_max, ask_after))

struct Settings {
  std::vector<ChannelSettings> channels;  // every channel, in order
  ShareRule share = ShareRule::owner;
  std::optional<TeamId> follow_up_team_id;  // who follows up beside the supervisors of the conversation's team
};
YD_DESCRIBE(Settings, (channels, share, follow_up_team_id))

/// asked: no answer yet. solved: yes, no score. unsolved: no. rated: yes, with a score. expired: never answered.
enum class InvitationState { asked, solved, unsolved, rated, expired };
YD_DESCRIBE_ENUM(InvitationState, asked, solved, unsolved, rated, expired)

/// The one question of an episode, and its answer. What was offered stays as it was when the question was put.
struct Invitation {
  EpisodeId episode_id;
  ConversationId conversation_id;
  InvitationState state = InvitationState::asked;
  Scale scale = Scale::stars;
  std::vector<Reason> reasons;
  bool ask_words = true;
  std::int64_t low_score_max = 0;
  std::optional<bool> solved;
  std::optional<std::int64_t> score;
  std::vector<std::string> reason_keys;
  std::string words;  // the customer's own: text, never markup
  UtcTime invited_at_ms;
  std::optional<UtcTime> answered_at_ms;     // first
  std::optional<UtcTime> editable_until_ms;  // set by the first answer
  bool operator==(const Invitation&) const = default;
};
YD_DESCRIBE(Invitation, (episode_id, conversation_id, state, scale, reasons, ask_words, low_score_max, solved, score,
                         reason_keys, words, invited_at_ms, answered_at_ms, editable_until_ms))

/// What a customer says. What is absent stays as it was.
struct Answer {
  EpisodeId episode_id;
  std::optional<bool> solved;
  std::optional<std::int64_t> score;
  std::optional<std::vector<std::string>> reason_keys;
  std::optional<std::string> words;
};
YD_DESCRIBE(Answer, (episode_id, solved, score, reason_keys, words))

/// A part of an episode in the numbers; those of one episode add up to 1,000,000.
struct AgentShare {
  UserId id;  // none: nobody took part
  std::string name;
  std::int64_t share_ppm = 0;
};
YD_DESCRIBE(AgentShare, (id, name, share_ppm))

/// A question and who it is about.
struct RatedEpisode {
  Invitation invitation;
  std::string customer_name;
  std::vector<AgentShare> agents;
  TeamId team_id;
  UtcTime closed_at_ms;
};
YD_DESCRIBE(RatedEpisode, (invitation, customer_name, agents, team_id, closed_at_ms))

enum class FollowUpState { open, done };
YD_DESCRIBE_ENUM(FollowUpState, open, done)
enum class FollowUpCause { low_score, unsolved };
YD_DESCRIBE_ENUM(FollowUpCause, low_score, unsolved)

/// 回访: somebody owes this customer attention. One an episode, kept to its closure.
struct FollowUp {
  FollowUpId id;
  EpisodeId episode_id;
  ConversationId conversation_id;
  std::string customer_name;
  TeamId team_id;                           // of the conversation
  std::optional<TeamId> follow_up_team_id;  // who was to follow up when it was opened
  std::optional<UserId> agent_id;           // who had the conversation last
  std::string agent_name;
  FollowUpCause cause = FollowUpCause::low_score;
  Scale scale = Scale::stars;
  std::optional<std::int64_t> score;
  std::vector<std::string> reason_keys;
  std::string words;
  FollowUpState state = FollowUpState::open;
  std::optional<UserId> assignee_id;
  std::string assignee_name;
  std::string note;
  UtcTime created_at_ms, updated_at_ms;
  std::optional<UtcTime> done_at_ms;
  std::string done_by_name;
};
YD_DESCRIBE(FollowUp, (id, episode_id, conversation_id, customer_name, team_id, follow_up_team_id, agent_id, agent_name,
                       cause, scale, score, reason_keys, words, state, assignee_id, assignee_name, note, created_at_ms,
                       updated_at_ms, done_at_ms, done_by_name))

/// What somebody does about a follow-up; absent: as it was.
struct FollowUpChange {
  std::optional<FollowUpState> state;
  std::optional<UserId> assignee_id;
  std::optional<std::string> note;
};

enum class SummaryGroup { agent, team, day };
YD_DESCRIBE_ENUM(SummaryGroup, agent, team, day)

/// Numerators and denominators, never ratios. Plain counts are of episodes; `…_ppm` add up shares: over all agents they
/// come to 1,000,000 an episode.
struct SummaryItem {
  std::string key;            // us_…, tm_…, 2026-05-04; "" nobody
  std::string name;           // of the person or team
  std::int64_t episodes = 0;  // ended
  std::int64_t invited = 0;   // asked
  std::int64_t answered = 0;  // solved + unsolved
  std::int64_t solved = 0, unsolved = 0;
  std::int64_t rated = 0;        // gave a score
  std::int64_t rated_stars = 0;  // … of stars
  std::int64_t satisfied = 0;    // 4 or 5 stars, thumb up
  std::int64_t score_sum = 0;    // of stars
  std::int64_t episodes_ppm = 0, invited_ppm = 0, answered_ppm = 0, solved_ppm = 0, unsolved_ppm = 0, rated_ppm = 0,
               rated_stars_ppm = 0, satisfied_ppm = 0, score_sum_ppm = 0;
  bool operator==(const SummaryItem&) const = default;
};
YD_DESCRIBE(SummaryItem, (key, name, episodes, invited, answered, solved, unsolved, rated, rated_stars, satisfied,
                          score_sum, episodes_ppm, invited_ppm, answered_ppm, solved_ppm, unsolved_ppm, rated_ppm,
                          rated_stars_ppm, satisfied_ppm, score_sum_ppm))

}  // namespace yingda::rating
