#include "yingda/base/json_schema.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "shop.hpp"

namespace yingda {
namespace tree {
struct Node {
  std::string name;
  std::vector<Node> children;
};
YD_DESCRIBE(Node, (name, children))
}  // namespace tree
namespace other {
struct Node {
  std::int64_t size = 0;
};
YD_DESCRIBE(Node, (size))
struct Both {
  tree::Node left;
  std::optional<Node> right;
};
YD_DESCRIBE(Both, (left, right))
}  // namespace other

namespace {

TEST(JsonSchema, FullStruct_EveryMapping_IsDescribed) {
  json::Schemas schemas;
  EXPECT_EQ(schemas.of<Order>(), R"({"$ref":"#/components/schemas/Order"})");
  EXPECT_EQ(
      schemas.components().at("Order"),
      R"({"type":"object","properties":{"id":{"type":"string","pattern":"^cv_[0-9a-hjkmnp-tv-z]{13}$"},)"
      R"("owner":{"type":"string","pattern":"^us_[0-9a-hjkmnp-tv-z]{13}$"},"title":{"type":"string"},)"
      R"("paid":{"type":"boolean"},"price":{"type":"number","format":"double"},)"
      R"("count":{"type":"integer","format":"int32"},"total":{"type":"integer","format":"int64"},)"
      R"("kind":{"type":"string","enum":["default","phone"]},"note":{"type":"string"},)"
      R"("at":{"type":"integer","format":"unix-ms"},"wait":{"type":"integer","format":"duration-ms"},)"
      R"("lines":{"type":"array","items":{"$ref":"#/components/schemas/OrderLine"}},)"
      R"("tags":{"type":"object","additionalProperties":{"type":"array","items":{"type":"string"}}},"extra":{},)"
      R"("kinds":{"type":"array","items":{"type":"string","enum":["default","phone"]}}},)"
      R"("required":["id","owner","title","paid","price","count","total","kind","at","wait","lines","tags","kinds"]})");
  EXPECT_EQ(schemas.components().at("OrderLine"),
            R"({"type":"object","properties":{"sku":{"type":"string"},"amount":{"type":"integer","format":"int32"}},)"
            R"("required":["sku","amount"]})");
}

TEST(JsonSchema, SelfReference_Ends) {
  json::Schemas schemas;
  (void)schemas.of<tree::Node>();
  EXPECT_THAT(schemas.components().at("Node"), testing::HasSubstr(R"("items":{"$ref":"#/components/schemas/Node"})"));
}

TEST(JsonSchema, SameNameTwice_LaterOneGetsItsNamespace) {
  json::Schemas schemas;
  (void)schemas.of<other::Both>();
  (void)schemas.of<other::Node>();
  std::vector<std::string> names;
  for (const auto& [name, schema] : schemas.components()) names.push_back(name);
  EXPECT_THAT(names, testing::ElementsAre("Both", "Node", "OtherNode"));
  EXPECT_TRUE(json::check(schemas.components().at("Both")));
}

TEST(JsonSchema, ComponentName_TemplatesAndAnonymous_AreReadable) {
  EXPECT_EQ(json::detail::component_name("yingda::rest::Page<yingda::org::Team>", 1), "PageTeam");
  EXPECT_EQ(json::detail::component_name("yingda::rest::Page<yingda::org::Team>", 2), "RestPageOrgTeam");
  EXPECT_EQ(json::detail::component_name("yingda::(anonymous namespace)::login_request", 1), "LoginRequest");
}

}  // namespace
}  // namespace yingda
