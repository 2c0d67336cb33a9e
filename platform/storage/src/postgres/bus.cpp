#include "postgres/bus.hpp"

#include <poll.h>
#include <pthread.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <memory>
#include <unordered_map>

#include "yingda/base/assert.hpp"
#include "yingda/base/log.hpp"

namespace yingda::storage::postgres {
namespace {

constexpr std::chrono::seconds kReconnectEvery{2};
// A line that is silent is asked whether it lives: a cut without a word would otherwise go unnoticed for ever.
constexpr int kProbeMs = 30'000;

std::optional<std::int64_t> take_number(std::string_view& text) {
  std::int64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc() || end == text.data() + text.size() || *end != ':') return std::nullopt;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()) + 1);
  return value;
}

std::unique_ptr<PGnotify, void (*)(void*)> next_notification(PGconn* connection) {
  return {PQnotifies(connection), PQfreemem};
}

bool query(PGconn* connection, const char* sql) {
  const ResultPtr result(PQexec(connection, sql));
  const auto status = PQresultStatus(result.get());
  return status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
}

}  // namespace

std::optional<Notice> decode_notice(std::string_view payload) {
  const auto tenant = take_number(payload);
  if (!tenant || *tenant <= 0) return std::nullopt;
  const auto seq = take_number(payload);
  if (!seq || *seq <= 0 || payload.empty()) return std::nullopt;
  return Notice{TenantId{*tenant}, *seq, payload};
}

Bus::Bus(ConnectionOptions options, std::string process, Hooks hooks)
    : options_(std::move(options)),
      process_(std::move(process)),
      hooks_(std::move(hooks)),
      wake_(::eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
  YD_ASSERT(wake_ >= 0);
  thread_ = std::thread([this] {
    pthread_setname_np(pthread_self(), "yd-bus");
    loop();
  });
}

Bus::~Bus() {
  {
    const std::lock_guard lock(mutex_);
    stopping_ = true;
  }
  stop_wake_.notify_all();
  const std::uint64_t one = 1;
  [[maybe_unused]] const auto written = ::write(wake_, &one, sizeof one);
  thread_.join();
  ::close(wake_);
}

bool Bus::pause() {
  std::unique_lock lock(mutex_);
  return !stop_wake_.wait_for(lock, kReconnectEvery, [&] { return stopping_.load(); });
}

void Bus::loop() {
  do listen();
  while (pause());
}

void Bus::listen() {
  const std::string timeout = std::to_string(std::max<std::int64_t>(2, (options_.connect_timeout.ms + 999) / 1000));
  // A peer that does not acknowledge for 10 s is gone: neither probe nor keep-alive waits longer.
  const char* keys[] = {"fallback_application_name", "connect_timeout", "tcp_user_timeout",
                        "keepalives_idle",           "dbname",          nullptr};
  const char* values[] = {"yingda bus", timeout.c_str(), "10000", "10", options_.url.c_str(), nullptr};
  const std::unique_ptr<PGconn, void (*)(PGconn*)> line(PQconnectdbParams(keys, values, 1), PQfinish);
  PGconn* raw = line.get();
  if (PQstatus(raw) != CONNECTION_OK) return;
  PQsetNoticeProcessor(raw, [](void*, const char*) {}, nullptr);
  // The channel is the schema's own: tests keep several stores in one database.
  if (!query(raw, "DO $$BEGIN EXECUTE format('LISTEN %I', 'yingda_' || current_schema()); END$$")) return;
  hooks_.connected();
  std::array<pollfd, 2> waits{pollfd{PQsocket(raw), POLLIN, 0}, pollfd{wake_, POLLIN, 0}};
  while (!stopping_) {
    const int ready = ::poll(waits.data(), waits.size(), kProbeMs);
    if (stopping_) return;
    if (ready == 0 && !query(raw, "SELECT 1")) return;
    if (PQconsumeInput(raw) != 1) return;
    // Several commits of one tenant come as several notifications; reading the log once serves all.
    std::unordered_map<TenantId, std::int64_t> newest;
    while (const auto told = next_notification(raw)) {
      const auto notice = decode_notice(told->extra);
      if (!notice || notice->process == process_) continue;
      auto& seq = newest[notice->tenant];
      seq = std::max(seq, notice->seq);
    }
    for (const auto& [tenant, seq] : newest) hooks_.heard(tenant, seq);
  }
}

}  // namespace yingda::storage::postgres
