// The API by area; every function declares its endpoints.
#pragma once

#include "yingda/rest/rest.hpp"

namespace yingda::rest {

class Api;
class Door;

/// What declarations stand on; outlives the endpoints.
struct Ground {
  Services& services;
  const Options& options;
  Door& door;
};

void declare_auth(Api& api, Ground ground);
void declare_second_factor(Api& api, Ground ground);
void declare_setup(Api& api, Ground ground);
void declare_org(Api& api, Ground ground);
void declare_users(Api& api, Ground ground);
void declare_conversations(Api& api, Ground ground);
void declare_customers(Api& api, Ground ground);
void declare_files(Api& api, Ground ground);
void declare_canned_replies(Api& api, Ground ground);
void declare_widgets(Api& api, Ground ground);
void declare_agents(Api& api, Ground ground);
void declare_offers(Api& api, Ground ground);
void declare_entrance(Api& api, Ground ground);
void declare_mail(Api& api, Ground ground);
void declare_ratings(Api& api, Ground ground);
void declare_profiles(Api& api, Ground ground);
void declare_calendar(Api& api, Ground ground);
void declare_simulation(Api& api, Ground ground);
void declare_supervision(Api& api, Ground ground);

}  // namespace yingda::rest
