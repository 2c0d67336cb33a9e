#include "demo.hpp"

#include <array>
#include <span>

#include "rooms.hpp"
#include "yingda/base/log.hpp"
#include "yingda/base/manual_clock.hpp"

namespace yingda::app {
namespace {

using storage::Transaction;

constexpr int kHistoryNode = 510;  // ids of the past are made by a source of their own

struct People {
  org::Actor system, wang, li;
  TeamId sales, service;
};

struct UnitSeed {
  const char* name;
  const char* code;
  org::UnitKind kind;
  int parent;  // index into the list, -1: the headquarters
};
constexpr std::array kUnits{
    UnitSeed{"华东", "", org::UnitKind::region, -1},        UnitSeed{"浙江", "330000", org::UnitKind::province, 0},
    UnitSeed{"杭州", "330100", org::UnitKind::city, 1},     UnitSeed{"宁波", "330200", org::UnitKind::city, 1},
    UnitSeed{"上海", "310000", org::UnitKind::province, 0}, UnitSeed{"江苏", "320000", org::UnitKind::province, 0},
    UnitSeed{"华南", "", org::UnitKind::region, -1},        UnitSeed{"广东", "440000", org::UnitKind::province, 6},
    UnitSeed{"深圳", "440300", org::UnitKind::city, 7},     UnitSeed{"华北", "", org::UnitKind::region, -1},
    UnitSeed{"北京", "110000", org::UnitKind::province, 9}, UnitSeed{"杭州客服中心", "", org::UnitKind::centre, 2},
    UnitSeed{"深圳客服中心", "", org::UnitKind::centre, 8},
};
constexpr std::size_t kHangzhouCentre = 11;

struct Reply {
  const char* shortcut;
  const char* title;
  const char* text;
};
constexpr std::array kReplies{
    Reply{"hi", "问候", "您好，{{customer.name}}，我是{{agent.name}}，很高兴为您服务，请问有什么可以帮您？"},
    Reply{"ship", "发货时间", "现货商品当天 16:00 前付款当天发出，一般 2–3 天送达；预售商品以页面时间为准。"},
    Reply{"return", "七天无理由", "支持七天无理由退换货，请保持吊牌完好；提交申请后我们会在 24 小时内审核。"},
    Reply{"size", "尺码建议", "麻烦您告诉我身高、体重和平时穿的尺码，我来帮您推荐。"},
    Reply{"hello", "Greeting",
          "Hello {{customer.name}}, this is {{agent.name}} from {{company.name}}. How can I help?"},
    Reply{"shipping", "Shipping", "Orders placed before 4 pm ship the same day and usually arrive within 2–3 days."},
    Reply{"bye", "结束语", "感谢您的咨询，祝您生活愉快，有问题随时找我们！"},
};

struct Line {
  bool customer;
  const char* text;
};
struct Talk {
  const char* name;
  const char* level;
  std::int64_t minutes_ago;
  bool by_li;
  std::span<const Line> lines;
};
constexpr std::array kTalk1{
    Line{true, "你好，这件真丝衬衫有 M 码吗？"},
    Line{false, "您好，有的，月白和雾蓝两个颜色都有现货。"},
    Line{true, "我 165cm、52kg，穿 M 会不会大？"},
    Line{false, "M 码刚好，喜欢合身一点可以选 S。"},
    Line{true, "好的，下单了，谢谢！"},
    Line{false, "感谢支持，今天就给您发出。"},
};
constexpr std::array kTalk2{
    Line{true, "订单 20260713 的快递三天没动了"},
    Line{false, "非常抱歉，我马上联系快递核实。"},
    Line{false, "已核实：包裹在杭州中转站积压，今晚发出，预计明天送达。"},
    Line{true, "好的，麻烦了"},
    Line{false, "给您补了一张 10 元券，感谢理解。"},
};
constexpr std::array kTalk3{
    Line{true, "Hi, do you ship to Singapore?"},
    Line{false, "Yes, we do. It takes 5–7 days and is free above 60 USD."},
    Line{true, "Great, thank you!"},
    Line{false, "You are welcome. Enjoy your new dress!"},
};
constexpr std::array kTalk4{
    Line{true, "衣服洗了一次就起球，可以退吗？"},
    Line{false, "给您带来不便很抱歉，可以拍张照片给我看看吗？"},
    Line{true, "已经寄回去了，单号 SF1029384756"},
    Line{false, "收到，质检后 24 小时内原路退款。"},
    Line{true, "已收到退款，处理很快"},
};
const std::array kTalks{
    Talk{"陈静", "vip", 60 * 50, false, kTalk1},
    Talk{"周伟", "", 60 * 27, true, kTalk2},
    Talk{"Emily Tan", "", 60 * 8, false, kTalk3},
    Talk{"孙丽", "vip", 95, true, kTalk4},
};

Result<std::vector<UnitId>> seed_tree(Transaction& tx, org::Org& org, const org::Actor& system) {
  YD_TRY(const auto existing, org.list_units(tx, system));
  UnitId root;
  for (const auto& unit : existing)
    if (!unit.parent_id) root = unit.id;
  std::vector<UnitId> made;
  for (const auto& seed : kUnits) {
    const UnitId parent = seed.parent < 0 ? root : made[static_cast<std::size_t>(seed.parent)];
    YD_TRY(const auto unit, org.create_unit(tx, system, parent, seed.kind, seed.name, seed.code));
    made.push_back(unit.id);
  }
  return made;
}

org::Actor acting(const org::Actor& system, const org::User& user, std::vector<TeamId> teams) {
  org::Actor actor = system;
  actor.user = user.id;
  actor.name = user.display_name;
  actor.teams = std::move(teams);
  return actor;
}

Result<People> seed_people(Transaction& tx, Server::Rooms& rooms, TenantId tenant, const std::string& password_hash) {
  auto& org = rooms.org;
  People people;
  people.system = org::Org::system_actor(tenant);
  YD_TRY(const auto units, seed_tree(tx, org, people.system));
  const UnitId centre = units[kHangzhouCentre];
  // The first team comes with the company.
  YD_TRY(const auto teams, org.list_teams(tx, people.system));
  YD_TRY(const auto sales, org.change_team(tx, people.system, teams.front().id, "售前", centre));
  YD_TRY(const auto service, org.create_team(tx, people.system, centre, "售后"));
  people.sales = sales.id;
  people.service = service.id;

  YD_TRY(const auto roles, org.list_roles(tx, people.system));
  const auto role = [&](std::string_view key) {
    for (const auto& candidate : roles)
      if (candidate.key == key) return candidate.id;
    return RoleId{};
  };
  const auto add = [&](const char* login, const char* name, const char* shown, const char* role_key, UnitId unit,
                       std::vector<TeamId> team_ids) {
    return org.create_user(tx, people.system,
                           {.login = login,
                            .name = name,
                            .display_name = shown,
                            .password_hash = password_hash,
                            .role_id = role(role_key),
                            .unit_id = unit,
                            .team_ids = std::move(team_ids)});
  };
  YD_CHECK(add("admin@demo", "管理员", "云裳小铺", "administrator", {}, {sales.id, service.id}));
  YD_CHECK(add("zhao@demo", "赵敏", "赵主管", "supervisor", centre, {sales.id, service.id}));
  YD_TRY(const auto wang, add("wang@demo", "王芳", "小芳", "agent", centre, {sales.id}));
  YD_TRY(const auto li, add("li@demo", "李雷", "小雷", "agent", centre, {service.id}));
  people.wang = acting(people.system, wang, {sales.id});
  people.li = acting(people.system, li, {service.id});
  return people;
}

Result<WidgetId> seed_widget(Transaction& tx, webchat::Webchat& webchat, const People& people) {
  webchat::WidgetSettings settings;
  settings.name = "云裳小铺 / Yunshang Shop";
  settings.team_id = people.sales;
  settings.typing_preview = true;
  settings.languages = {"zh-CN", "en"};
  settings.look.color = "#0b7a65";
  settings.look.title = {"云裳小铺客服", "Yunshang Shop"};
  settings.look.subtitle = {"一般几分钟内回复", "We usually reply within minutes"};
  settings.look.greeting = {"您好，请问有什么可以帮您？", "Hello! How can we help you?"};
  settings.look.launcher_text = {"在线咨询", "Chat with us"};
  YD_TRY(const auto widget, webchat.create_widget(tx, people.system, settings, "demo"));
  return widget.id;
}

/// One closed conversation as it went, in the past.
Status seed_talk(Transaction& tx, Server::Rooms& rooms, const People& people, WidgetId widget, const Talk& talk,
                 int number) {
  ManualClock clock(rooms.clock.now() - minutes(talk.minutes_ago));
  IdSource ids(clock, kHistoryNode - number);
  customer::Customers customers(clock, ids);
  conversation::Conversations conversations(clock, ids, rooms.org, customers);
  const TenantId tenant = people.system.tenant;
  const auto& agent = talk.by_li ? people.li : people.wang;

  YD_TRY(
      const auto customer,
      customers.identify(
          tx, tenant, {.external_id = "demo-" + std::to_string(number), .name = talk.name, .level = talk.level}, {}));
  ConversationId id;
  int line_number = 0;
  for (const auto& line : talk.lines) {
    const std::string key = "demo-" + std::to_string(number) + "-" + std::to_string(++line_number);
    if (line.customer) {
      YD_TRY(
          const auto accepted,
          conversations.accept(
              tx,
              {.tenant = tenant, .customer = customer.id, .widget = widget, .client_msg_id = key, .text = line.text}));
      if (!id) {
        id = accepted.conversation.id;
        clock.advance(seconds(4));
        YD_CHECK(conversations.assign(tx, tenant, id,
                                      {.agent = agent.user,
                                       .team = talk.by_li ? people.service : people.sales,
                                       .reason = "routing.rule.least_loaded"}));
      }
    } else {
      YD_CHECK(conversations.send(tx, agent, id, {.client_msg_id = key, .text = line.text}));
    }
    clock.advance(seconds(35));
  }
  YD_CHECK(conversations.mark(tx, agent, id, 1'000, 1'000));
  YD_CHECK(conversations.mark_by_customer(tx, tenant, customer.id, 1'000, 1'000));
  YD_CHECK(conversations.close(tx, agent, id, "agent", false));
  return {};
}

Status seed_company(Transaction& tx, Server::Rooms& rooms, TenantId tenant, const std::string& password_hash) {
  YD_TRY(const auto people, seed_people(tx, rooms, tenant, password_hash));
  YD_TRY(const auto widget, seed_widget(tx, *rooms.webchat, people));
  for (const auto& reply : kReplies) {
    YD_CHECK(rooms.conversations.save_canned_reply(
        tx, people.system, {.shortcut = reply.shortcut, .title = reply.title, .text = reply.text}));
  }
  int number = 0;
  for (const auto& talk : kTalks) YD_CHECK(seed_talk(tx, rooms, people, widget, talk, ++number));
  return {};
}

}  // namespace

Status seed_demo(Server::Rooms& rooms) {
  YD_TRY(const auto tenants, rooms.database->read_for<std::vector<org::Tenant>>(
                                 [&](Transaction& tx) { return rooms.org.list_tenants(tx); }));
  if (!tenants.empty()) return {};
  YD_TRY(const auto password_hash, org::prepare_password(kDemoPassword));
  TenantId made;
  YD_CHECK(rooms.database->write({}, [&](Transaction& tx) -> Status {
    YD_TRY(const auto tenant, rooms.org.create_tenant(tx, {.name = "云裳小铺 / Yunshang Shop", .demo = true}));
    made = tenant.id;
    return seed_company(tx, rooms, tenant.id, password_hash);
  }));
  log::info("app.demo_made");
  return {};
}

}  // namespace yingda::app
