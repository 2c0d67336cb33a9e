// The network test: visitors and agents talk through real sockets that are cut at random. In the end every client's
// state equals a fresh snapshot byte for byte, and every message that was written stands once and in its order.
#include <atomic>
#include <future>
#include <random>
#include <set>
#include <thread>

#include "../../../realtime/test/client_model.hpp"
#include "shop.hpp"

namespace yingda::webchat::test {
namespace {

using conversation::AgentSummary;
using conversation::Receipts;
using Socket = net::WebSocketClientPool::Socket;

struct VisitorThreadWire {
  ConversationId id;
  std::string state;
  std::optional<AgentSummary> agent;
  std::int64_t episode_number = 0, last_seq = 0;
  Receipts receipts;
  std::optional<std::int64_t> promised_at_ms;
  std::int64_t version = 0;
};
YD_DESCRIBE(VisitorThreadWire, (id, state, agent, episode_number, last_seq, receipts, promised_at_ms, version))

struct VisitorEventWire {
  std::optional<VisitorThreadWire> conversation;
  std::optional<JsonText> message;
  std::optional<Receipts> receipts;
  std::optional<std::int64_t> version;
};
YD_DESCRIBE(VisitorEventWire, (conversation, message, receipts, version))

struct MessageHead {
  std::int64_t seq = 0;
  std::optional<std::string> client_msg_id;
};
YD_DESCRIBE(MessageHead, (seq, client_msg_id))

struct FrameHead {
  std::string t;
  std::optional<std::string> client_msg_id;
};
YD_DESCRIBE(FrameHead, (t, client_msg_id))

/// What a widget knows, by the rules of docs/protocol.md.
class VisitorModel {
 public:
  void load(const SessionWire& session) {
    thread_.reset();
    messages_.clear();
    if (session.conversation) thread_ = must(json::decode<VisitorThreadWire>(session.conversation->text));
    for (const auto& message : session.messages) keep(message.text);
    last_ = session.last_seq;
  }
  std::int64_t last() const { return last_; }
  void event(const std::string& text) {
    const auto frame = must(json::decode<realtime::test::EventWire>(text));
    ASSERT_EQ(frame.prev.value_or(-1), last_) << "a gap or a double: " << text;
    last_ = *frame.seq;
    const auto data = must(json::decode<VisitorEventWire>(frame.data.text));
    if (data.conversation && (!thread_ || data.conversation->version > thread_->version)) thread_ = data.conversation;
    if (data.message) keep(data.message->text);
    if (data.receipts && thread_ && *data.version > thread_->version) {
      thread_->receipts = *data.receipts;
      thread_->version = *data.version;
    }
  }
  void welcome(const std::string& text) {
    const auto frame = must(json::decode<realtime::test::EventWire>(text));
    EXPECT_GE(*frame.last_seq, last_);
    last_ = *frame.last_seq;
  }
  /// State as a session would give it: the thread and the newest messages.
  std::string text() const {
    std::string out = thread_ ? json::encode(*thread_) : std::string("none");
    auto from = messages_.begin();
    if (messages_.size() > kSessionMessages) std::advance(from, messages_.size() - kSessionMessages);
    for (; from != messages_.end(); ++from) out += "\n" + from->second;
    return out;
  }
  const std::map<std::int64_t, std::string>& messages() const { return messages_; }

 private:
  void keep(const std::string& text) { messages_[must(json::decode<MessageHead>(text)).seq] = text; }

  std::optional<VisitorThreadWire> thread_;
  std::map<std::int64_t, std::string> messages_;
  std::int64_t last_ = 0;
};

/// A browser that never gives up. Everything of it happens on the pool's thread.
class Browser : public std::enable_shared_from_this<Browser> {
 public:
  Browser(Shop& shop, net::WebSocketClientPool& pool, std::string name, unsigned seed)
      : shop_(shop), pool_(pool), name_(std::move(name)), random_(seed), session_(shop.session()) {
    model_.load(session_);
  }

  void connect() {
    greeted_ = false;
    const int line = ++line_;
    const auto current = [weak = weak_from_this(), line]() -> std::shared_ptr<Browser> {
      auto self = weak.lock();
      return self && self->line_ == line ? self : nullptr;
    };
    socket_ = pool_.open("ws://" + shop_.base() + "/api/v1/webchat/socket", {},
                         {.on_open =
                              [current] {
                                if (const auto self = current()) self->hello();
                              },
                          .on_message =
                              [current](std::string_view text) {
                                if (const auto self = current()) self->take(std::string(text));
                              },
                          .on_close =
                              [current](std::string_view) {
                                if (const auto self = current()) self->connect();
                              }});
  }
  void say() {
    const std::string key = name_ + "-" + std::to_string(said_++);
    waiting_.push_back(key);
    if (greeted_) send(key);
  }
  /// Cuts the line and takes another.
  void cut() {
    ++cuts_;
    socket_->cut();
    connect();
  }
  void end() {
    ++line_;
    if (socket_) socket_->cut();
  }

  bool quiet() const { return greeted_ && waiting_.empty(); }
  std::mt19937& random() { return random_; }
  int said() const { return said_; }
  int cuts() const { return cuts_; }
  const std::string& name() const { return name_; }
  const std::string& token() const { return session_.visitor_token; }
  const VisitorModel& model() const { return model_; }

 private:
  void hello() {
    socket_->send(R"({"t":"hello","token":")" + token() + R"(","since":)" + std::to_string(model_.last()) + "}");
  }
  void send(const std::string& key) {
    socket_->send(R"({"t":"send","client_msg_id":")" + key + R"(","text":"words of )" + key + "\"}");
  }
  void take(const std::string& text) {
    const auto head = must(json::decode<FrameHead>(text));
    if (head.t == "welcome") {
      model_.welcome(text);
      greeted_ = true;
      for (const auto& key : waiting_) send(key);
    } else if (head.t == "event") {
      model_.event(text);
      if (random_() % 4 == 0) socket_->send(R"({"t":"receipts","delivered_seq":100000,"read_seq":100000})");
    } else if (head.t == "ack") {
      std::erase(waiting_, *head.client_msg_id);
    } else if (head.t == "nack" || head.t == "error") {
      ADD_FAILURE() << text;
    } else if (head.t == "resync") {
      session_ = shop_.session(token());
      model_.load(session_);
      hello();
    }
  }

  Shop& shop_;
  net::WebSocketClientPool& pool_;
  const std::string name_;
  std::mt19937 random_;
  SessionWire session_;
  VisitorModel model_;
  std::shared_ptr<Socket> socket_;
  std::vector<std::string> waiting_;  // written, not yet acknowledged, in order
  bool greeted_ = false;
  int line_ = 0, said_ = 0, cuts_ = 0;
};

/// An agent's console on a line that is cut too.
class Console : public std::enable_shared_from_this<Console> {
 public:
  Console(Shop& shop, net::WebSocketClientPool& pool, const org::Actor& actor, bool all)
      : shop_(shop), pool_(pool), actor_(actor), model_(actor, all, {}) {
    load();
  }
  void connect() {
    const int line = ++line_;
    const auto current = [weak = weak_from_this(), line]() -> std::shared_ptr<Console> {
      auto self = weak.lock();
      return self && self->line_ == line ? self : nullptr;
    };
    socket_ = pool_.open("ws://" + shop_.base() + "/api/v1/socket", Shop::bearer(to_string(actor_.user)),
                         {.on_open =
                              [current] {
                                if (const auto self = current()) self->hello();
                              },
                          .on_message =
                              [current](std::string_view text) {
                                if (const auto self = current()) self->take(std::string(text));
                              },
                          .on_close =
                              [current](std::string_view) {
                                if (const auto self = current()) self->connect();
                              }});
  }
  void cut() {
    socket_->cut();
    connect();
  }
  void end() {
    ++line_;
    if (socket_) socket_->cut();
  }
  const realtime::test::ClientModel& model() const { return model_; }
  const org::Actor& actor() const { return actor_; }

 private:
  void load() {
    model_.load(realtime::test::read_snapshot(*shop_.office.db, shop_.office.room, actor_, model_.all(), {}));
  }
  void hello() {
    socket_->send(R"({"t":"hello","since":)" + std::to_string(model_.last()) +
                  (model_.all() ? R"(,"all":true})" : "}"));
  }
  void take(const std::string& text) {
    model_.take(text);
    if (!model_.stale()) return;
    load();
    hello();
  }

  Shop& shop_;
  net::WebSocketClientPool& pool_;
  const org::Actor actor_;
  realtime::test::ClientModel model_;
  std::shared_ptr<Socket> socket_;
  int line_ = 0;
};

class CutsTest : public testing::Test {
 protected:
  /// Runs a job on the pool's thread and waits for its value.
  template <class F>
  auto on_pool(F job) {
    auto done = std::make_shared<std::promise<std::invoke_result_t<F>>>();
    pool.post([&job, done] { done->set_value(job()); });
    return done->get_future().get();
  }
  template <class F>
  bool wait_until(F ready) {
    const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(60);
    while (std::chrono::steady_clock::now() < end) {
      if (on_pool(ready)) return true;
      std::this_thread::sleep_for(std::chrono::milliseconds(5));
    }
    return false;
  }
  /// Agents take, answer, note, transfer and close what there is.
  void agents_work(std::mt19937& random) {
    auto& office = shop.office;
    conversation::ListFilter filter;
    filter.box = conversation::Box::all;
    filter.include_closed = true;
    const auto page = must(office.read([&](auto& tx) { return office.room.list(tx, office.boss, filter, "", 50); }));
    if (page.items.empty()) return;
    const ConversationId id = page.items[random() % page.items.size()].id;
    const auto& person = *std::vector<const org::Actor*>{&office.wang, &office.li, &office.zhao}[random() % 3];
    switch (random() % 8) {
      case 0:
      case 1: (void)office.assign(id, person.user, person.teams.at(0)); break;
      case 2:
      case 3:
      case 4: (void)office.answer(person, id, "an answer"); break;
      case 5: (void)office.answer(person, id, "a note", conversation::MessageKind::note); break;
      case 6:
        (void)office.write([&](auto& tx) {
          return office.room.transfer(tx, person, id,
                                      {.agent = {}, .team = office.service, .reason = "agent", .note = "n"});
        });
        break;
      default: (void)office.write([&](auto& tx) { return office.room.close(tx, person, id, "agent", false); });
    }
  }

  Shop shop;
  net::WebSocketClientPool pool;
};

/// Every message the visitor wrote stands once, and in the order he wrote them.
void expect_once_in_order(const Browser& browser, Shop& shop) {
  std::vector<std::string> keys;
  std::int64_t before = 0;
  for (;;) {
    const auto answer = shop.get("/api/v1/webchat/messages?limit=100&before_seq=" + std::to_string(before),
                                 Shop::bearer(browser.token()));
    const auto at = answer.body.find("\"items\":");
    ASSERT_NE(at, std::string::npos) << answer.body;
    const auto items =
        must(json::decode<std::vector<JsonText>>(answer.body.substr(at + 8, answer.body.size() - at - 9)));
    if (items.empty()) break;
    std::vector<std::string> page;
    for (const auto& item : items) {
      const auto head = must(json::decode<MessageHead>(item.text));
      if (before == 0 || head.seq < before) before = head.seq;
      if (head.client_msg_id) page.push_back(*head.client_msg_id);
    }
    keys.insert(keys.begin(), page.begin(), page.end());
    if (before <= 1) break;
  }
  std::vector<std::string> wanted;
  for (int i = 0; i < browser.said(); ++i) wanted.push_back(browser.name() + "-" + std::to_string(i));
  EXPECT_EQ(keys, wanted);
}

TEST_F(CutsTest, Chat_LinesCutAtRandom_LosesDoublesAndReordersNothing) {
  const unsigned seed = std::random_device{}();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::vector<std::shared_ptr<Browser>> browsers;
  std::vector<std::shared_ptr<Console>> consoles;
  for (int i = 0; i < 6; ++i)
    browsers.push_back(std::make_shared<Browser>(shop, pool, "v" + std::to_string(i), seed + static_cast<unsigned>(i)));
  for (const auto* actor : {&shop.office.wang, &shop.office.li, &shop.office.zhao})
    consoles.push_back(std::make_shared<Console>(shop, pool, *actor, false));
  consoles.push_back(std::make_shared<Console>(shop, pool, shop.office.boss, true));
  on_pool([&] {
    for (const auto& browser : browsers) browser->connect();
    for (const auto& console : consoles) console->connect();
    return true;
  });
  for (int step = 0; step < 400; ++step) {
    agents_work(random);
    const auto say = random() % 3, cut = random() % 5, who = random(), console = random() % 12;
    on_pool([&] {
      for (unsigned i = 0; i < say; ++i) browsers[(who + i) % browsers.size()]->say();
      if (cut == 0) browsers[who % browsers.size()]->cut();
      if (console < consoles.size()) consoles[console]->cut();
      return true;
    });
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 3'000));
  }
  ASSERT_TRUE(wait_until([&] { return std::ranges::all_of(browsers, [](const auto& b) { return b->quiet(); }); }));
  shop.gateway.hub().settle();
  const std::int64_t last = must(shop.office.db->last_seq(shop.office.tenant));
  // A last write that everybody hears brings every client to the same event.
  must(shop.office.write([&](auto& tx) {
    tx.emit({shop.office.tenant, "settings.changed", R"({"area":"test","id":""})"});
    return Status{};
  }));
  EXPECT_TRUE(wait_until(
      [&] { return std::ranges::all_of(consoles, [&](const auto& c) { return c->model().last() > last; }); }));
  on_pool([&] {
    for (const auto& browser : browsers) browser->cut();  // the new hello brings them to the end
    return true;
  });
  EXPECT_TRUE(wait_until([&] {
    return std::ranges::all_of(browsers, [&](const auto& b) { return b->quiet() && b->model().last() > last; });
  }));
  on_pool([&] {
    for (const auto& browser : browsers) browser->end();
    for (const auto& console : consoles) console->end();
    return true;
  });

  int cuts = 0;
  for (const auto& browser : browsers) {
    SCOPED_TRACE(browser->name());
    VisitorModel fresh;
    fresh.load(shop.session(browser->token()));
    EXPECT_EQ(browser->model().text(), fresh.text());
    expect_once_in_order(*browser, shop);
    EXPECT_GT(browser->said(), 0);
    cuts += browser->cuts();
  }
  EXPECT_GT(cuts, 20);
  for (const auto& console : consoles) {
    realtime::test::ClientModel fresh(console->actor(), console->model().all(), {});
    fresh.load(
        realtime::test::read_snapshot(*shop.office.db, shop.office.room, console->actor(), console->model().all(), {}));
    EXPECT_EQ(console->model().text(), fresh.text()) << console->actor().name;
  }
}

}  // namespace
}  // namespace yingda::webchat::test
