// Agents' answers by socket: the same verb as POST /conversations/{id}/messages without a request each; ack after the
// commit.
#include <atomic>

#include "frames.hpp"
#include "gateway_impl.hpp"
#include "yingda/base/json.hpp"
#include "yingda/realtime/limits.hpp"

namespace yingda::realtime {
namespace {

std::string ack_frame(std::string_view client_msg_id, const conversation::Accepted& accepted) {
  std::string out = R"({"t":"ack","client_msg_id":)";
  json::append_string(out, client_msg_id);
  out.append(R"(,"message_id":")").append(to_string(accepted.message.id)).append(R"(","seq":)");
  json::append_int(out, accepted.message.seq);
  out.append(accepted.duplicate ? R"(,"duplicate":true)" : R"(,"duplicate":false)").append(R"(,"created_at_ms":)");
  json::append_int(out, accepted.message.created_at_ms.ms);
  out.push_back('}');
  return out;
}

std::string nack_frame(std::string_view client_msg_id, const Error& error, messages::Language language) {
  std::string out = R"({"t":"nack","client_msg_id":)";
  json::append_string(out, client_msg_id);
  return out.append(",").append(error_members(error, language)).append("}");
}

}  // namespace

void Gateway::Impl::send(const org::Actor& actor, SendFrame frame, const std::shared_ptr<net::WebSocket>& socket,
                         messages::Language language, const std::shared_ptr<std::atomic<int>>& in_flight) {
  if (in_flight->fetch_add(1) >= kSendsInFlightMax) {
    --*in_flight;
    const Error busy{Code::limit_exceeded, "request.too_many_requests", {}, {}, {}};
    socket->send(nack_frame(frame.outbound.client_msg_id, busy, language));
    return;
  }
  const auto sent = std::make_shared<SendFrame>(std::move(frame));
  const auto accepted = std::make_shared<conversation::Accepted>();
  database.write_async(
      actor.tenant,
      [self = shared_from_this(), actor, sent, accepted](storage::Transaction& tx) -> Status {
        YD_TRY(*accepted, self->conversations.send(tx, actor, sent->id, sent->outbound));
        return {};
      },
      [socket, sent, accepted, language, in_flight](const Status& status) {
        --*in_flight;
        const std::string& key = sent->outbound.client_msg_id;
        socket->send(status ? ack_frame(key, *accepted) : nack_frame(key, status.error(), language));
      });
}

}  // namespace yingda::realtime
