// Declaring endpoints: types once, everything else from them. A handler is a lambda
//
//   [](Call&, storage::Transaction&, TeamId id, const TeamChange& input) -> Result<org::Team>
//
// Ids and strings are the path's {…} in order; a described struct behind them is the input (of a read
// the query, of a write the JSON body); the result is the answer (Status: 204, net::HttpResponse: bytes). Templates;
// *_api.cpp only.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <tuple>
#include <type_traits>
#include <utility>
#include <vector>

#include "decode.hpp"
#include "endpoint.hpp"
#include "yingda/base/assert.hpp"
#include "yingda/base/json.hpp"
#include "yingda/base/json_schema.hpp"

namespace yingda::rest {
namespace detail {

template <class T>
inline constexpr bool kIsPathArg = json::detail::kIsId<T> || std::same_as<T, std::string>;

/// Splits a handler's arguments behind the first two into path arguments and at most one input.
template <class PathTuple, class... Rest>
struct Split;
template <class... P>
struct Split<std::tuple<P...>> {
  using Path = std::tuple<P...>;
  using Input = NoInput;
  static constexpr bool kHasInput = false;
};
template <class... P, class First, class... Rest>
  requires(kIsPathArg<std::remove_cvref_t<First>>)
struct Split<std::tuple<P...>, First, Rest...> : Split<std::tuple<P..., std::remove_cvref_t<First>>, Rest...> {};
template <class... P, class Last>
  requires(!kIsPathArg<std::remove_cvref_t<Last>>)
struct Split<std::tuple<P...>, Last> {
  using Path = std::tuple<P...>;
  using Input = std::remove_cvref_t<Last>;
  static constexpr bool kHasInput = true;
};

template <class F>
struct Signature : Signature<decltype(&F::operator())> {};
template <class C, class R, class... Args>
struct Signature<R (C::*)(Call&, storage::Transaction&, Args...) const> : Split<std::tuple<>, Args...> {
  using Value = typename R::value_type;
};

template <class PathTuple>
Result<PathTuple> decode_path_args(const Call& call) {
  PathTuple path{};
  std::vector<FieldError> errors;
  std::size_t index = 0;
  const auto one = [&](auto& value) {
    if (const auto reason = parse_param(call.path_args.at(index), value); !reason.empty())
      errors.push_back({parameter_names(call.endpoint->path).at(index), std::string(reason)});
    ++index;
  };
  std::apply([&](auto&... arg) { (one(arg), ...); }, path);
  if (!errors.empty()) return fail_fields(std::move(errors));
  return path;
}

template <Work work, class Input>
inline constexpr bool kInQuery = work == Work::read || kFromQuery<Input>;

/// The body's JSON; an absent body counts as an empty object, so that a body of optional members may be left out.
Result<std::string_view> json_body(const Call& call);

template <Work work, class Input>
Result<Input> decode_input(const Call& call) {
  YD_TRY(const auto params, call.request.query_params());
  if constexpr (kInQuery<work, Input>) {
    return decode_query_params<Input>(params);
  } else {
    YD_CHECK(decode_query_params<NoInput>(params));
    YD_TRY(const auto body, json_body(call));
    return json::decode<Input>(body, json::Unknown::reject);
  }
}

/// Shared by an endpoint and its operations; complete before the first request.
template <class F>
struct Handlers {
  F handle;
  std::function<Status(Call&, const typename Signature<F>::Input&)> prepare;
};

template <class F>
class TypedOperation final : public Operation {
  using Sig = Signature<F>;
  using Value = typename Sig::Value;

 public:
  TypedOperation(std::shared_ptr<const Handlers<F>> handlers, typename Sig::Path path, typename Sig::Input input)
      : handlers_(std::move(handlers)), path_(std::move(path)), input_(std::move(input)) {}

  Status prepare(Call& call) override { return handlers_->prepare ? handlers_->prepare(call, input_) : Status{}; }

  Status run(Call& call, storage::Transaction& tx) override {
    auto result = std::apply(
        [&](const auto&... arg) {
          if constexpr (Sig::kHasInput) {
            return handlers_->handle(call, tx, arg..., input_);
          } else {
            return handlers_->handle(call, tx, arg...);
          }
        },
        path_);
    if (!result) return std::unexpected(std::move(result).error());
    if constexpr (!std::is_void_v<Value>) value_.emplace(*std::move(result));
    return {};
  }

  Answer answer() const override {
    if constexpr (std::is_void_v<Value> || std::same_as<Value, net::HttpResponse>) {
      return {204, {}};
    } else {
      return {200, json::encode(*value_)};
    }
  }

  std::optional<net::HttpResponse> response() override {
    if constexpr (std::same_as<Value, net::HttpResponse>) return std::move(value_);
    return std::nullopt;
  }

 private:
  std::shared_ptr<const Handlers<F>> handlers_;
  typename Sig::Path path_;
  typename Sig::Input input_;
  std::optional<std::conditional_t<std::is_void_v<Value>, int, Value>> value_;
};

template <class Path>
void document_path(Endpoint& endpoint) {
  const auto names = parameter_names(endpoint.path);
  std::size_t index = 0;
  boost::mp11::mp_for_each<boost::mp11::mp_transform<std::type_identity, Path>>([&](auto identity) {
    using T = typename decltype(identity)::type;
    endpoint.parameters.push_back({names.at(index++), "path", true, [](json::Schemas& s) { return s.of<T>(); }});
  });
  YD_ASSERT(index == names.size());
}

template <Work work, class Input>
void document_input(Endpoint& endpoint) {
  if constexpr (!std::same_as<Input, NoInput>) {
    if constexpr (kInQuery<work, Input>) {
      boost::mp11::mp_for_each<json::detail::MembersOf<Input>>([&](auto d) {
        using Member = std::remove_cvref_t<decltype(std::declval<Input&>().*d.pointer)>;
        endpoint.parameters.push_back(
            {std::string(outside_name(d.name)), "query", false, [](json::Schemas& s) { return s.of<Member>(); }});
      });
    } else {
      endpoint.body_schema = [](json::Schemas& s) { return s.of<Input>(); };
    }
  }
}

template <class Value>
void document_answer(Endpoint& endpoint) {
  if constexpr (std::same_as<Value, net::HttpResponse>) {
    endpoint.binary = true;
  } else if constexpr (!std::is_void_v<Value>) {
    endpoint.answer_schema = [](json::Schemas& s) { return s.of<Value>(); };
  }
}

}  // namespace detail

/// What may be said of an endpoint beyond its types.
template <class F>
class Declared {
  using Input = typename detail::Signature<F>::Input;

 public:
  Declared(Endpoint& endpoint, std::shared_ptr<detail::Handlers<F>> handlers)
      : endpoint_(endpoint), handlers_(std::move(handlers)) {}

  /// Slow work before the transaction, `(Call&, const Input&) -> Status`; hands over by Call::prepared.
  Declared& prepare(Pool pool, std::function<Status(Call&, const Input&)> step) {
    endpoint_.pool = pool;
    handlers_->prepare = std::move(step);
    return *this;
  }
  Declared& secret() { return endpoint_.secret = true, *this; }
  Declared& upload() { return endpoint_.upload = true, *this; }
  Declared& on_failure(std::function<void(const Call&, const Error&)> told) {
    endpoint_.on_failure = std::move(told);
    return *this;
  }

 private:
  Endpoint& endpoint_;
  std::shared_ptr<detail::Handlers<F>> handlers_;
};

/// Collects endpoints. Declarations happen once at start; afterwards it is only read.
class Api {
 public:
  /// One consistent snapshot on a worker.
  template <class F>
  Declared<F> read(net::Method method, std::string path, std::string summary, Needs needs, F handler) {
    return declare<Work::read>(method, std::move(path), std::move(summary), needs, std::move(handler));
  }
  /// One transaction that shares commits; answered after it is durable.
  template <class F>
  Declared<F> write(net::Method method, std::string path, std::string summary, Needs needs, F handler) {
    return declare<Work::write>(method, std::move(path), std::move(summary), needs, std::move(handler));
  }

  const std::vector<std::unique_ptr<Endpoint>>& endpoints() const { return endpoints_; }

 private:
  template <Work work, class F>
  Declared<F> declare(net::Method method, std::string path, std::string summary, Needs needs, F handler) {
    using Sig = detail::Signature<F>;
    auto& endpoint = *endpoints_.emplace_back(std::make_unique<Endpoint>());
    endpoint.method = method;
    endpoint.path = "/api/v1" + path;
    endpoint.summary = std::move(summary);
    endpoint.needs = needs;
    endpoint.work = work;
    detail::document_path<typename Sig::Path>(endpoint);
    detail::document_input<work, typename Sig::Input>(endpoint);
    detail::document_answer<typename Sig::Value>(endpoint);
    auto handlers = std::make_shared<detail::Handlers<F>>(std::move(handler), nullptr);
    endpoint.decode = [handlers](const Call& call) -> Result<std::unique_ptr<Operation>> {
      YD_TRY(auto path_args, detail::decode_path_args<typename Sig::Path>(call));
      YD_TRY(auto input, detail::decode_input<work, typename Sig::Input>(call));
      return std::make_unique<detail::TypedOperation<F>>(handlers, std::move(path_args), std::move(input));
    };
    return {endpoint, std::move(handlers)};
  }

  std::vector<std::unique_ptr<Endpoint>> endpoints_;
};

/// A page of a list as the API gives it.
template <class T>
struct List {
  std::vector<T> items;
  std::string next;
  BOOST_DESCRIBE_CLASS(List, (), (items, next), (), ())
};
/// A list that is always whole.
template <class T>
struct Items {
  std::vector<T> items;
  BOOST_DESCRIBE_CLASS(Items, (), (items), (), ())
};
template <class T>
List<T> list_of(org::Page<T> page) {
  return {std::move(page.items), std::move(page.next)};
}

/// Cursor parameters of lists.
struct PageQuery {
  std::optional<std::string> after;
  std::optional<std::int64_t> limit;
};
YD_DESCRIBE(PageQuery, (after, limit))

/// 1..kPageMax; `request.out_of_range` otherwise.
Result<int> check_limit(const std::optional<std::int64_t>& limit);

}  // namespace yingda::rest
