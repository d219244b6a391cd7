#include <algorithm>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/strings/str_split.h"
#include "gmock/gmock.h"
#include "grpcpp/grpcpp.h"
#include "gtest/gtest.h"
#include "libs/rpc/channel.h"
#include "services/registration/documents/paper.h"
#include "services/registration/testing/registration_fixture.h"
#include "wici/registration/v1/document_service.grpc.pb.h"

namespace wici::registration {
namespace {

using ::testing::ContainsRegex;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using testing::HasViolation;
using testing::IsOk;
using ::testing::Not;
using testing::Reason;
using testing::StatusIs;

constexpr char kManager[] = "clusters/bayern/contacts/manager";

class DocumentServiceTest : public RegistrationTest {
 protected:
  // A file that came in parts.
  struct File {
    std::string content;
    std::string media_type;
    std::string file_name;
    int parts = 0;
    int done = 0;
    int total = 0;
    std::vector<int> progress = {};  // `done` of each part
    std::set<int> totals = {};       // `total` of all parts
  };

  // The whole file of a streaming method, or its error.
  template <class Method, class Request>
  absl::StatusOr<File> Read(Method method, const Request& request, const std::string& token) {
    const auto stub = v1::DocumentService::NewStub(service_->grpc.channel());
    grpc::ClientContext context;
    rpc::PrepareCall(context, machine_.Now() + absl::Seconds(60), token);
    const auto stream = (stub.get()->*method)(&context, request);
    File file;
    for (v1::DocumentPart part; stream->Read(&part); ++file.parts) {
      if (file.parts == 0) {
        file.media_type = part.media_type();
        file.file_name = part.file_name();
      }
      EXPECT_LE(part.content().size(), 64u * 1024);
      EXPECT_GE(part.done(), file.done);
      file.content += part.content();
      file.done = part.done();
      file.total = part.total();
      file.progress.push_back(part.done());
      file.totals.insert(part.total());
    }
    const absl::Status status = rpc::FromGrpcStatus(stream->Finish());
    if (!status.ok()) return status;
    return file;
  }
  absl::StatusOr<File> PrintBadges(const std::string& event,
                                   const std::vector<std::string>& names = {},
                                   std::optional<std::string> token = std::nullopt) {
    v1::PrintBadgesRequest request;
    request.set_parent(event);
    for (const std::string& name : names) request.add_registrations(name);
    return Read(&v1::DocumentService::Stub::PrintBadges, request, token.value_or(Organiser()));
  }
  absl::StatusOr<File> PrintCertificates(const std::string& event,
                                         const std::vector<std::string>& names = {}) {
    v1::PrintCertificatesRequest request;
    request.set_parent(event);
    for (const std::string& name : names) request.add_registrations(name);
    return Read(&v1::DocumentService::Stub::PrintCertificates, request, Organiser());
  }
  absl::StatusOr<File> Export(const v1::ExportRegistrationsRequest& request,
                              std::optional<std::string> token = std::nullopt) {
    return Read(&v1::DocumentService::Stub::ExportRegistrations, request,
                token.value_or(Organiser()));
  }
  absl::StatusOr<v1::Document> GetOwnTicket(const std::string& token) {
    v1::GetOwnTicketRequest request;
    request.set_token(token);
    return service_->grpc.Call<v1::Document>("wici.registration.v1.DocumentService/GetOwnTicket",
                                             request);
  }
  absl::StatusOr<v1::Document> GetOwnCertificate(const std::string& token) {
    v1::GetOwnCertificateRequest request;
    request.set_token(token);
    return service_->grpc.Call<v1::Document>(
        "wici.registration.v1.DocumentService/GetOwnCertificate", request);
  }
  void LetIn(const std::string& registration) {
    v1::CheckInRequest request;
    request.set_parent(registration.substr(0, registration.find("/registrations/")));
    request.set_registration(registration);
    EXPECT_THAT(CheckIn(request, Door()), IsOk());
  }

  // "a,b" of {"a":"1","b":"2"}, whose values have no quotation marks.
  static std::string JsonKeys(const std::string& line) {
    const std::vector<std::string> parts = absl::StrSplit(line, '"');
    std::string keys;
    for (std::size_t i = 1; i < parts.size(); i += 4) {
      absl::StrAppend(&keys, keys.empty() ? "" : ",", parts[i]);
    }
    return keys;
  }
  // "a,b" of the first row of a sheet with the texts a and b.
  static std::string FirstRow(const std::string& sheet) {
    std::string texts;
    const std::size_t end = sheet.find("</row>");
    for (std::size_t at = sheet.find("<t>"); at < end; at = sheet.find("<t>", at + 1)) {
      const std::string text = sheet.substr(at + 3, sheet.find("</t>", at) - at - 3);
      absl::StrAppend(&texts, texts.empty() ? "" : ",", text);
    }
    return texts;
  }

  static v1::ExportRegistrationsRequest ListOf(const std::string& event, v1::ListFormat format) {
    v1::ExportRegistrationsRequest request;
    request.set_parent(event);
    request.set_content(v1::ExportRegistrationsRequest::CONTENT_REGISTRATIONS);
    request.set_format(format);
    return request;
  }
  // The managing director of a cluster of the registry, registered by invitation.
  std::string Manager(const std::string& event) {
    people::v1::ContactPoint& point = registry().contacts[kManager];
    point.set_person(kManager);
    point.set_display_name("Jürgen Groß");
    point.set_email("gross@example.org");
    point.set_language("de");
    registry().clusters["clusters/bayern"].set_name("clusters/bayern");
    registry().clusters["clusters/bayern"].set_display_name("Chemie-Cluster Bayern");
    const auto invited = Invite(event, {kManager});
    EXPECT_THAT(invited, IsOk());
    v1::CreateRegistrationRequest request;
    request.set_parent(event);
    request.set_invitation_token(LinksOf(invited->invitations(0).name()).answer_token());
    const auto registration = Send(request);
    EXPECT_THAT(registration, IsOk());
    return registration.ok() ? registration->name() : "";
  }
};
WICI_ON_EVERY_ENGINE(DocumentServiceTest);

TEST_P(DocumentServiceTest, BadgesCarryNamesAndCodesThatOpenTheDoor) {
  const std::string event = OpenEvent(20, 5);
  const std::string press = AddCategory(event, "press", 5);
  const auto own = SignUp(event, "lucja@example.org", press);
  ASSERT_THAT(own, IsOk());
  const std::string manager = Manager(event);
  const auto badges = PrintBadges(event);
  ASSERT_THAT(badges, IsOk());
  EXPECT_EQ(badges->media_type, "application/pdf");
  EXPECT_EQ(badges->file_name, "badges.pdf");
  EXPECT_EQ(badges->done, 2);
  EXPECT_EQ(badges->total, 2);
  const Paper paper(badges->content);
  const std::string text = paper.Text();
  for (const char* fact : {"Łucja Żak", "Dziennikarze z Łodzi", "Jürgen Groß",
                           "Chemie-Cluster Bayern", "Spotkanie klastrów w Łodzi"}) {
    EXPECT_THAT(text, HasSubstr(fact));
  }
  std::set<std::string> let_in;
  for (const std::string& code : paper.Codes()) {
    v1::CheckInRequest request;
    request.set_parent(event);
    request.set_check_in_token(code);
    const auto entered = CheckIn(request, Door());
    ASSERT_THAT(entered, IsOk());
    let_in.insert(entered->name());
  }
  EXPECT_THAT(let_in, ::testing::UnorderedElementsAre(own->name(), manager));
}

TEST_P(DocumentServiceTest, OnlyWhoHoldsASeatHasABadge) {
  const std::string event = OpenEvent(1, 5);
  const auto seated = SignUp(event, "a@example.org");
  const auto waiting = SignUp(event, "b@example.org");
  ASSERT_THAT(waiting, IsOk());
  EXPECT_EQ(PrintBadges(event)->done, 1);
  EXPECT_EQ(PrintBadges(event, {seated->name()})->total, 1);
  EXPECT_THAT(PrintBadges(event, {seated->name(), waiting->name()}),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("NO_SEAT_FOR_TICKET")));
  EXPECT_THAT(PrintBadges(event, {event + "/registrations/none"}),
              StatusIs(absl::StatusCode::kNotFound, Reason("REGISTRATION_NOT_FOUND")));
  EXPECT_THAT(GetOwnTicket(LinksOf(waiting->name()).manage_token()),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("NO_SEAT_FOR_TICKET")));
}

TEST_P(DocumentServiceTest, ManyBadgesComeInPartsWithTheirProgress) {
  const std::string event = OpenEvent(30);
  for (int i = 0; i < 20; ++i) {
    ASSERT_THAT(SignUp(event, absl::StrCat("a", i, "@example.org")), IsOk());
  }
  const auto badges = PrintBadges(event);
  ASSERT_THAT(badges, IsOk());
  EXPECT_GE(badges->parts, 3);
  EXPECT_EQ(badges->done, 20);
  EXPECT_THAT(badges->totals, ElementsAre(20));
  EXPECT_LT(badges->progress.front(), 20);
  EXPECT_TRUE(std::is_sorted(badges->progress.begin(), badges->progress.end()));
  const std::set<int> steps(badges->progress.begin(), badges->progress.end());
  EXPECT_GE(steps.size(), 3u) << "it grows with the pages";
  EXPECT_THAT(Paper(badges->content).Info(), ContainsRegex("Pages: +3\n"));
}

TEST_P(DocumentServiceTest, PrintingThatIsLeftEnds) {
  const std::string event = OpenEvent(30);
  for (int i = 0; i < 20; ++i) {
    ASSERT_THAT(SignUp(event, absl::StrCat("a", i, "@example.org")), IsOk());
  }
  const auto stub = v1::DocumentService::NewStub(service_->grpc.channel());
  v1::PrintBadgesRequest request;
  request.set_parent(event);
  // More streams than threads: each that is left makes room for the next.
  for (int i = 0; i < 10; ++i) {
    grpc::ClientContext context;
    rpc::PrepareCall(context, machine_.Now() + absl::Seconds(60), Organiser());
    const auto stream = stub->PrintBadges(&context, request);
    v1::DocumentPart part;
    ASSERT_TRUE(stream->Read(&part));
    context.TryCancel();
    while (stream->Read(&part)) {
    }
    // Cancelled, unless the whole file was there already.
    EXPECT_THAT(stream->Finish().error_code(),
                ::testing::AnyOf(grpc::StatusCode::CANCELLED, grpc::StatusCode::OK));
  }
  EXPECT_EQ(PrintBadges(event)->done, 20);
}

TEST_P(DocumentServiceTest, CertificatesAreForThoseWhoCameInTheirLanguage) {
  const std::string event = OpenEvent(20);
  const auto own = SignUp(event, "lucja@example.org");
  const auto absent = SignUp(event, "absent@example.org");
  const std::string manager = Manager(event);
  LetIn(own->name());
  LetIn(manager);
  const auto certificates = PrintCertificates(event);
  ASSERT_THAT(certificates, IsOk());
  EXPECT_EQ(certificates->done, 2);
  EXPECT_EQ(certificates->total, 2);
  const Paper paper(certificates->content);
  EXPECT_THAT(paper.Info(), ContainsRegex("Pages: +2\n"));
  const std::string text = paper.Text();
  for (const char* fact : {"Zaświadczenie o udziale", "Łucja Żak", "Spotkanie klastrów w Łodzi",
                           "18 grudnia 2015", "Innovation Management Centre",
                           "Teilnahmebescheinigung", "Jürgen Groß", "18. Dezember 2015"}) {
    EXPECT_THAT(text, HasSubstr(fact));
  }
  EXPECT_THAT(PrintCertificates(event, {absent->name()}),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("DID_NOT_ATTEND")));
}

TEST_P(DocumentServiceTest, APersonGetsTheirOwnTicketAndCertificateByTheirLink) {
  const std::string event = OpenEvent(20);
  const auto own = SignUp(event, "lucja@example.org");
  const v1::Links links = LinksOf(own->name());
  const auto ticket = GetOwnTicket(links.manage_token());
  ASSERT_THAT(ticket, IsOk());
  EXPECT_EQ(ticket->media_type(), "application/pdf");
  EXPECT_EQ(ticket->file_name(), "ticket.pdf");
  const Paper paper(ticket->content());
  EXPECT_THAT(paper.Text(), HasSubstr("Łucja Żak"));
  EXPECT_THAT(paper.Text(), HasSubstr("18 grudnia 2015, 13:00–17:00 (Europe/Warsaw)"));
  EXPECT_THAT(paper.Codes(), ElementsAre(links.check_in_token()));

  EXPECT_THAT(GetOwnCertificate(links.manage_token()),
              StatusIs(absl::StatusCode::kFailedPrecondition, Reason("DID_NOT_ATTEND")));
  LetIn(own->name());
  const auto certificate = GetOwnCertificate(links.manage_token());
  ASSERT_THAT(certificate, IsOk());
  EXPECT_EQ(certificate->file_name(), "certificate.pdf");
  EXPECT_THAT(Paper(certificate->content()).Text(), HasSubstr("Łucja Żak"));

  EXPECT_THAT(GetOwnTicket(links.check_in_token()),
              StatusIs(absl::StatusCode::kPermissionDenied, Reason("LINK_INVALID")));
  EXPECT_THAT(GetOwnTicket(""), HasViolation("token"));
}

TEST_P(DocumentServiceTest, AnErasedPersonHasNoNameOnPaper) {
  const std::string event = OpenEvent(20);
  const auto own = SignUp(event, "lucja@example.org");
  people::v1::ErasePersonRequest erase;
  erase.set_person(own->person());
  ASSERT_THAT(service_->grpc.Call<people::v1::ErasePersonResponse>(
                  "wici.people.v1.PersonalDataService/ErasePerson", erase,
                  service_->grpc.Token("platform-operator")),
              IsOk());
  const auto badges = PrintBadges(event);
  ASSERT_THAT(badges, IsOk());
  EXPECT_THAT(Paper(badges->content).Text(), HasSubstr("(dane usunięte)"));
  v1::ExportRegistrationsRequest request = ListOf(event, v1::LIST_FORMAT_CSV);
  request.set_with_personal_data(true);
  EXPECT_THAT(Export(request)->content, HasSubstr(own->name()));
  EXPECT_THAT(Export(request)->content, Not(HasSubstr("lucja")));
}

TEST_P(DocumentServiceTest, WithoutTheRegistryNobodysNameIsGuessed) {
  const std::string event = OpenEvent(20);
  Manager(event);
  registry().error = absl::UnavailableError("restarting");
  EXPECT_THAT(PrintBadges(event),
              StatusIs(absl::StatusCode::kUnavailable, Reason("REGISTRY_UNAVAILABLE")));
  // Without names nothing is asked of it.
  EXPECT_THAT(Export(ListOf(event, v1::LIST_FORMAT_CSV)), IsOk());
}

TEST_P(DocumentServiceTest, AClusterThatIsGoneTakesNoOtherWithIt) {
  const std::string event = OpenEvent(20);
  Manager(event);
  constexpr char kOther[] = "clusters/gone/contacts/manager";
  registry().contacts[kOther].set_person(kOther);
  registry().contacts[kOther].set_display_name("Anna Nowak");
  v1::CreateRegistrationRequest request;
  request.set_parent(event);
  request.set_invitation_token(
      LinksOf(Invite(event, {kOther})->invitations(0).name()).answer_token());
  ASSERT_THAT(Send(request), IsOk());
  const std::string text = Paper(PrintBadges(event)->content).Text();
  EXPECT_THAT(text, HasSubstr("Anna Nowak"));
  EXPECT_THAT(text, HasSubstr("Chemie-Cluster Bayern"));
}

TEST_P(DocumentServiceTest, RegistrationsAreExportedInEveryFormat) {
  const std::string event = OpenEvent(1, 5);
  const auto first = SignUp(event, "lucja@example.org");
  const auto second = SignUp(event, "b@example.org");
  const auto csv = Export(ListOf(event, v1::LIST_FORMAT_CSV));
  ASSERT_THAT(csv, IsOk());
  EXPECT_EQ(csv->media_type, "text/csv; charset=utf-8");
  EXPECT_EQ(csv->file_name, "registrations.csv");
  EXPECT_EQ(csv->done, 2);
  EXPECT_EQ(csv->total, 2);
  const std::vector<std::string> lines = absl::StrSplit(csv->content, '\n');
  ASSERT_EQ(lines.size(), 4u);
  EXPECT_EQ(lines[0],
            "registration,state,source,person,party,admission_category,sessions,invitation,"
            "create_time,update_time,check_in_time,expire_time,state_reason,audience,voucher,"
            "other_categories,group,cluster,successor");
  EXPECT_THAT(csv->content, HasSubstr(first->name() + ",CONFIRMED,OPEN," + first->person()));
  EXPECT_THAT(csv->content, HasSubstr(second->name() + ",WAITLISTED,OPEN,"));
  EXPECT_THAT(csv->content, Not(HasSubstr("lucja@example.org")));

  const auto json = Export(ListOf(event, v1::LIST_FORMAT_JSON_LINES));
  EXPECT_EQ(json->file_name, "registrations.jsonl");
  EXPECT_THAT(json->content,
              HasSubstr("{\"registration\":\"" + first->name() + "\",\"state\":\"CONFIRMED\","));
  EXPECT_EQ(JsonKeys(json->content.substr(0, json->content.find('\n'))), lines[0]);
  const auto xlsx = Export(ListOf(event, v1::LIST_FORMAT_XLSX));
  ASSERT_THAT(xlsx, IsOk());
  EXPECT_EQ(xlsx->file_name, "registrations.xlsx");
  const std::string sheet = Paper(xlsx->content).Member("xl/worksheets/sheet1.xml");
  EXPECT_THAT(sheet, HasSubstr(second->name()));
  EXPECT_EQ(FirstRow(sheet), lines[0]);
}

TEST_P(DocumentServiceTest, PersonalDataAreOnlyForWhoMayWriteRegistrations) {
  const std::string event = OpenEvent(5);
  v1::CreateRegistrationRequest sign_up = RequestFor(event, "lucja@example.org");
  sign_up.mutable_person()->set_given_name("=HYPERLINK(\"x\")");
  ASSERT_THAT(Send(sign_up), IsOk());
  v1::ExportRegistrationsRequest request = ListOf(event, v1::LIST_FORMAT_CSV);
  request.set_with_personal_data(true);
  const auto with_names = Export(request);
  ASSERT_THAT(with_names, IsOk());
  EXPECT_THAT(with_names->content, HasSubstr("successor,display_name,organisation,email,"));
  EXPECT_THAT(with_names->content, HasSubstr("\"'=HYPERLINK(\"\"x\"\") Żak\",,lucja@example.org"));
  for (const char* role : {"auditor", "region-operator", "service"}) {
    EXPECT_THAT(
        Export(request, service_->grpc.Token(role)),
        StatusIs(absl::StatusCode::kPermissionDenied, Reason("PERSONAL_DATA_NOT_PERMITTED")))
        << role;
  }
  EXPECT_THAT(Export(request, service_->grpc.Token("event-organiser", "events/other")),
              StatusIs(absl::StatusCode::kPermissionDenied));
  request.set_with_personal_data(false);
  EXPECT_THAT(Export(request, service_->grpc.Token("auditor")), IsOk());
  EXPECT_THAT(PrintBadges(event, {}, service_->grpc.Token("auditor")),
              StatusIs(absl::StatusCode::kPermissionDenied));
  EXPECT_THAT(PrintBadges(event, {}, ""), StatusIs(absl::StatusCode::kUnauthenticated));
}

TEST_P(DocumentServiceTest, AttendanceListsWhoCame) {
  const std::string event = OpenEvent(5);
  const auto came = SignUp(event, "a@example.org");
  const auto absent = SignUp(event, "b@example.org");
  LetIn(came->name());
  v1::ExportRegistrationsRequest request = ListOf(event, v1::LIST_FORMAT_CSV);
  request.set_content(v1::ExportRegistrationsRequest::CONTENT_ATTENDANCE);
  const auto list = Export(request);
  ASSERT_THAT(list, IsOk());
  EXPECT_EQ(list->file_name, "attendance.csv");
  EXPECT_EQ(list->total, 1);
  EXPECT_THAT(list->content,
              ::testing::StartsWith("registration,person,party,admission_category,check_in_time\n" +
                                    came->name()));
  EXPECT_THAT(list->content, Not(HasSubstr(absent->name())));
}

TEST_P(DocumentServiceTest, InvitationsAreExportedWithTheirReasons) {
  const std::string event = OpenEvent(5);
  Manager(event);
  v1::ExportInvitationsRequest request;
  request.set_parent(event);
  request.set_format(v1::LIST_FORMAT_CSV);
  const auto list = Read(&v1::DocumentService::Stub::ExportInvitations, request, Organiser());
  ASSERT_THAT(list, IsOk());
  EXPECT_EQ(list->file_name, "invitations.csv");
  EXPECT_EQ(list->done, 1);
  EXPECT_THAT(list->content, HasSubstr(",OPEN," + std::string(kManager)));
  const std::string columns =
      "invitation,state,person,clusters,reasons,answer,answer_time,registration,reminder_count,"
      "remind_time,create_time,update_time";
  EXPECT_EQ(list->content.substr(0, list->content.find('\n')), columns);
  request.set_format(v1::LIST_FORMAT_JSON_LINES);
  const auto json = Read(&v1::DocumentService::Stub::ExportInvitations, request, Organiser());
  ASSERT_THAT(json, IsOk());
  EXPECT_EQ(JsonKeys(json->content.substr(0, json->content.find('\n'))), columns);
  request.set_format(v1::LIST_FORMAT_XLSX);
  const auto xlsx = Read(&v1::DocumentService::Stub::ExportInvitations, request, Organiser());
  ASSERT_THAT(xlsx, IsOk());
  EXPECT_EQ(FirstRow(Paper(xlsx->content).Member("xl/worksheets/sheet1.xml")), columns);
  EXPECT_THAT(
      Read(&v1::DocumentService::Stub::ExportInvitations, request, service_->grpc.Token("auditor")),
      StatusIs(absl::StatusCode::kPermissionDenied));
}

TEST_P(DocumentServiceTest, PagesOfALargeListFollowEachOther) {
  const std::string event = OpenEvent(1300);
  v1::BatchCreateRegistrationsRequest batch;
  batch.set_parent(event);
  for (int i = 0; i < 600; ++i) {
    *batch.add_requests() = RequestFor(event, absl::StrCat("a", i, "@example.org"));
  }
  ASSERT_THAT(BatchCreateRegistrations(batch), IsOk());
  const auto list = Export(ListOf(event, v1::LIST_FORMAT_JSON_LINES));
  ASSERT_THAT(list, IsOk());
  EXPECT_EQ(list->done, 600);
  EXPECT_EQ(std::count(list->content.begin(), list->content.end(), '\n'), 600);
}

TEST_P(DocumentServiceTest, EveryViolationIsSaidAtOnce) {
  v1::ExportRegistrationsRequest request;
  const auto wrong = Export(request);
  for (const char* field : {"parent", "content", "format"}) {
    EXPECT_THAT(wrong, HasViolation(field));
  }
  EXPECT_THAT(PrintBadges("events/e", {"events/other/registrations/r"}),
              HasViolation("registrations[0]"));
  EXPECT_THAT(PrintBadges("events/e", std::vector<std::string>(1001, "events/e/registrations/r")),
              HasViolation("registrations"));
  EXPECT_THAT(PrintBadges("events/none"),
              StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
  EXPECT_THAT(Export(ListOf("events/none", v1::LIST_FORMAT_CSV)),
              StatusIs(absl::StatusCode::kNotFound, Reason("EVENT_NOT_FOUND")));
}

}  // namespace
}  // namespace wici::registration
