#include "services/notification/templates/texts/texts.h"

namespace wici::notification {

const std::string_view kEnglishTexts = R"texts(== greeting
{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}
== facts
{{event_title}}
When: {{when}}
{{#where}}Where: {{where}}
{{/where}}{{#online_url}}Online: {{online_url}}
{{/online_url}}Organiser: {{organiser}}
== summary
{{#summary}}{{summary}}

{{/summary}}
== reason
{{#reason}}The organiser says: {{reason}}

{{/reason}}
== answer
{{#answer_url}}Please let us know whether you will come:
{{answer_url}}

{{/answer_url}}
== ticket
{{#check_in_url}}Your ticket for the check-in:
{{check_in_url}}

{{/check_in_url}}
== manage
{{#manage_url}}View or cancel your registration:
{{manage_url}}

{{/manage_url}}
== survey
{{#survey_url}}Please tell us what you think of the event:
{{survey_url}}

{{/survey_url}}
== calendar
{{#calendar_url}}Subscribe to the calendar of your events:
{{calendar_url}}

{{/calendar_url}}
== confirm
{{#confirm_url}}Confirm:
{{confirm_url}}

{{/confirm_url}}{{#days}}The link works for {{days}} {{#days.one}}day{{/days.one}}{{#days.other}}days{{/days.other}}.

{{/days}}
== footer
Kind regards
{{organiser}}

---
This message was sent automatically on behalf of {{organiser}}. The links in
it are meant for you personally; please do not pass them on.
== meeting_body
{{> facts}}
{{> summary}}{{#manage_url}}View your agenda and your requests:
{{manage_url}}

{{/manage_url}}{{> footer}}
== consent-invitation
Please confirm: invitations to events

{{> greeting}}

Somebody, most likely you, has asked that invitations to events be sent to this
address. Please confirm that you want them; until then none are sent.

{{> confirm}}If it was not you, you need not do anything: without your confirmation nothing
follows from it.

{{> footer}}
== consent-marketing
Please confirm: news

{{> greeting}}

Somebody, most likely you, has asked that news be sent to this address. Please
confirm that you want it; until then none is sent.

{{> confirm}}If it was not you, you need not do anything: without your confirmation nothing
follows from it.

{{> footer}}
== digest
Your messages{{#count}}: {{count}} {{#count.one}}new{{/count.one}}{{#count.other}}new{{/count.other}}{{/count}}

{{> greeting}}

These messages have been collected for you.

{{#items}}{{items}}

{{/items}}{{> footer}}
== event-cancelled
Cancelled: {{event_title}}, {{date}}

{{> greeting}}

We are sorry to tell you that the following event will not take place. If a
calendar entry is attached, it removes the date from your calendar.

{{> facts}}
{{> reason}}You need not do anything. Thank you for your interest.

{{> footer}}
== event-follow-up
Thank you: {{event_title}}, {{date}}

{{> greeting}}

The event has ended. Thank you for registering. What remains of it, such as
your certificate once it is issued, you find with your registration.

{{> facts}}
{{> survey}}{{> manage}}{{> footer}}
== event-reminder
Reminder: {{event_title}}, {{date}}

{{> greeting}}

The event for which you have registered begins
{{#days}}in {{days}} {{#days.one}}day{{/days.one}}{{#days.other}}days{{/days.other}}{{/days}}{{#hours}}in {{hours}} {{#hours.one}}hour{{/hours.one}}{{#hours.other}}hours{{/hours.other}}{{/hours}}.
We look forward to meeting you.

{{> facts}}
{{> ticket}}{{> manage}}If you cannot come, please cancel, so that somebody on the waiting list can
take your place.

{{> footer}}
== event-rescheduled
New date: {{event_title}}, {{date}}

{{> greeting}}

The event has been moved. These are the new times; if a calendar entry is
attached, it updates your calendar.

{{> facts}}
{{> reason}}{{> answer}}{{> manage}}A registration you have made remains valid. If the new date does not suit
you, please cancel it.

{{> footer}}
== event-updated
Changed: {{event_title}}, {{date}}

{{> greeting}}

Something about the following event has changed. This is how it is now; if a
calendar entry is attached, it updates your calendar.

{{> facts}}
{{> answer}}{{> manage}}A registration you have made remains valid.

{{> footer}}
== invitation
Invitation: {{event_title}}, {{date}}

{{> greeting}}

{{organiser}} cordially invites you to the following event.

{{> facts}}
{{> summary}}{{> answer}}Places are given in the order of registration. The attached calendar entry
keeps the date free until you have decided.

{{> footer}}
== invitation-delegated
Passed on to you: {{event_title}}, {{date}}

{{> greeting}}

A colleague who was invited by {{organiser}} cannot come and has passed the
invitation to the following event on to you.

{{> facts}}
{{> summary}}{{> answer}}If this is a mistake, you need not do anything: without your answer nothing
follows from it.

{{> footer}}
== invitation-reminder
Reminder: {{event_title}}, {{date}}

{{> greeting}}

Some time ago {{organiser}} invited you to the following event. We do not know
yet whether you will come.

{{> facts}}
{{> summary}}{{> answer}}If you cannot come, a short answer helps us as well: somebody else can then
have the place.

{{> footer}}
== meeting-accepted
Accepted: {{event_title}}

{{> greeting}}

Your request for a one-to-one meeting was accepted. The organiser gives it a
time and a table; we will write to you then.

{{> meeting_body}}
== meeting-cancelled
Cancelled: {{event_title}}

{{> greeting}}

We are sorry to tell you that this one-to-one meeting does not take place as
planned. If it was in your calendar, it is taken out.

{{> meeting_body}}
== meeting-declined
Declined: {{event_title}}

{{> greeting}}

Your request for a one-to-one meeting was declined. You may ask somebody else:
the slot is free again.

{{> meeting_body}}
== meeting-expired
Not answered: {{event_title}}

{{> greeting}}

Your request for a one-to-one meeting was not answered in time and has expired.
You may ask again, or ask somebody else: the slot is free again.

{{> meeting_body}}
== meeting-requested
Request for a meeting: {{event_title}}

{{> greeting}}

You are asked for a one-to-one meeting. Until you answer, it has no time.

{{> facts}}
{{> summary}}{{#manage_url}}Accept or decline it:
{{manage_url}}

{{/manage_url}}{{> footer}}
== meeting-rescheduled
New time: {{event_title}}, {{date}}

{{> greeting}}

Your one-to-one meeting has another time or table. The attached calendar
entry updates your calendar. If you cannot come, please cancel it in time:
the other will be glad to know.

{{> meeting_body}}
== meeting-scheduled
{{event_title}}, {{date}}

{{> greeting}}

Your one-to-one meeting has a time and a table. The attached calendar entry
is for it. If you cannot come, please cancel it in time: the other will be
glad to know.

{{> meeting_body}}
== registration-cancelled
Your registration is cancelled: {{event_title}}

{{> greeting}}

Your registration for the following event has been cancelled. If a
calendar entry is attached, it removes the date from your calendar.

{{> facts}}
{{> reason}}If this is a mistake, please contact the organiser.

{{> footer}}
== registration-confirmed
Your place is confirmed: {{event_title}}, {{date}}

{{> greeting}}

Thank you for registering. Your place is confirmed, and we look forward to
meeting you.

{{> facts}}
{{> ticket}}{{> manage}}{{> calendar}}If you cannot come after all, please cancel, so that somebody on the waiting
list can take your place.

{{> footer}}
== registration-offer-lapsed
The offer of a place has ended: {{event_title}}

{{> greeting}}

The place that was kept for you was not accepted in time and is no
longer kept.
{{#manage_url}}You are on the waiting list again, at its end.
{{/manage_url}}{{^manage_url}}With it your registration has ended. You may register again.
{{/manage_url}}

{{> facts}}
{{> manage}}{{> footer}}
== registration-offered
A place is offered to you: {{event_title}}, {{date}}

{{> greeting}}

Good news: a place has become free, and it is kept for you{{#until}} until
{{until}}{{/until}}. Please say whether you want it; otherwise it goes to the next
person on the waiting list.

{{> facts}}
{{#accept_url}}Accept the place:
{{accept_url}}

{{/accept_url}}{{#decline_url}}Decline the place:
{{decline_url}}

{{/decline_url}}{{> footer}}
== registration-promoted
You have a place after all: {{event_title}}, {{date}}

{{> greeting}}

Good news: a place has become free, and it is yours. You have moved up from
the waiting list, and your registration is now confirmed.

{{> facts}}
{{> ticket}}{{> manage}}{{> calendar}}If you can no longer come, please cancel, so that the next person on the
waiting list can take your place.

{{> footer}}
== registration-rejected
Your registration was not accepted: {{event_title}}

{{> greeting}}

Thank you for registering. We are sorry to tell you that the organiser could
not accept your registration for the following event.

{{> facts}}
If you have questions, please contact the organiser.

{{> footer}}
== registration-waitlisted
You are on the waiting list: {{event_title}}, {{date}}

{{> greeting}}

Thank you for registering. All places are taken at the moment, so we have
put you on the waiting list.

As soon as a place becomes free, the first person on the list gets it. You
need not do anything: we will write to you at once.

{{> facts}}
{{> manage}}{{> footer}}
== session-cancelled
Cancelled: {{event_title}}

{{> greeting}}

We are sorry to tell you that a session you had chosen does not take place.
If it was in your calendar, it is taken out.

{{> facts}}
{{#summary}}It was part of: {{summary}}

{{/summary}}{{> manage}}Your registration for the event remains valid.

{{> footer}}
== session-rescheduled
New time or room: {{event_title}}, {{date}}

{{> greeting}}

A session you have chosen takes place at another time or in another room. If
a calendar entry is attached, it updates your calendar.

{{> facts}}
{{#summary}}It is part of: {{summary}}

{{/summary}}{{> manage}}If it does not suit you any more, please choose another one; your
registration for the event remains valid.

{{> footer}}
== subscription-disabled
Webhook switched off: {{subscription_title}}

{{> greeting}}

The webhook "{{subscription_title}}" has been switched off.
{{#failing_since}}No request to its endpoint has succeeded since {{failing_since}}.
{{/failing_since}}{{^failing_since}}Its endpoint has answered that it wants nothing any more (status 410).
{{/failing_since}}

Nothing is sent to it now, and what changes from now on is not kept for it.
When the endpoint works again, please have the subscription resumed. What was
waiting can then be sent after all by a replay.

The subscription is {{subscription}}. You receive this message because this
address is its contact.

)texts";

}  // namespace wici::notification
