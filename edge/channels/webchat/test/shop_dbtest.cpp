// Visitors at the door: sessions, identities, origins, sends, polls, files, widgets, over the real network.
#include <condition_variable>
#include <mutex>

#include "shop.hpp"
#include "yingda/base/crypto.hpp"

namespace yingda::webchat::test {
namespace {

using testing::AllOf;
using testing::Contains;
using testing::HasSubstr;
using testing::Not;

/// A socket whose frames are kept; waits are bounded.
class Line {
 public:
  Line(net::WebSocketClientPool& pool, const std::string& url, std::vector<net::Header> headers = {}) {
    // Callbacks may come while the line goes: they hold what they write to.
    socket_ =
        pool.open(url, std::move(headers),
                  {.on_open = [] {},
                   .on_message = [kept = kept_](std::string_view text) { kept->note(std::string(text)); },
                   .on_close = [kept = kept_](std::string_view why) { kept->note("closed " + std::string(why)); }});
  }
  ~Line() { socket_->cut(); }
  void send(std::string text) { socket_->send(std::move(text)); }
  /// The first frame not looked at yet that holds `part`; "" when none comes in 10 s. Earlier ones are passed over.
  std::string wait_for(const std::string& part) {
    std::unique_lock lock(kept_->mutex);
    std::string found;
    kept_->changed.wait_for(lock, std::chrono::seconds(10), [&] {
      while (at_ < kept_->frames.size()) {
        const std::string& frame = kept_->frames[at_++];
        if (frame.find(part) == std::string::npos) continue;
        found = frame;
        return true;
      }
      return false;
    });
    return found;
  }
  std::vector<std::string> all() {
    const std::scoped_lock lock(kept_->mutex);
    return kept_->frames;
  }

 private:
  struct Kept {
    void note(std::string frame) {
      {
        const std::scoped_lock lock(mutex);
        frames.push_back(std::move(frame));
      }
      changed.notify_all();
    }
    std::mutex mutex;
    std::condition_variable changed;
    std::vector<std::string> frames;
  };
  std::shared_ptr<Kept> kept_ = std::make_shared<Kept>();
  std::size_t at_ = 0;
  std::shared_ptr<net::WebSocketClientPool::Socket> socket_;
};

std::string send_frame(const std::string& key, const std::string& text) {
  return R"({"t":"send","client_msg_id":")" + key + R"(","kind":"text","text":")" + text + "\"}";
}

class ShopTest : public testing::Test {
 protected:
  std::unique_ptr<Line> visit(const SessionWire& session) {
    auto line = std::make_unique<Line>(pool(), "ws://" + shop().base() + "/api/v1/webchat/socket");
    line->send(R"({"t":"hello","token":")" + session.visitor_token + R"(","since":)" +
               std::to_string(session.last_seq) + "}");
    EXPECT_NE(line->wait_for("welcome"), "");
    return line;
  }
  std::unique_ptr<Line> work(const org::Actor& actor, std::int64_t since) {
    auto line = std::make_unique<Line>(pool(), "ws://" + shop().base() + "/api/v1/socket", bearer(actor));
    line->send(R"({"t":"hello","since":)" + std::to_string(since) + "}");
    EXPECT_NE(line->wait_for("welcome"), "");
    return line;
  }
  static std::vector<net::Header> bearer(const org::Actor& actor) { return Shop::bearer(to_string(actor.user)); }
  std::int64_t last() { return must(shop().office.db->last_seq(shop().office.tenant)); }
  ConversationId only_thread() {
    conversation::ListFilter filter;
    filter.box = conversation::Box::all;
    filter.include_closed = true;
    const auto page = must(
        shop().office.read([&](auto& tx) { return shop().office.room.list(tx, shop().office.boss, filter, "", 10); }));
    return page.items.at(0).id;
  }
  /// Every event committed so far was heard.
  void gateway_settled() { shop().gateway.hub().settle(); }
  virtual Options options() { return Shop::generous(); }
  Shop& shop() {
    if (!shop_) shop_ = std::make_unique<Shop>(options());
    return *shop_;
  }
  net::WebSocketClientPool& pool() {
    if (!pool_) pool_ = std::make_unique<net::WebSocketClientPool>();
    return *pool_;
  }
  void TearDown() override {
    pool_.reset();
    shop_.reset();
  }

 private:
  std::unique_ptr<Shop> shop_;
  std::unique_ptr<net::WebSocketClientPool> pool_;
};

TEST_F(ShopTest, Chat_BothWays_AcksAfterCommitAndPushes) {
  const auto session = shop().session();
  const auto visitor = visit(session);
  visitor->send(send_frame("k1", "hello"));
  EXPECT_THAT(visitor->wait_for(R"("t":"ack")"),
              AllOf(HasSubstr(R"("client_msg_id":"k1")"), HasSubstr(R"("seq":1)"), HasSubstr(R"("duplicate":false)")));
  const auto id = only_thread();
  must(shop().office.assign(id, shop().office.wang.user, shop().office.sales));
  const auto wang = work(shop().office.wang, last());
  visitor->send(send_frame("k2", "are you there?"));
  EXPECT_THAT(wang->wait_for("are you there?"), HasSubstr("message.accepted"));
  must(shop().office.answer(shop().office.wang, id, "yes, here"));
  EXPECT_THAT(visitor->wait_for("yes, here"), AllOf(HasSubstr("message.accepted"), Not(HasSubstr("assign_reason"))));
  visitor->send(R"({"t":"receipts","delivered_seq":100,"read_seq":100})");
  EXPECT_THAT(wang->wait_for("receipts.moved"), HasSubstr(R"("customer_read_seq":4)"));
}

TEST_F(ShopTest, Send_SameKeyAgain_IsAckedAsDuplicateAndStoredOnce) {
  const auto session = shop().session();
  const auto visitor = visit(session);
  visitor->send(send_frame("k1", "hello"));
  visitor->send(send_frame("k1", "hello"));
  EXPECT_THAT(visitor->wait_for("ack"), HasSubstr(R"("duplicate":false)"));
  EXPECT_THAT(visitor->wait_for("ack"), AllOf(HasSubstr(R"("duplicate":true)"), HasSubstr(R"("seq":1)")));
  EXPECT_EQ(shop().session(session.visitor_token).messages.size(), 1U);
}

TEST_F(ShopTest, Send_ManyInFlight_KeepTheirOrder) {
  const auto session = shop().session();
  const auto visitor = visit(session);
  for (int i = 0; i < 40; ++i) visitor->send(send_frame("k" + std::to_string(i), "n" + std::to_string(i)));
  for (int i = 0; i < 40; ++i)
    EXPECT_THAT(visitor->wait_for("ack"), AllOf(HasSubstr("\"k" + std::to_string(i) + "\""),
                                                HasSubstr("\"seq\":" + std::to_string(i + 1) + ",")));
}

TEST_F(ShopTest, Tabs_OfOneVisitor_SeeTheSame) {
  const auto session = shop().session();
  const auto one = visit(session), two = visit(session);
  one->send(send_frame("k1", "from tab one"));
  EXPECT_THAT(two->wait_for("from tab one"), HasSubstr(R"("client_msg_id":"k1")"));
  EXPECT_THAT(one->wait_for(R"("type":"message.accepted")"), HasSubstr("from tab one"));
}

TEST_F(ShopTest, Hello_WithForgedToken_IsTurnedAway) {
  const auto session = shop().session();
  std::string forged = session.visitor_token;
  forged.back() = forged.back() == 'A' ? 'B' : 'A';
  Line line(pool(), "ws://" + shop().base() + "/api/v1/webchat/socket");
  line.send(R"({"t":"hello","token":")" + forged + R"(","since":0})");
  EXPECT_THAT(line.wait_for("error"), HasSubstr("auth.invalid_token"));
  EXPECT_THAT(line.wait_for("closed"), HasSubstr("4001"));
}

TEST_F(ShopTest, Frames_BeforeHelloOrMalformed_AreRefusedAndTheSocketLives) {
  const auto session = shop().session();
  Line line(pool(), "ws://" + shop().base() + "/api/v1/webchat/socket");
  line.send(send_frame("k", "x"));
  EXPECT_THAT(line.wait_for("error"), HasSubstr("webchat.hello_first"));
  line.send("{broken");
  EXPECT_THAT(line.wait_for("error"), HasSubstr("request.invalid_json"));
  line.send(R"({"t":"hello","token":")" + session.visitor_token + R"(","since":)" + std::to_string(session.last_seq) +
            "}");
  EXPECT_NE(line.wait_for("welcome"), "");
  line.send(R"({"t":"send","client_msg_id":"k9","kind":"note","text":"x"})");
  EXPECT_THAT(line.wait_for("nack"), AllOf(HasSubstr("k9"), HasSubstr("request.invalid_fields")));
  line.send(R"({"t":"recall","id":"ms_0000000000009"})");
  EXPECT_THAT(line.wait_for("error"), HasSubstr("not_found"));
  line.send(R"({"t":"ping"})");
  EXPECT_NE(line.wait_for("pong"), "");
}

TEST_F(ShopTest, Session_TokenAgain_IsTheSameCustomer) {
  const auto first = shop().session();
  visit(first)->send(send_frame("k1", "hello"));
  const auto again = shop().session(first.visitor_token);
  EXPECT_EQ(again.visitor_token, first.visitor_token);
  const auto stranger = shop().session("bm9uc2Vuc2U.c2ln");
  EXPECT_NE(stranger.visitor_token, first.visitor_token);
  EXPECT_FALSE(stranger.conversation);
}

TEST_F(ShopTest, Session_Identity_NeedsTheRightSignature) {
  const std::string key = must(shop().office.write(
      [&](auto& tx) { return shop().webchat.rotate_identity_key(tx, shop().office.system, shop().widget.id); }));
  const auto ask = [&](const std::string& signature) {
    return shop().post("/api/v1/webchat/" + shop().widget.key + "/session",
                       R"({"identity":{"external_id":"u1","name":"Anna","signature":")" + signature + "\"}}");
  };
  const auto wrong = ask("bm9wZQ");
  EXPECT_EQ(wrong.status, 401);
  EXPECT_EQ(Shop::reason(wrong), "webchat.identity_invalid");
  const auto right = ask(customer::identity_signature(key, "u1"));
  EXPECT_EQ(right.status, 200);
  EXPECT_THAT(right.body, HasSubstr("Anna"));
}

TEST_F(ShopTest, Session_IdentityRequired_RefusesStrangers) {
  WidgetSettings settings;
  settings.name = "VIP";
  settings.identity_required = true;
  shop().change(settings);
  const auto answer = shop().post("/api/v1/webchat/" + shop().widget.key + "/session", "{}");
  EXPECT_EQ(answer.status, 401);
  EXPECT_EQ(Shop::reason(answer), "webchat.identity_required");
}

TEST_F(ShopTest, Origin_NotAllowed_GetsNothing) {
  WidgetSettings settings;
  settings.name = "Shop";
  settings.allowed_origins = {"https://shop.example"};
  shop().change(settings);
  const std::string path = "/api/v1/webchat/" + shop().widget.key;
  const std::vector<net::Header> evil{{"origin", "https://evil.example"}}, good{{"origin", "https://shop.example"}};
  for (const auto& answer : {shop().get(path + "/config", evil), shop().post(path + "/session", "{}", evil)}) {
    EXPECT_EQ(answer.status, 403);
    EXPECT_EQ(Shop::reason(answer), "webchat.origin_not_allowed");
    EXPECT_THAT(answer.headers, Not(Contains(testing::Field(&net::Header::name, "access-control-allow-origin"))));
  }
  const auto allowed = shop().get(path + "/config", good);
  EXPECT_EQ(allowed.status, 200);
  EXPECT_THAT(allowed.headers, Contains(AllOf(testing::Field(&net::Header::name, "access-control-allow-origin"),
                                              testing::Field(&net::Header::value, "https://shop.example"))));
  const auto session = shop().session();
  Line line(pool(), "ws://" + shop().base() + "/api/v1/webchat/socket", evil);
  line.send(R"({"t":"hello","token":")" + session.visitor_token + R"(","since":0})");
  EXPECT_THAT(line.wait_for("closed"), HasSubstr("1008"));
}

TEST_F(ShopTest, Preflight_FromAPage_IsAnswered) {
  const auto answer =
      shop().call(net::Method::options, "/api/v1/webchat/messages", {}, {{"origin", "https://a.example"}});
  EXPECT_EQ(answer.status, 204);
  EXPECT_THAT(answer.headers, Contains(testing::Field(&net::Header::name, "access-control-allow-headers")));
}

TEST_F(ShopTest, Config_AfterAChange_IsTheNewOneAtOnce) {
  const std::string path = "/api/v1/webchat/" + shop().widget.key + "/config";
  EXPECT_THAT(shop().get(path).body, HasSubstr(R"("color":"#1677ff")"));
  WidgetSettings settings;
  settings.name = "Shop";
  settings.look.color = "#ff0000";
  shop().change(settings);
  EXPECT_THAT(shop().get(path).body, HasSubstr(R"("color":"#ff0000")"));
  must(shop().office.write(
      [&](auto& tx) { return shop().webchat.delete_widget(tx, shop().office.system, shop().widget.id); }));
  EXPECT_EQ(shop().get(path).status, 404);
}

TEST_F(ShopTest, Widgets_WithoutTheRight_AreClosed) {
  auto& office = shop().office;
  const auto reason = [](const auto& result) { return result ? std::string() : result.error().reason; };
  EXPECT_EQ(reason(office.read([&](auto& tx) { return shop().webchat.list_widgets(tx, office.wang); })),
            "auth.permission_denied");
  EXPECT_EQ(
      reason(office.write([&](auto& tx) { return shop().webchat.delete_widget(tx, office.wang, shop().widget.id); })),
      "auth.permission_denied");
  org::Actor stranger = office.system;
  stranger.tenant = TenantId{77};
  EXPECT_EQ(reason(office.read([&](auto& tx) { return shop().webchat.load_widget(tx, stranger, shop().widget.id); })),
            "webchat.widget_not_found");
}

TEST_F(ShopTest, TeamOfWidget_FollowsTheSettings) {
  EXPECT_FALSE(shop().webchat.team_of_widget(shop().office.tenant, shop().widget.id));
  WidgetSettings settings;
  settings.name = "Shop";
  settings.team_id = shop().office.service;
  shop().change(settings);
  EXPECT_EQ(shop().webchat.team_of_widget(shop().office.tenant, shop().widget.id), shop().office.service);
  EXPECT_FALSE(shop().webchat.team_of_widget(TenantId{77}, shop().widget.id));
}

TEST_F(ShopTest, Poll_SendAndReceive_LikeASocket) {
  const auto session = shop().session();
  const auto poll = [&](std::int64_t since, const std::string& frames, int wait) {
    const auto answer = shop().post("/api/v1/webchat/poll",
                                    R"({"since":)" + std::to_string(since) + R"(,"wait_s":)" + std::to_string(wait) +
                                        R"(,"frames":[)" + frames + "]}",
                                    Shop::bearer(session.visitor_token));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return answer.body;
  };
  const std::string first = poll(session.last_seq, send_frame("k1", "by poll") + "," + send_frame("k2", "again"), 20);
  EXPECT_THAT(first, AllOf(HasSubstr(R"("t":"ack")"), HasSubstr("\"k1\""), HasSubstr("\"k2\"")));
  // Whatever of the events came with the acks, the next poll gives the rest; nothing twice.
  const std::string second = poll(session.last_seq, "", 20);
  EXPECT_THAT(second, AllOf(HasSubstr("by poll"), HasSubstr("again")));
  EXPECT_THAT(second, HasSubstr(R"("last_seq":)" + std::to_string(last())));
  EXPECT_THAT(poll(last(), "", 0), HasSubstr(R"("frames":[])"));
  EXPECT_EQ(shop().post("/api/v1/webchat/poll", R"({"since":0})").status, 401);
  EXPECT_EQ(shop().post("/api/v1/webchat/poll", "{", Shop::bearer(session.visitor_token)).status, 400);
}

TEST_F(ShopTest, Poll_OfAnAgent_WaitsForEvents) {
  const auto session = shop().session();
  const auto visitor = visit(session);
  visitor->send(send_frame("k1", "hello"));
  visitor->wait_for("ack");
  must(shop().office.assign(only_thread(), shop().office.wang.user, shop().office.sales));
  const auto since = last();
  visitor->send(send_frame("k2", "second"));
  const auto answer =
      shop().get("/api/v1/events?since=" + std::to_string(since) + "&wait_s=20", bearer(shop().office.wang));
  EXPECT_THAT(answer.body, AllOf(HasSubstr("second"), HasSubstr(R"("resync":false)")));
  EXPECT_EQ(shop().get("/api/v1/events?since=0").status, 401);
  EXPECT_EQ(shop().get("/api/v1/events?since=x", bearer(shop().office.wang)).status, 400);
  EXPECT_EQ(shop().get("/api/v1/events", bearer(shop().office.wang)).status, 400);
  const auto far = shop().get("/api/v1/events?since=999999&wait_s=0", bearer(shop().office.wang));
  EXPECT_THAT(far.body, HasSubstr(R"("resync":true)"));
}

TEST_F(ShopTest, AgentSocket_OfAnotherSiteOrNobody_IsRefused) {
  Line evil(pool(), "ws://" + shop().base() + "/api/v1/socket", {{"origin", "https://evil.example"}});
  EXPECT_THAT(evil.wait_for("closed"), HasSubstr("refused 403"));
  Line nobody(pool(), "ws://" + shop().base() + "/api/v1/socket");
  EXPECT_THAT(nobody.wait_for("closed"), HasSubstr("4001"));
}

TEST_F(ShopTest, TypingPreview_OnlyWhenSwitchedOn) {
  const auto session = shop().session();
  const auto visitor = visit(session);
  visitor->send(send_frame("k1", "hello"));
  visitor->wait_for("ack");
  must(shop().office.assign(only_thread(), shop().office.wang.user, shop().office.sales));
  const auto wang = work(shop().office.wang, last());
  visitor->send(R"({"t":"typing","on":true,"text":"my secret"})");
  EXPECT_THAT(wang->wait_for(R"("t":"typing")"), Not(HasSubstr("my secret")));
  WidgetSettings settings;
  settings.name = "Shop";
  settings.typing_preview = true;
  shop().change(settings);
  visitor->send(R"({"t":"typing","on":true,"text":"not a secret"})");
  EXPECT_THAT(wang->wait_for(R"("t":"typing")"), HasSubstr("not a secret"));
}

TEST_F(ShopTest, Note_OfAnAgent_NeverReachesTheVisitor) {
  const auto session = shop().session();
  const auto visitor = visit(session);
  visitor->send(send_frame("k1", "hello"));
  visitor->wait_for("ack");
  const auto id = only_thread();
  must(shop().office.assign(id, shop().office.wang.user, shop().office.sales));
  must(shop().office.answer(shop().office.wang, id, "he is rude", conversation::MessageKind::note));
  must(shop().office.answer(shop().office.wang, id, "good day"));
  EXPECT_NE(visitor->wait_for("good day"), "");
  for (const auto& frame : visitor->all()) EXPECT_THAT(frame, Not(HasSubstr("he is rude")));
  EXPECT_THAT(shop().get("/api/v1/webchat/messages", Shop::bearer(session.visitor_token)).body,
              AllOf(HasSubstr("good day"), Not(HasSubstr("he is rude"))));
}

TEST_F(ShopTest, File_UploadedAndSent_IsFetchedByItsSignedAddressOnly) {
  const auto session = shop().session();
  auto headers = Shop::bearer(session.visitor_token);
  headers.push_back({"content-type", "text/html"});
  const auto uploaded = shop().post("/api/v1/webchat/files?name=note.txt", "just words", headers);
  ASSERT_EQ(uploaded.status, 201) << uploaded.body;
  EXPECT_THAT(uploaded.body, HasSubstr("text/plain"));
  const auto field = [](const std::string& body, const std::string& name) {
    const auto at = body.find("\"" + name + "\":\"") + name.size() + 4;
    return body.substr(at, body.find('"', at) - at);
  };
  const std::string url = field(uploaded.body, "url"), id = field(uploaded.body, "id");
  const auto fetched = shop().get(url);
  EXPECT_EQ(fetched.status, 200);
  EXPECT_EQ(fetched.body, "just words");
  EXPECT_EQ(shop().get("/api/v1/webchat/files/" + id).status, 404);
  EXPECT_EQ(shop().get(url.substr(0, url.size() - 1) + (url.back() == 'A' ? "B" : "A")).status, 404);
  const auto visitor = visit(session);
  visitor->send(R"({"t":"send","client_msg_id":"f1","file_id":")" + id + "\"}");
  EXPECT_THAT(visitor->wait_for("message.accepted"), HasSubstr(url));
  // Another visitor cannot send it on.
  const auto other = visit(shop().session());
  other->send(R"({"t":"send","client_msg_id":"f1","file_id":")" + id + "\"}");
  EXPECT_THAT(other->wait_for("nack"), HasSubstr("conversation.file_not_found"));
  EXPECT_EQ(shop().post("/api/v1/webchat/files?name=x", "words").status, 401);
}

TEST_F(ShopTest, Widget_SwitchedOff_TakesNoMore) {
  const auto session = shop().session();
  const auto visitor = visit(session);
  WidgetSettings settings;
  settings.name = "Shop";
  settings.enabled = false;
  shop().change(settings);
  visitor->send(send_frame("k1", "hello"));
  EXPECT_THAT(visitor->wait_for("nack"), HasSubstr("webchat.widget_not_found"));
  EXPECT_EQ(shop().get("/api/v1/webchat/" + shop().widget.key + "/config").status, 404);
}

TEST_F(ShopTest, Contact_Left_FillsTheEmptyCustomerAsUnverifiedAndIsAskedNoMore) {
  const std::string path = "/api/v1/webchat/" + shop().widget.key + "/session";
  const auto session = shop().session();
  const auto visitor = visit(session);
  visitor->send(send_frame("k1", "hello"));
  EXPECT_NE(visitor->wait_for("ack"), "");
  visitor->send(R"({"t":"contact","email":"no address"})");
  EXPECT_THAT(visitor->wait_for("error"), HasSubstr("request.invalid_fields"));
  visitor->send(R"({"t":"contact"})");
  EXPECT_THAT(visitor->wait_for("error"), HasSubstr("request.invalid_fields"));
  const std::string again = R"({"visitor_token":")" + session.visitor_token + "\"}";
  EXPECT_THAT(shop().post(path, again).body, HasSubstr(R"("has_contact":false)"));
  visitor->send(R"({"t":"contact","email":"lin@example.com","name":"Lin"})");
  EXPECT_THAT(visitor->wait_for(R"("t":"contact")"), HasSubstr("lin@example.com"));
  EXPECT_THAT(shop().post(path, again).body, HasSubstr(R"("has_contact":true)"));
  // A second address does not replace the first one.
  visitor->send(R"({"t":"contact","email":"other@example.com"})");
  EXPECT_THAT(visitor->wait_for(R"("t":"contact")"), HasSubstr("other@example.com"));
  const auto id = only_thread();
  const auto customer = must(shop().office.read([&](auto& tx) -> Result<customer::Customer> {
    YD_TRY(const auto talk, shop().office.room.load(tx, shop().office.tenant, id));
    EXPECT_EQ(talk.customer.name, "Lin");
    return shop().office.customers.load(tx, shop().office.tenant, talk.customer.id);
  }));
  EXPECT_EQ(customer.email, "lin@example.com");
  EXPECT_EQ(customer.attributes.at(std::string(customer::kUnverifiedEmail)), "other@example.com");
}

TEST_F(ShopTest, Poll_WithoutWaiting_StillHearsWhatItsFramesCameTo) {
  const auto session = shop().session();
  const auto poll = [&](const std::string& frame) {
    return shop()
        .post("/api/v1/webchat/poll",
              R"({"since":)" + std::to_string(session.last_seq) + R"(,"wait_s":0,"frames":[)" + frame + "]}",
              Shop::bearer(session.visitor_token))
        .body;
  };
  EXPECT_THAT(poll(send_frame("k1", "hello")), AllOf(HasSubstr(R"("t":"ack")"), HasSubstr("\"k1\"")));
  EXPECT_THAT(poll(R"({"t":"contact","phone":"139 0000 0000"})"),
              HasSubstr(R"("t":"contact","phone":"139 0000 0000")"));
  EXPECT_THAT(poll(R"({"t":"contact","email":"nonsense"})"), HasSubstr("request.invalid_fields"));
  EXPECT_THAT(poll(R"({"t":"rate","episode_id":")" + to_string(EpisodeId{1}) + R"(","solved":true})"),
              HasSubstr("rating.not_invited"));
}

TEST_F(ShopTest, Info_FollowsThePolicyAtOnceAndSpeaksBothLanguages) {
  auto& office = shop().office;
  const std::string path = "/api/v1/webchat/" + shop().widget.key + "/info?lang=";
  EXPECT_THAT(shop().get(path + "zh-CN").body, AllOf(Not(HasSubstr("lines")), HasSubstr(R"("online":false)")));
  routing::QueuePolicy policy;
  policy.team_id = office.sales;
  policy.hours = calendar::Schedule{};
  policy.hours->week = {{1, {{540, 1'080}}}, {2, {{540, 1'080}}}};
  policy.silence = routing::SilenceRules{};
  policy.silence->remind_ms = 120'000;
  WidgetSettings settings;
  settings.name = "Shop";
  settings.team_id = office.sales;
  shop().change(settings);
  must(office.write([&](auto& tx) { return office.routing->save_policy(tx, office.system, policy); }));
  gateway_settled();
  EXPECT_THAT(shop().get(path + "zh-CN").body,
              AllOf(HasSubstr("周一至周二"), HasSubstr("09:00–18:00"), HasSubstr(R"("remind_ms":120000)")));
  EXPECT_THAT(shop().get(path + "en").body, HasSubstr("Mon–Tue"));
  // Nobody is there: a new session says when the hours begin, too.
  EXPECT_THAT(shop().post("/api/v1/webchat/" + shop().widget.key + "/session", "{}").body,
              AllOf(HasSubstr(R"("next_open_at_ms":)"), HasSubstr(R"("recall_window_ms":120000)")));
  EXPECT_EQ(shop().get("/api/v1/webchat/nowhere/info").status, 404);
  settings.allowed_origins = {"https://shop.example"};
  shop().change(settings);
  EXPECT_EQ(shop().get(path, {{"origin", "https://evil.example"}}).status, 403);
}

TEST_F(ShopTest, Page_Turned_IsShownAndKept) {
  const auto session = shop().session();
  const auto visitor = visit(session);
  visitor->send(send_frame("k1", "hello"));
  visitor->wait_for("ack");
  must(shop().office.assign(only_thread(), shop().office.wang.user, shop().office.sales));
  const auto wang = work(shop().office.wang, last());
  visitor->send(R"({"t":"page","url":"https://shop.example/cart","title":"Cart"})");
  EXPECT_THAT(wang->wait_for(R"("t":"visitor")"), HasSubstr("https://shop.example/cart"));
}

class StrictShopTest : public ShopTest {
 protected:
  Options options() override {
    Options options = Shop::generous();
    options.rates.sends_by_visitor = {0.01, 3};
    options.rates.sessions_by_address = {0.01, 2};
    return options;
  }
};

TEST_F(StrictShopTest, Rates_Exceeded_SayWhenToComeAgain) {
  const auto session = shop().session();
  const auto visitor = visit(session);
  for (int i = 0; i < 3; ++i) visitor->send(send_frame("k" + std::to_string(i), "x"));
  for (int i = 0; i < 3; ++i) EXPECT_NE(visitor->wait_for("ack"), "");
  visitor->send(send_frame("k4", "x"));
  EXPECT_THAT(visitor->wait_for("nack"), AllOf(HasSubstr("request.too_many_requests"), HasSubstr("retry_after_ms")));
  shop().session();
  const auto third = shop().post("/api/v1/webchat/" + shop().widget.key + "/session", "{}");
  EXPECT_EQ(third.status, 429);
  EXPECT_THAT(third.headers, Contains(testing::Field(&net::Header::name, "retry-after")));
}

}  // namespace
}  // namespace yingda::webchat::test
