// What can happen to the seats of an event, as operations of one transaction.
//
// ApplySeatOps decides a whole batch against one reading of each event and writes it with as many
// statements for 500 operations as for one of each kind: this is the hot path.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_OPS_SEAT_OPS_H_
#define WICI_SERVICES_REGISTRATION_SEATS_OPS_SEAT_OPS_H_

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "absl/status/status.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "google/protobuf/field_mask.pb.h"
#include "libs/base/id.h"
#include "libs/rpc/versions.h"
#include "libs/sql/database.h"
#include "libs/sql/idempotency.h"
#include "services/registration/registrations/rules/registration_state.h"
#include "wici/registration/v1/check_in.pb.h"
#include "wici/registration/v1/check_in_service.pb.h"
#include "wici/registration/v1/person.pb.h"
#include "wici/registration/v1/registration.pb.h"

namespace wici::registration {

// Somebody with a registration at a door.
struct DoorStep {
  std::string name;  // "events/e/registrations/r"
  std::string list;  // where the door leads to: "events/e" or "events/e/sessions/s"
  v1::ScanDirection direction = v1::SCAN_DIRECTION_ENTRY;  // or EXIT, or UNDO
  std::string gate = {};
  std::string holder = {};  // of the code (check_in_code.h), "" when it was by name
  std::string reason = {};  // of UNDO: kept with the registration, or ""
};

// Somebody registers.
struct NewRegistration {
  std::string id;                           // of the new registration, unique
  std::optional<v1::PersonDetails> person;  // either this with `person_id` and `active_key`
  std::string person_id;                    // "persons/p"
  std::string active_key;                   // BlindIndex of event and address
  std::string likeness;                     // event and BlindIndex of Likeness, or ""
  std::string invitation;                   // or this, "events/e/invitations/i"; both or this
                                            // alone for somebody the invited person brings
  v1::Registration facts;                   // party, category, sessions, answers, source, plus_one
  absl::Duration hold;                      // only keeps the places for so long; 0: registers
  std::optional<DoorStep> walk_in = {};     // comes in at once or is refused; its name is not used
  std::string code_key = {};                // VoucherCodes::KeyOf the code it comes with, or ""
};

// What scanners without network have seen. A scan that is kept takes effect after the other
// operations of its transaction.
struct ScanUpload {
  struct Item {
    v1::DoorScan scan;
    v1::CheckInOutcome refused = v1::CHECK_IN_OUTCOME_UNSPECIFIED;  // why it is not kept, if known
  };
  std::vector<Item> items;
  v1::BatchCheckInResponse response;  // the result
};

// What to change of a registration: the fields of `wanted` that `mask` names (libs/rpc/etag.h).
struct RegistrationEdit {
  v1::Registration wanted;
  google::protobuf::FieldMask mask;
};

// Some people register together: all or none.
struct NewGroup {
  std::string id;                        // of the group, unique in the event
  std::vector<NewRegistration> members;  // of one category, no holds, no invitations
};

// What is kept for a voucher becomes free, because its time is over.
struct VoucherRelease {
  std::string voucher;  // "events/e/vouchers/v"
};

// A step of an existing registration. kConfirm becomes kWaitlist when no seat is free, kComplete
// becomes kSubmit when approval is needed, kExpire becomes kRequeue when the event says so and
// others wait (GoesBackToTheList), kConfirm kApprove when others have to approve too (by a party:
// it has confirmed the person), kUpdate kReview when the change needs approval. kComplete and
// kAccept are refused when the place was kept until before now, kExpire until then. Check-ins are
// no such steps: they follow from scans (DoorStep, ScanUpload).
struct RegistrationStep {
  std::string name;  // "events/e/registrations/r"
  Step step = Step::kCancel;
  std::string_view kind;      // of the change, a literal: "cancelled"
  std::string etag = {};      // "" for any
  std::string reason = {};    // kept with the registration, or ""
  std::int64_t position = 0;  // of kMove: the new place, from 1
  // Of kComplete: instead of those there are, unless empty.
  std::vector<v1::FormAnswer> answers = {};
  std::string_view field = {};  // where the registration stands in the request, a literal
  bool own = false;             // asked by its person, with a link
  std::optional<RegistrationEdit> edit = {};  // of kUpdate
  std::optional<NewRegistration> heir = {};   // of kTransfer: its id and the person
  std::string party = {};  // asked by this party, only if it is of it; "" for any
};

struct SeatOp {
  std::string event;  // "events/e"
  sql::IdempotencyKey key;
  std::string actor;  // who asks, for the log; "" for the person of the registration
  std::variant<NewRegistration, RegistrationStep, DoorStep, ScanUpload, NewGroup, VoucherRelease>
      what;
  int place = 0;  // of the one who asks, to tell those of one request apart
  std::shared_ptr<rpc::WrittenVersions> written;  // to be told what it makes of the event, or null
  // The result: OK with `registration` (of ScanUpload its response), or why it was refused.
  absl::Status status;
  v1::Registration registration;
  std::vector<v1::Registration> group;  // instead, of a NewGroup: in the order of its members
  bool leads = false;                   // set on one operation of a batch that changed something
  std::int64_t event_version = 0;       // of the event after it; 0: a request repeated
};

// Decides and writes `ops` in `tx`, those of one event in their order. Sets the result of each;
// returns an error only when the transaction as a whole failed. A repeated request gets the stored
// answer; what a person said (answers, reason) is not stored with it but taken from the
// registration, so it is gone once it is erased there. Of a transfer it is not taken: the one who
// gave the registration away does not get what the other person has said since.
absl::Status ApplySeatOps(sql::Transaction& tx, absl::Span<SeatOp* const> ops, absl::Time now,
                          IdSource& ids);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_OPS_SEAT_OPS_H_
