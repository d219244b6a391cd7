#include "services/registration/seats/ops/seat_answers.h"

#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <variant>

#include "libs/base/error.h"
#include "libs/base/status_macros.h"
#include "services/registration/errors.h"
#include "services/registration/registrations/registration_rows.h"
#include "services/registration/registrations/rules/registration_fields.h"
#include "wici/registration/v1/registration_service.pb.h"

namespace wici::registration {
namespace {

// What is stored as the answer to a request: without the words of a person, so that erasing them
// from their row erases them.
std::string StoredAnswer(const SeatOp& op) {
  if (const auto* upload = std::get_if<ScanUpload>(&op.what)) {
    return upload->response.SerializeAsString();
  }
  if (!std::holds_alternative<NewGroup>(op.what)) {
    return HasWords(op.registration) ? WithoutWords(op.registration).SerializeAsString()
                                     : op.registration.SerializeAsString();
  }
  v1::BatchCreateRegistrationsResponse stored;
  for (const v1::Registration& member : op.group) {
    *stored.add_results()->mutable_registration() = WithoutWords(member);
  }
  return stored.SerializeAsString();
}

bool ReadAnswer(const std::string& stored, SeatOp& op) {
  if (auto* upload = std::get_if<ScanUpload>(&op.what)) {
    return upload->response.ParseFromString(stored);
  }
  if (!std::holds_alternative<NewGroup>(op.what)) return op.registration.ParseFromString(stored);
  v1::BatchCreateRegistrationsResponse response;
  if (!response.ParseFromString(stored)) return false;
  for (auto& result : *response.mutable_results()) {
    op.group.push_back(std::move(*result.mutable_registration()));
  }
  return true;
}

// Whether the answer is the registration of somebody else than the one it was asked about, whose
// words are none of the caller's.
bool IsOfAnother(const SeatOp& op) {
  const auto* step = std::get_if<RegistrationStep>(&op.what);
  return step != nullptr && step->step == Step::kTransfer;
}

// Puts back what StoredAnswer leaves out, from the rows as they are now.
absl::Status CompleteAnswers(sql::Transaction& tx, const std::vector<SeatOp*>& answered) {
  std::vector<v1::Registration*> registrations;
  for (SeatOp* op : answered) {
    if (IsOfAnother(*op)) continue;
    if (!op->registration.name().empty()) registrations.push_back(&op->registration);
    for (v1::Registration& member : op->group) registrations.push_back(&member);
  }
  if (registrations.empty()) return absl::OkStatus();
  std::vector<std::string> names;
  for (const v1::Registration* registration : registrations) names.push_back(registration->name());
  WICI_ASSIGN_OR_RETURN(std::vector<RegistrationRow> rows, SelectRegistrations(tx, names));
  std::unordered_map<std::string, v1::Registration> found;
  for (RegistrationRow& row : rows) {
    const std::string name = row.registration.name();
    found.emplace(name, std::move(row.registration));
  }
  for (v1::Registration* registration : registrations) {
    const auto at = found.find(registration->name());
    if (at == found.end()) continue;
    *registration->mutable_answers() = at->second.answers();
    *registration->mutable_follow_up_answers() = at->second.follow_up_answers();
    // The reason came with a later step when the state is another.
    if (at->second.state() == registration->state()) {
      registration->set_state_reason(at->second.state_reason());
    }
  }
  return absl::OkStatus();
}

}  // namespace

absl::StatusOr<std::vector<SeatOp*>> TakeAnswered(sql::Transaction& tx,
                                                  absl::Span<SeatOp* const> ops,
                                                  absl::Span<const sql::Answer> answers,
                                                  Twins& twins) {
  std::vector<SeatOp*> fresh;
  fresh.reserve(ops.size());
  std::vector<SeatOp*> answered;
  std::map<std::pair<std::string_view, std::string_view>, SeatOp*> first;
  for (std::size_t i = 0; i < ops.size(); ++i) {
    SeatOp* op = ops[i];
    if (!answers[i].ok()) {
      op->status = answers[i].status();
    } else if (*answers[i]) {
      if (!ReadAnswer(**answers[i], *op)) {
        return absl::InternalError("a stored answer cannot be read");
      }
      answered.push_back(op);
    } else if (op->key.request_id.empty()) {
      fresh.push_back(op);
    } else {
      const auto [at, is_new] = first.try_emplace({op->key.principal, op->key.request_id}, op);
      if (is_new) {
        fresh.push_back(op);
      } else {
        twins.emplace_back(op, at->second);
      }
    }
  }
  if (!answered.empty()) WICI_RETURN_IF_ERROR(CompleteAnswers(tx, answered));
  return fresh;
}

void AnswerTwins(const Twins& twins) {
  for (const auto& [twin, first] : twins) {
    if (twin->key.digest != first->key.digest || twin->key.method != first->key.method) {
      twin->status = InvalidArgumentError(
          kDomain, {{"request_id", "was used for another request; choose a new UUID"}},
          "REQUEST_ID_REUSED");
    } else {
      twin->status = first->status;
      twin->registration = first->registration;
      twin->group = first->group;
      if (const auto* upload = std::get_if<ScanUpload>(&first->what)) {
        std::get<ScanUpload>(twin->what).response = upload->response;
      }
    }
  }
}

absl::Status StoreResults(sql::Transaction& tx, const std::vector<SeatOp*>& ops,
                          const Changes& changes, absl::Time now, IdSource& ids) {
  std::vector<sql::IdempotencyRecord> records;
  records.reserve(ops.size());
  for (const SeatOp* op : ops) {
    if (!op->status.ok() || op->key.request_id.empty()) continue;
    records.push_back({op->key, StoredAnswer(*op)});
  }
  if (!records.empty()) WICI_RETURN_IF_ERROR(sql::StoreAnswers(tx, records, now));
  if (changes.empty()) return absl::OkStatus();
  ops.front()->leads = true;
  return feed::AppendChanges(tx, ids.NewId(), changes, now);
}

}  // namespace wici::registration
