// One event inside one transaction: its seats and quotas, the registrations touched, and the queue.
//
// Load reads the hot row; steps change it in memory by the rules of seats.h and
// registration_state.h; Save writes everything in a constant number of statements, the hot row
// guarded by its version. Promotion happens with the step that frees the places, so no transaction
// leaves somebody waiting whose places are all free, and of several it takes the first in the order
// of the queue. (Of those that wait for something else than their turn it reads further pages while
// the event has a free seat, kScanMax at most; beyond them an entry waits until one of those has
// gone.) Who wants several categories is one entry of the queue and stands in the line of each; a
// group is promoted when all who wait of it fit, in the turn of the first. An event without
// categories, limited sessions, vouchers and groups costs no statement for them. Not thread-safe;
// lives inside one transaction.
#ifndef WICI_SERVICES_REGISTRATION_SEATS_EVENT_AGGREGATE_H_
#define WICI_SERVICES_REGISTRATION_SEATS_EVENT_AGGREGATE_H_

#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/status.h"
#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/sql/database.h"
#include "services/registration/mutation.h"
#include "services/registration/registrations/registration_rows.h"
#include "services/registration/registrations/rules/registration_state.h"
#include "services/registration/seats/event_entries.h"
#include "services/registration/seats/event_quotas.h"
#include "services/registration/seats/quota_rows.h"
#include "services/registration/seats/seats_row.h"
#include "services/registration/vouchers/voucher_rows.h"
#include "wici/registration/v1/invitation.pb.h"

namespace wici::registration {

// Who does something, and what they say about it: for the log of the registration.
struct Cause {
  std::string actor;
  std::string reason;
};

class EventAggregate {
 public:
  static constexpr std::int64_t kLookahead = 20;  // entries read beyond those that are wanted
  static constexpr std::int64_t kScanMax = 2000;  // entries read beyond those in further pages

  // `tx` outlives the object. EVENT_NOT_FOUND.
  static absl::StatusOr<EventAggregate> Load(sql::Transaction& tx, std::string_view event,
                                             absl::Time now);
  // The same with the hot row as it has been read in `tx`.
  EventAggregate(sql::Transaction& tx, SeatsRow seats, absl::Time now)
      : tx_(&tx), seats_(std::move(seats)), now_(now), entries_(tx), quotas_(tx) {}

  SeatsRow& seats() { return seats_; }
  // The version the aggregate has after Save, for its change records.
  std::int64_t next_version() const { return seats_.version + 1; }

  // Reads registrations of this event by name, in one statement.
  absl::Status LoadRegistrations(const std::vector<std::string>& names) {
    return entries_.Load(names);
  }
  // Reads which of `active_keys` belong to an active registration.
  absl::Status LoadActiveKeys(const std::vector<std::string>& active_keys) {
    return entries_.LoadActiveKeys(active_keys);
  }
  // One belongs to an active registration, as has been read in the transaction.
  void SetActive(const std::string& active_key) { entries_.SetActive(active_key); }
  // Reads the quotas of all that is loaded and of `added`, registrations to come.
  absl::Status LoadQuotas(absl::Span<const v1::Registration* const> added);
  // Reads the head of the queue as well: enough for `steps` steps with loaded registrations and for
  // the places that are free now. After the other loads, and after PutQuota and RemoveQuota.
  absl::Status LoadPlaces(std::int64_t steps, absl::Span<const v1::Registration* const> added);

  // A loaded registration, or nullptr.
  RegistrationRow* Find(std::string_view id);
  bool HasActive(const std::string& active_key) const { return entries_.HasActive(active_key); }
  // A loaded quota by the name of its category or session, or nullptr.
  QuotaRow* FindQuota(const std::string& name) { return quotas_.Find(name); }

  // What has no place for a registration, loaded or not, whose quotas are loaded: the event, its
  // categories, sessions, party, audience and voucher, by name, each once. Empty when only its turn
  // has not come.
  std::vector<std::string> Lacking(const v1::Registration& registration);

  // Adds a new registration: PENDING_APPROVAL when it NeedsApproval,
  // HELD until `hold_until` when that is set, else as the places allow, in the first category that
  // has some. ADMISSION_CATEGORY_NOT_FOUND, SESSION_NOT_FOUND, SESSIONS_OVERLAP, EVENT_FULL,
  // QUOTA_FULL, WAITING_LIST_FULL.
  absl::StatusOr<RegistrationRow*> Add(RegistrationRow&& row, std::optional<absl::Time> hold_until,
                                       const Cause& cause, Changes& changes);

  // Adds a group of one category, all or none; where approval is asked they are no group any more.
  // Those of Add, GROUP_TOO_LARGE.
  absl::StatusOr<std::vector<RegistrationRow*>> AddGroup(std::vector<RegistrationRow> rows,
                                                         const std::vector<Cause>& causes,
                                                         Changes& changes);

  // What approval means for `row` now: kConfirm, in the category that is set then, or kWaitlist.
  // NO_SEAT_TO_CONFIRM.
  absl::StatusOr<Step> ChooseApproval(RegistrationRow& row, Changes& changes);
  // Whether a registration needs approval: of this event or category, or since its party has yet to
  // confirm it.
  bool NeedsApproval(const v1::Registration& registration);

  // Takes one step with a loaded registration, then promotes who can be. `kind` is the change kind
  // without prefix. TRANSITION_NOT_ALLOWED, REGISTRATION_LOG_FULL.
  absl::Status Apply(RegistrationRow& row, Step step, std::string_view kind, const Cause& cause,
                     Changes& changes);

  // Makes a loaded registration say what `wanted` does, its sessions taken together or not at all.
  // `step` is kUpdate or kReview. TRANSITION_NOT_ALLOWED, SESSION_NOT_FOUND, SESSIONS_OVERLAP,
  // QUOTA_FULL, REGISTRATION_LOG_FULL.
  absl::Status Change(RegistrationRow& row, Step step, const v1::Registration& wanted,
                      const Cause& cause, Changes& changes);

  // Gives the places of a loaded registration to `heir`, a new one of another person; under review
  // when `review`. TRANSITION_NOT_ALLOWED, ALREADY_REGISTERED.
  absl::StatusOr<RegistrationRow*> Transfer(RegistrationRow& row, RegistrationRow heir, bool review,
                                            const Cause& cause, Changes& changes);

  // How many people must approve a registration of the categories it wants, from 1; and whether
  // again after a change by its person.
  std::int64_t ApprovalsNeeded(const v1::Registration& registration);
  bool NeedsReview(const v1::Registration& registration);

  // A loaded registration has lost something that is no step: recorded as registration.`kind`, not
  // in its log.
  void Amend(RegistrationRow& row, std::string_view kind, Changes& changes);
  // The message about where a loaded registration stands is to be sent again.
  void Resend(const RegistrationRow& row, Changes& changes) const;

  // Says when somebody who is checked in came first.
  void SetCheckInTime(RegistrationRow& row, absl::Time time);

  // Moves a waitlisted registration to `position` (from 1) of the queue, as `cause` says, and out
  // of its group. Where many were moved to between the same two, some get numbers further apart and
  // so a new version. TRANSITION_NOT_ALLOWED, REGISTRATION_LOG_FULL.
  absl::Status MoveTo(RegistrationRow& row, std::int64_t position, const Cause& cause,
                      Changes& changes);

  // Takes out of a loaded registration what people said and how the person was recognised; an
  // active one stays active, of nobody known. Recorded as registration.person_erased with `cause`.
  void Forget(RegistrationRow& row, std::string_view cause, Changes& changes);
  // Whether Forget would take anything out.
  static bool RemembersPerson(const RegistrationRow& row);

  // Adds a quota, or changes its size and facts to those of `wanted`; and takes it away. The quotas
  // must be loaded. QUOTA_BELOW_TAKEN, RESERVED_EXCEEDS_FREE.
  absl::Status PutQuota(const QuotaRow& wanted);
  absl::Status RemoveQuota(const std::string& name);
  // Keeps no places for a voucher any more.
  absl::Status KeepNothingFor(const std::string& voucher);

  // Makes the quotas of audiences those of `event`, which has each audience once. As PutQuota; what
  // is not there any more is removed, so nobody may have used it.
  absl::Status PutAudiences(const v1::Event& event);

  // Whether those who wait get places that come free: not once the event is cancelled or over.
  bool Promotes() const;
  // Promotes as many as there are places for; the places must be loaded. Nobody unless Promotes().
  // Costs nothing when no place came free since the last time.
  absl::Status Promote(Changes& changes);

  // Writes into the log of a voucher, with Save.
  void LogVoucher(VoucherUse use) { voucher_uses_.push_back(std::move(use)); }

  // A change record about one of its invitations, with the SEQUENCE of the calendar entry.
  feed::Change InvitationChange(std::string_view kind, const v1::Invitation& invitation) const;

  // A change record about this event.
  feed::Change MakeChange(std::string_view kind, std::string_view resource,
                          std::string_view person) const;

  // Writes what changed. ABORTED when another transaction was first.
  absl::Status Save();

 private:
  using Entry = EventEntry;

  // Takes a registration in whose places are counted.
  Entry& Admit(RegistrationRow&& row, v1::RegistrationState state,
               std::optional<absl::Time> hold_until, const Cause& cause, Changes& changes);
  void Enqueue(Entry& entry);
  // The row changes now: one revision more.
  void Touch(Entry& entry);
  void SetState(Entry& entry, v1::RegistrationState state);
  // Writes into the log of the row and appends the change.
  void Record(Entry& entry, std::string_view kind, const Cause& cause, Changes& changes);
  feed::Change RegistrationChange(std::string_view kind, const RegistrationRow& row) const;
  // Says which SEQUENCE the calendar entry of a registration has, if one in `state` has an entry.
  void AddSequence(const v1::Registration& registration, v1::RegistrationState state,
                   feed::Change& change) const;
  // Says which of `sessions`, that it chose, are over with this change for the person of a
  // registration that was in `state`, and the SEQUENCE with which their entries end. Those that
  // never changed are left out: nobody has an entry of them by mail.
  using Names = google::protobuf::RepeatedPtrField<std::string>;
  void AddSessionsOver(const v1::Registration& registration, v1::RegistrationState state,
                       const Names& sessions, feed::Change& change);

  absl::Status LoadQueue(std::int64_t steps);
  // Reads the next `limit` entries of a line.
  absl::Status LoadLine(const std::string& category, std::int64_t limit);
  // Reads on in a line that has somebody before `number` who may have a place; whether there was
  // one.
  absl::StatusOr<bool> ReadOn(std::int64_t number);
  // Reads of the groups of a line that was cut those who are behind the cut.
  absl::Status LoadGroups(const std::string& category);
  absl::Status CheckGroupSize(const std::vector<RegistrationRow>& rows);
  // Whether a registration that comes now may take its places in `category`: nobody waits before it
  // whom they would help. Promotes those first.
  absl::StatusOr<bool> HasTurn(const v1::Registration& registration, const std::string& category,
                               Changes& changes);
  // The first category it wants, as WantedCategory counts, in which it has its turn and its places.
  absl::StatusOr<std::optional<int>> FindPlaces(const v1::Registration& registration,
                                                Changes& changes);
  // Leaves a registration in one of the categories it wants.
  void Settle(RegistrationRow& row, int rank);
  // Gives those at a place of the queue their places, if there are; `passed` others before them go
  // on waiting.
  void PromoteEntry(Entry& entry, std::int64_t passed, Changes& changes);
  // Who of each group stands in what is loaded of the queue, in its order.
  using Groups = std::map<std::string, std::vector<Entry*>>;
  Groups WaitingGroups() const;
  void PromoteGroup(const std::vector<Entry*>& members, std::int64_t passed, Changes& changes);
  void Seat(Entry& entry, const std::string& reason, Changes& changes);
  std::string ReasonFor(std::int64_t number, std::int64_t passed) const;
  v1::RegistrationState PromotedState() const;
  // Whether all that stands in the line up to `number` is loaded.
  bool IsKnown(const std::string& category, std::int64_t number) const;
  // The head of the queue without `entry`, in order: at least `count` if there are.
  struct Waiting {
    std::int64_t number = 0;
    std::string id;
  };
  absl::StatusOr<std::vector<Waiting>> OthersWaiting(const Entry& entry, std::int64_t count);
  // The number that puts `entry` at `position` of the queue.
  absl::StatusOr<std::int64_t> NumberAt(const Entry& entry, std::int64_t position);
  // The same where there is no room: those behind move on.
  absl::StatusOr<std::int64_t> MakeRoom(const Entry& entry, std::int64_t position);
  // Gives the entries from `first` on these numbers, which keep their order.
  absl::Status Renumber(std::vector<Waiting>::const_iterator first,
                        const std::vector<std::int64_t>& numbers);
  // Why there are no places, nor, when it `may_wait`, one on the waiting list.
  absl::Status Refusal(const std::vector<Quota*>& quotas, bool may_wait);

  sql::Transaction* tx_;
  SeatsRow seats_;
  absl::Time now_;
  EventEntries entries_;
  std::map<std::int64_t, Entry*> queue_;  // what is loaded of it, in order
  // Categories of whose line not all is loaded, with the last number up to which it is.
  std::map<std::string, std::int64_t> cut_lines_;
  std::set<std::string> whole_groups_;  // those that LoadGroups has read
  std::int64_t read_on_ = 0;            // entries read by ReadOn
  bool settled_ = false;                // nobody in the queue can be promoted
  EventQuotas quotas_;
  std::vector<VoucherUse> voucher_uses_;
  // Made for the first they are said to: of a sold-out event there are many in a transaction.
  absl::Status event_full_;
  absl::Status waiting_list_full_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_SEATS_EVENT_AGGREGATE_H_
