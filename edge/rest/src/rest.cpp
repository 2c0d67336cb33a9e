// The way of a request: route -> worker -> door -> decode -> prepare -> transaction -> answer.
#include "yingda/rest/rest.hpp"

#include <algorithm>

#include "areas.hpp"
#include "respond.hpp"
#include "rest_impl.hpp"
#include "rest_migrations.gen.hpp"
#include "yingda/base/log.hpp"
#include "yingda/rest/limits.hpp"

namespace yingda::rest {
namespace {

constexpr std::string_view kApi = "/api/v1/";
constexpr std::string_view kFiles = "/api/v1/files";
constexpr std::string_view kDocument = "/api/v1/openapi.json";

messages::Language language_of(const net::HttpRequest& request) {
  return messages::language_of(request.header("accept-language"));
}

std::int64_t seconds_of(std::int64_t wait_ms) { return wait_ms <= 0 ? 0 : (wait_ms + 999) / 1000; }

}  // namespace

Rest::Impl::Impl(Services given, Options chosen)
    : services(given),
      options(std::move(chosen)),
      door(services.database, services.org, services.clock, options.rate_factor),
      idempotency(services.timers, services.clock),
      password_workers(kPasswordThreads, kPasswordQueueMax) {
  declare_all(api, {services, options, door});
  for (const auto& endpoint : api.endpoints()) router.add(*endpoint);
}

void Rest::Impl::handle(net::HttpRequest request, net::HttpReply reply) {
  if (request.path == "/healthz") return reply.send(net::HttpResponse::json(200, R"({"status":"ok"})"));
  if (request.path == "/readyz") return handle_ready(std::move(reply));
  if (request.path == "/metrics") return handle_metrics(request, reply);
  auto journey = std::make_shared<Journey>(Journey{.call = {}, .reply = std::move(reply)});
  auto& call = journey->call;
  call.request = std::move(request);
  call.language = language_of(call.request);
  if (call.request.path == kDocument && call.request.method == net::Method::get) {
    std::call_once(document_once, [&] { document = write_openapi(api); });
    return send(journey, net::HttpResponse::json(200, document));
  }

  auto found = router.find(call.request.method, call.request.path);
  if (!found.endpoint && found.methods.empty())
    return refuse(journey, Error{Code::not_found, "request.not_found", {}, {}, {}});
  if (!found.endpoint) {
    const Error error{Code::invalid_argument, "request.method_not_allowed", {}, {}, {}};
    return send(journey, error_response(error, call.language).set("Allow", found.methods));
  }
  call.endpoint = found.endpoint;
  call.path_args = std::move(found.args);

  // An address that guesses sessions or hammers the login is turned away before it costs a worker.
  const bool open = call.endpoint->needs.kind == Needs::Kind::anyone;
  const std::int64_t wait = open ? door.take_address(call.request) : door.look_address(call.request);
  if (wait > 0) return refuse(journey, Error{Code::limit_exceeded, "request.too_many", {}, {}, {}}, wait);

  auto& pool = call.endpoint->pool == Pool::passwords ? password_workers : services.workers;
  if (const auto posted = pool.post([this, journey] { enter(journey); }); !posted) refuse(journey, posted.error());
}

Status Rest::Impl::pass_door(Call& call, std::int64_t& wait_ms) {
  const auto& needs = call.endpoint->needs;
  const bool writes = call.endpoint->work == Work::write;
  if (needs.kind == Needs::Kind::anyone) {
    if (writes) YD_CHECK(Door::check_origin(call.request));
    return {};
  }
  auto actor = door.authenticate(call.request);
  if (!actor) {
    if (actor.error().code == Code::unauthenticated) door.take_address(call.request);
    return std::unexpected(std::move(actor).error());
  }
  call.actor = *std::move(actor);
  if (call.request.header("accept-language").empty() || !call.actor.token)
    call.language = call.actor.locale == org::Locale::en ? messages::Language::en : messages::Language::zh_CN;
  wait_ms = door.take_actor(call.actor);
  if (wait_ms > 0) return fail(Code::limit_exceeded, "request.too_many");
  const auto credentials = Door::credentials_of(call.request);
  if (!credentials.token) call.session_secret = credentials.secret;
  if (writes) YD_CHECK(Door::check_write(call.request));
  if (needs.kind == Needs::Kind::permission && !call.actor.may(needs.permission))
    return fail(Code::permission_denied, "auth.permission_denied");
  return {};
}

void Rest::Impl::enter(const JourneyPtr& journey) {
  auto& call = journey->call;
  const log::RequestScope scope(call.request.request_id);
  std::int64_t wait_ms = 0;
  if (const auto passed = pass_door(call, wait_ms); !passed) return refuse(journey, passed.error(), wait_ms);
  if (call.endpoint->work == Work::write && call.endpoint->needs.kind != Needs::Kind::anyone) {
    if (const auto noted = Idempotency::note(call); !noted) return refuse(journey, noted.error());
  }
  auto operation = call.endpoint->decode(call);
  if (!operation) return refuse(journey, operation.error());
  journey->operation = *std::move(operation);
  if (const auto prepared = journey->operation->prepare(call); !prepared) {
    if (call.endpoint->on_failure) call.endpoint->on_failure(call, prepared.error());
    return refuse(journey, prepared.error());
  }
  if (call.endpoint->work == Work::read) return read(journey);
  write(journey);
}

void Rest::Impl::read(const JourneyPtr& journey) {
  const auto status =
      services.database.read([&](storage::Transaction& tx) { return journey->operation->run(journey->call, tx); });
  if (!status) return refuse(journey, status.error());
  finish(journey);
}

void Rest::Impl::write(const JourneyPtr& journey) {
  services.database.write_async(
      journey->call.actor.tenant, [this, journey](storage::Transaction& tx) { return run_write(*journey, tx); },
      [this, journey](const Status& status) {
        if (status) return finish(journey);
        if (journey->call.endpoint->on_failure) journey->call.endpoint->on_failure(journey->call, status.error());
        refuse(journey, status.error());
      });
}

Status Rest::Impl::run_write(Journey& journey, storage::Transaction& tx) {
  // May run again after a failed batch: everything it leaves is set afresh.
  auto& call = journey.call;
  call.headers.clear();
  journey.answer.reset();
  journey.replayed = false;
  if (call.idempotency_key.empty()) return journey.operation->run(call, tx);
  YD_TRY(auto kept, idempotency.find(tx, call));
  if (kept) {
    journey.answer = *std::move(kept);
    journey.replayed = true;
    return {};
  }
  YD_CHECK(journey.operation->run(call, tx));
  journey.answer = journey.operation->answer();
  return idempotency.keep(tx, call, *journey.answer, call.endpoint->secret);
}

void Rest::Impl::finish(const JourneyPtr& journey) {
  auto& call = journey->call;
  net::HttpResponse response;
  if (auto file = journey->replayed ? std::nullopt : journey->operation->response()) {
    response = *std::move(file);
  } else {
    std::optional<Answer> kept = std::move(journey->answer);
    Answer answer = kept ? *std::move(kept) : journey->operation->answer();
    if (answer.status == 204) {
      response.status = 204;
    } else {
      response = net::HttpResponse::json(answer.status, std::move(answer.body));
    }
  }
  for (auto& header : call.headers) response.set(header.name, header.value);
  if (journey->replayed) response.set("Idempotent-Replay", "true");
  send(journey, std::move(response));
}

void Rest::Impl::refuse(const JourneyPtr& journey, const Error& error, std::int64_t wait_ms) {
  if (error.code == Code::internal || error.code == Code::corrupt) {
    const log::RequestScope scope(journey->call.request.request_id);
    log::error("rest.failed", error, {{"path", journey->call.endpoint ? journey->call.endpoint->path : ""}});
  }
  auto response = error_response(error, journey->call.language, seconds_of(wait_ms));
  // A cookie that no longer opens anything is taken away, so that the browser stops sending it.
  if (error.reason == "auth.session_expired") {
    journey->call.headers.clear();
    set_cookie(journey->call, kSessionCookie, "", {});
    response.set("set-cookie", journey->call.headers.front().value);
  }
  send(journey, std::move(response));
}

void Rest::Impl::send(const JourneyPtr& journey, net::HttpResponse response) {
  auto& call = journey->call;
  add_api_headers(response, call.request.tls);
  const std::chrono::duration<double> took = std::chrono::steady_clock::now() - journey->began;
  metrics.count(net::to_string(call.request.method), call.endpoint ? call.endpoint->path : "none", response.status,
                took.count());
  journey->reply.send(std::move(response));
}

Rest::Rest(Services services, Options options) : impl_(std::make_unique<Impl>(services, std::move(options))) {}
Rest::~Rest() = default;

void Rest::start() {
  impl_->idempotency.start();
  impl_->services.dispatcher.tap([this](std::span<const storage::CommittedEvent> events) {
    for (const auto& event : events)
      if (event.type == "settings.changed") impl_->door.forget(event.tenant);
  });
}

void Rest::stop() { impl_->password_workers.stop(seconds(5)); }

bool Rest::handles(std::string_view path) {
  return path.starts_with(kApi) || path == "/api" || path.starts_with("/api/") || path == "/healthz" ||
         path == "/readyz" || path == "/metrics";
}

void Rest::handle(net::HttpRequest request, net::HttpReply reply) {
  impl_->handle(std::move(request), std::move(reply));
}

std::int64_t Rest::body_limit(net::Method method, std::string_view path, std::int64_t default_limit) {
  if (method == net::Method::post && path == kFiles) return conversation::kFileBytesMax + kMultipartOverheadMax;
  return path.starts_with(kApi) ? kJsonBytesMax : default_limit;
}

void Rest::authenticate(const net::HttpRequest& request, std::function<void(Result<org::Actor>)> done) {
  const bool writes = request.method != net::Method::get && request.method != net::Method::head;
  if (writes && Door::credentials_of(request)) {
    if (auto checked = Door::check_write(request); !checked) return done(std::unexpected(std::move(checked).error()));
  }
  if (auto actor = impl_->door.remembered(request)) return done(*std::move(actor));
  if (impl_->door.look_address(request) > 0) return done(fail(Code::limit_exceeded, "request.too_many"));
  auto shared = std::make_shared<std::function<void(Result<org::Actor>)>>(std::move(done));
  const auto posted = impl_->services.workers.post([this, request, shared] {
    auto actor = impl_->door.authenticate(request);
    if (!actor && actor.error().code == Code::unauthenticated) impl_->door.take_address(request);
    (*shared)(std::move(actor));
  });
  if (!posted) (*shared)(std::unexpected(posted.error()));
}

const std::string& Rest::openapi() const {
  std::call_once(impl_->document_once, [&] { impl_->document = write_openapi(impl_->api); });
  return impl_->document;
}

std::span<const storage::Migration> migrations() { return kMigrations; }

}  // namespace yingda::rest
