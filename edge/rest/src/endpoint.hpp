// An endpoint after its types are forgotten: what the pipeline runs and what the document shows.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "call.hpp"
#include "yingda/base/json_schema.hpp"
#include "yingda/storage/database.hpp"

namespace yingda::rest {

enum class Work { read, write };
/// Where `prepare` runs: ordinary workers, or the few that hash passwords.
enum class Pool { workers, passwords };

/// One decoded request in hand.
class Operation {
 public:
  virtual ~Operation() = default;
  /// Slow work before the transaction (hashing, storing bytes); blocking, on a worker.
  virtual Status prepare(Call&) { return {}; }
  /// Inside the transaction; may run again.
  virtual Status run(Call& call, storage::Transaction& tx) = 0;
  /// After run() succeeded: the answer's JSON, or 204.
  virtual Answer answer() const = 0;
  /// For operations that answer with a file instead.
  virtual std::optional<net::HttpResponse> response() { return std::nullopt; }
};

struct Parameter {
  std::string name;
  std::string_view in;  // "path", "query"
  bool required = false;
  std::function<std::string(json::Schemas&)> schema;
};

struct Endpoint {
  net::Method method = net::Method::get;
  std::string path;  // "/api/v1/teams/{id}"
  std::string summary;
  Needs needs;
  Work work = Work::read;
  Pool pool = Pool::workers;
  bool secret = false;  // the answer holds a secret: never kept for replay
  bool binary = false;  // answers with bytes
  bool upload = false;  // takes bytes

  std::function<Result<std::unique_ptr<Operation>>(const Call&)> decode;
  /// Told after a failure of prepare or of the transaction; on a worker or the store's thread, must not block.
  std::function<void(const Call&, const Error&)> on_failure;

  std::vector<Parameter> parameters;
  std::function<std::string(json::Schemas&)> body_schema;    // empty: no body
  std::function<std::string(json::Schemas&)> answer_schema;  // empty: 204
};

/// Names of the pattern's parameters, in order.
std::vector<std::string> parameter_names(std::string_view path);

}  // namespace yingda::rest
