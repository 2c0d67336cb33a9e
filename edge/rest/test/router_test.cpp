#include "router.hpp"

#include <gmock/gmock.h>

namespace yingda::rest {
namespace {

using net::Method;
using testing::ElementsAre;
using testing::IsEmpty;

class RouterTest : public testing::Test {
 protected:
  const Endpoint* add(Method method, std::string path) {
    auto& endpoint = *endpoints_.emplace_back(std::make_unique<Endpoint>());
    endpoint.method = method;
    endpoint.path = std::move(path);
    router_.add(endpoint);
    return &endpoint;
  }
  std::vector<std::unique_ptr<Endpoint>> endpoints_;
  Router router_;
};

TEST_F(RouterTest, Path_WithParameters_GivesThemInOrder) {
  const auto* wanted = add(Method::put, "/a/{id}/b/{user_id}");
  add(Method::get, "/a/{id}");
  const auto found = router_.find(Method::put, "/a/1/b/2");
  EXPECT_EQ(found.endpoint, wanted);
  EXPECT_THAT(found.args, ElementsAre("1", "2"));
  EXPECT_THAT(parameter_names(wanted->path), ElementsAre("id", "user_id"));
}

TEST_F(RouterTest, Literal_BesideAParameter_Wins) {
  const auto* me = add(Method::get, "/agents/me");
  const auto* other = add(Method::get, "/agents/{id}");
  EXPECT_EQ(router_.find(Method::get, "/agents/me").endpoint, me);
  EXPECT_EQ(router_.find(Method::get, "/agents/us_1").endpoint, other);
}

TEST_F(RouterTest, WrongMethod_NamesThePossibleOnes) {
  add(Method::get, "/a");
  add(Method::post, "/a");
  const auto found = router_.find(Method::del, "/a");
  EXPECT_EQ(found.endpoint, nullptr);
  EXPECT_EQ(found.methods, "GET, POST");
}

TEST_F(RouterTest, Head_IsAnsweredAsGet) {
  const auto* get = add(Method::get, "/a");
  EXPECT_EQ(router_.find(Method::head, "/a").endpoint, get);
}

TEST_F(RouterTest, PathsBesideTheKnownOnes_AreUnknown) {
  add(Method::get, "/a/{id}");
  for (const auto* path : {"", "/", "/a", "/a/", "/a/1/", "/a//", "//a/1", "a/1", "/b/1", "/a/1/2"}) {
    const auto found = router_.find(Method::get, path);
    EXPECT_EQ(found.endpoint, nullptr) << path;
    EXPECT_THAT(found.methods, IsEmpty()) << path;
  }
}

}  // namespace
}  // namespace yingda::rest
