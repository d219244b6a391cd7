#include "services/notification/templates/texts.h"

namespace wici::notification {

// clang-format off
const LanguageTexts kEnglishTexts = {
    .language = "en",
    .facts_text = R"({{event_title}}
When: {{when}}
{{#where}}Where: {{where}}
{{/where}}{{#online_url}}Online: {{online_url}}
{{/online_url}}Organiser: {{organiser}}
)",
    .facts_html = R"(<table role="presentation"
  style="border-left:4px solid #1a5fb4;padding-left:12px;margin:16px 0">
<tr><td colspan="2" style="padding:2px 0"><strong>{{event_title}}</strong></td></tr>
<tr><th align="left" valign="top"
  style="padding:2px 12px 2px 0;font-weight:normal;color:#666666">When:</th>
  <td style="padding:2px 0">{{when}}</td></tr>
{{#where}}<tr><th align="left" valign="top"
  style="padding:2px 12px 2px 0;font-weight:normal;color:#666666">Where:</th>
  <td style="padding:2px 0">{{where}}</td></tr>
{{/where}}{{#online_url}}<tr><th align="left" valign="top"
  style="padding:2px 12px 2px 0;font-weight:normal;color:#666666">Online:</th>
  <td style="padding:2px 0"><a href="{{online_url}}">{{online_url}}</a></td></tr>
{{/online_url}}<tr><th align="left" valign="top"
  style="padding:2px 12px 2px 0;font-weight:normal;color:#666666">Organiser:</th>
  <td style="padding:2px 0">{{organiser}}</td></tr>
</table>
)",
    .footer_text = R"(Kind regards
{{organiser}}

---
This message was sent automatically on behalf of {{organiser}}. The links in
it are meant for you personally; please do not pass them on.
)",
    .footer_html = R"(<p>Kind regards<br>{{organiser}}</p>
<p
  style="color:#666666;font-size:13px;border-top:1px solid #dddddd;padding-top:8px">
This message was sent automatically on behalf of {{organiser}}. The links in
it are meant for you personally; please do not pass them on.</p>
)",
    .meeting_body_text = R"({{> facts}}
{{#summary}}{{summary}}

{{/summary}}{{#manage_url}}View your agenda and your requests:
{{manage_url}}

{{/manage_url}}{{> footer}})",
    .meeting_body_html = R"({{> facts}}
{{#summary}}<p>{{summary}}</p>
{{/summary}}{{#manage_url}}<p><a href="{{manage_url}}"
  {{> button}}>View your agenda and your requests</a></p>
{{/manage_url}}{{> footer}})",

    .invitation = {
        .subject = "Invitation: {{event_title}}, {{date}}",
        .text = R"({{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}

{{organiser}} cordially invites you to the following event.

{{> facts}}
{{#summary}}{{summary}}

{{/summary}}{{#answer_url}}Please let us know whether you will come:
{{answer_url}}

{{/answer_url}}Places are given in the order of registration. The attached calendar entry
keeps the date free until you have decided.

{{> footer}})",
        .html = R"(<p>{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}</p>
<p>{{organiser}} cordially invites you to the following event.</p>
{{> facts}}
{{#summary}}<p>{{summary}}</p>
{{/summary}}{{#answer_url}}<p><a href="{{answer_url}}"
  {{> button}}>Please let us know whether you will come</a></p>
{{/answer_url}}<p>Places are given in the order of registration. The attached calendar entry
keeps the date free until you have decided.</p>
{{> footer}})"},

    .invitation_delegated = {
        .subject = "Passed on to you: {{event_title}}, {{date}}",
        .text = R"({{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}

A colleague who was invited by {{organiser}} cannot come and has passed the
invitation to the following event on to you.

{{> facts}}
{{#summary}}{{summary}}

{{/summary}}{{#answer_url}}Please let us know whether you will come:
{{answer_url}}

{{/answer_url}}If this is a mistake, you need not do anything: without your answer nothing
follows from it.

{{> footer}})",
        .html = R"(<p>{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}</p>
<p>A colleague who was invited by {{organiser}} cannot come and has passed the
invitation to the following event on to you.</p>
{{> facts}}
{{#summary}}<p>{{summary}}</p>
{{/summary}}{{#answer_url}}<p><a href="{{answer_url}}"
  style="display:inline-block;padding:10px 18px;background:#1a5fb4;color:#ffffff;
  text-decoration:none;border-radius:6px">Please let us know whether you will come</a></p>
{{/answer_url}}<p>If this is a mistake, you need not do anything: without your answer nothing
follows from it.</p>
{{> footer}})"},

    .invitation_reminder = {
        .subject = "Reminder: {{event_title}}, {{date}}",
        .text = R"({{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}

Some time ago {{organiser}} invited you to the following event. We do not know
yet whether you will come.

{{> facts}}
{{#summary}}{{summary}}

{{/summary}}{{#answer_url}}Please let us know whether you will come:
{{answer_url}}

{{/answer_url}}If you cannot come, a short answer helps us as well: somebody else can then
have the place.

{{> footer}})",
        .html = R"(<p>{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}</p>
<p>Some time ago {{organiser}} invited you to the following event. We do not know
yet whether you will come.</p>
{{> facts}}
{{#summary}}<p>{{summary}}</p>
{{/summary}}{{#answer_url}}<p><a href="{{answer_url}}"
  style="display:inline-block;padding:10px 18px;background:#1a5fb4;color:#ffffff;
  text-decoration:none;border-radius:6px">Please let us know whether you will come</a></p>
{{/answer_url}}<p>If you cannot come, a short answer helps us as well: somebody else can then
have the place.</p>
{{> footer}})"},

    .registration_confirmed = {
        .subject = "Your place is confirmed: {{event_title}}, {{date}}",
        .text = R"({{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}

Thank you for registering. Your place is confirmed, and we look forward to
meeting you.

{{> facts}}
{{#check_in_url}}Your ticket for the check-in:
{{check_in_url}}

{{/check_in_url}}{{#manage_url}}View or cancel your registration:
{{manage_url}}

{{/manage_url}}{{#calendar_url}}Subscribe to the calendar of your events:
{{calendar_url}}

{{/calendar_url}}If you cannot come after all, please cancel, so that somebody on the waiting
list can take your place.

{{> footer}})",
        .html = R"(<p>{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}</p>
<p>Thank you for registering. Your place is confirmed, and we look forward to
meeting you.</p>
{{> facts}}
{{#check_in_url}}<p><a href="{{check_in_url}}" {{> button}}>Your ticket for the check-in</a></p>
{{/check_in_url}}{{#manage_url}}<p><a href="{{manage_url}}"
  {{> button}}>View or cancel your registration</a></p>
{{/manage_url}}{{#calendar_url}}<p>
<a href="{{calendar_url}}">Subscribe to the calendar of your events</a></p>
{{/calendar_url}}<p>If you cannot come after all, please cancel, so that somebody on the
waiting list can take your place.</p>
{{> footer}})"},

    .registration_waitlisted = {
        .subject = "You are on the waiting list: {{event_title}}, {{date}}",
        .text = R"({{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}

Thank you for registering. All places are taken at the moment, so we have
put you on the waiting list.

As soon as a place becomes free, the first person on the list gets it. You
need not do anything: we will write to you at once.

{{> facts}}
{{#manage_url}}View or cancel your registration:
{{manage_url}}

{{/manage_url}}{{> footer}})",
        .html = R"(<p>{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}</p>
<p>Thank you for registering. All places are taken at the moment, so we have
put you on the waiting list.</p>
<p>As soon as a place becomes free, the first person on the list gets it. You
need not do anything: we will write to you at once.</p>
{{> facts}}
{{#manage_url}}<p><a href="{{manage_url}}" {{> button}}>View or cancel your registration</a></p>
{{/manage_url}}{{> footer}})"},

    .registration_promoted = {
        .subject = "You have a place after all: {{event_title}}, {{date}}",
        .text = R"({{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}

Good news: a place has become free, and it is yours. You have moved up from
the waiting list, and your registration is now confirmed.

{{> facts}}
{{#check_in_url}}Your ticket for the check-in:
{{check_in_url}}

{{/check_in_url}}{{#manage_url}}View or cancel your registration:
{{manage_url}}

{{/manage_url}}{{#calendar_url}}Subscribe to the calendar of your events:
{{calendar_url}}

{{/calendar_url}}If you can no longer come, please cancel, so that the next person on the
waiting list can take your place.

{{> footer}})",
        .html = R"(<p>{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}</p>
<p>Good news: a place has become free, and it is yours. You have moved up from
the waiting list, and your registration is now confirmed.</p>
{{> facts}}
{{#check_in_url}}<p><a href="{{check_in_url}}" {{> button}}>Your ticket for the check-in</a></p>
{{/check_in_url}}{{#manage_url}}<p><a href="{{manage_url}}"
  {{> button}}>View or cancel your registration</a></p>
{{/manage_url}}{{#calendar_url}}<p>
<a href="{{calendar_url}}">Subscribe to the calendar of your events</a></p>
{{/calendar_url}}<p>If you can no longer come, please cancel, so that the next person on the
waiting list can take your place.</p>
{{> footer}})"},

    .registration_cancelled = {
        .subject = "Your registration is cancelled: {{event_title}}",
        .text = R"({{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}

Your registration for the following event has been cancelled. If a
calendar entry is attached, it removes the date from your calendar.

{{> facts}}
{{#reason}}The organiser says: {{reason}}

{{/reason}}If this is a mistake, please contact the organiser.

{{> footer}})",
        .html = R"(<p>{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}</p>
<p>Your registration for the following event has been cancelled. If a
calendar entry is attached, it removes the date from your calendar.</p>
{{> facts}}
{{#reason}}<p>The organiser says: {{reason}}</p>
{{/reason}}<p>If this is a mistake, please contact the organiser.</p>
{{> footer}})"},

    .registration_offered = {
        .subject = "A place is offered to you: {{event_title}}, {{date}}",
        .text = R"({{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}

Good news: a place has become free, and it is kept for you{{#until}} until
{{until}}{{/until}}. Please say whether you want it; otherwise it goes to the next
person on the waiting list.

{{> facts}}
{{#accept_url}}Accept the place:
{{accept_url}}

{{/accept_url}}{{#decline_url}}Decline the place:
{{decline_url}}

{{/decline_url}}{{> footer}})",
        .html = R"(<p>{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}</p>
<p>Good news: a place has become free, and it is kept for you{{#until}} until
{{until}}{{/until}}. Please say whether you want it; otherwise it goes to the next
person on the waiting list.</p>
{{> facts}}
{{#accept_url}}<p><a href="{{accept_url}}" {{> button}}>Accept the place</a></p>
{{/accept_url}}{{#decline_url}}<p><a href="{{decline_url}}">Decline the place</a></p>
{{/decline_url}}{{> footer}})"},

    .registration_offer_lapsed = {
        .subject = "The offer of a place has ended: {{event_title}}",
        .text = R"({{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}

The place that was kept for you was not accepted in time and is no
longer kept.
{{#manage_url}}You are on the waiting list again, at its end.
{{/manage_url}}{{^manage_url}}With it your registration has ended. You may register again.
{{/manage_url}}

{{> facts}}
{{#manage_url}}View or cancel your registration:
{{manage_url}}

{{/manage_url}}{{> footer}})",
        .html = R"(<p>{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}</p>
<p>The place that was kept for you was not accepted in time and is no
longer kept.
{{#manage_url}}You are on the waiting list again, at its end.
{{/manage_url}}{{^manage_url}}With it your registration has ended. You may register again.
{{/manage_url}}</p>
{{> facts}}
{{#manage_url}}<p><a href="{{manage_url}}" {{> button}}>View or cancel your registration</a></p>
{{/manage_url}}{{> footer}})"},

    .registration_rejected = {
        .subject = "Your registration was not accepted: {{event_title}}",
        .text = R"({{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}

Thank you for registering. We are sorry to tell you that the organiser could
not accept your registration for the following event.

{{> facts}}
If you have questions, please contact the organiser.

{{> footer}})",
        .html = R"(<p>{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}</p>
<p>Thank you for registering. We are sorry to tell you that the organiser could
not accept your registration for the following event.</p>
{{> facts}}
<p>If you have questions, please contact the organiser.</p>
{{> footer}})"},

    .event_rescheduled = {
        .subject = "New date: {{event_title}}, {{date}}",
        .text = R"({{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}

The event has been moved. These are the new times; if a calendar entry is
attached, it updates your calendar.

{{> facts}}
{{#reason}}The organiser says: {{reason}}

{{/reason}}{{#answer_url}}Please let us know whether you will come:
{{answer_url}}

{{/answer_url}}{{#manage_url}}View or cancel your registration:
{{manage_url}}

{{/manage_url}}A registration you have made remains valid. If the new date does not suit
you, please cancel it.

{{> footer}})",
        .html = R"(<p>{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}</p>
<p>The event has been moved. These are the new times; if a calendar entry is
attached, it updates your calendar.</p>
{{> facts}}
{{#reason}}<p>The organiser says: {{reason}}</p>
{{/reason}}{{#answer_url}}<p><a href="{{answer_url}}"
  {{> button}}>Please let us know whether you will come</a></p>
{{/answer_url}}{{#manage_url}}<p><a href="{{manage_url}}"
  {{> button}}>View or cancel your registration</a></p>
{{/manage_url}}<p>A registration you have made remains valid. If the new date does not suit
you, please cancel it.</p>
{{> footer}})"},

    .event_cancelled = {
        .subject = "Cancelled: {{event_title}}, {{date}}",
        .text = R"({{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}

We are sorry to tell you that the following event will not take place. If a
calendar entry is attached, it removes the date from your calendar.

{{> facts}}
{{#reason}}The organiser says: {{reason}}

{{/reason}}You need not do anything. Thank you for your interest.

{{> footer}})",
        .html = R"(<p>{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}</p>
<p>We are sorry to tell you that the following event will not take place. If a
calendar entry is attached, it removes the date from your calendar.</p>
{{> facts}}
{{#reason}}<p>The organiser says: {{reason}}</p>
{{/reason}}<p>You need not do anything. Thank you for your interest.</p>
{{> footer}})"},

    .meeting_requested = {
        .subject = "Request for a meeting: {{event_title}}",
        .text = R"({{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}

You are asked for a one-to-one meeting. Until you answer, it has no time.

{{> facts}}
{{#summary}}{{summary}}

{{/summary}}{{#manage_url}}Accept or decline it:
{{manage_url}}

{{/manage_url}}{{> footer}})",
        .html = R"(<p>{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}</p>
<p>You are asked for a one-to-one meeting. Until you answer, it has no time.</p>
{{> facts}}
{{#summary}}<p>{{summary}}</p>
{{/summary}}{{#manage_url}}<p><a href="{{manage_url}}" {{> button}}>Accept or decline it</a></p>
{{/manage_url}}{{> footer}})"},

    .meeting_accepted = {
        .subject = "Accepted: {{event_title}}",
        .text = R"({{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}

Your request for a one-to-one meeting was accepted. The organiser gives it a
time and a table; we will write to you then.

{{> meeting_body}})",
        .html = R"(<p>{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}</p>
<p>Your request for a one-to-one meeting was accepted. The organiser gives it a
time and a table; we will write to you then.</p>
{{> meeting_body}})"},

    .meeting_declined = {
        .subject = "Declined: {{event_title}}",
        .text = R"({{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}

Your request for a one-to-one meeting was declined. You may ask somebody else:
the slot is free again.

{{> meeting_body}})",
        .html = R"(<p>{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}</p>
<p>Your request for a one-to-one meeting was declined. You may ask somebody else:
the slot is free again.</p>
{{> meeting_body}})"},

    .meeting_expired = {
        .subject = "Not answered: {{event_title}}",
        .text = R"({{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}

Your request for a one-to-one meeting was not answered in time and has expired.
You may ask again, or ask somebody else: the slot is free again.

{{> meeting_body}})",
        .html = R"(<p>{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}</p>
<p>Your request for a one-to-one meeting was not answered in time and has expired.
You may ask again, or ask somebody else: the slot is free again.</p>
{{> meeting_body}})"},

    .meeting_scheduled = {
        .subject = "{{event_title}}, {{date}}",
        .text = R"({{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}

Your one-to-one meeting has a time and a table. The attached calendar entry
is for it. If you cannot come, please cancel it in time: the other will be
glad to know.

{{> meeting_body}})",
        .html = R"(<p>{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}</p>
<p>Your one-to-one meeting has a time and a table. The attached calendar entry
is for it. If you cannot come, please cancel it in time: the other will be
glad to know.</p>
{{> meeting_body}})"},

    .meeting_rescheduled = {
        .subject = "New time: {{event_title}}, {{date}}",
        .text = R"({{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}

Your one-to-one meeting has another time or table. The attached calendar
entry updates your calendar. If you cannot come, please cancel it in time:
the other will be glad to know.

{{> meeting_body}})",
        .html = R"(<p>{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}</p>
<p>Your one-to-one meeting has another time or table. The attached calendar
entry updates your calendar. If you cannot come, please cancel it in time:
the other will be glad to know.</p>
{{> meeting_body}})"},

    .meeting_cancelled = {
        .subject = "Cancelled: {{event_title}}",
        .text = R"({{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}

We are sorry to tell you that this one-to-one meeting does not take place as
planned. If it was in your calendar, it is taken out.

{{> meeting_body}})",
        .html = R"(<p>{{#name}}Dear {{name}},{{/name}}{{^name}}Hello,{{/name}}</p>
<p>We are sorry to tell you that this one-to-one meeting does not take place as
planned. If it was in your calendar, it is taken out.</p>
{{> meeting_body}})"},
};
// clang-format on

}  // namespace wici::notification
