// Behind the face: everything a request passes through.
#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <mutex>
#include <optional>
#include <string>

#include "api.hpp"
#include "areas.hpp"
#include "door.hpp"
#include "idempotency.hpp"
#include "metrics.hpp"
#include "router.hpp"
#include "yingda/rest/rest.hpp"
#include "yingda/runtime/runtime.hpp"

namespace yingda::rest {

/// A request and the promise of its answer, on their way over threads.
struct Journey {
  Call call;
  net::HttpReply reply;
  std::chrono::steady_clock::time_point began = std::chrono::steady_clock::now();
  std::unique_ptr<Operation> operation;
  std::optional<Answer> answer;  // made in the transaction, when kept or replayed
  bool replayed = false;
};
using JourneyPtr = std::shared_ptr<Journey>;

struct Rest::Impl {
  Impl(Services given, Options chosen);

  void handle(net::HttpRequest request, net::HttpReply reply);
  // The stations, in order; each answers or goes on.
  void enter(const JourneyPtr& journey);
  Status pass_door(Call& call, std::int64_t& wait_ms);
  void read(const JourneyPtr& journey);
  void write(const JourneyPtr& journey);
  Status run_write(Journey& journey, storage::Transaction& tx);
  void finish(const JourneyPtr& journey);
  void refuse(const JourneyPtr& journey, const Error& error, std::int64_t wait_ms = 0);
  void send(const JourneyPtr& journey, net::HttpResponse response);

  // health.cpp
  void handle_ready(net::HttpReply reply);
  void handle_metrics(const net::HttpRequest& request, const net::HttpReply& reply);
  Status check_ready();

  Services services;
  Options options;
  Door door;
  Idempotency idempotency;
  Metrics metrics;
  Api api;
  Router router;
  runtime::WorkerPool password_workers;
  std::once_flag document_once;
  std::string document;
};

/// Declares every area.
void declare_all(Api& api, Ground ground);
std::string write_openapi(const Api& api);

}  // namespace yingda::rest
