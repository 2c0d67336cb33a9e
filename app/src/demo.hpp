// The demo company: a shop with people, a tree, a chat entrance and a few conversations behind it.
#pragma once

#include "yingda/app/server.hpp"

namespace yingda::app {

/// The password of every demo login; printed at start. Only ever made with --demo.
inline constexpr const char* kDemoPassword = "yingda-demo";

struct DemoLogin {
  const char* login;
  const char* role_zh;
  const char* role_en;
};
inline constexpr DemoLogin kDemoLogins[] = {
    {"admin@demo", "管理员", "administrator"},
    {"wang@demo", "坐席 王芳（售前）", "agent, sales"},
    {"li@demo", "坐席 李雷（售后）", "agent, after-sales"},
    {"zhao@demo", "主管 赵敏", "supervisor"},
};

/// Makes the demo company when the store holds no company at all. Blocking; before the rooms start.
Status seed_demo(Server::Rooms& rooms);

}  // namespace yingda::app
