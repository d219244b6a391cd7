#include "services/notification/templates/texts.h"

namespace wici::notification {

// clang-format off
const LanguageTexts kGermanTexts = {
    .language = "de",
    .facts_text = R"({{event_title}}
Wann: {{when}}
{{#where}}Wo: {{where}}
{{/where}}{{#online_url}}Online: {{online_url}}
{{/online_url}}Veranstalter: {{organiser}}
)",
    .facts_html = R"(<table role="presentation"
  style="border-left:4px solid #1a5fb4;padding-left:12px;margin:16px 0">
<tr><td colspan="2" style="padding:2px 0"><strong>{{event_title}}</strong></td></tr>
<tr><th align="left" valign="top"
  style="padding:2px 12px 2px 0;font-weight:normal;color:#666666">Wann:</th>
  <td style="padding:2px 0">{{when}}</td></tr>
{{#where}}<tr><th align="left" valign="top"
  style="padding:2px 12px 2px 0;font-weight:normal;color:#666666">Wo:</th>
  <td style="padding:2px 0">{{where}}</td></tr>
{{/where}}{{#online_url}}<tr><th align="left" valign="top"
  style="padding:2px 12px 2px 0;font-weight:normal;color:#666666">Online:</th>
  <td style="padding:2px 0"><a href="{{online_url}}">{{online_url}}</a></td></tr>
{{/online_url}}<tr><th align="left" valign="top"
  style="padding:2px 12px 2px 0;font-weight:normal;color:#666666">Veranstalter:</th>
  <td style="padding:2px 0">{{organiser}}</td></tr>
</table>
)",
    .footer_text = R"(---
Diese Nachricht wurde automatisch im Auftrag von {{organiser}} versandt. Die
Links darin sind nur für Sie persönlich bestimmt; bitte geben Sie sie nicht
weiter.
)",
    .footer_html = R"(<p
  style="color:#666666;font-size:13px;border-top:1px solid #dddddd;padding-top:8px">
Diese Nachricht wurde automatisch im Auftrag von {{organiser}} versandt. Die
Links darin sind nur für Sie persönlich bestimmt; bitte geben Sie sie nicht
weiter.</p>
)",

    .invitation = {
        .subject = "Einladung: {{event_title}}, {{date}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

{{organiser}} lädt Sie herzlich zu folgender Veranstaltung ein.

{{> facts}}
{{#summary}}{{summary}}

{{/summary}}{{#answer_url}}Bitte teilen Sie uns mit, ob Sie teilnehmen:
{{answer_url}}

{{/answer_url}}Die Plätze werden in der Reihenfolge der Anmeldungen vergeben. Der
beigefügte Kalendereintrag hält Ihnen den Termin frei, bis Sie sich
entschieden haben.

Mit freundlichen Grüßen
{{organiser}}

{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>{{organiser}} lädt Sie herzlich zu folgender Veranstaltung ein.</p>
{{> facts}}
{{#summary}}<p>{{summary}}</p>
{{/summary}}{{#answer_url}}<p><a href="{{answer_url}}"
  style="display:inline-block;padding:10px 18px;background:#1a5fb4;color:#ffffff;
  text-decoration:none;border-radius:6px">Bitte teilen Sie uns mit, ob Sie teilnehmen</a></p>
{{/answer_url}}<p>Die Plätze werden in der Reihenfolge der Anmeldungen vergeben. Der
beigefügte Kalendereintrag hält Ihnen den Termin frei, bis Sie sich
entschieden haben.</p>
<p>Mit freundlichen Grüßen<br>{{organiser}}</p>
{{> footer}})"},

    .invitation_delegated = {
        .subject = "An Sie weitergegeben: {{event_title}}, {{date}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

jemand, den {{organiser}} eingeladen hat, kann nicht kommen und hat die
Einladung zu folgender Veranstaltung an Sie weitergegeben.

{{> facts}}
{{#summary}}{{summary}}

{{/summary}}{{#answer_url}}Bitte teilen Sie uns mit, ob Sie teilnehmen:
{{answer_url}}

{{/answer_url}}Falls das ein Irrtum ist, müssen Sie nichts tun: Ohne Ihre Antwort folgt
daraus nichts.

Mit freundlichen Grüßen
{{organiser}}

{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>jemand, den {{organiser}} eingeladen hat, kann nicht kommen und hat die
Einladung zu folgender Veranstaltung an Sie weitergegeben.</p>
{{> facts}}
{{#summary}}<p>{{summary}}</p>
{{/summary}}{{#answer_url}}<p><a href="{{answer_url}}"
  style="display:inline-block;padding:10px 18px;background:#1a5fb4;color:#ffffff;
  text-decoration:none;border-radius:6px">Bitte teilen Sie uns mit, ob Sie teilnehmen</a></p>
{{/answer_url}}<p>Falls das ein Irrtum ist, müssen Sie nichts tun: Ohne Ihre Antwort folgt
daraus nichts.</p>
<p>Mit freundlichen Grüßen<br>{{organiser}}</p>
{{> footer}})"},

    .invitation_reminder = {
        .subject = "Erinnerung: {{event_title}}, {{date}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

vor einiger Zeit hat {{organiser}} Sie zu folgender Veranstaltung eingeladen.
Wir wissen noch nicht, ob Sie teilnehmen.

{{> facts}}
{{#summary}}{{summary}}

{{/summary}}{{#answer_url}}Bitte teilen Sie uns mit, ob Sie teilnehmen:
{{answer_url}}

{{/answer_url}}Wenn Sie nicht kommen können, hilft uns auch eine kurze Antwort: Dann kann
jemand anderes den Platz bekommen.

Mit freundlichen Grüßen
{{organiser}}

{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>vor einiger Zeit hat {{organiser}} Sie zu folgender Veranstaltung eingeladen.
Wir wissen noch nicht, ob Sie teilnehmen.</p>
{{> facts}}
{{#summary}}<p>{{summary}}</p>
{{/summary}}{{#answer_url}}<p><a href="{{answer_url}}"
  style="display:inline-block;padding:10px 18px;background:#1a5fb4;color:#ffffff;
  text-decoration:none;border-radius:6px">Bitte teilen Sie uns mit, ob Sie teilnehmen</a></p>
{{/answer_url}}<p>Wenn Sie nicht kommen können, hilft uns auch eine kurze Antwort: Dann kann
jemand anderes den Platz bekommen.</p>
<p>Mit freundlichen Grüßen<br>{{organiser}}</p>
{{> footer}})"},

    .registration_confirmed = {
        .subject = "Ihr Platz ist bestätigt: {{event_title}}, {{date}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

vielen Dank für Ihre Anmeldung. Ihr Platz ist bestätigt, und wir freuen uns
auf Sie.

{{> facts}}
{{#check_in_url}}Ihr Ticket für den Einlass:
{{check_in_url}}

{{/check_in_url}}{{#manage_url}}Anmeldung ansehen oder stornieren:
{{manage_url}}

{{/manage_url}}Sollten Sie doch nicht kommen können, stornieren Sie bitte, damit jemand von
der Warteliste Ihren Platz einnehmen kann.

Mit freundlichen Grüßen
{{organiser}}

{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>vielen Dank für Ihre Anmeldung. Ihr Platz ist bestätigt, und wir freuen uns
auf Sie.</p>
{{> facts}}
{{#check_in_url}}<p><a href="{{check_in_url}}"
  style="display:inline-block;padding:10px 18px;background:#1a5fb4;color:#ffffff;
  text-decoration:none;border-radius:6px">Ihr Ticket für den Einlass</a></p>
{{/check_in_url}}{{#manage_url}}<p><a href="{{manage_url}}"
  style="display:inline-block;padding:10px 18px;background:#1a5fb4;color:#ffffff;
  text-decoration:none;border-radius:6px">Anmeldung ansehen oder stornieren</a></p>
{{/manage_url}}<p>Sollten Sie doch nicht kommen können, stornieren Sie bitte, damit jemand
von der Warteliste Ihren Platz einnehmen kann.</p>
<p>Mit freundlichen Grüßen<br>{{organiser}}</p>
{{> footer}})"},

    .registration_waitlisted = {
        .subject = "Sie stehen auf der Warteliste: {{event_title}}, {{date}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

vielen Dank für Ihre Anmeldung. Zurzeit sind alle Plätze vergeben; wir haben
Sie daher auf die Warteliste gesetzt.

Sobald ein Platz frei wird, erhält ihn die erste Person auf der Liste. Sie
müssen nichts weiter tun: Wir schreiben Ihnen umgehend.

{{> facts}}
{{#manage_url}}Anmeldung ansehen oder stornieren:
{{manage_url}}

{{/manage_url}}Mit freundlichen Grüßen
{{organiser}}

{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>vielen Dank für Ihre Anmeldung. Zurzeit sind alle Plätze vergeben; wir
haben Sie daher auf die Warteliste gesetzt.</p>
<p>Sobald ein Platz frei wird, erhält ihn die erste Person auf der Liste. Sie
müssen nichts weiter tun: Wir schreiben Ihnen umgehend.</p>
{{> facts}}
{{#manage_url}}<p><a href="{{manage_url}}"
  style="display:inline-block;padding:10px 18px;background:#1a5fb4;color:#ffffff;
  text-decoration:none;border-radius:6px">Anmeldung ansehen oder stornieren</a></p>
{{/manage_url}}<p>Mit freundlichen Grüßen<br>{{organiser}}</p>
{{> footer}})"},

    .registration_promoted = {
        .subject = "Sie haben doch noch einen Platz: {{event_title}}, {{date}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

wir haben gute Nachrichten: Ein Platz ist frei geworden, und er gehört
Ihnen. Sie sind von der Warteliste nachgerückt, Ihre Anmeldung ist nun
bestätigt.

{{> facts}}
{{#check_in_url}}Ihr Ticket für den Einlass:
{{check_in_url}}

{{/check_in_url}}{{#manage_url}}Anmeldung ansehen oder stornieren:
{{manage_url}}

{{/manage_url}}Sollten Sie nicht mehr kommen können, stornieren Sie bitte, damit die
nächste Person auf der Warteliste nachrücken kann.

Mit freundlichen Grüßen
{{organiser}}

{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>wir haben gute Nachrichten: Ein Platz ist frei geworden, und er gehört
Ihnen. Sie sind von der Warteliste nachgerückt, Ihre Anmeldung ist nun
bestätigt.</p>
{{> facts}}
{{#check_in_url}}<p><a href="{{check_in_url}}"
  style="display:inline-block;padding:10px 18px;background:#1a5fb4;color:#ffffff;
  text-decoration:none;border-radius:6px">Ihr Ticket für den Einlass</a></p>
{{/check_in_url}}{{#manage_url}}<p><a href="{{manage_url}}"
  style="display:inline-block;padding:10px 18px;background:#1a5fb4;color:#ffffff;
  text-decoration:none;border-radius:6px">Anmeldung ansehen oder stornieren</a></p>
{{/manage_url}}<p>Sollten Sie nicht mehr kommen können, stornieren Sie bitte, damit die
nächste Person auf der Warteliste nachrücken kann.</p>
<p>Mit freundlichen Grüßen<br>{{organiser}}</p>
{{> footer}})"},

    .registration_cancelled = {
        .subject = "Ihre Anmeldung ist storniert: {{event_title}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

Ihre Anmeldung zu folgender Veranstaltung wurde storniert. Der beigefügte
Kalendereintrag entfernt den Termin aus Ihrem Kalender.

{{> facts}}
{{#reason}}Mitteilung des Veranstalters: {{reason}}

{{/reason}}Falls dies ein Versehen ist, wenden Sie sich bitte an den Veranstalter.

Mit freundlichen Grüßen
{{organiser}}

{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>Ihre Anmeldung zu folgender Veranstaltung wurde storniert. Der beigefügte
Kalendereintrag entfernt den Termin aus Ihrem Kalender.</p>
{{> facts}}
{{#reason}}<p>Mitteilung des Veranstalters: {{reason}}</p>
{{/reason}}<p>Falls dies ein Versehen ist, wenden Sie sich bitte an den Veranstalter.</p>
<p>Mit freundlichen Grüßen<br>{{organiser}}</p>
{{> footer}})"},

    .event_rescheduled = {
        .subject = "Neuer Termin: {{event_title}}, {{date}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

die Veranstaltung wurde verlegt. Nachfolgend finden Sie den neuen Termin;
der beigefügte Kalendereintrag aktualisiert Ihren Kalender.

{{> facts}}
{{#reason}}Mitteilung des Veranstalters: {{reason}}

{{/reason}}{{#answer_url}}Bitte teilen Sie uns mit, ob Sie teilnehmen:
{{answer_url}}

{{/answer_url}}{{#manage_url}}Anmeldung ansehen oder stornieren:
{{manage_url}}

{{/manage_url}}Eine bereits erfolgte Anmeldung bleibt gültig. Wenn Ihnen der neue Termin
nicht passt, stornieren Sie sie bitte.

Mit freundlichen Grüßen
{{organiser}}

{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>die Veranstaltung wurde verlegt. Nachfolgend finden Sie den neuen Termin;
der beigefügte Kalendereintrag aktualisiert Ihren Kalender.</p>
{{> facts}}
{{#reason}}<p>Mitteilung des Veranstalters: {{reason}}</p>
{{/reason}}{{#answer_url}}<p><a href="{{answer_url}}"
  style="display:inline-block;padding:10px 18px;background:#1a5fb4;color:#ffffff;
  text-decoration:none;border-radius:6px">Bitte teilen Sie uns mit, ob Sie teilnehmen</a></p>
{{/answer_url}}{{#manage_url}}<p><a href="{{manage_url}}"
  style="display:inline-block;padding:10px 18px;background:#1a5fb4;color:#ffffff;
  text-decoration:none;border-radius:6px">Anmeldung ansehen oder stornieren</a></p>
{{/manage_url}}<p>Eine bereits erfolgte Anmeldung bleibt gültig. Wenn Ihnen der neue Termin
nicht passt, stornieren Sie sie bitte.</p>
<p>Mit freundlichen Grüßen<br>{{organiser}}</p>
{{> footer}})"},

    .event_cancelled = {
        .subject = "Abgesagt: {{event_title}}, {{date}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

zu unserem Bedauern findet die folgende Veranstaltung nicht statt. Der
beigefügte Kalendereintrag entfernt den Termin aus Ihrem Kalender.

{{> facts}}
{{#reason}}Mitteilung des Veranstalters: {{reason}}

{{/reason}}Sie müssen nichts weiter tun. Vielen Dank für Ihr Interesse.

Mit freundlichen Grüßen
{{organiser}}

{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>zu unserem Bedauern findet die folgende Veranstaltung nicht statt. Der
beigefügte Kalendereintrag entfernt den Termin aus Ihrem Kalender.</p>
{{> facts}}
{{#reason}}<p>Mitteilung des Veranstalters: {{reason}}</p>
{{/reason}}<p>Sie müssen nichts weiter tun. Vielen Dank für Ihr Interesse.</p>
<p>Mit freundlichen Grüßen<br>{{organiser}}</p>
{{> footer}})"},

    .meeting_requested = {
        .subject = "Gesprächsanfrage: {{event_title}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

Sie werden um ein Gespräch gebeten. Bis zu Ihrer Antwort hat es keine Zeit.

{{> facts}}
{{#summary}}{{summary}}

{{/summary}}{{#manage_url}}Annehmen oder ablehnen:
{{manage_url}}

{{/manage_url}}Mit freundlichen Grüßen
{{organiser}}

{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>Sie werden um ein Gespräch gebeten. Bis zu Ihrer Antwort hat es keine Zeit.</p>
{{> facts}}
{{#summary}}<p>{{summary}}</p>
{{/summary}}{{#manage_url}}<p><a href="{{manage_url}}"
  style="display:inline-block;padding:10px 18px;background:#1a5fb4;color:#ffffff;
  text-decoration:none;border-radius:6px">Annehmen oder ablehnen</a></p>
{{/manage_url}}<p>Mit freundlichen Grüßen<br>{{organiser}}</p>
{{> footer}})"},

    .meeting_scheduled = {
        .subject = "{{event_title}}, {{date}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

Ihr Gespräch hat eine Zeit und einen Tisch. Der beigefügte Kalendereintrag
gehört dazu.

{{> facts}}
{{#summary}}{{summary}}

{{/summary}}{{#manage_url}}Ihre Termine und Anfragen ansehen:
{{manage_url}}

{{/manage_url}}Wenn Sie nicht kommen können, sagen Sie bitte rechtzeitig ab: Die andere
Person wird es Ihnen danken.

Mit freundlichen Grüßen
{{organiser}}

{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>Ihr Gespräch hat eine Zeit und einen Tisch. Der beigefügte Kalendereintrag
gehört dazu.</p>
{{> facts}}
{{#summary}}<p>{{summary}}</p>
{{/summary}}{{#manage_url}}<p><a href="{{manage_url}}"
  style="display:inline-block;padding:10px 18px;background:#1a5fb4;color:#ffffff;
  text-decoration:none;border-radius:6px">Ihre Termine und Anfragen ansehen</a></p>
{{/manage_url}}<p>Wenn Sie nicht kommen können, sagen Sie bitte rechtzeitig ab: Die andere
Person wird es Ihnen danken.</p>
<p>Mit freundlichen Grüßen<br>{{organiser}}</p>
{{> footer}})"},

    .meeting_rescheduled = {
        .subject = "Neue Zeit: {{event_title}}, {{date}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

Ihr Gespräch hat eine andere Zeit oder einen anderen Tisch. Der beigefügte
Eintrag aktualisiert Ihren Kalender.

{{> facts}}
{{#summary}}{{summary}}

{{/summary}}{{#manage_url}}Ihre Termine und Anfragen ansehen:
{{manage_url}}

{{/manage_url}}Wenn Sie nicht kommen können, sagen Sie bitte rechtzeitig ab: Die andere
Person wird es Ihnen danken.

Mit freundlichen Grüßen
{{organiser}}

{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>Ihr Gespräch hat eine andere Zeit oder einen anderen Tisch. Der beigefügte
Eintrag aktualisiert Ihren Kalender.</p>
{{> facts}}
{{#summary}}<p>{{summary}}</p>
{{/summary}}{{#manage_url}}<p><a href="{{manage_url}}"
  style="display:inline-block;padding:10px 18px;background:#1a5fb4;color:#ffffff;
  text-decoration:none;border-radius:6px">Ihre Termine und Anfragen ansehen</a></p>
{{/manage_url}}<p>Wenn Sie nicht kommen können, sagen Sie bitte rechtzeitig ab: Die andere
Person wird es Ihnen danken.</p>
<p>Mit freundlichen Grüßen<br>{{organiser}}</p>
{{> footer}})"},

    .meeting_cancelled = {
        .subject = "Abgesagt: {{event_title}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

Leider findet dieses Gespräch nicht wie geplant statt.

{{> facts}}
{{#summary}}{{summary}}

{{/summary}}{{#manage_url}}Ihre Termine und Anfragen ansehen:
{{manage_url}}

{{/manage_url}}Wenn es in Ihrem Kalender stand, wird es dort entfernt.

Mit freundlichen Grüßen
{{organiser}}

{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>Leider findet dieses Gespräch nicht wie geplant statt.</p>
{{> facts}}
{{#summary}}<p>{{summary}}</p>
{{/summary}}{{#manage_url}}<p><a href="{{manage_url}}"
  style="display:inline-block;padding:10px 18px;background:#1a5fb4;color:#ffffff;
  text-decoration:none;border-radius:6px">Ihre Termine und Anfragen ansehen</a></p>
{{/manage_url}}<p>Wenn es in Ihrem Kalender stand, wird es dort entfernt.</p>
<p>Mit freundlichen Grüßen<br>{{organiser}}</p>
{{> footer}})"},
};
// clang-format on

}  // namespace wici::notification
