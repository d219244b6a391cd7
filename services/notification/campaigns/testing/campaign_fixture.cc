#include "services/notification/campaigns/testing/campaign_fixture.h"

#include "absl/strings/str_cat.h"
#include "libs/base/status_macros.h"
#include "libs/testing/status_matchers.h"
#include "services/notification/campaigns/campaign_check.h"
#include "services/notification/errors.h"

namespace wici::notification {

void CampaignFixture::SetUp() {
  NotificationFixture::SetUp();
  if (IsSkipped()) return;
  mutation_ = std::make_unique<feed::Mutation>(kDomain, database(), clock(), ids_, [] {});
  campaigns_ = std::make_unique<CampaignStore>(database(), *mutation_);
  worker_ = std::make_unique<CampaignWorker>(*campaigns_, server_->peers, machine_, [] {});
}

v1::CreateCampaignRequest CampaignFixture::Wanted(int persons) {
  v1::CreateCampaignRequest request;
  v1::Campaign& campaign = *request.mutable_campaign();
  campaign.set_title("Zaproszenie dla wszystkich");
  campaign.set_event("events/e1");
  campaign.set_template_("templates/invitation");
  for (int i = 0; i < persons; ++i) campaign.add_persons(absl::StrCat("persons/p", i));
  return request;
}

v1::CreateCampaignRequest CampaignFixture::ForAudience(int persons, std::size_t page) {
  std::vector<std::string>& audience = server_->peers.audiences[kAudience];
  audience.clear();
  for (int i = 0; i < persons; ++i) {
    audience.push_back(absl::StrCat("clusters/c", i, "/contacts/p"));
  }
  server_->peers.audience_page = page;
  v1::CreateCampaignRequest request = Wanted(0);
  request.mutable_campaign()->set_audience(kAudience);
  return request;
}

absl::StatusOr<v1::Campaign> CampaignFixture::Create(const v1::CreateCampaignRequest& request) {
  return Call<v1::Campaign>("CampaignService/CreateCampaign", request);
}

absl::StatusOr<v1::Campaign> CampaignFixture::Get(const std::string& name) {
  v1::GetCampaignRequest request;
  request.set_name(name);
  return Call<v1::Campaign>("CampaignService/GetCampaign", request);
}

template <class Request>
absl::StatusOr<v1::Campaign> CampaignFixture::Take(const std::string& method,
                                                   const v1::PauseCampaignRequest& fields) {
  Request request;
  request.ParseFromString(fields.SerializeAsString());
  return Call<v1::Campaign>(method, request);
}

absl::StatusOr<v1::Campaign> CampaignFixture::Step(const std::string& step, const std::string& name,
                                                   const std::string& etag) {
  v1::PauseCampaignRequest fields;
  fields.set_name(name);
  fields.set_etag(etag);
  const std::string method = absl::StrCat("CampaignService/", step, "Campaign");
  if (step == "Approve") return Take<v1::ApproveCampaignRequest>(method, fields);
  if (step == "Start") return Take<v1::StartCampaignRequest>(method, fields);
  if (step == "Resume") return Take<v1::ResumeCampaignRequest>(method, fields);
  if (step == "Abort") return Take<v1::AbortCampaignRequest>(method, fields);
  return Call<v1::Campaign>(method, fields);
}

absl::StatusOr<v1::Campaign> CampaignFixture::Approve(const std::string& name) {
  return campaigns_->Step({{}, Deadline()}, name, campaigns_->Get(Deadline(), name)->etag(),
                          CampaignStep::kApprove, "users/other");
}

std::string CampaignFixture::Started(int persons, std::int32_t rate) {
  v1::CreateCampaignRequest request = Wanted(persons);
  request.mutable_campaign()->set_rate_per_minute(rate);
  const std::string name = Create(request)->name();
  EXPECT_THAT(Approve(name), testing::IsOk());
  EXPECT_THAT(Step("Start", name), testing::IsOk());
  return name;
}

std::int64_t CampaignFixture::Advance() {
  const auto added = worker_->RunOnce();
  EXPECT_THAT(added, testing::IsOk());
  clock().Advance(absl::Milliseconds(200));
  return added.ok() ? *added : -1;
}

std::vector<ClaimedDelivery> CampaignFixture::Claim(int limit, v1::Channel channel) {
  return *store().ClaimDeliveries(Deadline(), channel, "worker", absl::Minutes(2), limit,
                                  clock().Now());
}

std::vector<Verdict> CampaignFixture::Verdicts(const std::vector<ClaimedDelivery>& deliveries) {
  std::vector<Candidate> candidates;
  for (const ClaimedDelivery& d : deliveries) candidates.push_back({&d, "a@example.org", ""});
  std::vector<Verdict> verdicts;
  EXPECT_THAT(database().Read(Deadline(),
                              [&](sql::Transaction& tx) -> absl::Status {
                                WICI_ASSIGN_OR_RETURN(
                                    verdicts, CampaignCheck().Check(tx, candidates, clock().Now()));
                                return absl::OkStatus();
                              }),
              testing::IsOk());
  return verdicts;
}

void CampaignFixture::Deliver() {
  const std::vector<ClaimedDelivery> claimed = Claim(1000);
  const std::vector<Verdict> verdicts = Verdicts(claimed);
  std::vector<AttemptRecord> records;
  for (std::size_t i = 0; i < claimed.size(); ++i) {
    const ClaimedDelivery& delivery = claimed[i];
    AttemptRecord record;
    record.delivery = delivery;
    record.ended = clock().Now();
    if (const auto held = SettleByVerdict(delivery, verdicts[i])) {
      record.result.outcome = v1::ATTEMPT_OUTCOME_UNSPECIFIED;
      record.settlement = *held;
    } else {
      ++got_[delivery.person];
      record.result.outcome = v1::ATTEMPT_OUTCOME_DELIVERED_TO_RELAY;
      record.settlement = SettleAttempt(delivery, record.result, clock().Now());
    }
    records.push_back(record);
  }
  EXPECT_THAT(store().RecordAttempts(Deadline(), records, clock().Now()), testing::IsOk());
}

void CampaignFixture::SendUntilDone(const std::string& name) {
  for (int i = 0; Get(name)->state() != v1::Campaign::STATE_DONE && i < 100; ++i) {
    Advance();
    Deliver();
  }
}

std::vector<std::string> CampaignFixture::Kinds() {
  constexpr sql::Query kKinds{"kinds_of_changes",
                              "SELECT c.kind FROM changes c JOIN feed_transactions t ON "
                              "t.transaction_id = c.transaction_id ORDER BY t.ticket, c.ordinal"};
  std::vector<std::string> kinds;
  EXPECT_THAT(database().Read(Deadline(),
                              [&](sql::Transaction& tx) -> absl::Status {
                                WICI_ASSIGN_OR_RETURN(const sql::Rows rows, tx.Execute(kKinds));
                                kinds.clear();
                                for (const sql::Row& row : rows) kinds.push_back(row.Text(0));
                                return absl::OkStatus();
                              }),
              testing::IsOk());
  return kinds;
}

}  // namespace wici::notification
