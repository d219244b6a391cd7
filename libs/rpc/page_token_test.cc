#include "libs/rpc/page_token.h"

#include <random>
#include <string>
#include <vector>

#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/testing/status_matchers.h"
#include "wici/testing/v1/echo_service.pb.h"

namespace wici::rpc {
namespace {

using ::testing::ElementsAre;
using testing::HasViolation;
using ::testing::IsEmpty;
using testing::v1::EchoRequest;

class PageTokenTest : public ::testing::Test {
 protected:
  PageTokenTest() {
    query_.set_name("clusters/biotechmed");
    query_.add_labels("ESCA");
  }
  // The page, or nullopt when there is a violation, which is then in status_.
  Page Parse(const EchoRequest& request) {
    Violations violations;
    Page page = ParsePage(request, violations);
    status_ = violations.ToStatus("x.wici");
    return page;
  }
  EchoRequest Next(const std::string& token) const {
    EchoRequest request = query_;
    request.set_page_token(token);
    return request;
  }

  EchoRequest query_;
  absl::Status status_;
};

TEST_F(PageTokenTest, BoundsThePageSize) {
  EXPECT_EQ(Parse(query_).size, 50);
  query_.set_page_size(7);
  EXPECT_EQ(Parse(query_).size, 7);
  query_.set_page_size(100'000);
  EXPECT_EQ(Parse(query_).size, 1000);
  EXPECT_TRUE(status_.ok());
  query_.set_page_size(-1);
  Parse(query_);
  EXPECT_THAT(status_, HasViolation("page_size"));
}

TEST_F(PageTokenTest, BeginsAtTheBeginningWithoutAToken) {
  EXPECT_THAT(Parse(query_).after, IsEmpty());
}

TEST_F(PageTokenTest, CarriesThePosition) {
  const std::vector<std::string> position = {"2015-12-18", "", std::string("a\0b\n", 4),
                                             std::string(300, 'x')};
  const Page page = Parse(Next(MakePageToken(query_, position)));
  EXPECT_TRUE(status_.ok());
  EXPECT_EQ(page.after, position);
}

TEST_F(PageTokenTest, LetsThePageSizeChangeBetweenPages) {
  EchoRequest next = Next(MakePageToken(query_, {"a"}));
  next.set_page_size(3);
  EXPECT_THAT(Parse(next).after, ElementsAre("a"));
  // A token made on the second page is as good as one made on the first.
  EXPECT_EQ(MakePageToken(next, {"b"}), MakePageToken(query_, {"b"}));
}

TEST_F(PageTokenTest, RefusesATokenOfAnotherQuery) {
  EchoRequest other = Next(MakePageToken(query_, {"a"}));
  other.add_labels("SILVER");
  EXPECT_THAT(Parse(other).after, IsEmpty());
  EXPECT_THAT(status_, HasViolation("page_token"));
  other = Next(MakePageToken(query_, {"a"}));
  other.set_name("clusters/other");
  Parse(other);
  EXPECT_THAT(status_, HasViolation("page_token"));
}

TEST_F(PageTokenTest, RefusesWhatIsNoToken) {
  for (const std::string& token : {std::string("x"), std::string("AAAAAAAAAAAAAAAA"),
                                   std::string(10'000, 'A'), std::string("\xFF\xFF")}) {
    Parse(Next(token));
    EXPECT_THAT(status_, HasViolation("page_token")) << token;
  }
}

TEST_F(PageTokenTest, RefusesEveryChangeToAToken) {
  const std::string token = MakePageToken(query_, {"2015-12-18", "clusters/biotechmed"});
  std::mt19937 random(20151218);
  for (int round = 0; round < 5000; ++round) {
    std::string changed = token;
    for (std::size_t edits = 1 + random() % 3; edits > 0; --edits) {
      const std::size_t at = random() % changed.size();
      switch (random() % 3) {
        case 0:
          changed.insert(at, 1, "ABC-_=!x"[random() % 8]);
          break;
        case 1:
          changed.erase(at, 1 + random() % 4);
          break;
        default:
          changed[at] = "ABC-_=!x"[random() % 8];
      }
      if (changed.empty()) changed = "A";
    }
    const Page page = Parse(Next(changed));
    // What decodes to the same bytes is the same token; everything else is refused.
    if (status_.ok()) {
      EXPECT_THAT(page.after, ElementsAre("2015-12-18", "clusters/biotechmed")) << changed;
    } else {
      EXPECT_THAT(page.after, IsEmpty());
    }
  }
}

}  // namespace
}  // namespace wici::rpc
