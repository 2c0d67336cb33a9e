// Throw-away stores for contract tests and simulations. The engine is chosen by the environment variable
// YINGDA_TEST_DATABASE: unset or `sqlite` gives a file in a temporary folder, a `postgres://…` URL a schema of its own
// in that database. Not for production code.
#pragma once

#include <memory>
#include <span>
#include <string>

#include "yingda/storage/database.hpp"

namespace yingda::storage {

/// An empty place for a store; what was stored in it goes with it. Databases opened on it must be closed before.
class TestStore {
 public:
  /// On the environment's engine. Throws std::runtime_error when it cannot be made.
  TestStore();
  explicit TestStore(Engine engine);
  ~TestStore();
  TestStore(const TestStore&) = delete;
  TestStore& operator=(const TestStore&) = delete;

  Engine engine() const;
  /// For DatabaseOptions::url; opening it twice gives two handles on one store.
  const std::string& url() const;
  /// A temporary folder for files of the test, removed with the store.
  const std::string& folder() const;
  /// Opens the store; `options.url` is filled in. Throws std::runtime_error on failure.
  std::unique_ptr<Database> open(const Clock& clock, DatabaseOptions options = {}) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// The environment's engine. PostgreSQL tests of one engine only may skip themselves by it.
Engine test_engine();

/// A migrated, empty store that removes itself when the Database goes. Throws std::runtime_error on failure.
std::unique_ptr<Database> open_test_database(const Clock& clock, std::span<const Migration> migrations,
                                             DatabaseOptions options = {});

}  // namespace yingda::storage
