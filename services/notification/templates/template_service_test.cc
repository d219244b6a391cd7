// Templates over real gRPC.
#include <set>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "absl/strings/str_cat.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/base/error.h"
#include "libs/testing/fake_ids.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/sending/facts.h"
#include "services/notification/templates/rules/built_in.h"
#include "services/notification/testing/notification_server.h"
#include "wici/notification/v1/notification_service.pb.h"
#include "wici/notification/v1/template_service.pb.h"

namespace wici::notification {
namespace {

using ::testing::AllOf;
using ::testing::HasSubstr;
using testing::HasViolation;
using testing::IsOk;
using testing::kRequestId;
using testing::Reason;
using ::testing::SizeIs;
using testing::StatusIs;
using ::testing::UnorderedElementsAre;

class TemplateServiceTest : public NotificationFixture {
 protected:
  static void AddTexts(const std::string& language, const std::string& text,
                       v1::TemplateVersion& version) {
    v1::TemplateVersion::Content& content = *version.add_contents();
    content.set_language(language);
    content.set_subject("{{event_title}}");
    content.set_text(text);
  }
  static v1::CreateTemplateRequest Wanted(const std::string& id) {
    v1::CreateTemplateRequest request;
    request.set_template_id(id);
    request.mutable_template_()->set_title("Where to park");
    request.mutable_template_()->set_purpose(v1::PURPOSE_SERVICE);
    AddTexts("en", "Dear {{name}},\n\npark behind {{where}}.\n\n{{> footer}}",
             *request.mutable_version());
    AddTexts("pl", "Dzień dobry, {{name}},\n\nparking jest za: {{where}}.",
             *request.mutable_version());
    return request;
  }
  absl::StatusOr<v1::Template> Create(const v1::CreateTemplateRequest& request) {
    return Call<v1::Template>("TemplateService/CreateTemplate", request);
  }
  absl::StatusOr<v1::TemplateVersion> CreateVersion(const std::string& parent,
                                                    const std::string& text) {
    v1::CreateTemplateVersionRequest request;
    request.set_parent(parent);
    AddTexts("en", text, *request.mutable_template_version());
    return Call<v1::TemplateVersion>("TemplateService/CreateTemplateVersion", request);
  }
  absl::StatusOr<v1::Template> Get(const std::string& name) {
    v1::GetTemplateRequest request;
    request.set_name(name);
    return Call<v1::Template>("TemplateService/GetTemplate", request);
  }
  absl::StatusOr<v1::TemplateVersion> GetVersion(const std::string& name) {
    v1::GetTemplateVersionRequest request;
    request.set_name(name);
    return Call<v1::TemplateVersion>("TemplateService/GetTemplateVersion", request);
  }
  absl::StatusOr<v1::PreviewTemplateResponse> Preview(const std::string& name,
                                                      const std::string& language) {
    v1::PreviewTemplateRequest request;
    request.set_name(name);
    request.set_language(language);
    return Call<v1::PreviewTemplateResponse>("TemplateService/PreviewTemplate", request);
  }
  absl::StatusOr<v1::DeleteTemplateResponse> Delete(const std::string& name,
                                                    const std::string& etag = "") {
    v1::DeleteTemplateRequest request;
    request.set_name(name);
    request.set_etag(etag);
    return Call<v1::DeleteTemplateResponse>("TemplateService/DeleteTemplate", request);
  }
};
WICI_ON_EVERY_ENGINE(TemplateServiceTest);

TEST_P(TemplateServiceTest, BuiltInTemplatesCanBeReadAndPreviewed) {
  const auto templates =
      Call<v1::ListTemplatesResponse>("TemplateService/ListTemplates", v1::ListTemplatesRequest());
  ASSERT_THAT(templates, IsOk());
  EXPECT_EQ(templates->templates_size(), 28);
  for (const v1::Template& item : templates->templates()) {
    EXPECT_THAT(Get(item.name()), IsOk());
    const auto texts = GetVersion(item.current_version());
    ASSERT_THAT(texts, IsOk());
    EXPECT_EQ(texts->contents_size(), 5);
    v1::ListTemplateVersionsRequest versions;
    versions.set_parent(item.name());
    EXPECT_EQ(
        Call<v1::ListTemplateVersionsResponse>("TemplateService/ListTemplateVersions", versions)
            ->template_versions_size(),
        1);
    const auto shown = Preview(item.name(), "uk");
    ASSERT_THAT(shown, IsOk());
    EXPECT_EQ(shown->language(), "uk");
    EXPECT_EQ(shown->text().find("Silver meets Gold") == std::string::npos,
              IsOwnTemplate(item.name()))
        << "those are about no event";
    if (item.name() == kSubscriptionDisabled) {
      EXPECT_THAT(shown->text(), HasSubstr("Example webhook"));
    }
  }
}

TEST_P(TemplateServiceTest, UnknownTemplatesAreNotFoundAndMalformedNamesInvalid) {
  const auto not_found = StatusIs(absl::StatusCode::kNotFound, Reason("TEMPLATE_NOT_FOUND"));
  EXPECT_THAT(Get("templates/none"), not_found);
  for (const char* name : {"templates/none/versions/1", "templates/invitation/versions/2",
                           "templates/none/versions/x", "templates/none/versions/01"}) {
    EXPECT_THAT(GetVersion(name), not_found) << name;
  }
  EXPECT_THAT(Preview("templates/none", ""), not_found);
  EXPECT_THAT(Delete("templates/none"), not_found);
  EXPECT_THAT(CreateVersion("templates/none", "x"), not_found);
  v1::ListTemplateVersionsRequest versions;
  versions.set_parent("templates/none");
  EXPECT_THAT(
      Call<v1::ListTemplateVersionsResponse>("TemplateService/ListTemplateVersions", versions),
      not_found);
  EXPECT_THAT(Get("none"), HasViolation("name"));
  EXPECT_THAT(Preview("templates", "not a language"),
              AllOf(HasViolation("name"), HasViolation("language")));
}

TEST_P(TemplateServiceTest, ATemplateOfAnOrganisationIsCreatedAndPreviewed) {
  const auto created = Create(Wanted("parking"));
  ASSERT_THAT(created, IsOk());
  EXPECT_EQ(created->name(), "templates/parking");
  EXPECT_EQ(created->current_version(), "templates/parking/versions/1");
  EXPECT_FALSE(created->built_in());
  EXPECT_EQ(created->variables_size(), 26);
  EXPECT_EQ(Get("templates/parking")->SerializeAsString(), created->SerializeAsString());
  const auto texts = GetVersion(created->current_version());
  ASSERT_THAT(texts, IsOk());
  EXPECT_THAT(texts->contents(0).html(), HasSubstr("<p>Dear {{name}},</p>"));
  const auto polish = Preview("templates/parking", "pl-PL");
  ASSERT_THAT(polish, IsOk());
  EXPECT_EQ(polish->subject(), "Silver meets Gold");
  EXPECT_THAT(polish->text(), HasSubstr("Dzień dobry, Alex Example"));
  EXPECT_THAT(polish->html(), HasSubstr("parking jest za: Example Hall"));
  EXPECT_EQ(Preview("templates/parking", "de")->language(), "en") << "the fall-back";
}

TEST_P(TemplateServiceTest,
       NewsWithoutACalendarPartIsSentAtMostOnceUnlessItsTemplateSaysOtherwise) {
  const auto policy = [&](const std::string& id, v1::Purpose purpose, v1::CalendarMethod method,
                          v1::UnknownPolicy wanted = v1::UNKNOWN_POLICY_UNSPECIFIED) {
    v1::CreateTemplateRequest request = Wanted(id);
    request.mutable_template_()->set_purpose(purpose);
    request.mutable_template_()->set_calendar_method(method);
    request.mutable_template_()->set_unknown_policy(wanted);
    const auto created = Create(request);
    EXPECT_THAT(created, IsOk());
    EXPECT_EQ(Get(created->name())->unknown_policy(), created->unknown_policy());
    return created->unknown_policy();
  };
  const auto least = v1::UNKNOWN_POLICY_AT_LEAST_ONCE;
  const auto most = v1::UNKNOWN_POLICY_AT_MOST_ONCE;
  const auto none = v1::CALENDAR_METHOD_UNSPECIFIED;
  EXPECT_EQ(policy("news", v1::PURPOSE_MARKETING, none), most);
  EXPECT_EQ(policy("call", v1::PURPOSE_INVITATION, none), most);
  EXPECT_EQ(policy("date", v1::PURPOSE_INVITATION, v1::CALENDAR_METHOD_REQUEST), least);
  EXPECT_EQ(policy("parking", v1::PURPOSE_SERVICE, none), least);
  EXPECT_EQ(policy("prize", v1::PURPOSE_SERVICE, none, most), most);
  EXPECT_EQ(policy("urgent-news", v1::PURPOSE_MARKETING, none, least), least);
  v1::CreateTemplateRequest request = Wanted("wrong");
  request.mutable_template_()->set_unknown_policy(static_cast<v1::UnknownPolicy>(17));
  EXPECT_THAT(Create(request), HasViolation("template.unknown_policy"));
}

TEST_P(TemplateServiceTest, WhatANotificationSaysOfALostAnswerCountsBeforeItsTemplate) {
  v1::CreateTemplateRequest wanted = Wanted("news");
  wanted.mutable_template_()->set_purpose(v1::PURPOSE_MARKETING);
  ASSERT_THAT(Create(wanted), IsOk());
  const auto sent = [&](const char* name, v1::UnknownPolicy said) {
    v1::SendNotificationRequest request = Request();
    request.mutable_notification()->set_template_(name);
    request.mutable_notification()->set_unknown_policy(said);
    const auto accepted = Send(request);
    EXPECT_THAT(accepted, IsOk());
    EndAll(v1::ATTEMPT_OUTCOME_UNKNOWN);  // the answer after the final dot is lost
    v1::ListDeliveriesRequest list;
    list.set_parent(accepted->name());
    return std::pair(accepted->unknown_policy(), ListDeliveries(list)->deliveries(0).state());
  };
  const auto again = std::pair(v1::UNKNOWN_POLICY_AT_LEAST_ONCE, v1::DELIVERY_STATE_DEFERRED);
  const auto never = std::pair(v1::UNKNOWN_POLICY_AT_MOST_ONCE, v1::DELIVERY_STATE_UNKNOWN);
  EXPECT_EQ(sent("templates/news", v1::UNKNOWN_POLICY_UNSPECIFIED), never);
  EXPECT_EQ(sent("templates/news", v1::UNKNOWN_POLICY_AT_LEAST_ONCE), again);
  EXPECT_EQ(sent("templates/invitation", v1::UNKNOWN_POLICY_UNSPECIFIED), again);
  EXPECT_EQ(sent("templates/invitation", v1::UNKNOWN_POLICY_AT_MOST_ONCE), never);
  EXPECT_EQ(sent("templates/invitation-reminder", v1::UNKNOWN_POLICY_UNSPECIFIED), never);
}

TEST_P(TemplateServiceTest, AVersionNeverChangesAndTheNewestIsUsed) {
  ASSERT_THAT(Create(Wanted("parking")), IsOk());
  const auto second = CreateVersion("templates/parking", "Park elsewhere, {{name}}.");
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(second->name(), "templates/parking/versions/2");
  EXPECT_EQ(Get("templates/parking")->current_version(), second->name());
  EXPECT_THAT(Preview("templates/parking", "en")->text(), HasSubstr("Park elsewhere"));
  EXPECT_THAT(Preview("templates/parking/versions/1", "en")->text(), HasSubstr("park behind"));
  v1::ListTemplateVersionsRequest request;
  request.set_parent("templates/parking");
  request.set_page_size(1);
  const auto first_page =
      Call<v1::ListTemplateVersionsResponse>("TemplateService/ListTemplateVersions", request);
  ASSERT_THAT(first_page, IsOk());
  EXPECT_EQ(first_page->template_versions(0).name(), second->name());
  request.set_page_token(first_page->next_page_token());
  const auto last_page =
      Call<v1::ListTemplateVersionsResponse>("TemplateService/ListTemplateVersions", request);
  ASSERT_THAT(last_page, IsOk());
  EXPECT_EQ(last_page->template_versions(0).name(), "templates/parking/versions/1");
  EXPECT_EQ(last_page->next_page_token(), "");
}

TEST_P(TemplateServiceTest, ANotificationKeepsTheVersionItWasAcceptedWith) {
  ASSERT_THAT(Create(Wanted("parking")), IsOk());
  v1::SendNotificationRequest send;
  send.mutable_notification()->set_template_("templates/parking");
  send.mutable_notification()->set_event("events/e1");
  send.mutable_notification()->add_persons("persons/p1");
  const auto sent = Call<v1::Notification>("NotificationService/SendNotification", send);
  ASSERT_THAT(sent, IsOk());
  EXPECT_EQ(sent->template_(), "templates/parking");
  ASSERT_THAT(CreateVersion("templates/parking", "Park elsewhere."), IsOk());
  ASSERT_THAT(Delete("templates/parking"), IsOk());
  const auto claimed = store().ClaimDeliveries(Deadline(), v1::CHANNEL_EMAIL, "w", absl::Minutes(1),
                                               10, clock().Now() + absl::Seconds(1));
  ASSERT_THAT(claimed, IsOk());
  ASSERT_THAT(*claimed, SizeIs(1));
  EXPECT_EQ((*claimed)[0].template_name, "templates/parking/versions/1");
  const auto texts = store().GetTemplateTexts(Deadline(), {(*claimed)[0].template_name});
  ASSERT_THAT(texts, IsOk());
  EXPECT_THAT(texts->begin()->second.version.contents(0).text(), HasSubstr("park behind"));
}

TEST_P(TemplateServiceTest, AServiceMessageAboutAnEventIsMadeForThoseOnlyWhoTakePart) {
  ASSERT_THAT(Create(Wanted("parking")), IsOk());
  FakePeers& peers = server_->peers;
  peers.AddEvent("events/e1");
  v1::SendNotificationRequest send;
  send.mutable_notification()->set_template_("templates/parking");
  send.mutable_notification()->set_event("events/e1");
  for (const char* person : {"persons/seat", "persons/cancelled"}) {
    peers.AddPerson(person, "somebody@example.org", "en");
    send.mutable_notification()->add_persons(person);
  }
  peers.not_taking_part = {"persons/cancelled"};
  ASSERT_THAT(Send(send), IsOk());
  const auto claimed = store().ClaimDeliveries(Deadline(), v1::CHANNEL_EMAIL, "w", absl::Minutes(1),
                                               10, clock().Now() + absl::Seconds(1));
  ASSERT_THAT(claimed, IsOk());
  ASSERT_THAT(*claimed, SizeIs(2));
  const auto facts = Facts::Find(peers, store(), *claimed, Deadline());
  ASSERT_THAT(facts, IsOk());
  for (const ClaimedDelivery& delivery : *claimed) {
    const auto made = MakeMail(delivery, facts->Of(delivery), {server_->from, ""}, clock().Now());
    const auto* not_sent = std::get_if<AttemptResult>(&made);
    EXPECT_EQ(not_sent == nullptr ? v1::DELIVERY_REASON_UNSPECIFIED : not_sent->reason,
              delivery.person == "persons/seat" ? v1::DELIVERY_REASON_UNSPECIFIED
                                                : v1::DELIVERY_REASON_NOT_TAKING_PART);
  }
}

TEST_P(TemplateServiceTest, EverythingThatIsWrongIsSaidAtOnce) {
  v1::CreateTemplateRequest request;
  request.set_request_id("not a uuid");
  request.set_template_id("Łódź");
  request.mutable_template_()->set_title("two\nlines");
  request.mutable_template_()->set_calendar_method(static_cast<v1::CalendarMethod>(9));
  AddTexts("pl", "{{nonsense}} {{#other}}{{/other}} {{> nothing}}", *request.mutable_version());
  AddTexts("pl", "", *request.mutable_version());
  AddTexts("fr", std::string(16 * 1024 + 1, 'x'), *request.mutable_version());
  request.mutable_version()->mutable_contents(0)->set_subject("{{#name}}");
  request.mutable_version()->mutable_contents(0)->set_html("<a href=\"{{name}}\">");
  const auto refused = Create(request);
  EXPECT_THAT(refused, StatusIs(absl::StatusCode::kInvalidArgument, Reason("INVALID_ARGUMENT")));
  std::vector<std::string> fields;
  for (const FieldViolation& violation : FieldViolations(refused.status())) {
    fields.push_back(violation.field);
  }
  EXPECT_THAT(fields,
              UnorderedElementsAre("request_id", "template_id", "template.title",
                                   "template.purpose", "template.calendar_method",
                                   "version.contents[0].text", "version.contents[0].text",
                                   "version.contents[0].text", "version.contents[0].subject",
                                   "version.contents[0].html", "version.contents[1].language",
                                   "version.contents[1].text", "version.contents[2].language",
                                   "version.contents[2].text", "version.contents"));
  EXPECT_THAT(Create({}), AllOf(HasViolation("template_id"), HasViolation("version.contents")));
}

TEST_P(TemplateServiceTest, WhatNobodyCanSwitchOffIsNotForOrganisations) {
  v1::CreateTemplateRequest request = Wanted("parking");
  request.mutable_template_()->set_purpose(v1::PURPOSE_MANDATORY);
  EXPECT_THAT(Create(request), HasViolation("template.purpose"));
}

TEST_P(TemplateServiceTest, ATextWithAHoleIsNotPreviewed) {
  v1::CreateTemplateRequest request = Wanted("parking");
  request.mutable_version()->mutable_contents(0)->set_text("It was moved: {{reason}}");
  ASSERT_THAT(Create(request), IsOk());
  EXPECT_THAT(Preview("templates/parking", "en"),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TEMPLATE_NOT_RENDERED")));
}

TEST_P(TemplateServiceTest, IdsAreUsedOnce) {
  ASSERT_THAT(Create(Wanted("parking")), IsOk());
  const auto exists = StatusIs(absl::StatusCode::kAlreadyExists, Reason("TEMPLATE_EXISTS"));
  EXPECT_THAT(Create(Wanted("parking")), exists);
  EXPECT_THAT(Create(Wanted("invitation")), exists);
  EXPECT_THAT(Delete("templates/parking", "\"7\""),
              StatusIs(absl::StatusCode::kAborted, Reason("ETAG_MISMATCH")));
  EXPECT_THAT(Delete("templates/parking", Get("templates/parking")->etag()), IsOk());
  EXPECT_THAT(Get("templates/parking"), StatusIs(absl::StatusCode::kNotFound));
  EXPECT_THAT(Create(Wanted("parking")), exists);
}

TEST_P(TemplateServiceTest, BuiltInTemplatesCannotBeChanged) {
  const auto built_in =
      StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TEMPLATE_BUILT_IN"));
  EXPECT_THAT(Delete("templates/invitation"), built_in);
  EXPECT_THAT(CreateVersion("templates/invitation", "x"), built_in);
}

TEST_P(TemplateServiceTest, SameRequestIdGivesTheSameAnswerOnce) {
  v1::CreateTemplateRequest request = Wanted("parking");
  request.set_request_id(kRequestId);
  const auto first = Create(request);
  const auto second = Create(request);
  ASSERT_THAT(first, IsOk());
  ASSERT_THAT(second, IsOk());
  EXPECT_EQ(first->SerializeAsString(), second->SerializeAsString());
  request.set_template_id("garage");
  EXPECT_THAT(Create(request), Reason("REQUEST_ID_REUSED"));
}

TEST_P(TemplateServiceTest, ATemplateHasAThousandVersionsAtMost) {
  ASSERT_THAT(Create(Wanted("parking")), IsOk());
  constexpr sql::Query kAge{"age_template", "UPDATE templates SET version = 1000"};
  ASSERT_THAT(
      database().Write(Deadline(), [&](sql::Transaction& tx) { return tx.Execute(kAge).status(); }),
      IsOk());
  EXPECT_THAT(
      CreateVersion("templates/parking", "x"),
      StatusIs(absl::StatusCode::kFailedPrecondition, Reason("TOO_MANY_TEMPLATE_VERSIONS")));
}

TEST_P(TemplateServiceTest, PagesHoldEachTemplateOnceInOrder) {
  for (const char* id : {"zebra", "aardvark", "lion"}) ASSERT_THAT(Create(Wanted(id)), IsOk());
  v1::ListTemplatesRequest request;
  request.set_page_size(5);
  std::vector<std::string> seen;
  do {
    const auto page = Call<v1::ListTemplatesResponse>("TemplateService/ListTemplates", request);
    ASSERT_THAT(page, IsOk());
    for (const v1::Template& item : page->templates()) seen.push_back(item.name());
    request.set_page_token(page->next_page_token());
  } while (!request.page_token().empty());
  EXPECT_THAT(seen, SizeIs(31));
  EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
  EXPECT_THAT(std::set<std::string>(seen.begin(), seen.end()), SizeIs(31));
  v1::ListTemplateVersionsRequest versions;
  versions.set_parent("templates/lion");
  request.set_page_token("");
  versions.set_page_token(
      Call<v1::ListTemplatesResponse>("TemplateService/ListTemplates", request)->next_page_token());
  EXPECT_THAT(
      Call<v1::ListTemplateVersionsResponse>("TemplateService/ListTemplateVersions", versions),
      HasViolation("page_token"));
}

TEST_P(TemplateServiceTest, TheUnentitledAreTurnedAway) {
  token_ = server_->grpc.Token("door-staff", "events/e1");
  EXPECT_THAT(Create(Wanted("parking")), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(Delete("templates/none"), StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(CreateVersion("templates/none", "x"), StatusIs(absl::StatusCode::kPermissionDenied));
}

}  // namespace
}  // namespace wici::notification
