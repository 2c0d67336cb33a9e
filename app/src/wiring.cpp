// The only file that knows everybody: builds the rooms, starts them in order, stops them in the reverse.
#include <condition_variable>
#include <filesystem>
#include <mutex>

#include "demo.hpp"
#include "rooms.hpp"
#include "yingda/base/crypto.hpp"
#include "yingda/base/log.hpp"
#include "yingda/net/limits.hpp"
#include "yingda/storage/migrations.hpp"

namespace yingda::app {
namespace {

constexpr std::size_t kWorkerQueueMax = 20'000;  // jobs waiting; beyond, requests get 503
constexpr DurationMs kHousekeepingEvery = minutes(10);
constexpr double kUnlimited = 1e6;  // times every rate limit
constexpr int kTrimRows = 5'000;    // a step; small enough not to be felt

/// Forgets events that nobody needs any more.
void keep_house(const std::stop_token& stop, storage::Database& database, const Clock& clock) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  const std::chrono::milliseconds pause(kHousekeepingEvery.ms);
  while (!wake.wait_for(lock, stop, pause, [] { return false; }) && !stop.stop_requested()) {
    for (std::int64_t trimmed = kTrimRows; trimmed >= kTrimRows && !stop.stop_requested();) {
      const auto result = database.trim_events(clock.now() - kEventsKept, kTrimRows);
      if (!result) log::error("app.trim_failed", result.error());
      trimmed = result.value_or(0);
    }
  }
}

/// What an entrance speaks when it offers only one language; otherwise the company's counts.
std::optional<org::Locale> language_of(const std::optional<webchat::Widget>& widget) {
  if (!widget || widget->languages.size() != 1) return std::nullopt;
  return widget->languages.front().starts_with("zh") ? org::Locale::zh_CN : org::Locale::en;
}

net::ServerOptions server_options(const ServeOptions& options) {
  net::ServerOptions out;
  out.address = options.address;
  out.port = options.port;
  out.threads = options.net_threads;
  out.certificate_file = options.certificate_file;
  out.private_key_file = options.private_key_file;
  out.trusted_proxies = options.trusted_proxies;
  out.spool_directory = options.data + "/spool";
  return out;
}

}  // namespace

std::string database_url(const ServeOptions& options) {
  return options.database.empty() ? "sqlite:" + options.data + "/yingda.db" : options.database;
}

std::vector<storage::Migration> all_migrations() {
  std::vector<storage::Migration> all;
  for (const auto& room :
       {storage::migrations(), runtime::migrations(), org::migrations(), customer::migrations(),
        conversation::migrations(), routing::migrations(), entrance::migrations(), rating::migrations(),
        supervision::migrations(), webchat::migrations(), email::migrations(), rest::migrations()})
    all.insert(all.end(), room.begin(), room.end());
  return all;
}

Server::Rooms::Rooms(const ServeOptions& chosen, DataLock held, std::unique_ptr<storage::Database> opened,
                     files::FileStore store, const SecretBox& box)
    : options(chosen),
      lock(std::move(held)),
      ids(clock, chosen.node),
      database(std::move(opened)),
      files(std::move(store)),
      workers(chosen.workers, kWorkerQueueMax),
      timers(*database, clock),
      dispatcher(*database, workers, clock),
      org(clock, ids),
      customers(clock, ids),
      conversations(clock, ids, org, customers),
      routing(*database, dispatcher, timers, clock, ids, org, conversations),
      entrance(*database, dispatcher, timers, clock, ids, org, customers, conversations, routing, box,
               {.guard = chosen.internal_webhooks ? net::AddressGuard::any : net::AddressGuard::public_only,
                .widget_exists = [this](TenantId tenant,
                                        WidgetId widget) { return webchat->find_widget(tenant, widget).has_value(); }}),
      ratings(*database, dispatcher, clock, ids, org, conversations),
      supervision(*database, dispatcher, timers, clock, ids, org, conversations, routing,
                  {.send =
                       [this](net::ClientRequest request, std::function<void(Result<net::ClientResponse>)> done) {
                         outgoing.send(std::move(request), std::move(done));
                       },
                   .guard = chosen.internal_webhooks ? net::AddressGuard::any : net::AddressGuard::public_only,
                   .box = box}) {
  gateway = std::make_unique<realtime::Gateway>(
      *database, dispatcher, workers, clock, conversations, routing,
      [this](const net::HttpRequest& request, std::function<void(Result<org::Actor>)> done) {
        rest->authenticate(request, std::move(done));
      });
  const double rate_factor = chosen.rate_limits ? 1 : kUnlimited;
  gateway->set_rate_factor(rate_factor);
  gateway->hub().set_supervision(supervision);
  webchat::Options webchat_options;
  for (webchat::Rate* rate : {&webchat_options.rates.sends_by_visitor, &webchat_options.rates.sends_by_address,
                              &webchat_options.rates.frames_by_socket, &webchat_options.rates.sessions_by_address,
                              &webchat_options.rates.requests_by_address, &webchat_options.rates.uploads_by_visitor,
                              &webchat_options.rates.uploads_by_address}) {
    rate->per_second *= rate_factor;
    rate->burst *= rate_factor;
  }
  webchat_options.ratings = &ratings;
  webchat_options.menu_of = [this](TenantId tenant, WidgetId widget) { return entrance.menu_of(tenant, widget); };
  webchat = std::make_unique<webchat::Webchat>(*database, workers, clock, ids, org, customers, conversations, routing,
                                               gateway->hub(), files, webchat_options);
  mail = std::make_unique<email::Mail>(
      *database, timers, dispatcher, clock, ids, org, customers, conversations, box,
      email::Ports{.connected = [this](TenantId, CustomerId who) { return gateway->hub().visitor_connected(who); },
                   .page_allowed = [this](TenantId tenant, WidgetId widget,
                                          std::string_view url) { return webchat->page_allowed(tenant, widget, url); },
                   .send = net::send_smtp});
  gateway->hub().on_visitor_left(
      [this](TenantId tenant, CustomerId customer) { mail->on_customer_left(tenant, customer); });
  rest = std::make_unique<rest::Rest>(
      rest::Services{*database, workers, dispatcher, timers, clock, ids, org, customers, conversations, routing,
                     entrance, files, *webchat, *mail, ratings, supervision},
      rest::Options{.demo = chosen.demo,
                    .rate_factor = rate_factor,
                    .gauges = [this] { return gauges(); },
                    .recheck = [this](TenantId tenant) { gateway->recheck(tenant); }});
  front = std::make_unique<Front>(*rest, *gateway, *webchat, chosen.demo);
  http = std::make_unique<net::HttpServer>(server_options(chosen), *front);
  routing::EntrancePort port = entrance.port();
  port.default_team = [this](TenantId tenant, WidgetId widget) { return webchat->team_of_widget(tenant, widget); };
  routing.set_entrance(std::move(port));
  routing.set_language([this](TenantId tenant, WidgetId id) { return language_of(webchat->find_widget(tenant, id)); });
}

Server::Rooms::~Rooms() { stop(kStopLimit); }

Status Server::Rooms::start() {
  if (options.demo) YD_CHECK(seed_demo(*this));
  YD_CHECK(webchat->start());
  YD_CHECK(gateway->start());
  YD_CHECK(entrance.start());
  YD_CHECK(routing.start());
  ratings.start();
  YD_CHECK(supervision.start());
  YD_CHECK(mail->start());
  rest->start();
  YD_CHECK(timers.start());
  YD_CHECK(dispatcher.start());
  YD_CHECK(http->start());
  housekeeping = std::jthread([this](const std::stop_token& stop) { keep_house(stop, *database, clock); });
  return {};
}

void Server::Rooms::stop(DurationMs limit) {
  if (std::exchange(stopped, true)) return;
  housekeeping.request_stop();
  // Live clients are told to come back first: their polls and sockets are what would keep the web server waiting.
  webchat->stop();
  gateway->stop();
  http->stop(limit);
  rest->stop();
  entrance.stop();
  supervision.stop();
  routing.stop();
  dispatcher.stop();
  timers.stop();
  mail->stop();
  workers.stop(limit);
}

std::vector<rest::Gauge> Server::Rooms::gauges() const {
  const auto net = http->stats();
  const auto hub = gateway->hub().stats();
  const auto gauge = [](const char* name, const char* help, std::int64_t value) {
    return rest::Gauge{name, help, static_cast<double>(value)};
  };
  return {gauge("yingda_net_connections", "Open connections", net.connections),
          gauge("yingda_net_websockets", "Open sockets", net.websockets),
          gauge("yingda_net_requests", "Requests since start", net.requests),
          gauge("yingda_net_messages_in", "Socket messages received", net.ws_messages_in),
          gauge("yingda_net_messages_out", "Socket messages sent", net.ws_messages_out),
          gauge("yingda_net_refused", "Connections and requests refused", net.refused),
          gauge("yingda_realtime_agents", "Connected agents' clients", hub.agents),
          gauge("yingda_realtime_visitors", "Connected visitors' clients", hub.visitors),
          gauge("yingda_realtime_frames_out", "Frames pushed", hub.frames_out),
          gauge("yingda_realtime_resyncs", "Clients told to load anew", hub.resyncs)};
}

Result<std::unique_ptr<Server>> Server::start(const ServeOptions& options) {
  net::raise_file_limit();
  YD_TRY(auto lock, DataLock::take(options.data));
  const std::string spool = options.data + "/spool";
  std::error_code error;
  std::filesystem::remove_all(spool, error);
  std::filesystem::create_directories(spool, error);
  if (error) return fail(Code::unavailable, "app.data_unwritable", spool + ": " + error.message());
  YD_TRY(auto files, files::FileStore::open(options.data + "/files"));
  YD_TRY(const auto box, SecretBox::open_file(options.data + "/secret.key"));

  static const SystemClock clock;
  storage::DatabaseOptions store;
  store.url = database_url(options);
  store.readers = options.workers;
  YD_TRY(auto database, storage::open_database(store, clock));
  YD_CHECK(database->migrate(all_migrations()));
  auto rooms = std::make_unique<Rooms>(options, std::move(lock), std::move(database), std::move(files), box);
  YD_CHECK(rooms->start());
  return std::unique_ptr<Server>(new Server(std::move(rooms)));
}

Result<std::string> Server::openapi() {
  namespace fs = std::filesystem;
  ServeOptions options;
  options.data = fs::temp_directory_path() / ("yingda-openapi-" + crypto::random_token(9));
  std::string document;
  {
    YD_TRY(auto lock, DataLock::take(options.data));
    YD_TRY(auto files, files::FileStore::open(options.data + "/files"));
    YD_TRY(const auto box, SecretBox::open_file(options.data + "/secret.key"));
    static const SystemClock clock;
    YD_TRY(auto database, storage::open_database({.url = database_url(options), .readers = 1}, clock));
    const auto rooms = std::make_unique<Rooms>(options, std::move(lock), std::move(database), std::move(files), box);
    document = rooms->rest->openapi();
  }
  std::error_code ignored;
  fs::remove_all(options.data, ignored);
  return document;
}

Server::Server(std::unique_ptr<Rooms> rooms) : rooms_(std::move(rooms)) {}
Server::~Server() = default;
std::uint16_t Server::port() const { return rooms_->http->port(); }
void Server::stop(DurationMs limit) { rooms_->stop(limit); }

}  // namespace yingda::app
