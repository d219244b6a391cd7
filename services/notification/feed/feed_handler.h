// Decides which messages the changes of registration call for. Subscriptions are told of every
// change they are for (FanOut); people of these:
//
//   invitation.created                       -> invitation                 (calendar REQUEST)
//   invitation.delegated                     -> invitation-delegated       (REQUEST)
//   invitation.reminded                      -> invitation-reminder        (REQUEST)
//   registration.confirmed                   -> registration-confirmed     (REQUEST)
//   registration.waitlisted                  -> registration-waitlisted    (none)
//   registration.promoted                    -> registration-promoted      (REQUEST)
//   registration.cancelled, registration.transferred
//                                            -> registration-cancelled     (CANCEL, if it was in
//                                                                           calendars)
//   registration.links_requested             -> as the kind of change in its attribute `repeats`
//   registration.offered                     -> registration-offered       (none)
//   registration.expired (of an offer),
//   registration.requeued                    -> registration-offer-lapsed  (none)
//   registration.rejected                    -> registration-rejected      (none)
//                                               (CANCEL with each of the ends, if it was in
//                                               calendars)
//   event.rescheduled                        -> event-rescheduled to every participant (REQUEST,
//                                               to those who have an entry)
//   event.cancelled                          -> event-cancelled to every participant (CANCEL,
//                                               likewise)
//   event.updated                            -> event-updated to every participant (REQUEST,
//                                               likewise), if `updated` is "entry"; "online" (the
//                                               address of the room): to those who have a seat
//   session.rescheduled                      -> session-rescheduled to those who chose it (REQUEST,
//                                               to those who have an entry of the event)
//   session.cancelled                        -> session-cancelled, likewise (CANCEL)
//   any change with `sessions`               -> registration-cancelled for each of them whose entry
//                                               the person has by mail (CANCEL); event.rescheduled,
//                                               .updated and .cancelled likewise for each such
//                                               session (session_entries.h)
//   meeting.requested                        -> meeting-requested          (none)
//   meeting.accepted, .declined, .expired    -> meeting-accepted, ...      (none)
//   meeting.scheduled                        -> meeting-scheduled          (REQUEST)
//   meeting.rescheduled                      -> meeting-rescheduled        (REQUEST)
//   meeting.cancelled, meeting.unscheduled   -> meeting-cancelled          (CANCEL, if it was in
//                                                                           calendars)
//
// Everything else calls for none of people, and so does the end of what was only held: who gives up
// a hold or lets it expire was sent nothing before. After a change of an event its reminders are
// timed anew (timers/timer_store.h), in the same transaction. After registration.person_erased, or
// invitation.person_erased of somebody who never registered, nothing that this service holds of
// that person is kept any more. Its attribute `cause` says why: "requested" by ErasePerson, or
// "registry", which deleted the contact: then one that the registry knows again is spared.
//
// The attribute `sequence` of a change is the SEQUENCE of the calendar part; without it there is no
// part. A message about a meeting has the meeting in the place of the event, so that it has a
// calendar entry of its own (Peers::GetEvents), and the links of the recipient's registration. So
// has a message about a session. A mail has one UID: that of a registration has the entry of the
// event, and no mail brings those of the chosen sessions, which stand in the feed of the person
// (GetOwnCalendar), until a session changes: then its REQUEST is the first, with the UID and the
// SEQUENCE of the feed, and its entry is kept by mail from then on.
#ifndef WICI_SERVICES_NOTIFICATION_FEED_FEED_HANDLER_H_
#define WICI_SERVICES_NOTIFICATION_FEED_FEED_HANDLER_H_

#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "absl/status/statusor.h"
#include "absl/time/time.h"
#include "absl/types/span.h"
#include "libs/base/clock.h"
#include "libs/base/id.h"
#include "libs/sql/database.h"
#include "services/notification/deliveries/rules/ledger.h"
#include "services/notification/feed/session_entries.h"
#include "services/notification/peers/peers.h"
#include "services/notification/people/person_data.h"
#include "services/notification/webhooks/sending/fan_out.h"
#include "wici/feed/v1/feed.pb.h"

namespace wici::notification {

// The template a kind of change calls for, "" for none.
std::string_view TemplateFor(std::string_view kind);

// The handler of the consumer (libs/feed/consumer.h); catch_up.h is for a place that is lost.
// Participants are listed before the transaction; the notifications are written in it, together
// with the position.
class FeedHandler {
 public:
  // All outlive the handler. Without `webhooks` nobody is subscribed. What changes from before
  // `restored` call for may have been sent already: it waits for a human (restore/after_restore.h).
  FeedHandler(Peers& peers, PersonData& people, IdSource& ids, const Clock& clock,
              FanOut* webhooks = nullptr, absl::Time restored = absl::InfinitePast())
      : peers_(peers),
        people_(people),
        ids_(ids),
        clock_(clock),
        webhooks_(webhooks),
        restored_(restored) {}

  // Plans the messages that `changes` call for, and returns what writes them. Where the peers
  // cannot answer for a single change, and are not just away, it is passed over after some tries,
  // with an error in the log: its webhooks are sent and who is erased is erased, people are not
  // told and reminders stay as they were.
  // Errors are those of the peers and of the database. Of the consumer's thread.
  absl::StatusOr<sql::Database::Body> Prepare(absl::Span<const feed::v1::Change> changes);

 private:
  // What one change calls for.
  struct Planned {
    std::vector<NewNotification> messages;
    std::vector<SessionsToTell> sessions;
    std::string event;  // whose participants `messages` go to, or ""
  };

  struct Erased {
    Names persons;
    Names requested;  // those of them whom ErasePerson was asked for
  };

  // Whom `changes` say to be erased; whom the registry deleted and knows again are not.
  absl::StatusOr<Erased> WhoIsErased(absl::Span<const feed::v1::Change> changes);
  absl::StatusOr<std::vector<Planned>> Plan(absl::Span<const feed::v1::Change> changes);
  absl::Status PlanForEverybody(const feed::v1::Change& change, NewNotification base,
                                Planned& planned);
  // Writes what is planned, and adds the changes to `told`; who has which entry is read when all
  // before it is written. Messages whose cause is one of `held` wait for a human.
  absl::Status Write(sql::Transaction& tx, absl::Span<const Planned> plan, const Names& held,
                     absl::Time now, feed::Changes& told);

  // OK for nothing `failed`, and for a change that has been tried often enough.
  absl::Status PassOverOrFail(absl::Span<const feed::v1::Change> changes,
                              const absl::Status& failed);

  // The causes of messages that follow from changes before the restore.
  Names HeldOf(absl::Span<const feed::v1::Change> changes) const;

  // The events that changed, as they are now.
  absl::StatusOr<std::vector<registration::v1::Event>> ReadChangedEvents(
      absl::Span<const feed::v1::Change> changes);

  Peers& peers_;
  PersonData& people_;
  IdSource& ids_;
  const Clock& clock_;
  FanOut* const webhooks_;
  const absl::Time restored_;
  int tries_ = 0;  // of a single change in a row: nothing comes between, the feed waits for it
};

}  // namespace wici::notification

#endif  // WICI_SERVICES_NOTIFICATION_FEED_FEED_HANDLER_H_
