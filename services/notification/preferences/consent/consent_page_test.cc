// The page that confirms a consent, over real HTTP.
#include "services/notification/preferences/consent/consent_page.h"

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
using testing::IsOk;
using ::testing::Not;
using ::testing::SizeIs;
using ::testing::StartsWith;

class ConsentPageTest : public PreferenceFixture {
 protected:
  void SetUp() override {
    PreferenceFixture::SetUp();
    if (IsSkipped()) return;
    page_ = std::make_unique<ConsentPage>(server_->handlers.preference_store(), *keys_, clock(),
                                          machine_);
    http_ = *rpc::HttpServer::Start(
        {}, [this](const rpc::HttpRequest& request) { return page_->Answer(request); });
    v1::RecordConsentRequest request = ConsentOf(kEwa, true);
    request.mutable_consent()->set_confirmation_needed(true);
    consent_ = Record(request)->name();
  }
  std::string Send(const std::string& method, const std::string& path,
                   const std::string& language = "pl") {
    return testing::SendHttp(
        http_->port(),
        absl::StrCat(method, " ", path, " HTTP/1.1\r\nHost: wici.example.org\r\nAccept-Language: ",
                     language, "\r\nContent-Length: 0\r\n\r\n"));
  }
  std::string Path(absl::Duration lifetime = absl::Hours(1)) {
    return "/confirm-consent?consent_token=" +
           keys_->ConsentToken(consent_, clock().Now() + lifetime);
  }

  std::string consent_;
  std::unique_ptr<ConsentPage> page_;
  std::unique_ptr<rpc::HttpServer> http_;
};
WICI_ON_EVERY_ENGINE(ConsentPageTest);

TEST_P(ConsentPageTest, OpeningTheLinkConfirmsNothing) {
  EXPECT_THAT(Send("HEAD", Path()), StartsWith("HTTP/1.1 200 OK\r\n"));
  EXPECT_THAT(Send("GET", Path()),
              AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("Tak, chcę"), HasSubstr("lang=\"pl\""),
                    HasSubstr("method=\"post\""), Not(HasSubstr("Set-Cookie"))));
  EXPECT_THAT(Send("GET", Path(), "uk-UA, en;q=0.5"), HasSubstr("lang=\"uk\""));
  EXPECT_THAT(Consents(kEwa), SizeIs(1));
}

TEST_P(ConsentPageTest, ItSpeaksEveryLanguageOfTheMails) {
  const testing::FakeClock ended(absl::UnixEpoch());  // whose deadlines are over
  ConsentPage late(server_->handlers.preference_store(), *keys_, clock(), ended);
  const std::string query = Path().substr(Path().find('?') + 1);
  std::string all;
  for (const std::string& language : SupportedLanguages()) {
    const auto add = [&](ConsentPage& page, const char* method, const std::string& of_query) {
      const rpc::HttpAnswer answer = page.Answer({.method = method,
                                                  .path = "/confirm-consent",
                                                  .query = of_query,
                                                  .content_type = "",
                                                  .language = language,
                                                  .body = ""});
      absl::StrAppend(&all, "===== ", language, " ", method, " ", answer.code, "\n", answer.body);
    };
    add(*page_, "GET", query);
    add(late, "POST", query);
    add(*page_, "POST", query);
    add(*page_, "GET", "");
  }
  ExpectGolden("services/notification/preferences/golden/confirm-consent.txt", all);
}

TEST_P(ConsentPageTest, TheButtonConfirmsOnce) {
  for (int i = 0; i < 2; ++i) {
    EXPECT_THAT(Send("POST", Path()), AllOf(StartsWith("HTTP/1.1 200"), HasSubstr("Dziękujemy")));
  }
  ASSERT_THAT(Consents(kEwa), SizeIs(2));
  EXPECT_EQ(Consents(kEwa)[0].confirms(), consent_);
  SendIntent news = IntentFor(kEwa, v1::PURPOSE_MARKETING);
  news.owner_consent = std::nullopt;
  EXPECT_EQ(CheckOne(news), v1::DELIVERY_REASON_UNSPECIFIED);
}

TEST_P(ConsentPageTest, AForgedAnOldAndAWithdrawnOneConfirmNothing) {
  for (const std::string& path :
       {std::string("/confirm-consent"), Path() + "x", Path(-absl::Seconds(1)),
        "/confirm-consent?consent_token=" + keys_->UnsubscribeToken("d1"),
        "/confirm-consent?consent_token=" + std::string(6000, 'x'),
        "/confirm-consent?consent_token=" +
            keys_->ConsentToken("consents/none", clock().Now() + absl::Hours(1))}) {
    EXPECT_THAT(Send("POST", path), StartsWith("HTTP/1.1 403")) << path.substr(0, 80);
  }
  ASSERT_THAT(Record(ConsentOf(kEwa, false)), IsOk());
  EXPECT_THAT(Send("POST", Path()), StartsWith("HTTP/1.1 403"));
  EXPECT_THAT(Send("DELETE", Path()), StartsWith("HTTP/1.1 405"));
  EXPECT_THAT(Send("GET", "/metrics"), StartsWith("HTTP/1.1 404"));
  EXPECT_THAT(Consents(kEwa), SizeIs(2));
}

}  // namespace
}  // namespace wici::notification
