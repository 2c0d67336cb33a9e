// Web chat's inside, shared by its .cpp files.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "buckets.hpp"
#include "decode.hpp"
#include "encode.hpp"
#include "published.hpp"
#include "registry.hpp"
#include "tokens.hpp"
#include "yingda/webchat/webchat.hpp"

namespace yingda::webchat {

std::int64_t steady_ms();

/// Who a visitor's request comes from, proven by his token.
struct Visitor {
  TenantId tenant;
  CustomerId customer;
  WidgetId widget;
};

struct Webchat::Impl : std::enable_shared_from_this<Webchat::Impl> {
  Impl(storage::Database& database, runtime::WorkerPool& workers, const Clock& clock, IdSource& ids, org::Org& org,
       customer::Customers& customers, conversation::Conversations& conversations, routing::Routing& routing,
       realtime::Hub& hub, files::FileStore& files, const Options& options);

  // --- http.cpp
  void handle(net::HttpRequest request, const net::HttpReply& reply);
  void config(const net::HttpRequest& request, const net::HttpReply& reply, std::string_view key);
  void messages(const net::HttpRequest& request, const net::HttpReply& reply);
  void info(const net::HttpRequest& request, const net::HttpReply& reply, std::string_view key);
  /// The bearer of the request: token, widget, origin, rate. Errors: unauthenticated `auth.invalid_token`,
  /// permission_denied `webchat.origin_not_allowed`, limit_exceeded `request.too_many_requests`.
  Result<Visitor> visitor_of(const net::HttpRequest& request) const;
  /// Blocking work of a request on the pool; answers 503 when it is full.
  void on_worker(const net::HttpRequest& request, const net::HttpReply& reply, std::function<void()> job);
  void refuse(const net::HttpRequest& request, const net::HttpReply& reply, const Error& error,
              std::int64_t retry_after_ms = 0) const;

  // --- session.cpp
  void session(const net::HttpRequest& request, const net::HttpReply& reply, const WidgetEntryPtr& entry);
  Result<std::string> open_session(const WidgetEntry& entry, const SessionRequest& asked);
  Result<CustomerId> resolve_customer(storage::Transaction& tx, const WidgetEntry& entry, const SessionRequest& asked,
                                      CustomerId known);
  /// Checks a visitor token with the secrets in memory, or with the store's (worker threads only) when another node
  /// made a newer one.
  enum class Secrets { memory, store };
  Result<VisitorClaim> check_visitor_token(std::string_view token, Secrets where = Secrets::memory);
  Result<Secret> signing_secret(TenantId tenant);  // blocking

  // --- files.cpp
  void upload(std::shared_ptr<const net::HttpRequest> request, const net::HttpReply& reply);
  void download(const net::HttpRequest& request, const net::HttpReply& reply, std::string_view rest);
  Result<std::string> keep_upload(const net::HttpRequest& request, const Visitor& visitor);
  FileToken file_token(TenantId tenant, CustomerId customer) const;
  PlaceOf place_of(TenantId tenant) const;

  // --- poll.cpp
  void poll(const net::HttpRequest& request, const net::HttpReply& reply);
  /// The visitor's thread for the hub; blocking.
  Result<std::optional<realtime::VisitorThread>> thread_of(TenantId tenant, CustomerId customer);

  void reload_widgets(TenantId tenant);
  /// What the widget's queue publishes; blocking when it is not in memory.
  Result<PublishedPtr> published_of(const WidgetEntry& entry);

  storage::Database& database;
  runtime::WorkerPool& workers;
  const Clock& clock;
  IdSource& ids;
  org::Org& org;
  customer::Customers& customers;
  conversation::Conversations& conversations;
  routing::Routing& routing;
  realtime::Hub& hub;
  files::FileStore& files;
  rating::Ratings* const ratings;
  const std::function<std::optional<entrance::Menu>(TenantId, WidgetId)> menu_of;
  const Rates rates;
  Registry registry;
  PublishedQueues published;
  mutable Buckets sends_by_visitor, sends_by_address, sessions_by_address, requests_by_address, uploads_by_visitor,
      uploads_by_address;
};

/// Key of an address in the buckets.
std::uint64_t address_key(std::string_view address);
messages::Language language_of(const net::HttpRequest& request);
/// Headers that let the widget's page read the answer.
net::HttpResponse with_cors(net::HttpResponse response, const net::HttpRequest& request);
/// The value of one query parameter, "" when absent or broken.
std::string query_value(const net::HttpRequest& request, std::string_view name);

}  // namespace yingda::webchat
