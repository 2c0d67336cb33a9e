#include "metrics.hpp"

#include <prometheus/counter.h>
#include <prometheus/gauge.h>
#include <prometheus/histogram.h>
#include <prometheus/registry.h>
#include <prometheus/text_serializer.h>

#include <fstream>
#include <map>
#include <mutex>
#include <tuple>

namespace yingda::rest {

struct Metrics::Impl {
  using Key = std::tuple<std::string, std::string, int>;

  prometheus::Registry registry;
  prometheus::Family<prometheus::Counter>& requests =
      prometheus::BuildCounter().Name("yingda_http_requests_total").Help("Answered API requests").Register(registry);
  prometheus::Family<prometheus::Histogram>& seconds = prometheus::BuildHistogram()
                                                           .Name("yingda_http_request_seconds")
                                                           .Help("From the request's arrival to its answer")
                                                           .Register(registry);
  std::mutex mutex;
  std::map<Key, prometheus::Counter*> counters;
  std::map<std::string, prometheus::Histogram*, std::less<>> histograms;
};

Metrics::Metrics() : impl_(std::make_unique<Impl>()) {}
Metrics::~Metrics() = default;

void Metrics::count(std::string_view method, std::string_view endpoint, int status, double seconds) {
  const std::scoped_lock lock(impl_->mutex);
  auto& counter = impl_->counters[{std::string(method), std::string(endpoint), status}];
  if (!counter) {
    counter = &impl_->requests.Add(
        {{"method", std::string(method)}, {"endpoint", std::string(endpoint)}, {"status", std::to_string(status)}});
  }
  counter->Increment();
  auto& histogram = impl_->histograms[std::string(endpoint)];
  if (!histogram) {
    histogram = &impl_->seconds.Add({{"endpoint", std::string(endpoint)}},
                                    prometheus::Histogram::BucketBoundaries{0.002, 0.005, 0.01, 0.05, 0.2, 1, 5});
  }
  histogram->Observe(seconds);
}

std::string Metrics::text(std::span<const Gauge> gauges) const {
  auto families = impl_->registry.Collect();
  for (const auto& gauge : gauges) {
    prometheus::MetricFamily family;
    family.name = gauge.name;
    family.help = gauge.help;
    family.type = prometheus::MetricType::Gauge;
    prometheus::ClientMetric metric;
    metric.gauge.value = gauge.value;
    family.metric.push_back(metric);
    families.push_back(std::move(family));
  }
  return prometheus::TextSerializer().Serialize(families);
}

std::vector<Gauge> process_gauges() {
  std::vector<Gauge> out;
  std::ifstream status("/proc/self/status");
  for (std::string word; status >> word;) {
    double value = 0;
    if (word == "VmRSS:" && status >> value)
      out.push_back({"process_resident_memory_bytes", "Resident memory", value * 1024});
    if (word == "Threads:" && status >> value) out.push_back({"process_threads", "Threads", value});
  }
  return out;
}

std::vector<Gauge> storage_gauges(const storage::DatabaseStats& stats) {
  const auto gauge = [](const char* name, const char* help, std::int64_t value) {
    return Gauge{name, help, static_cast<double>(value)};
  };
  return {gauge("yingda_storage_jobs", "Write jobs done", stats.jobs),
          gauge("yingda_storage_commits", "Commits; many jobs share one", stats.commits),
          gauge("yingda_storage_rollbacks", "Write jobs undone", stats.rollbacks),
          gauge("yingda_storage_batch_retries", "Batches run again one by one", stats.batch_retries),
          gauge("yingda_storage_write_queue", "Write jobs waiting", stats.write_queue),
          gauge("yingda_storage_write_queue_max", "Most write jobs that ever waited", stats.write_queue_max_seen)};
}

}  // namespace yingda::rest
