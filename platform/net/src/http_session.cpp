#include "http_session.hpp"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <chrono>

#include "handshake.hpp"
#include "http_text.hpp"
#include "request_id.hpp"
#include "ws_session.hpp"
#include "yingda/base/log.hpp"
#include "yingda/net/limits.hpp"

namespace yingda::net {
namespace {

constexpr std::size_t kKeptInputBytes = 4096;  // a quiet connection gives larger buffers back

Error make_error(Code code, std::string reason, std::string detail = {}) {
  return fail(code, std::move(reason), std::move(detail)).error();
}

/// The Date header, made once a second and thread.
std::string_view date_now() {
  static thread_local std::int64_t at = 0;
  static thread_local std::string text;
  const auto now =
      std::chrono::duration_cast<std::chrono::seconds>(std::chrono::system_clock::now().time_since_epoch());
  if (now.count() != at) {
    at = now.count();
    text = http_date(at);
  }
  return text;
}

struct FileHandle {
  int fd = -1;
  FileHandle() = default;
  FileHandle(const FileHandle&) = delete;
  FileHandle& operator=(const FileHandle&) = delete;
  ~FileHandle() {
    if (fd >= 0) ::close(fd);
  }
  std::optional<FileFacts> open(const std::string& path) {
    fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat status{};
    if (fd < 0 || ::fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) return std::nullopt;
    return FileFacts{status.st_size, status.st_mtim.tv_sec * 1'000'000'000LL + status.st_mtim.tv_nsec};
  }
};

}  // namespace

/// The temporary file of one body; removed with its last owner.
class HttpSession::BodyFile {
 public:
  static std::shared_ptr<BodyFile> create(const std::string& directory) {
    std::string path = (directory.empty() ? std::string("/tmp") : directory) + "/yingda-body-XXXXXX";
    const int fd = ::mkostemp(path.data(), O_CLOEXEC);
    return fd < 0 ? nullptr : std::shared_ptr<BodyFile>(new BodyFile(fd, std::move(path)));
  }
  ~BodyFile() {
    close();
    ::unlink(path_.c_str());
  }
  BodyFile(const BodyFile&) = delete;
  BodyFile& operator=(const BodyFile&) = delete;

  bool append(std::string_view bytes) {
    while (!bytes.empty()) {
      const ssize_t put = ::write(fd_, bytes.data(), bytes.size());
      if (put < 0 && errno == EINTR) continue;
      if (put <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
  }
  void close() {
    if (fd_ >= 0) ::close(fd_);
    fd_ = -1;
  }
  const std::string& path() const { return path_; }

 private:
  BodyFile(int fd, std::string path) : fd_(fd), path_(std::move(path)) {}
  int fd_;
  std::string path_;
};

HttpSession::HttpSession(std::shared_ptr<ServerCore> core, std::shared_ptr<Loop> loop, Link link, AddressBytes peer)
    : core_(std::move(core)), loop_(std::move(loop)), link_(std::move(link)), peer_(peer), answered_(loop_->io()) {}

HttpSession::~HttpSession() = default;

void HttpSession::start() {
  auto self = std::static_pointer_cast<HttpSession>(shared_from_this());
  asio::co_spawn(
      loop_->io().get_executor(), [self]() -> Task<void> { return self->run(); },
      [self](const std::exception_ptr& error) {
        if (error) {
          try {
            std::rethrow_exception(error);
          } catch (const std::exception& what) {
            log::error("net.session_threw", {{"what", std::string_view(what.what())}});
          }
        }
        self->finished();
      });
}

void HttpSession::finished() {
  if (const auto state = reply_.lock()) state->cancelled.store(true, std::memory_order_relaxed);
  if (upgrade_) {
    auto socket = std::make_shared<WsSession>(core_, loop_, std::move(link_), std::move(upgrade_->handler),
                                              std::move(upgrade_->remote_address), upgrade_->deflate_bits);
    loop_->track(socket);
    loop_->untrack(*this);
    socket->start(std::move(input_));
    if (stopping_ || core_->stopping.load(std::memory_order_relaxed)) socket->on_stop();
    return;
  }
  link_.close();
  loop_->counters().connections.fetch_sub(1, std::memory_order_relaxed);
  core_->connections.fetch_sub(1, std::memory_order_relaxed);
  loop_->untrack(*this);
}

void HttpSession::on_stop() {
  stopping_ = true;
  if (phase_ == Phase::idle) link_.close();
}

void HttpSession::on_cut() {
  stopping_ = true;
  link_.cut();
  answered_.cancel();
}

void HttpSession::on_deadline() {
  timed_out_ = true;
  if (link_.is_open()) {
    boost::system::error_code ignored;
    link_.socket().cancel(ignored);
  }
}

Task<void> HttpSession::run() {
  arm(core_->options.request_deadline);
  const bool ready = co_await shake_hands();
  if (!ready) co_return;
  for (Next next = Next::more; next == Next::more && link_.is_open();) {
    next = co_await serve_one();
    disarm();
  }
}

Task<bool> HttpSession::shake_hands() {
  for (;;) {
    const IoResult step = link_.handshake();
    if (step.status == IoStatus::ok) co_return true;
    if (step.status == IoStatus::closed) co_return false;
    const bool ready = co_await wait_ready(link_, step.status);
    if (!ready) co_return false;
  }
}

/// Reads until the parser has something to say; failed with no parse failure means closed or late.
Task<ParseStep> HttpSession::advance() {
  for (bool fresh = true;;) {
    if (fresh && !input_.empty()) {
      const auto progress = parser_->put(input_);
      input_.erase(0, progress.used);
      if (progress.step != ParseStep::need_more) co_return progress.step;
    }
    const auto buffer = loop_->scratch();
    const IoResult got = link_.read(buffer);
    if (got.status == IoStatus::closed) co_return ParseStep::failed;
    if (got.status == IoStatus::ok) {
      if (phase_ == Phase::idle) {
        phase_ = Phase::reading;
        arm(core_->options.request_deadline);
      }
      input_.append(buffer.data(), got.bytes);
      fresh = true;
      continue;
    }
    fresh = false;
    if (timed_out_) co_return ParseStep::failed;
    const bool ready = co_await wait_ready(link_, got.status);
    if (!ready || timed_out_) co_return ParseStep::failed;
  }
}

Error HttpSession::parse_error() const {
  switch (parser_->failure()) {
    case ParseFailure::head_too_large: return make_error(Code::limit_exceeded, "request.head_too_large");
    case ParseFailure::body_refused:
      return spool_failed_ ? make_error(Code::unavailable, "request.spool_failed")
                           : make_error(Code::limit_exceeded, "request.too_large");
    case ParseFailure::unsupported_encoding: return make_error(Code::invalid_argument, "request.unsupported_encoding");
    case ParseFailure::malformed: return make_error(Code::invalid_argument, "request.malformed");
    case ParseFailure::none: break;
  }
  return make_error(Code::timeout, "request.timeout");
}

Task<HttpSession::Next> HttpSession::serve_one() {
  const auto& options = core_->options;
  phase_ = input_.empty() ? Phase::idle : Phase::reading;
  if (stopping_) co_return Next::end;
  arm(first_request_ || phase_ == Phase::reading ? options.request_deadline : options.keep_alive);
  first_request_ = false;
  if (input_.empty() && input_.capacity() > kKeptInputBytes) input_ = std::string();
  parser_ = std::make_unique<MessageParser>(
      MessageParser::Kind::request, static_cast<std::size_t>(options.header_bytes_max), static_cast<BodySink&>(*this));
  facts_ = RequestFacts{};
  language_.clear();
  facts_.request_id = make_request_id();
  body_.clear();
  body_file_.reset();
  body_bytes_ = 0;
  body_limit_ = options.body_bytes_max;

  ParseStep step = co_await advance();
  if (step == ParseStep::failed) {
    const bool said_something = parser_->got_some() || parser_->failure() != ParseFailure::none;
    const bool gone = parser_->failure() == ParseFailure::none && !timed_out_;
    if (!said_something || gone) co_return Next::end;
    co_return co_await refuse(parse_error());
  }
  auto request = build_request();
  if (!request) co_return co_await refuse(std::move(request).error());
  if (step == ParseStep::head_done) {
    const auto& head = parser_->head();
    body_limit_ = core_->app->body_limit(request->method, request->path, options.body_bytes_max);
    if (head.content_length &&
        *head.content_length > static_cast<std::uint64_t>(std::max<std::int64_t>(body_limit_, 0)))
      co_return co_await refuse(make_error(Code::limit_exceeded, "request.too_large"));
    if (equals_ignoring_case(request->header("expect"), "100-continue") && input_.empty()) {
      const bool sent = co_await send_continue();
      if (!sent) co_return Next::end;
    }
    step = co_await advance();
    if (step == ParseStep::failed) {
      if (parser_->failure() == ParseFailure::none && !timed_out_) co_return Next::end;
      co_return co_await refuse(parse_error());
    }
  }
  disarm();
  request->body_bytes = body_bytes_;
  if (body_file_) {
    body_file_->close();
    request->body_file = body_file_->path();
    request->body_owner = std::exchange(body_file_, nullptr);
  }
  request->body = std::exchange(body_, {});
  loop_->counters().requests.fetch_add(1, std::memory_order_relaxed);
  if (parser_->head().upgrade && list_has(request->header("upgrade"), "websocket"))
    co_return co_await upgrade(*std::move(request));
  co_return co_await handle(*std::move(request));
}

Result<HttpRequest> HttpSession::build_request() {
  MessageHead& head = parser_->head();
  HttpRequest request;
  request.method = head.method;
  request.headers = std::move(head.headers);
  request.tls = link_.tls();
  facts_.method = head.method;
  facts_.http11 = head.version >= 11;
  facts_.keep_alive = head.keep_alive;
  if (const auto id = request.header("x-request-id"); is_well_formed_request_id(id)) facts_.request_id = id;
  request.request_id = facts_.request_id;
  language_ = request.header("accept-language");
  facts_.accept_encoding = request.header("accept-encoding");
  facts_.if_none_match = request.header("if-none-match");
  facts_.range = request.header("range");
  facts_.if_range = request.header("if-range");
  const auto hosts = std::ranges::count(request.headers, "host", &Header::name);
  if (hosts > 1 || (hosts == 0 && facts_.http11)) return fail(Code::invalid_argument, "request.malformed", "host");

  std::string_view target = head.target;
  // Absolute form, as proxies send it: the authority is the Host header's business.
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (target.size() < scheme.size() || !equals_ignoring_case(target.substr(0, scheme.size()), scheme)) continue;
    const std::size_t path = target.find_first_of("/?", scheme.size());
    target = path == std::string_view::npos ? std::string_view("/") : target.substr(path);
    break;
  }
  target = target.substr(0, target.find('#'));
  const std::size_t question = target.find('?');
  YD_TRY(request.path, decode_path(target.substr(0, question)));
  if (question != std::string_view::npos) request.query = target.substr(question + 1);
  note_forwarded(request);
  return request;
}

void HttpSession::note_forwarded(HttpRequest& request) const {
  const auto trusted = [&](const AddressBytes& address) {
    return std::ranges::any_of(core_->trusted_proxies,
                               [&](const AddressRange& range) { return range.contains(address); });
  };
  AddressBytes client = peer_;
  if (trusted(peer_)) {
    std::vector<std::string_view> chain;
    for (const auto& header : request.headers)
      if (header.name == "x-forwarded-for")
        for (const auto hop : list_elements(header.value)) chain.push_back(hop);
    for (auto hop = chain.rbegin(); hop != chain.rend(); ++hop) {
      const auto address = parse_address(*hop);
      if (!address) break;
      client = *address;
      if (!trusted(*address)) break;
    }
    if (const auto proto = request.header("x-forwarded-proto"); !proto.empty())
      request.tls = equals_ignoring_case(proto, "https");
  }
  request.remote_address = format_address(client);
}

bool HttpSession::on_body(std::string_view bytes) {
  body_bytes_ += static_cast<std::int64_t>(bytes.size());
  if (body_bytes_ > body_limit_) return false;
  if (store_body(bytes)) return true;
  spool_failed_ = true;
  log::error("net.spool_failed", {{"directory", std::string_view(core_->options.spool_directory)}});
  return false;
}

bool HttpSession::store_body(std::string_view bytes) {
  if (!body_file_ && body_bytes_ <= core_->options.body_spool_bytes) {
    body_.append(bytes);
    return true;
  }
  if (!body_file_) {
    body_file_ = BodyFile::create(core_->options.spool_directory);
    if (!body_file_ || !body_file_->append(body_)) return false;
    body_ = std::string();
  }
  return body_file_->append(bytes);
}

/// Answers a request that cannot be served and ends the connection: what follows on it cannot be told apart.
Task<HttpSession::Next> HttpSession::refuse(Error error) {
  facts_.keep_alive = false;
  timed_out_ = false;
  core_->refused.fetch_add(1, std::memory_order_relaxed);
  const Next next = co_await respond(error_response(error, language_));
  (void)next;
  co_await linger();
  co_return Next::end;
}

Task<bool> HttpSession::send_continue() {
  const bool sent = co_await write_all("HTTP/1.1 100 Continue\r\n\r\n", {});
  if (sent) arm(core_->options.request_deadline);
  co_return sent;
}

Task<HttpSession::Next> HttpSession::handle(HttpRequest request) {
  phase_ = Phase::handling;
  answer_.reset();
  ++number_;
  auto self = std::static_pointer_cast<HttpSession>(shared_from_this());
  auto state = std::make_shared<HttpReply::State>(loop_, self, number_);
  reply_ = state;
  try {
    core_->app->handle(std::move(request), HttpReply(std::move(state)));
  } catch (const std::exception& error) {
    log::error("net.handler_threw", {{"what", std::string_view(error.what())}});
    if (!answer_) answer_ = error_response(make_error(Code::internal, "internal"), language_);
  }
  while (!answer_ && link_.is_open()) {
    watch_peer();
    answered_.expires_at(std::chrono::steady_clock::time_point::max());
    co_await answered_.async_wait(asio::as_tuple(asio::use_awaitable_t<Executor>()));
  }
  if (!answer_) co_return Next::end;
  HttpResponse response = *std::exchange(answer_, std::nullopt);
  co_return co_await respond(std::move(response));
}

void HttpSession::answer(std::uint64_t number, HttpResponse response) {
  if (number != number_ || phase_ != Phase::handling || answer_) return;
  answer_ = std::move(response);
  answered_.cancel();
}

/// While the application works: notices that nobody waits any more, so that long work may stop.
void HttpSession::watch_peer() {
  if (watching_ || !input_.empty()) return;
  watching_ = true;
  auto self = std::static_pointer_cast<HttpSession>(shared_from_this());
  link_.socket().async_wait(asio::socket_base::wait_read, [self](const boost::system::error_code& ec) {
    self->watching_ = false;
    if (ec || self->phase_ != Phase::handling || !self->link_.peer_gone()) return;
    if (const auto state = self->reply_.lock()) state->cancelled.store(true, std::memory_order_relaxed);
  });
}

Task<HttpSession::Next> HttpSession::respond(HttpResponse response) {
  phase_ = Phase::writing;
  if (stopping_ || core_->stopping.load(std::memory_order_relaxed)) facts_.keep_alive = false;
  FileHandle file;
  std::optional<FileFacts> file_facts;
  if (response.file) {
    file_facts = file.open(*response.file);
    if (!file_facts) response = error_response(make_error(Code::not_found, "net.file_missing"));
  }
  const PreparedResponse prepared = prepare_response(response, facts_, file_facts, date_now());
  arm(core_->options.request_deadline);
  bool sent = co_await write_all(prepared.head, prepared.body);
  if (sent && prepared.file_bytes > 0) sent = co_await write_file(file.fd, prepared.file_offset, prepared.file_bytes);
  disarm();
  if (!sent) co_return Next::end;
  if (!facts_.keep_alive) {
    link_.shutdown_send();
    co_return Next::end;
  }
  co_return Next::more;
}

Task<bool> HttpSession::write_all(std::string_view head, std::string_view body) {
  while (!head.empty() || !body.empty() || link_.owes()) {
    std::array<iovec, 2> buffers{};
    std::size_t count = 0;
    for (const auto part : {head, body})
      if (!part.empty()) buffers[count++] = {const_cast<char*>(part.data()), part.size()};
    const IoResult put = count > 0 ? link_.write(std::span(buffers).first(count)) : link_.flush();
    if (put.status == IoStatus::closed) co_return false;
    if (put.status != IoStatus::ok) {
      const bool ready = co_await wait_ready(link_, put.status);
      if (!ready || timed_out_) co_return false;
      continue;
    }
    // Progress buys time: only a peer that takes nothing is cut.
    if (put.bytes > 0) arm(core_->options.request_deadline);
    const std::size_t of_head = std::min(put.bytes, head.size());
    head.remove_prefix(of_head);
    body.remove_prefix(put.bytes - of_head);
  }
  co_return true;
}

Task<bool> HttpSession::write_file(int fd, std::int64_t offset, std::int64_t bytes) {
  std::string chunk;
  while (bytes > 0) {
    chunk.resize(static_cast<std::size_t>(std::min<std::int64_t>(bytes, kReadChunkBytes)));
    const ssize_t got = ::pread(fd, chunk.data(), chunk.size(), offset);
    // The length is promised already: a file that shrank can only end the connection.
    if (got <= 0) co_return false;
    const std::string_view piece(chunk.data(), static_cast<std::size_t>(got));
    const bool sent = co_await write_all(piece, {});
    if (!sent) co_return false;
    offset += got;
    bytes -= got;
  }
  co_return true;
}

/// Reads on for a while after a refusal: closing with unread bytes would reset the connection and lose the answer.
Task<void> HttpSession::linger() {
  arm(DurationMs{kLingerMs});
  for (std::int64_t thrown_away = 0; thrown_away < kLingerBytesMax && !timed_out_ && !stopping_;) {
    const IoResult got = link_.read(loop_->scratch());
    if (got.status == IoStatus::closed) co_return;
    thrown_away += static_cast<std::int64_t>(got.bytes);
    if (got.status == IoStatus::ok) continue;
    const bool ready = co_await wait_ready(link_, got.status);
    if (!ready) co_return;
  }
}

Task<HttpSession::Next> HttpSession::upgrade(HttpRequest request) {
  auto accepted = check_handshake(request, facts_.http11);
  if (!accepted) {
    HttpResponse response = error_response(accepted.error(), language_);
    if (response.status == 426) response.set("sec-websocket-version", "13");
    co_return co_await respond(std::move(response));
  }
  Result<std::unique_ptr<WebSocketHandler>> handler = fail(Code::internal, "internal");
  try {
    handler = core_->app->accept(request);
  } catch (const std::exception& error) {
    log::error("net.handler_threw", {{"what", std::string_view(error.what())}});
  }
  if (!handler) co_return co_await respond(error_response(handler.error(), language_));
  if (!*handler || stopping_) co_return co_await respond(error_response(make_error(Code::unavailable, "net.stopping")));
  phase_ = Phase::writing;
  arm(core_->options.request_deadline);
  const bool sent = co_await write_all(accepted->response_head, {});
  if (!sent || stopping_) co_return Next::end;
  upgrade_ = std::make_unique<Upgrade>(Upgrade{*std::move(handler), request.remote_address, accepted->deflate_bits});
  co_return Next::end;
}

HttpReply::State::~State() {
  if (!answered.load()) deliver(error_response(make_error(Code::internal, "internal", "no answer")));
}

void HttpReply::State::deliver(HttpResponse response) {
  if (loop->in_thread()) {
    if (const auto target = session.lock()) target->answer(number, std::move(response));
    return;
  }
  loop->post([weak = session, n = number, answer = std::move(response)]() mutable {
    if (const auto target = weak.lock()) target->answer(n, std::move(answer));
  });
}

void HttpReply::send(HttpResponse response) const {
  if (!state_ || state_->answered.exchange(true)) return;
  state_->deliver(std::move(response));
}

bool HttpReply::cancelled() const noexcept { return state_ && state_->cancelled.load(std::memory_order_relaxed); }

}  // namespace yingda::net
