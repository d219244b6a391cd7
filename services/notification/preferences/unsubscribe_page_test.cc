// The public page of RFC 8058, over real HTTP.
#include "services/notification/preferences/unsubscribe_page.h"

#include <memory>
#include <string>

#include "absl/strings/str_cat.h"
#include "libs/testing/http_client.h"
#include "services/notification/preferences/testing/preference_fixture.h"
#include "services/notification/templates/rules/built_in.h"
#include "services/notification/testing/golden.h"

namespace wici::notification {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

constexpr char kOneClick[] = "List-Unsubscribe=One-Click";

class UnsubscribePageTest : public PreferenceFixture {
 protected:
  void SetUp() override {
    PreferenceFixture::SetUp();
    if (IsSkipped()) return;
    page_ =
        std::make_unique<UnsubscribePage>(server_->handlers.suppression_store(), *keys_, machine_);
    http_ = *rpc::HttpServer::Start(
        {.body_max = UnsubscribePage::kBodyMax},
        [this](const rpc::HttpRequest& request) { return page_->Answer(request); });
    CheckOne(IntentFor(kJan, v1::PURPOSE_MARKETING));
  }

  std::string Send(const std::string& method, const std::string& path, const std::string& body = "",
                   const std::string& type = "application/x-www-form-urlencoded") {
    return testing::SendHttp(
        http_->port(),
        absl::StrCat(
            method, " ", path, " HTTP/1.1\r\nHost: wici.example.org\r\nAccept-Language: pl\r\n",
            "Content-Type: ", type, "\r\nContent-Length: ", body.size(), "\r\n\r\n", body));
  }
  std::string Path(const std::string& delivery = "d1") const {
    return "/unsubscribe?token=" + keys_->UnsubscribeToken(delivery);
  }

  std::unique_ptr<UnsubscribePage> page_;
  std::unique_ptr<rpc::HttpServer> http_;
};
WICI_ON_EVERY_ENGINE(UnsubscribePageTest);

TEST_P(UnsubscribePageTest, GetShowsAPageAndChangesNothing) {
  for (const char* method : {"GET", "HEAD"}) {
    EXPECT_THAT(Send(method, Path()), StartsWith("HTTP/1.1 200 OK\r\n"));
  }
  EXPECT_THAT(Send("GET", Path()),
              AllOf(HasSubstr("Rezygnuję"), HasSubstr("method=\"post\""), HasSubstr("lang=\"pl\""),
                    Not(HasSubstr("Set-Cookie")), Not(HasSubstr("Location"))));
  EXPECT_THAT(Consents(kJan), IsEmpty());
  EXPECT_THAT(Suppressions(), IsEmpty());
}

TEST_P(UnsubscribePageTest, ItSpeaksEveryLanguageOfTheMails) {
  const testing::FakeClock ended(absl::UnixEpoch());  // whose deadlines are over
  UnsubscribePage late(server_->handlers.suppression_store(), *keys_, ended);
  const std::string token = "token=" + keys_->UnsubscribeToken("d1");
  std::string all;
  for (const std::string& language : SupportedLanguages()) {
    const auto add = [&](UnsubscribePage& page, const char* method, const std::string& query) {
      const rpc::HttpAnswer answer = page.Answer({.method = method,
                                                  .path = "/unsubscribe",
                                                  .query = query,
                                                  .content_type = "",
                                                  .language = language,
                                                  .body = kOneClick});
      absl::StrAppend(&all, "===== ", language, " ", method, " ", answer.code, "\n", answer.body);
    };
    add(*page_, "GET", token);
    add(late, "POST", token);
    add(*page_, "POST", token);
    add(*page_, "GET", "");
  }
  ExpectGolden("services/notification/preferences/golden/unsubscribe.txt", all);
}

TEST_P(UnsubscribePageTest, PostUnsubscribesAtOnce) {
  const std::string answer = Send("POST", Path(), kOneClick);
  EXPECT_THAT(answer, AllOf(StartsWith("HTTP/1.1 200 OK\r\n"), HasSubstr("Gotowe"),
                            Not(HasSubstr("Set-Cookie")), Not(HasSubstr("Location"))));
  EXPECT_EQ(CheckOne(IntentFor(kJan, v1::PURPOSE_MARKETING)), v1::DELIVERY_REASON_SUPPRESSED);
  EXPECT_THAT(Consents(kJan), SizeIs(1));
}

TEST_P(UnsubscribePageTest, AFormOfTheOtherKindWorksToo) {
  EXPECT_THAT(Send("POST", Path(),
                   "--x\r\nContent-Disposition: form-data; name=\"List-Unsubscribe\"\r\n\r\n"
                   "One-Click\r\n--x--\r\n",
                   "multipart/form-data; boundary=x"),
              StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(Suppressions(kJan), SizeIs(1));
}

TEST_P(UnsubscribePageTest, F28_DuplicateForgedAndIncompletePosts) {
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(Send("POST", Path(), kOneClick), StartsWith("HTTP/1.1 200"));
  }
  EXPECT_THAT(Suppressions(), SizeIs(1));
  for (const std::string& path :
       {std::string("/unsubscribe"), std::string("/unsubscribe?token="), Path() + "0",
        std::string("/unsubscribe?token=d1.0123456789abcdef"), Path("never-sent"),
        "/unsubscribe?token=" + keys_->BounceToken("d1"),
        "/unsubscribe?token=" + std::string(6000, 'x')}) {
    EXPECT_THAT(Send("POST", path, kOneClick), StartsWith("HTTP/1.1 403")) << path.substr(0, 80);
  }
  EXPECT_THAT(Send("POST", Path()), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(Send("POST", Path(), "List-Unsubscribe=No"), StartsWith("HTTP/1.1 400"));
  EXPECT_THAT(Send("POST", Path(), std::string(5000, 'x')), StartsWith("HTTP/1.1 413"));
  EXPECT_THAT(Send("DELETE", Path()), StartsWith("HTTP/1.1 405"));
  EXPECT_THAT(Send("GET", "/metrics"), StartsWith("HTTP/1.1 404")) << "the admin port is another";
  EXPECT_THAT(Suppressions(), SizeIs(1));
}

TEST_P(UnsubscribePageTest, NothingOfARequestStandsInThePage) {
  EXPECT_THAT(Send("GET", Path() + "&x=%3Cscript%3Ealert(1)%3C/script%3E"),
              AllOf(StartsWith("HTTP/1.1 200"), Not(HasSubstr("script"))));
}

}  // namespace
}  // namespace wici::notification
