// Every room of one server, in the order they are built; see wiring.cpp.
#pragma once

#include <memory>
#include <stop_token>
#include <thread>

#include "front.hpp"
#include "lock.hpp"
#include "yingda/app/server.hpp"
#include "yingda/base/secret_box.hpp"
#include "yingda/conversation/conversation.hpp"
#include "yingda/customer/customer.hpp"
#include "yingda/email/email.hpp"
#include "yingda/entrance/entrance.hpp"
#include "yingda/files/file_store.hpp"
#include "yingda/net/client.hpp"
#include "yingda/net/server.hpp"
#include "yingda/org/org.hpp"
#include "yingda/rating/ratings.hpp"
#include "yingda/realtime/gateway.hpp"
#include "yingda/rest/rest.hpp"
#include "yingda/routing/routing.hpp"
#include "yingda/runtime/runtime.hpp"
#include "yingda/supervision/supervision.hpp"
#include "yingda/webchat/webchat.hpp"

namespace yingda::app {

struct Server::Rooms {
  Rooms(const ServeOptions& chosen, DataLock held, std::unique_ptr<storage::Database> opened, files::FileStore store,
        const SecretBox& box);
  ~Rooms();

  Status start();
  void stop(DurationMs limit);
  std::vector<rest::Gauge> gauges() const;

  const ServeOptions options;
  DataLock lock;
  SystemClock clock;
  IdSource ids;
  std::unique_ptr<storage::Database> database;
  files::FileStore files;
  runtime::WorkerPool workers;
  runtime::Timers timers;
  runtime::Dispatcher dispatcher;
  org::Org org;
  customer::Customers customers;
  conversation::Conversations conversations;
  routing::Routing routing;
  entrance::Entrance entrance;
  rating::Ratings ratings;
  net::HttpClient outgoing;  // alarms' webhooks
  supervision::Supervision supervision;
  std::unique_ptr<realtime::Gateway> gateway;
  std::unique_ptr<webchat::Webchat> webchat;
  std::unique_ptr<email::Mail> mail;
  std::unique_ptr<rest::Rest> rest;
  std::unique_ptr<Front> front;
  std::unique_ptr<net::HttpServer> http;
  std::jthread housekeeping;
  bool stopped = false;
};

}  // namespace yingda::app
