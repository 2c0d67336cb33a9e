#include "decode.hpp"

#include <gmock/gmock.h>

namespace yingda::rest {

enum class Colour { red, green };
YD_DESCRIBE_ENUM(Colour, red, green)

struct Wanted {
  std::optional<std::string> search;
  std::optional<std::int64_t> limit;
  std::optional<bool> closed;
  std::optional<TeamId> team_id;
  std::optional<Colour> colour;
  std::vector<std::int64_t> numbers;
};
YD_DESCRIBE(Wanted, (search, limit, closed, team_id, colour, numbers))

namespace {

using testing::ElementsAre;

TEST(Decode_QueryParams, EveryKind_IsRead) {
  const auto wanted = decode_query_params<Wanted>({{"search", "小王"},
                                                   {"limit", "-7"},
                                                   {"closed", "true"},
                                                   {"team_id", to_string(TeamId{42})},
                                                   {"colour", "green"},
                                                   {"numbers", "1,2,3"}});
  ASSERT_TRUE(wanted);
  EXPECT_EQ(wanted->search, "小王");
  EXPECT_EQ(wanted->limit, -7);
  EXPECT_EQ(wanted->closed, true);
  EXPECT_EQ(wanted->team_id, TeamId{42});
  EXPECT_EQ(wanted->colour, Colour::green);
  EXPECT_THAT(wanted->numbers, ElementsAre(1, 2, 3));
}

TEST(Decode_QueryParams, AbsentOrEmpty_IsNothing) {
  const auto wanted = decode_query_params<Wanted>({{"limit", ""}, {"team_id", ""}});
  ASSERT_TRUE(wanted);
  EXPECT_FALSE(wanted->limit);
  EXPECT_FALSE(wanted->team_id);
  EXPECT_FALSE(wanted->search);
}

TEST(Decode_QueryParams, EveryMistake_IsNamed) {
  const auto wanted = decode_query_params<Wanted>({{"limit", "7x"},
                                                   {"limit", "99999999999999999999"},
                                                   {"closed", "maybe"},
                                                   {"team_id", "us_0000000000001"},
                                                   {"colour", "blue"},
                                                   {"numbers", "1,x"},
                                                   {"nothing", "1"}});
  ASSERT_FALSE(wanted);
  const std::vector<FieldError> expected{
      {"limit", "request.wrong_type"},      {"limit", "request.out_of_range"},   {"closed", "request.wrong_type"},
      {"team_id", "request.invalid_id"},    {"colour", "request.unknown_value"}, {"numbers", "request.wrong_type"},
      {"nothing", "request.unknown_field"},
  };
  EXPECT_EQ(wanted.error().fields, expected);
}

TEST(Decode_QueryParams, ManyMistakes_AreNotAllReported) {
  Params params;
  for (int i = 0; i < 200; ++i) params.emplace_back("nothing", "");
  EXPECT_EQ(decode_query_params<Wanted>(params).error().fields.size(), json::kMaxFieldErrors);
}

}  // namespace
}  // namespace yingda::rest
