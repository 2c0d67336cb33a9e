// Counters of the API and their Prometheus text. Thread-safe.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "yingda/rest/rest.hpp"

namespace yingda::rest {

class Metrics {
 public:
  Metrics();
  ~Metrics();

  /// One answered request; `endpoint` is the pattern, not the path (bounded set).
  void count(std::string_view method, std::string_view endpoint, int status, double seconds);
  /// Everything counted so far and the given gauges.
  std::string text(std::span<const Gauge> gauges) const;

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// Resident memory, threads, open files of this process, and what storage says.
std::vector<Gauge> process_gauges();
std::vector<Gauge> storage_gauges(const storage::DatabaseStats& stats);

}  // namespace yingda::rest
