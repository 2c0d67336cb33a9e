#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <type_traits>
#include <utility>

#include "codec.hpp"
#include "yingda/base/manual_clock.hpp"
#include "yingda/customer/customer.hpp"
#include "yingda/storage/testing.hpp"

namespace yingda::customer {
namespace {

template <class R>
std::string reason_of(const R& result) {
  return result ? std::string() : result.error().reason;
}

org::Actor actor_with(TenantId tenant, std::initializer_list<org::Permission> permissions) {
  org::Actor actor;
  actor.tenant = tenant;
  for (const org::Permission p : permissions) actor.permissions |= 1U << static_cast<unsigned>(p);
  return actor;
}

}  // namespace

class CustomersTest : public testing::Test {
 protected:
  template <class F>
  auto write(F job) -> std::invoke_result_t<F, storage::Transaction&> {
    using R = std::invoke_result_t<F, storage::Transaction&>;
    if constexpr (std::is_same_v<R, Status>) {
      return db_->write(a_, job);
    } else {
      return db_->write_for<typename R::value_type>(a_, job);
    }
  }
  template <class R>
  static auto must(R result) -> typename R::value_type {
    if (!result) throw std::runtime_error(describe(result.error()));
    if constexpr (!std::is_void_v<typename R::value_type>) return *std::move(result);
  }

  Customer anonymous() {
    return must(write([&](auto& tx) { return customers_.create_anonymous(tx, a_, "zh-CN"); }));
  }
  Result<Customer> try_identify(const Identity& identity, CustomerId visitor = {}) {
    return write([&](auto& tx) { return customers_.identify(tx, a_, identity, visitor); });
  }
  Customer identify(const Identity& identity, CustomerId visitor = {}) { return must(try_identify(identity, visitor)); }
  Customer load(CustomerId id) {
    return must(write([&](auto& tx) { return customers_.load(tx, a_, id); }));
  }
  Result<Customer> change(const org::Actor& actor, CustomerId id, const CustomerChange& change) {
    return write([&](auto& tx) { return customers_.change(tx, actor, id, change); });
  }
  Result<org::Page<Customer>> list(const org::Actor& actor, const std::string& search, const std::string& after = "",
                                   int limit = 200) {
    return write([&](auto& tx) { return customers_.list(tx, actor, search, after, limit); });
  }
  std::vector<CustomerId> found(const std::string& search) {
    std::vector<CustomerId> ids;
    for (const Customer& customer : must(list(agent_, search)).items) ids.push_back(customer.id);
    return ids;
  }
  Status visit(CustomerId id, const PageView& page) {
    return write([&](auto& tx) { return customers_.record_page(tx, a_, id, page); });
  }
  std::vector<PageView> trail(CustomerId id, int limit) {
    return must(write([&](auto& tx) { return customers_.pages(tx, a_, id, limit); }));
  }
  std::vector<storage::CommittedEvent> events() { return must(db_->read_events(a_, 0, 1000)); }

  ManualClock clock_;
  IdSource ids_{clock_};
  std::unique_ptr<storage::Database> db_ = storage::open_test_database(clock_, migrations());
  Customers customers_{clock_, ids_};
  const TenantId a_{11}, b_{22};
  const org::Actor agent_ = actor_with(a_, {org::Permission::customer_view, org::Permission::customer_edit});
  const org::Actor foreign_ = actor_with(b_, {org::Permission::customer_view, org::Permission::customer_edit});
};

TEST_F(CustomersTest, CreateAnonymous_ReadBack_LabelledAndSilent) {
  const Customer made = anonymous();
  EXPECT_EQ(load(made.id), made);
  EXPECT_EQ(made.label.size(), 4U);
  EXPECT_EQ(made.locale, "zh-CN");
  EXPECT_EQ(made.name, "");
  EXPECT_EQ(made.external_id, "");
  EXPECT_EQ(made.created_at_ms, clock_.now());
  EXPECT_TRUE(events().empty());
  EXPECT_NE(anonymous().id, made.id);
}

TEST_F(CustomersTest, Identify_NewWithoutVisitor_MadeAndTold) {
  const Customer made = identify({.external_id = "7",
                                  .name = "安娜",
                                  .email = "a@x.cn",
                                  .phone = "138",
                                  .level = "vip",
                                  .attributes = {{"city", "上海"}}});
  EXPECT_EQ(load(made.id), made);
  EXPECT_EQ(made.attributes.at("city"), "上海");
  const auto log = events();
  ASSERT_EQ(log.size(), 1U);
  EXPECT_EQ(log[0].type, "customer.changed");
  EXPECT_EQ(log[0].payload, to_json(made));
}

TEST_F(CustomersTest, Identify_NewWithVisitor_VisitorBecomesThatPerson) {
  const Customer visitor = anonymous();
  clock_.advance(seconds(5));
  const Customer person = identify({.external_id = "7", .name = "Anna"}, visitor.id);
  EXPECT_EQ(person.id, visitor.id);
  EXPECT_EQ(person.label, visitor.label);
  EXPECT_EQ(person.created_at_ms, visitor.created_at_ms);
  EXPECT_EQ(person.seen_at_ms, clock_.now());
  EXPECT_EQ(load(visitor.id).external_id, "7");
}

TEST_F(CustomersTest, Identify_KnownWithVisitor_KnownReturnedVisitorStaysAnonymous) {
  const Customer known = identify({.external_id = "7", .name = "Anna"});
  const Customer visitor = anonymous();
  const Customer person = identify({.external_id = "7"}, visitor.id);
  EXPECT_EQ(person.id, known.id);
  EXPECT_EQ(person.name, "Anna");
  EXPECT_EQ(load(visitor.id), visitor);
}

TEST_F(CustomersTest, Identify_VisitorIsSomebodyElse_AnotherCustomerMade) {
  const Customer first = identify({.external_id = "7", .name = "Anna"});
  const Customer second = identify({.external_id = "8", .name = "Bo"}, first.id);
  EXPECT_NE(second.id, first.id);
  EXPECT_EQ(load(first.id).external_id, "7");
  EXPECT_EQ(load(first.id).name, "Anna");
}

TEST_F(CustomersTest, Identify_VisitorUnknown_AnotherCustomerMade) {
  EXPECT_NE(identify({.external_id = "7"}, CustomerId{5}).id, CustomerId{5});
}

TEST_F(CustomersTest, Identify_Again_OnlySeenMovesAndNoEvent) {
  const Customer first = identify({.external_id = "7", .name = "Anna"});
  clock_.advance(minutes(1));
  const Customer again = identify({.external_id = "7", .name = "Anna"});
  EXPECT_EQ(again.id, first.id);
  EXPECT_EQ(again.seen_at_ms, first.seen_at_ms + minutes(1));
  EXPECT_EQ(load(first.id).seen_at_ms, again.seen_at_ms);
  EXPECT_EQ(events().size(), 1U);
  identify({.external_id = "7", .name = "Anna Li"});
  EXPECT_EQ(events().size(), 2U);
}

TEST_F(CustomersTest, Identify_WithoutExternalId_RefusedAndNothingStored) {
  EXPECT_EQ(reason_of(try_identify({.external_id = "", .name = "Anna"})), "request.invalid_fields");
  EXPECT_TRUE(found("").empty());
}

TEST_F(CustomersTest, SetAttributes_Visitor_MergedAndTold) {
  const Customer visitor = anonymous();
  const auto set = [&](const std::map<std::string, std::string>& attributes) {
    return write([&](auto& tx) { return customers_.set_attributes(tx, a_, visitor.id, attributes); });
  };
  must(set({{"plan", "free"}, {"city", "上海"}}));
  must(set({{"plan", "pro"}, {"city", ""}}));
  const Customer after = load(visitor.id);
  EXPECT_EQ(after.attributes, (std::map<std::string, std::string>{{"plan", "pro"}}));
  EXPECT_EQ(events().size(), 2U);
  EXPECT_EQ(events()[1].payload, to_json(after));
  must(set({{"plan", "pro"}}));
  EXPECT_EQ(events().size(), 2U);
  EXPECT_EQ(reason_of(set({{"", "x"}})), "request.invalid_fields");
}

TEST_F(CustomersTest, Change_ByAgent_StoredAndTold) {
  const Customer visitor = anonymous();
  const Customer changed = must(change(agent_, visitor.id,
                                       {.name = "安娜",
                                        .email = "a@x.cn",
                                        .phone = "138",
                                        .level = "vip",
                                        .note = "calls at night",
                                        .tags = std::vector<std::string>{"大客户"}}));
  EXPECT_EQ(load(visitor.id), changed);
  EXPECT_EQ(changed.note, "calls at night");
  EXPECT_EQ(changed.tags, std::vector<std::string>{"大客户"});
  EXPECT_EQ(events().back().payload, to_json(changed));
  must(change(agent_, visitor.id, {.name = "安娜"}));
  EXPECT_EQ(events().size(), 1U);
}

TEST_F(CustomersTest, Access_WithoutRight_Denied) {
  const Customer visitor = anonymous();
  const org::Actor nobody = actor_with(a_, {});
  const org::Actor viewer = actor_with(a_, {org::Permission::customer_view});
  const auto access = [&](const org::Actor& actor) {
    return write([&](auto& tx) { return customers_.access_customer(tx, actor, visitor.id); });
  };
  EXPECT_EQ(must(access(viewer)), visitor);
  EXPECT_EQ(reason_of(access(nobody)), "auth.permission_denied");
  EXPECT_EQ(reason_of(list(nobody, "")), "auth.permission_denied");
  EXPECT_EQ(reason_of(change(viewer, visitor.id, {.name = "x"})), "auth.permission_denied");
}

TEST_F(CustomersTest, Search_EveryField_FoundWithoutCase) {
  const Customer anna =
      identify({.external_id = "ERP-0042", .name = "Anna 王", .email = "Anna@Shop.CN", .phone = "13800138000"});
  const Customer visitor = anonymous();
  const std::vector only_anna{anna.id};
  EXPECT_EQ(found("anna"), only_anna);
  EXPECT_EQ(found("王"), only_anna);
  EXPECT_EQ(found("shop.cn"), only_anna);
  EXPECT_EQ(found("0138"), only_anna);
  EXPECT_EQ(found("erp-0"), only_anna);
  EXPECT_THAT(found(visitor.label), testing::Contains(visitor.id));
  EXPECT_TRUE(found("_nna").empty());
  EXPECT_TRUE(found("%").empty());
  must(change(agent_, visitor.id, {.name = "100% Bo"}));
  EXPECT_EQ(found("0% b"), std::vector{visitor.id});
}

TEST_F(CustomersTest, List_PagedWhileCustomersComeAndChange_EachOnceNewestFirst) {
  std::vector<CustomerId> expected;
  for (int i = 0; i < 7; ++i) expected.insert(expected.begin(), anonymous().id);
  std::vector<CustomerId> seen;
  std::string after;
  do {
    const auto page = must(list(agent_, "", after, 3));
    for (const Customer& customer : page.items) seen.push_back(customer.id);
    after = page.next;
    anonymous();
    must(visit(expected.back(), {.url = "https://x.cn/"}));
  } while (!after.empty());
  EXPECT_EQ(seen, expected);
  EXPECT_EQ(reason_of(list(agent_, "", "bad!")), "request.invalid_cursor");
}

TEST_F(CustomersTest, Pages_MoreThanKept_OldestForgotten) {
  const Customer visitor = anonymous(), other = anonymous();
  must(visit(other.id, {.url = "https://x.cn/other"}));
  for (int i = 0; i < kPageViewsKept + 5; ++i) {
    clock_.advance(seconds(1));
    must(visit(visitor.id,
               {.url = "https://x.cn/" + std::to_string(i), .title = "页", .referrer = "https://search.cn/"}));
  }
  const auto pages = trail(visitor.id, 1000);
  ASSERT_EQ(pages.size(), static_cast<std::size_t>(kPageViewsKept));
  EXPECT_EQ(pages.front().url, "https://x.cn/104");
  EXPECT_EQ(pages.front().title, "页");
  EXPECT_EQ(pages.front().referrer, "https://search.cn/");
  EXPECT_EQ(pages.front().at_ms, clock_.now());
  EXPECT_EQ(pages.back().url, "https://x.cn/5");
  EXPECT_EQ(trail(visitor.id, 2).size(), 2U);
  EXPECT_EQ(trail(other.id, 2).size(), 1U);
  EXPECT_EQ(load(visitor.id).seen_at_ms, clock_.now());
  EXPECT_TRUE(events().empty());
}

TEST_F(CustomersTest, OtherTenant_EveryVerb_NotFoundAndUntouched) {
  const Customer anna = identify({.external_id = "7", .name = "Anna"});
  const Customer visitor = anonymous();
  must(visit(visitor.id, {.url = "https://x.cn/"}));
  const auto reason = [&](auto verb) { return reason_of(write(verb)); };
  EXPECT_EQ(reason([&](auto& tx) { return customers_.load(tx, b_, anna.id); }), "customer.not_found");
  EXPECT_EQ(reason([&](auto& tx) { return customers_.access_customer(tx, foreign_, anna.id); }), "customer.not_found");
  EXPECT_EQ(reason([&](auto& tx) { return customers_.change(tx, foreign_, anna.id, {.name = "x"}); }),
            "customer.not_found");
  EXPECT_EQ(reason([&](auto& tx) { return customers_.set_attributes(tx, b_, anna.id, {{"k", "v"}}); }),
            "customer.not_found");
  EXPECT_EQ(reason([&](auto& tx) { return customers_.record_page(tx, b_, anna.id, {.url = "u"}); }),
            "customer.not_found");
  EXPECT_EQ(reason([&](auto& tx) { return customers_.pages(tx, b_, visitor.id, 5); }), "customer.not_found");
  EXPECT_TRUE(must(list(foreign_, "")).items.empty());
  EXPECT_TRUE(must(list(foreign_, "Anna")).items.empty());
  // The same external id is another person there, and the visitor of A does not become him.
  const Customer twin =
      must(write([&](auto& tx) { return customers_.identify(tx, b_, {.external_id = "7"}, visitor.id); }));
  EXPECT_NE(twin.id, visitor.id);
  EXPECT_NE(twin.id, anna.id);
  EXPECT_EQ(load(anna.id), anna);
  EXPECT_EQ(load(visitor.id), visitor);
  EXPECT_EQ(trail(visitor.id, 5).size(), 1U);
}

}  // namespace yingda::customer
