// /readyz and /metrics.
#include "respond.hpp"
#include "rest_impl.hpp"
#include "rest_queries.gen.hpp"
#include "yingda/base/json_append.hpp"
#include "yingda/rest/limits.hpp"

namespace yingda::rest {
namespace {

/// Numbers of the operation are for those who run it: loopback and private networks, not the open Internet.
bool is_inside(std::string_view address) {
  const auto second = [&] {
    const auto dot = address.find('.');
    int value = 0;
    for (const char c : address.substr(dot + 1)) {
      if (c < '0' || c > '9') break;
      value = value * 10 + (c - '0');
    }
    return value;
  };
  return address.starts_with("127.") || address == "::1" || address.starts_with("10.") ||
         address.starts_with("192.168.") || (address.starts_with("172.") && second() >= 16 && second() <= 31) ||
         address.starts_with("fc") || address.starts_with("fd") || address.starts_with("fe80:") ||
         address.starts_with("::ffff:127.") || address.starts_with("::ffff:10.") ||
         address.starts_with("::ffff:192.168.");
}

}  // namespace

Status Rest::Impl::check_ready() {
  YD_CHECK(services.database.read([](storage::Transaction& tx) -> Status {
    YD_TRY(const auto row, tx.one(queries::ping, [](const storage::Row&) { return true; }));
    if (!row) return fail(Code::internal, "storage.query");
    return {};
  }));
  if (!services.dispatcher.drain(kReadyLagMax)) return fail(Code::unavailable, "runtime.lagging");
  return {};
}

void Rest::Impl::handle_ready(net::HttpReply reply) {
  const auto not_ready = [reply](const Error& error) {
    std::string body = R"({"status":"not_ready","reason":)";
    json::append_string(body, error.reason);
    reply.send(net::HttpResponse::json(503, body + "}").set("Retry-After", "1"));
  };
  const auto posted = services.workers.post([this, reply, not_ready] {
    if (const auto ready = check_ready(); !ready) return not_ready(ready.error());
    reply.send(net::HttpResponse::json(200, R"({"status":"ready"})"));
  });
  if (!posted) not_ready(posted.error());
}

void Rest::Impl::handle_metrics(const net::HttpRequest& request, const net::HttpReply& reply) {
  // What came through a proxy came from outside, whatever address the proxy has.
  if (!is_inside(request.remote_address) || !request.header("x-forwarded-for").empty()) {
    const Error error{Code::not_found, "request.not_found", {}, {}, {}};
    return reply.send(error_response(error, messages::language_of(request.header("accept-language"))));
  }
  auto gauges = process_gauges();
  const auto add = [&](std::vector<Gauge> more) {
    gauges.insert(gauges.end(), std::make_move_iterator(more.begin()), std::make_move_iterator(more.end()));
  };
  add(storage_gauges(services.database.stats()));
  gauges.push_back(
      {"yingda_workers_queued", "Jobs waiting for a worker", static_cast<double>(services.workers.queued())});
  gauges.push_back({"yingda_timers_open", "Open timers", static_cast<double>(services.timers.open())});
  if (options.gauges) add(options.gauges());
  net::HttpResponse response;
  response.set("Content-Type", "text/plain; version=0.0.4; charset=utf-8");
  response.body = metrics.text(gauges);
  reply.send(std::move(response));
}

}  // namespace yingda::rest
