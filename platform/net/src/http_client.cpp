#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/ip/basic_resolver.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <future>
#include <map>

#include "address.hpp"
#include "beast/http_parser.hpp"
#include "http_text.hpp"
#include "loop.hpp"
#include "tls.hpp"
#include "url.hpp"
#include "yingda/base/log.hpp"
#include "yingda/net/client.hpp"
#include "yingda/net/limits.hpp"

namespace yingda::net {
namespace {

using Resolver = asio::ip::basic_resolver<asio::ip::tcp, Executor>;
constexpr auto kTuple = asio::as_tuple(asio::use_awaitable_t<Executor>());

Error make_error(Code code, std::string reason, std::string detail = {}) {
  return fail(code, std::move(reason), std::move(detail)).error();
}

AddressBytes bytes_of(const asio::ip::address& address) {
  if (address.is_v4()) return from_v4(address.to_v4().to_bytes());
  return address.to_v6().to_bytes();
}

bool is_redirect(int status) {
  return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

std::string_view header_of(const ClientResponse& response, std::string_view name) {
  for (const auto& header : response.headers)
    if (header.name == name) return header.value;
  return {};
}

/// Client TLS contexts by extra CA file. Used on one thread.
using TlsContexts = std::map<std::string, SslContext>;

}  // namespace

/// One request with its redirects.
class Exchange final : public Session, private BodySink {
 public:
  using Done = std::function<void(Result<ClientResponse>)>;
  Exchange(std::shared_ptr<Loop> loop, TlsContexts& contexts, ClientRequest request, Done done)
      : loop_(std::move(loop)),
        contexts_(contexts),
        request_(std::move(request)),
        done_(std::move(done)),
        resolver_(loop_->io()) {}

  void start() {
    loop_->wheel().arm(*this, request_.deadline);
    auto self = std::static_pointer_cast<Exchange>(shared_from_this());
    asio::co_spawn(
        loop_->io().get_executor(), [self]() -> Task<void> { return self->run(); },
        [self](const std::exception_ptr& error) {
          if (error) self->finish(std::unexpected(make_error(Code::internal, "internal", "client session threw")));
          self->loop_->untrack(*self);
        });
  }
  void on_stop() override { on_cut(); }
  void on_cut() override { give_up(make_error(Code::cancelled, "net.stopping")); }

 private:
  void on_deadline() override { give_up(make_error(Code::timeout, "net.deadline")); }

  void give_up(Error error) {
    finish(std::unexpected(std::move(error)));
    resolver_.cancel();
    if (link_) link_->close();
  }
  void finish(Result<ClientResponse> result) {
    if (!done_) return;
    const Done done = std::exchange(done_, nullptr);
    try {
      done(std::move(result));
    } catch (const std::exception& error) {
      log::error("net.handler_threw", {{"what", std::string_view(error.what())}});
    }
  }
  bool over() const { return !done_; }

  bool on_body(std::string_view bytes) override {
    if (static_cast<std::int64_t>(response_.body.size() + bytes.size()) > request_.response_bytes_max) return false;
    response_.body.append(bytes);
    return true;
  }

  Task<void> run() {
    auto url = parse_url(request_.url);
    for (int hops = 0;; ++hops) {
      if (!url) co_return finish(std::unexpected(std::move(url).error()));
      const Status fetched = co_await fetch(*url);
      link_.reset();
      if (!fetched) co_return finish(std::unexpected(fetched.error()));
      const auto location = header_of(response_, "location");
      if (!is_redirect(response_.status) || location.empty()) co_return finish(std::move(response_));
      if (hops == kRedirectsMax)
        co_return finish(std::unexpected(make_error(Code::limit_exceeded, "net.too_many_redirects")));
      auto next = resolve_location(*url, location);
      if (next) follow(*url, *next);
      if (next && url->tls() && !next->tls())
        co_return finish(std::unexpected(make_error(Code::permission_denied, "net.insecure_redirect", next->host)));
      url = std::move(next);
    }
  }

  void follow(const Url& from, const Url& to) {
    const bool rewrites = response_.status == 303 || (response_.status <= 302 && request_.method == Method::post);
    if (rewrites && request_.method != Method::head) {
      request_.method = Method::get;
      request_.body.clear();
      std::erase_if(request_.headers, [](const Header& h) { return h.name.starts_with("content-"); });
    }
    // Secrets are for the origin they were given to.
    if (!from.same_origin(to))
      std::erase_if(request_.headers, [](const Header& h) { return h.name == "authorization" || h.name == "cookie"; });
  }

  Task<Status> fetch(Url url) {
    response_ = {};
    const Status connected = co_await connect(url);
    if (!connected) co_return connected;
    const auto head = request_head(url);
    if (!head) co_return std::unexpected(head.error());
    const bool sent = co_await write_all(*head + request_.body);
    // A server may answer before it has taken the whole body: look for the answer in any case.
    const Status got = co_await read_response();
    if (!got && !sent) co_return fail(Code::unavailable, "net.unreachable", url.host + " closed the connection");
    co_return got;
  }

  Task<Status> connect(Url url) {
    std::vector<asio::ip::tcp::endpoint> endpoints;
    boost::system::error_code not_literal;
    const auto literal = asio::ip::make_address(url.host, not_literal);
    if (!not_literal) {
      endpoints.emplace_back(literal, url.port);
    } else {
      const auto [ec, found] = co_await resolver_.async_resolve(url.host, std::to_string(url.port),
                                                                asio::ip::resolver_base::numeric_service, kTuple);
      if (over()) co_return fail(Code::cancelled, "net.stopping");
      if (ec) co_return fail(Code::unavailable, "net.unreachable", url.host + ": " + ec.message());
      for (const auto& entry : found) endpoints.push_back(entry.endpoint());
    }
    if (request_.guard == AddressGuard::public_only)
      std::erase_if(endpoints, [](const auto& e) { return !is_public_address(bytes_of(e.address())); });
    if (endpoints.empty()) co_return fail(Code::permission_denied, "net.internal_address", url.host);
    std::string why;
    for (const auto& endpoint : endpoints) {
      // The very address that was checked: no second resolution in between.
      TcpSocket socket(loop_->io());
      boost::system::error_code ec;
      socket.open(endpoint.protocol(), ec);
      if (ec) co_return fail(Code::unavailable, "net.unreachable", ec.message());
      Ssl ssl;
      if (url.tls()) {
        const auto context = tls_context();
        if (!context) co_return std::unexpected(context.error());
        ssl = make_client_session(*context, url.host);
      }
      link_ = std::make_unique<Link>(std::move(socket), std::move(ssl));
      const auto [failed] = co_await link_->socket().async_connect(endpoint, kTuple);
      if (over()) co_return fail(Code::cancelled, "net.stopping");
      why = failed.message();
      if (failed) continue;
      co_return co_await shake_hands(url);
    }
    co_return fail(Code::unavailable, "net.unreachable", url.host + ": " + why);
  }

  Result<SSL_CTX*> tls_context() {
    auto& context = contexts_[request_.ca_file];
    if (!context) {
      YD_TRY(context, make_client_tls(request_.ca_file));
    }
    return context.get();
  }

  Task<Status> shake_hands(Url url) {
    for (;;) {
      const IoResult step = link_->handshake();
      if (step.status == IoStatus::ok) co_return Status{};
      bool ready = step.status != IoStatus::closed;
      if (ready) ready = co_await wait_ready(*link_, step.status);
      if (!ready) co_return fail(Code::unavailable, "net.tls_failed", url.host + ": " + link_->tls_error());
    }
  }

  Result<std::string> request_head(const Url& url) const {
    static constexpr std::array<std::string_view, 5> kOurs = {"host", "content-length", "connection",
                                                              "transfer-encoding", "accept-encoding"};
    std::string head = std::string(to_string(request_.method)) + " " + url.target +
                       " HTTP/1.1\r\nhost: " + url.authority() +
                       "\r\nconnection: close\r\naccept-encoding: identity\r\n";
    bool has_agent = false;
    for (const auto& header : request_.headers) {
      const std::string name = lower_name(header.name);
      if (std::ranges::find(kOurs, name) != kOurs.end()) continue;
      const auto breaks = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
      if (name.empty() || name.find_first_of(" :\t\r\n") != std::string::npos ||
          std::ranges::any_of(header.value, breaks))
        return fail(Code::invalid_argument, "net.invalid_header", name);
      has_agent = has_agent || name == "user-agent";
      head += name + ": " + header.value + "\r\n";
    }
    if (!has_agent) head += "user-agent: yingda\r\n";
    const bool carries = request_.method == Method::post || request_.method == Method::put ||
                         request_.method == Method::patch || !request_.body.empty();
    if (carries) head += "content-length: " + std::to_string(request_.body.size()) + "\r\n";
    return head + "\r\n";
  }

  Task<bool> write_all(std::string bytes) {
    std::string_view rest = bytes;
    while (!rest.empty() || link_->owes()) {
      const std::array<iovec, 1> buffer{{{const_cast<char*>(rest.data()), rest.size()}}};
      const IoResult put = rest.empty() ? link_->flush() : link_->write(buffer);
      if (put.status == IoStatus::closed) co_return false;
      rest.remove_prefix(put.bytes);
      if (put.status == IoStatus::ok) continue;
      const bool ready = co_await wait_ready(*link_, put.status);
      if (!ready) co_return false;
    }
    co_return true;
  }

  Task<Status> read_response() {
    const auto kind =
        request_.method == Method::head ? MessageParser::Kind::response_without_body : MessageParser::Kind::response;
    auto parser = std::make_unique<MessageParser>(kind, kClientHeadBytesMax, static_cast<BodySink&>(*this));
    std::string input;
    for (;;) {
      const auto progress = parser->put(input);
      input.erase(0, progress.used);
      const bool interim = parser->head().status / 100 == 1;
      if (progress.step == ParseStep::failed) {
        if (parser->failure() == ParseFailure::body_refused)
          co_return fail(Code::limit_exceeded, "net.response_too_large");
        co_return fail(Code::corrupt, "net.malformed_response");
      }
      if (progress.step == ParseStep::head_done) continue;
      if (progress.step == ParseStep::message_done && interim) {
        parser = std::make_unique<MessageParser>(kind, kClientHeadBytesMax, static_cast<BodySink&>(*this));
        continue;
      }
      if (progress.step == ParseStep::message_done) break;
      const auto buffer = loop_->scratch();
      const IoResult got = link_->read(buffer);
      if (got.status == IoStatus::ok) {
        input.append(buffer.data(), got.bytes);
        continue;
      }
      bool ready = got.status != IoStatus::closed;
      if (ready) ready = co_await wait_ready(*link_, got.status);
      if (ready) continue;
      if (over()) co_return fail(Code::cancelled, "net.stopping");
      if (parser->put_eof()) break;
      co_return fail(Code::unavailable, "net.unreachable", "the connection ended early");
    }
    response_.status = parser->head().status;
    response_.headers = std::move(parser->head().headers);
    co_return Status{};
  }

  std::shared_ptr<Loop> loop_;
  TlsContexts& contexts_;
  ClientRequest request_;
  Done done_;
  Resolver resolver_;
  std::unique_ptr<Link> link_;
  ClientResponse response_;
};

struct HttpClient::Impl {
  TlsContexts contexts;
  std::shared_ptr<Loop> loop = std::make_shared<Loop>();
};

HttpClient::HttpClient() : impl_(std::make_unique<Impl>()) {
  ignore_sigpipe();
  impl_->loop->start();
}

HttpClient::~HttpClient() {
  impl_->loop->begin_stop();
  impl_->loop->finish_stop(DurationMs{0});
}

void HttpClient::send(ClientRequest request, std::function<void(Result<ClientResponse>)> done) {
  for (auto& header : request.headers) header.name = lower_name(header.name);
  impl_->loop->post([impl = impl_.get(), r = std::move(request), d = std::move(done)]() mutable {
    if (impl->loop->tracked() >= kClientRequestsMax) return d(fail(Code::unavailable, "net.client_busy"));
    auto exchange = std::make_shared<Exchange>(impl->loop, impl->contexts, std::move(r), std::move(d));
    impl->loop->track(exchange);
    exchange->start();
  });
}

Result<ClientResponse> HttpClient::send_and_wait(ClientRequest request) {
  auto promise = std::make_shared<std::promise<Result<ClientResponse>>>();
  auto result = promise->get_future();
  send(std::move(request), [promise](Result<ClientResponse> r) { promise->set_value(std::move(r)); });
  return result.get();
}

}  // namespace yingda::net
