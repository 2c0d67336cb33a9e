// Mail to customers who left: the account, a test, what became of each mail.
#include "api.hpp"
#include "areas.hpp"
#include "yingda/email/email.hpp"

namespace yingda::rest {

struct MailTestInput {
  std::string to;
};
YD_DESCRIBE(MailTestInput, (to))

void declare_mail(Api& api, Ground ground) {
  using net::Method;
  using org::Permission;
  auto& mail = ground.services.mail;

  api.read(Method::get, "/mail-settings", "How customers who left get their answers by mail",
           may(Permission::settings_manage),
           [&mail](Call& call, storage::Transaction& tx) { return mail.settings(tx, call.actor); });
  api.write(Method::put, "/mail-settings", "Change the mail account; without `password` the stored one stays",
            may(Permission::settings_manage),
            [&mail](Call& call, storage::Transaction& tx, const email::MailSettingsChange& input) {
              return mail.save_settings(tx, call.actor, input);
            });
  api.write(Method::post, "/mail-settings/test", "Send a real mail with the stored settings",
            may(Permission::settings_manage),
            [](Call& call, storage::Transaction&, const MailTestInput&) -> Result<email::MailTest> {
              return std::any_cast<email::MailTest>(call.prepared);
            })
      .prepare(Pool::workers, [&mail](Call& call, const MailTestInput& input) -> Status {
        YD_TRY(call.prepared, mail.test(call.actor, input.to, call.language));
        return {};
      });
  api.read(Method::get, "/mail-outbox", "Mails to customers and what became of them, newest first",
           may(Permission::settings_manage),
           [&mail](Call& call, storage::Transaction& tx, const PageQuery& query) -> Result<List<email::MailStatus>> {
             YD_TRY(const int limit, check_limit(query.limit));
             YD_TRY(auto page, mail.list(tx, call.actor, query.after.value_or(""), limit));
             return list_of(std::move(page));
           });
}

}  // namespace yingda::rest
