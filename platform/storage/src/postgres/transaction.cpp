#include "postgres/transaction.hpp"

#include <charconv>
#include <string_view>

#include "yingda/base/assert.hpp"
#include "yingda/base/text.hpp"

namespace yingda::storage::postgres {

std::unexpected<Error> PostgresTransaction::doom(Error error) {
  if (!failure_) failure_ = error;
  return std::unexpected(std::move(error));
}

Status PostgresTransaction::send(const Query& query, std::span<const Value> values) {
  if (failure_) return std::unexpected(*failure_);
  if (!opened_) {
    opened_ = true;
    Status begun;
    if (opening_ == Opening::savepoint) begun = connection_.send(kSavepoint, {}, Connection::kNobody);
    if (opening_ == Opening::snapshot) begun = connection_.send(kSnapshot, {}, Connection::kNobody);
    if (!begun) return doom(std::move(begun).error());
  }
  if (auto sent = connection_.send(query, values, owner_); !sent) return doom(std::move(sent).error());
  return {};
}

Result<ResultPtr> PostgresTransaction::fetch(const Query& query, std::span<const Value> values) {
  YD_CHECK(send(query, values));
  auto result = connection_.finish();
  if (!result) return doom(std::move(result).error());
  return result;
}

Status PostgresTransaction::each(const Query& query, std::span<const Value> values,
                                 const std::function<Status(const Row&)>& on_row) {
  YD_TRY(const auto result, fetch(query, values));
  PostgresRow row(result.get());
  const int count = PQntuples(result.get());
  for (int i = 0; i < count; ++i) {
    row.move_to(i);
    YD_CHECK(on_row(row));
    if (failure_) return std::unexpected(*failure_);  // a nested call of on_row failed
  }
  return {};
}

Result<std::int64_t> PostgresTransaction::run(const Query& query, std::span<const Value> values) {
  YD_TRY(const auto result, fetch(query, values));
  const std::string_view tag = PQcmdStatus(result.get());
  if (tag.starts_with("SELECT")) return 0;
  const std::string_view digits = PQcmdTuples(result.get());
  std::int64_t changed = 0;
  std::from_chars(digits.data(), digits.data() + digits.size(), changed);
  return changed;
}

Status PostgresTransaction::defer(const Query& query, std::span<const Value> values) { return send(query, values); }

void PostgresTransaction::emit(Event event) {
  YD_ASSERT(batch_ != nullptr);
  // All events of a batch go in one statement: a text that the server would refuse must fail its own job only.
  if (!text::is_valid_utf8(event.type) || !text::is_valid_utf8(event.payload)) {
    doom({Code::internal, "storage.query", "an event is not valid UTF-8", {}, std::source_location::current()});
    return;
  }
  batch_->events.push_back({event.tenant, 0, {}, std::move(event.type), std::move(event.payload)});
}

void PostgresTransaction::on_commit(std::function<void()> action) {
  YD_ASSERT(batch_ != nullptr);
  batch_->actions.push_back(std::move(action));
}

}  // namespace yingda::storage::postgres
