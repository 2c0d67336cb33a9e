// Customers.
#include "api.hpp"
#include "areas.hpp"

namespace yingda::rest {

struct CustomerQuery {
  std::optional<std::string> search, after;
  std::optional<std::int64_t> limit;
};
YD_DESCRIBE(CustomerQuery, (search, after, limit))

struct CustomerPatch {
  std::optional<std::string> name, email, phone, level, note;
  std::optional<std::vector<std::string>> tags;
  std::optional<std::map<std::string, std::string>> attributes;
};
YD_DESCRIBE(CustomerPatch, (name, email, phone, level, note, tags, attributes))

void declare_customers(Api& api, Ground ground) {
  using net::Method;
  using org::Permission;
  auto& customers = ground.services.customers;

  api.read(
      Method::get, "/customers", "Customers, newest first; search by name, mail, phone", may(Permission::customer_view),
      [&customers](Call& call, storage::Transaction& tx,
                   const CustomerQuery& query) -> Result<List<customer::Customer>> {
        YD_TRY(const int limit, check_limit(query.limit));
        YD_TRY(auto page, customers.list(tx, call.actor, query.search.value_or(""), query.after.value_or(""), limit));
        return list_of(std::move(page));
      });
  api.read(Method::get, "/customers/{id}", "One customer", may(Permission::customer_view),
           [&customers](Call& call, storage::Transaction& tx, CustomerId id) {
             return customers.access_customer(tx, call.actor, id);
           });
  api.write(Method::patch, "/customers/{id}", "Change a customer", may(Permission::customer_edit),
            [&customers, &conversations = ground.services.conversations](
                Call& call, storage::Transaction& tx, CustomerId id,
                const CustomerPatch& input) -> Result<customer::Customer> {
              YD_TRY(auto changed, customers.change(tx, call.actor, id,
                                                    {.name = input.name,
                                                     .email = input.email,
                                                     .phone = input.phone,
                                                     .level = input.level,
                                                     .note = input.note,
                                                     .tags = input.tags,
                                                     .attributes = input.attributes}));
              YD_CHECK(conversations.refresh_customer(tx, call.actor.tenant, id));
              return changed;
            });
}

}  // namespace yingda::rest
