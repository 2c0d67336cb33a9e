// Alarms from the event log: raised by what routing noticed, ended by what conversations tell. Each event counts once:
// the cursor is stored with its effects.
#include <algorithm>

#include "codec.hpp"
#include "impl.hpp"

namespace yingda::supervision {

using conversation::Conversation;

namespace {

bool tells_conversation(const storage::CommittedEvent& event) {
  return event.type.starts_with("conversation.") || event.type.starts_with("message.");
}

}  // namespace

Status Supervision::Impl::on_events(std::span<const storage::CommittedEvent> events) {
  const TenantId tenant = events.front().tenant;
  YD_TRY(const auto floor, floor_of(tenant));
  std::vector<News> news;
  news.reserve(events.size());
  for (const storage::CommittedEvent& event : events) {
    News& one = news.emplace_back(&event);
    if (event.type == "routing.alarm_raised") {
      YD_TRY(one.attention, decode_attention(event.payload));
    } else if (event.type.starts_with("routing.queue_alarm_")) {
      YD_TRY(one.queue_attention, decode_queue_attention(event.payload));
    } else if (tells_conversation(event)) {
      YD_TRY(one.conversation, decode_conversation_news(event.payload));
    }
  }
  YD_CHECK(digest_alarms(tenant, *floor, news));
  YD_CHECK(digest_floor(tenant, *floor, news));
  for (const auto& listener : listeners) listener(tenant);
  return {};
}

Status Supervision::Impl::digest_alarms(TenantId tenant, const Floor& floor, const std::vector<News>& news) {
  // A conversation matters when it has an open alarm, or gets one in this very batch.
  std::vector<const News*> wanted;
  std::vector<ConversationId> raised_here;
  for (const News& one : news) {
    if (one.attention) raised_here.push_back(one.attention->conversation.id);
    const ConversationId id = one.conversation ? one.conversation->conversation.id : ConversationId{};
    const bool alarmed = id && (floor.has_alarm(id) || std::ranges::find(raised_here, id) != raised_here.end());
    if (one.attention || one.queue_attention || alarmed) wanted.push_back(&one);
  }
  if (wanted.empty()) return {};
  return database.write(tenant, [&](storage::Transaction& tx) -> Status {
    YD_TRY(const std::int64_t cursor, store::lock_cursor(tx, tenant));
    for (const News* one : wanted)
      if (one->event->seq > cursor) YD_CHECK(digest_alarm(tx, tenant, *one));
    return store::store_cursor(tx, tenant, std::max(cursor, wanted.back()->event->seq));
  });
}

Status Supervision::Impl::digest_alarm(storage::Transaction& tx, TenantId tenant, const News& news) {
  const UtcTime at = news.event->at;
  if (news.conversation) return end_over(tx, tenant, news.conversation->conversation, at);
  const auto kind = parse_enum<AlarmKind>(news.attention ? news.attention->kind : news.queue_attention->kind);
  if (!kind) return {};  // a newer routing's word
  if (news.attention) {
    const Conversation& c = news.attention->conversation;
    return raise(tx, tenant, {*kind, c.team_id, &c, news.attention->waited_ms, {}, at});
  }
  const routing::QueueAttentionEvent& queue = *news.queue_attention;
  const Cause cause{*kind, queue.team_id, nullptr, queue.value_ms, queue.count, at};
  if (news.event->type == "routing.queue_alarm_raised") return raise(tx, tenant, cause);
  YD_TRY(auto open, store::open_alarm(tx, tenant, *kind, subject_of(cause)));
  return open ? end(tx, tenant, *std::move(open), at) : Status{};
}

Status Supervision::Impl::raise(storage::Transaction& tx, TenantId tenant, const Cause& cause) {
  YD_TRY(const auto open, store::open_alarm(tx, tenant, cause.kind, subject_of(cause)));
  const Alarm alarm = decide_raised(open, cause, ids.next<AlarmId>());
  YD_CHECK(store::store_alarm(tx, tenant, alarm));
  tx.emit({tenant, open ? "alarm.changed" : "alarm.raised", encode_alarm(alarm)});
  if (open) return {};
  YD_CHECK(store::forget_alarms(tx, tenant, clock.now() - kAlarmsKept));
  return enqueue(tx, tenant, "alarm.raised", alarm);
}

Status Supervision::Impl::end(storage::Transaction& tx, TenantId tenant, Alarm alarm, UtcTime at) {
  alarm.ended_at_ms = at;
  YD_CHECK(store::store_alarm(tx, tenant, alarm));
  tx.emit({tenant, "alarm.ended", encode_alarm(alarm)});
  return enqueue(tx, tenant, "alarm.ended", alarm);
}

Status Supervision::Impl::end_over(storage::Transaction& tx, TenantId tenant,
                                   const conversation::Conversation& conversation, UtcTime at) {
  YD_TRY(auto open, store::open_alarms_of(tx, tenant, conversation.id));
  for (Alarm& alarm : open) {
    if (is_over(alarm, conversation)) YD_CHECK(end(tx, tenant, std::move(alarm), at));
  }
  return {};
}

Status Supervision::Impl::digest_floor(TenantId tenant, Floor& floor, const std::vector<News>& news) {
  bool shape_changed = false;
  for (const News& one : news) {
    const storage::CommittedEvent& event = *one.event;
    if (event.type == "settings.changed") {
      YD_TRY(const auto area, decode_settings_area(event.payload));
      shape_changed = shape_changed || area == "teams" || area == "units" || area == "users";
      continue;
    }
    if (!floor.advance(event.seq)) continue;
    if (event.type.starts_with("alarm.")) {
      YD_TRY(const auto alarm, decode_alarm(event.payload));
      floor.put(alarm);
    } else if (one.conversation) {
      floor.put(one.conversation->conversation);
      const auto& replied = one.conversation->replied;
      if (replied && event.type == "message.accepted") floor.note_reply(*replied, event.at);
    }
  }
  return shape_changed ? reload_structure(tenant, floor) : Status{};
}

}  // namespace yingda::supervision
