#include "beast/http_parser.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <variant>

#include "http_text.hpp"

namespace yingda::net {
namespace {

namespace http = boost::beast::http;
using boost::beast::error_code;
using BeastView = boost::beast::string_view;

std::string_view view(BeastView text) { return {text.data(), text.size()}; }

Method method_of(http::verb verb) {
  switch (verb) {
    case http::verb::get: return Method::get;
    case http::verb::head: return Method::head;
    case http::verb::post: return Method::post;
    case http::verb::put: return Method::put;
    case http::verb::patch: return Method::patch;
    case http::verb::delete_: return Method::del;
    case http::verb::options: return Method::options;
    default: return Method::other;
  }
}

template <bool is_request>
class Parser final : public http::basic_parser<is_request> {
 public:
  Parser(MessageHead& head, BodySink& sink, ParseFailure& failure) : head_(head), sink_(sink), failure_(failure) {}

 private:
  void on_request_impl(http::verb method, BeastView, BeastView target, int version, error_code&) override {
    head_.method = method_of(method);
    head_.target = view(target);
    head_.version = version;
  }
  void on_response_impl(int code, BeastView, int version, error_code&) override {
    head_.status = code;
    head_.version = version;
  }
  void on_field_impl(http::field name, BeastView name_text, BeastView value, error_code& ec) override {
    if (head_complete_) return;  // trailers carry nothing that we use
    // Beast lets unknown codings through as "no body": the rest would be taken for the next request.
    if (name == http::field::transfer_encoding && !equals_ignoring_case(view(value), "chunked")) {
      failure_ = ParseFailure::unsupported_encoding;
      ec = http::error::bad_transfer_encoding;
      return;
    }
    head_.headers.push_back({lower_name(view(name_text)), std::string(view(value))});
  }
  void on_header_impl(error_code& ec) override {
    head_complete_ = true;
    head_.chunked = this->chunked();
    head_.keep_alive = this->keep_alive();
    head_.upgrade = this->upgrade();
    if (const auto length = this->content_length(); length && !head_.chunked) head_.content_length = *length;
    if (is_request && head_.chunked && head_.version < 11) ec = http::error::bad_transfer_encoding;
  }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t take(BeastView bytes, error_code& ec) {
    if (!bytes.empty() && !sink_.on_body(view(bytes))) {
      failure_ = ParseFailure::body_refused;
      ec = http::error::body_limit;
    }
    return bytes.size();
  }
  std::size_t on_body_impl(BeastView bytes, error_code& ec) override { return take(bytes, ec); }
  void on_chunk_header_impl(std::uint64_t, BeastView, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, BeastView bytes, error_code& ec) override { return take(bytes, ec); }
  void on_finish_impl(error_code&) override {}

  MessageHead& head_;
  BodySink& sink_;
  ParseFailure& failure_;
  bool head_complete_ = false;
};

}  // namespace

struct MessageParser::Impl {
  MessageHead head;
  ParseFailure failure = ParseFailure::none;
  bool head_told = false;
  std::size_t head_bytes_max;
  std::variant<std::monostate, Parser<true>, Parser<false>> parser;
};

namespace {

template <class P>
MessageParser::Progress put_into(P& parser, std::string_view bytes, bool& head_told, ParseFailure& failure,
                                 std::size_t head_bytes_max) {
  std::size_t used = 0;
  while (!parser.is_done()) {
    const std::string_view rest = bytes.substr(used);
    if (rest.empty()) return {ParseStep::need_more, used};
    error_code ec;
    used += parser.put(boost::asio::const_buffer(rest.data(), rest.size()), ec);
    if (ec == http::error::need_more) {
      // Chunk extensions and trailers have no limit of their own in Beast.
      if (head_told && bytes.size() - used > head_bytes_max) {
        failure = ParseFailure::malformed;
        return {ParseStep::failed, used};
      }
      return {ParseStep::need_more, used};
    }
    if (ec) {
      if (failure == ParseFailure::none)
        failure = ec == http::error::header_limit ? ParseFailure::head_too_large : ParseFailure::malformed;
      return {ParseStep::failed, used};
    }
    if (parser.is_header_done() && !head_told) {
      head_told = true;
      return {parser.is_done() ? ParseStep::message_done : ParseStep::head_done, used};
    }
  }
  return {ParseStep::message_done, used};
}

}  // namespace

MessageParser::MessageParser(Kind kind, std::size_t head_bytes_max, BodySink& sink) : impl_(std::make_unique<Impl>()) {
  impl_->head_bytes_max = head_bytes_max;
  const auto setup = [&](auto& parser) {
    parser.eager(false);
    parser.header_limit(static_cast<std::uint32_t>(head_bytes_max));
    parser.body_limit(boost::none);
    if (kind == Kind::response_without_body) parser.skip(true);
  };
  if (kind == Kind::request)
    setup(impl_->parser.emplace<Parser<true>>(impl_->head, sink, impl_->failure));
  else
    setup(impl_->parser.emplace<Parser<false>>(impl_->head, sink, impl_->failure));
}

MessageParser::~MessageParser() = default;

MessageParser::Progress MessageParser::put(std::string_view bytes) {
  auto& i = *impl_;
  if (auto* request = std::get_if<Parser<true>>(&i.parser))
    return put_into(*request, bytes, i.head_told, i.failure, i.head_bytes_max);
  return put_into(std::get<Parser<false>>(i.parser), bytes, i.head_told, i.failure, i.head_bytes_max);
}

bool MessageParser::put_eof() {
  auto* response = std::get_if<Parser<false>>(&impl_->parser);
  if (response == nullptr || !response->got_some()) return false;
  error_code ec;
  response->put_eof(ec);
  return !ec && response->is_done();
}

MessageHead& MessageParser::head() { return impl_->head; }
ParseFailure MessageParser::failure() const { return impl_->failure; }

bool MessageParser::got_some() const {
  if (const auto* request = std::get_if<Parser<true>>(&impl_->parser)) return request->got_some();
  return std::get<Parser<false>>(impl_->parser).got_some();
}

}  // namespace yingda::net
