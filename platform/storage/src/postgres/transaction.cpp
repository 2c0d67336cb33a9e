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

Status PostgresTransaction::queue(const Query& query, std::span<const Value> values) {
  if (!opened_) {
    opened_ = true;
    if (opening_ == Opening::savepoint) YD_CHECK(connection_->send(kSavepoint, {}, Connection::kNobody));
    if (opening_ == Opening::snapshot) YD_CHECK(connection_->send(kSnapshot, {}, Connection::kNobody));
  }
  return connection_->send(query, values, owner_);
}

Status PostgresTransaction::send(const Query& query, std::span<const Value> values) {
  if (failure_) return std::unexpected(*failure_);
  if (auto sent = queue(query, values); !sent) return doom(std::move(sent).error());
  return {};
}

bool PostgresTransaction::replace_reader() {
  auto fresh = Connection::open(*options_);
  if (!fresh) return false;
  *reader_ = *std::move(fresh);
  connection_ = reader_->get();
  opened_ = false;
  return true;
}

Result<ResultPtr> PostgresTransaction::fetch(const Query& query, std::span<const Value> values) {
  if (failure_) return std::unexpected(*failure_);
  const auto once = [&]() -> Result<ResultPtr> {
    YD_CHECK(queue(query, values));
    return connection_->finish();
  };
  const bool first_look = reader_ && !opened_;
  auto result = once();
  if (!result && first_look && connection_->dead() && replace_reader()) result = once();
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

Status PostgresTransaction::defer(const Query& query, std::span<const Value> values) {
  if (batch_) return send(query, values);
  // A read job has no commit at which a late error could surface.
  auto fetched = fetch(query, values);
  if (!fetched) return std::unexpected(std::move(fetched).error());
  return {};
}

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
