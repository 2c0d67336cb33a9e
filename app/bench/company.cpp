#include "company.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <map>
#include <mutex>
#include <optional>
#include <thread>

#include "yingda/base/json.hpp"
#include "yingda/org/types.hpp"

namespace yingda::bench {
namespace {

constexpr std::string_view kPassword = "bench-password-1";
constexpr int kAtOnce = 32;

struct SessionUser {
  std::string id;
};
YD_DESCRIBE(SessionUser, (id))
struct SessionInfo {
  std::string csrf_token;
  SessionUser user;
};
YD_DESCRIBE(SessionInfo, (csrf_token, user))
struct RoleRow {
  std::string id;
  std::optional<std::string> key;
};
YD_DESCRIBE(RoleRow, (id, key))
struct Roles {
  std::vector<RoleRow> items;
};
YD_DESCRIBE(Roles, (items))
struct TeamRow {
  std::string id;
};
YD_DESCRIBE(TeamRow, (id))
struct Teams {
  std::vector<TeamRow> items;
};
YD_DESCRIBE(Teams, (items))
struct WidgetRow {
  std::string key;
};
YD_DESCRIBE(WidgetRow, (key))
struct Visitor {
  std::string visitor_token;
};
YD_DESCRIBE(Visitor, (visitor_token))

/// One person at the API: keeps cookie and CSRF token.
struct Person {
  net::HttpClient& http;
  std::string base, cookie, csrf;

  net::ClientRequest request(net::Method method, const std::string& path, std::string body) const {
    net::ClientRequest out;
    out.method = method;
    out.url = "http://" + base + "/api/v1" + path;
    out.body = std::move(body);
    out.guard = net::AddressGuard::any;
    out.deadline = seconds(30);
    out.headers.push_back({"content-type", "application/json"});
    if (!cookie.empty()) out.headers.push_back({"cookie", cookie});
    if (!csrf.empty()) out.headers.push_back({"x-csrf-token", csrf});
    return out;
  }

  template <class T>
  Result<T> call(net::Method method, const std::string& path, std::string body = {}) {
    YD_TRY(const auto answer, http.send_and_wait(request(method, path, std::move(body))));
    if (answer.status >= 300) {
      return fail(Code::unavailable, "bench.api_refused",
                  fmt::format("{} {}: {} {}", to_string(method), path, answer.status, answer.body));
    }
    for (const net::Header& header : answer.headers) {
      if (header.name == "set-cookie" && header.value.starts_with("yd_session=")) {
        cookie = header.value.substr(0, header.value.find(';'));
      }
    }
    return json::decode<T>(answer.body.empty() ? "{}" : answer.body);
  }
};

struct Nothing {};
YD_DESCRIBE(Nothing, ())

/// Routing hears of a new agent by an event, a moment after he was made.
Status go_online(Person& agent) {
  for (int left = 100;; --left) {
    const auto online = agent.call<Nothing>(net::Method::put, "/agents/me/state", R"({"state":"online"})");
    if (online) return {};
    if (left == 0) return std::unexpected(online.error());
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
  }
}

}  // namespace

Result<Company> found_company(net::HttpClient& http, const std::string& base, int agents, int capacity) {
  Company company;
  company.base = base;
  Person admin{http, base, {}, {}};
  YD_TRY(
      auto session,
      admin.call<SessionInfo>(
          net::Method::post, "/setup",
          fmt::format(
              R"({{"company":"Bench","locale":"en","time_zone":"Asia/Shanghai","admin_name":"Bench","login":"bench@example.com","password":"{}"}})",
              kPassword)));
  admin.csrf = session.csrf_token;
  YD_TRY(const auto roles, admin.call<Roles>(net::Method::get, "/roles"));
  YD_TRY(const auto teams, admin.call<Teams>(net::Method::get, "/teams"));
  const auto role = std::ranges::find_if(roles.items, [](const RoleRow& row) { return row.key == "agent"; });
  if (role == roles.items.end() || teams.items.empty()) return fail(Code::internal, "bench.no_agent_role");
  const std::string team = teams.items.front().id;
  YD_TRY(
      const auto widget,
      admin.call<WidgetRow>(
          net::Method::post, "/widgets",
          fmt::format(
              R"({{"name":"Bench","enabled":true,"typing_preview":false,"identity_required":false,"team_id":"{}","look":{}}})",
              team,
              R"({"color":"#1677ff","side":"right","launcher":"bubble","launcher_text":{"zh_CN":"","en":""},"title":{"zh_CN":"","en":""},"subtitle":{"zh_CN":"","en":""},"greeting":{"zh_CN":"","en":""},"auto_open_s":0,"avatar_url":"","offset_x":20,"offset_y":20,"dark":"auto","sound":true})")));
  company.widget_key = widget.key;
  for (int i = 0; i < agents; ++i) {
    const std::string login = fmt::format("agent{}@example.com", i);
    YD_TRY(
        [[maybe_unused]] const auto made,
        admin.call<Nothing>(
            net::Method::post, "/users",
            fmt::format(
                R"({{"login":"{}","name":"Agent {}","password":"{}","role_id":"{}","team_ids":["{}"],"capacity":{}}})",
                login, i, kPassword, role->id, team, capacity)));
    Person agent{http, base, {}, {}};
    YD_TRY(auto own, agent.call<SessionInfo>(net::Method::post, "/auth/login",
                                             fmt::format(R"({{"login":"{}","password":"{}"}})", login, kPassword)));
    agent.csrf = own.csrf_token;
    YD_CHECK(go_online(agent));
    company.agent_cookies.push_back(agent.cookie);
    company.agent_csrf.push_back(agent.csrf);
    company.agent_ids.push_back(own.user.id);
    if (i % 10 == 9) fmt::print(stderr, "  {} agents online\n", i + 1);
  }
  return company;
}

Status invite_visitors(net::HttpClient& http, Company& company, int count) {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<std::string> tokens;
  std::optional<Error> broken;
  int running = 0;
  const Person nobody{http, company.base, {}, {}};
  for (int i = 0; i < count; ++i) {
    {
      std::unique_lock lock(mutex);
      changed.wait(lock, [&] { return running < kAtOnce; });
      if (broken) break;
      ++running;
    }
    http.send(nobody.request(net::Method::post, "/webchat/" + company.widget_key + "/session", "{}"),
              [&](Result<net::ClientResponse> answer) {
                Result<Visitor> visitor = answer && answer->status < 300
                                              ? json::decode<Visitor>(answer->body)
                                              : Result<Visitor>(fail(Code::unavailable, "bench.no_session",
                                                                     answer ? answer->body : describe(answer.error())));
                const std::scoped_lock lock(mutex);
                if (visitor)
                  tokens.push_back(std::move(visitor->visitor_token));
                else if (!broken)
                  broken = visitor.error();
                --running;
                changed.notify_all();
              });
  }
  std::unique_lock lock(mutex);
  changed.wait(lock, [&] { return running == 0; });
  if (broken) return std::unexpected(*broken);
  company.visitor_tokens.insert(company.visitor_tokens.end(), tokens.begin(), tokens.end());
  return {};
}

}  // namespace yingda::bench
