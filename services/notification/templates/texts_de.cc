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
    .footer_text = R"(Mit freundlichen Grüßen
{{organiser}}

---
Diese Nachricht wurde automatisch im Auftrag von {{organiser}} versandt. Die
Links darin sind nur für Sie persönlich bestimmt; bitte geben Sie sie nicht
weiter.
)",
    .footer_html = R"(<p>Mit freundlichen Grüßen<br>{{organiser}}</p>
<p
  style="color:#666666;font-size:13px;border-top:1px solid #dddddd;padding-top:8px">
Diese Nachricht wurde automatisch im Auftrag von {{organiser}} versandt. Die
Links darin sind nur für Sie persönlich bestimmt; bitte geben Sie sie nicht
weiter.</p>
)",
    .meeting_body_text = R"({{> facts}}
{{#summary}}{{summary}}

{{/summary}}{{#manage_url}}Ihre Termine und Anfragen ansehen:
{{manage_url}}

{{/manage_url}}{{> footer}})",
    .meeting_body_html = R"({{> facts}}
{{#summary}}<p>{{summary}}</p>
{{/summary}}{{#manage_url}}<p><a href="{{manage_url}}"
  {{> button}}>Ihre Termine und Anfragen ansehen</a></p>
{{/manage_url}}{{> footer}})",

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

{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>{{organiser}} lädt Sie herzlich zu folgender Veranstaltung ein.</p>
{{> facts}}
{{#summary}}<p>{{summary}}</p>
{{/summary}}{{#answer_url}}<p><a href="{{answer_url}}"
  {{> button}}>Bitte teilen Sie uns mit, ob Sie teilnehmen</a></p>
{{/answer_url}}<p>Die Plätze werden in der Reihenfolge der Anmeldungen vergeben. Der
beigefügte Kalendereintrag hält Ihnen den Termin frei, bis Sie sich
entschieden haben.</p>
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

{{/manage_url}}{{#calendar_url}}Den Kalender Ihrer Veranstaltungen abonnieren:
{{calendar_url}}

{{/calendar_url}}Sollten Sie doch nicht kommen können, stornieren Sie bitte, damit jemand von
der Warteliste Ihren Platz einnehmen kann.

{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>vielen Dank für Ihre Anmeldung. Ihr Platz ist bestätigt, und wir freuen uns
auf Sie.</p>
{{> facts}}
{{#check_in_url}}<p><a href="{{check_in_url}}" {{> button}}>Ihr Ticket für den Einlass</a></p>
{{/check_in_url}}{{#manage_url}}<p><a href="{{manage_url}}"
  {{> button}}>Anmeldung ansehen oder stornieren</a></p>
{{/manage_url}}{{#calendar_url}}<p>
<a href="{{calendar_url}}">Den Kalender Ihrer Veranstaltungen abonnieren</a></p>
{{/calendar_url}}<p>Sollten Sie doch nicht kommen können, stornieren Sie bitte, damit jemand
von der Warteliste Ihren Platz einnehmen kann.</p>
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

{{/manage_url}}{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>vielen Dank für Ihre Anmeldung. Zurzeit sind alle Plätze vergeben; wir
haben Sie daher auf die Warteliste gesetzt.</p>
<p>Sobald ein Platz frei wird, erhält ihn die erste Person auf der Liste. Sie
müssen nichts weiter tun: Wir schreiben Ihnen umgehend.</p>
{{> facts}}
{{#manage_url}}<p><a href="{{manage_url}}" {{> button}}>Anmeldung ansehen oder stornieren</a></p>
{{/manage_url}}{{> footer}})"},

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

{{/manage_url}}{{#calendar_url}}Den Kalender Ihrer Veranstaltungen abonnieren:
{{calendar_url}}

{{/calendar_url}}Sollten Sie nicht mehr kommen können, stornieren Sie bitte, damit die
nächste Person auf der Warteliste nachrücken kann.

{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>wir haben gute Nachrichten: Ein Platz ist frei geworden, und er gehört
Ihnen. Sie sind von der Warteliste nachgerückt, Ihre Anmeldung ist nun
bestätigt.</p>
{{> facts}}
{{#check_in_url}}<p><a href="{{check_in_url}}" {{> button}}>Ihr Ticket für den Einlass</a></p>
{{/check_in_url}}{{#manage_url}}<p><a href="{{manage_url}}"
  {{> button}}>Anmeldung ansehen oder stornieren</a></p>
{{/manage_url}}{{#calendar_url}}<p>
<a href="{{calendar_url}}">Den Kalender Ihrer Veranstaltungen abonnieren</a></p>
{{/calendar_url}}<p>Sollten Sie nicht mehr kommen können, stornieren Sie bitte, damit die
nächste Person auf der Warteliste nachrücken kann.</p>
{{> footer}})"},

    .registration_cancelled = {
        .subject = "Ihre Anmeldung ist storniert: {{event_title}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

Ihre Anmeldung zu folgender Veranstaltung wurde storniert. Falls ein
Kalendereintrag beigefügt ist, entfernt er den Termin aus Ihrem Kalender.

{{> facts}}
{{#reason}}Mitteilung des Veranstalters: {{reason}}

{{/reason}}Falls dies ein Versehen ist, wenden Sie sich bitte an den Veranstalter.

{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>Ihre Anmeldung zu folgender Veranstaltung wurde storniert. Falls ein
Kalendereintrag beigefügt ist, entfernt er den Termin aus Ihrem Kalender.</p>
{{> facts}}
{{#reason}}<p>Mitteilung des Veranstalters: {{reason}}</p>
{{/reason}}<p>Falls dies ein Versehen ist, wenden Sie sich bitte an den Veranstalter.</p>
{{> footer}})"},

    .registration_offered = {
        .subject = "Ein Platz ist für Sie frei: {{event_title}}, {{date}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

gute Nachricht: Ein Platz ist frei geworden und für Sie reserviert{{#until}} bis
{{until}}{{/until}}. Bitte teilen Sie uns mit, ob Sie ihn möchten; sonst
erhält ihn die nächste Person auf der Warteliste.

{{> facts}}
{{#accept_url}}Den Platz annehmen:
{{accept_url}}

{{/accept_url}}{{#decline_url}}Auf den Platz verzichten:
{{decline_url}}

{{/decline_url}}{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>gute Nachricht: Ein Platz ist frei geworden und für Sie reserviert{{#until}} bis
{{until}}{{/until}}. Bitte teilen Sie uns mit, ob Sie ihn möchten; sonst
erhält ihn die nächste Person auf der Warteliste.</p>
{{> facts}}
{{#accept_url}}<p><a href="{{accept_url}}" {{> button}}>Den Platz annehmen</a></p>
{{/accept_url}}{{#decline_url}}<p><a href="{{decline_url}}">Auf den Platz verzichten</a></p>
{{/decline_url}}{{> footer}})"},

    .registration_offer_lapsed = {
        .subject = "Das Angebot eines Platzes ist abgelaufen: {{event_title}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

der für Sie reservierte Platz wurde nicht rechtzeitig angenommen und ist
nicht mehr reserviert.
{{#manage_url}}Sie stehen wieder auf der Warteliste, an ihrem Ende.
{{/manage_url}}{{^manage_url}}Ihre Anmeldung ist damit beendet. Sie können sich erneut anmelden.
{{/manage_url}}

{{> facts}}
{{#manage_url}}Anmeldung ansehen oder stornieren:
{{manage_url}}

{{/manage_url}}{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>der für Sie reservierte Platz wurde nicht rechtzeitig angenommen und ist
nicht mehr reserviert.
{{#manage_url}}Sie stehen wieder auf der Warteliste, an ihrem Ende.
{{/manage_url}}{{^manage_url}}Ihre Anmeldung ist damit beendet. Sie können sich erneut anmelden.
{{/manage_url}}</p>
{{> facts}}
{{#manage_url}}<p><a href="{{manage_url}}" {{> button}}>Anmeldung ansehen oder stornieren</a></p>
{{/manage_url}}{{> footer}})"},

    .registration_rejected = {
        .subject = "Ihre Anmeldung wurde nicht angenommen: {{event_title}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

vielen Dank für Ihre Anmeldung. Leider konnte der Veranstalter sie für die
folgende Veranstaltung nicht annehmen.

{{> facts}}
Bei Fragen wenden Sie sich bitte an den Veranstalter.

{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>vielen Dank für Ihre Anmeldung. Leider konnte der Veranstalter sie für die
folgende Veranstaltung nicht annehmen.</p>
{{> facts}}
<p>Bei Fragen wenden Sie sich bitte an den Veranstalter.</p>
{{> footer}})"},

    .event_rescheduled = {
        .subject = "Neuer Termin: {{event_title}}, {{date}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

die Veranstaltung wurde verlegt. Nachfolgend finden Sie den neuen Termin;
ein beigefügter Kalendereintrag aktualisiert Ihren Kalender.

{{> facts}}
{{#reason}}Mitteilung des Veranstalters: {{reason}}

{{/reason}}{{#answer_url}}Bitte teilen Sie uns mit, ob Sie teilnehmen:
{{answer_url}}

{{/answer_url}}{{#manage_url}}Anmeldung ansehen oder stornieren:
{{manage_url}}

{{/manage_url}}Eine bereits erfolgte Anmeldung bleibt gültig. Wenn Ihnen der neue Termin
nicht passt, stornieren Sie sie bitte.

{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>die Veranstaltung wurde verlegt. Nachfolgend finden Sie den neuen Termin;
ein beigefügter Kalendereintrag aktualisiert Ihren Kalender.</p>
{{> facts}}
{{#reason}}<p>Mitteilung des Veranstalters: {{reason}}</p>
{{/reason}}{{#answer_url}}<p><a href="{{answer_url}}"
  {{> button}}>Bitte teilen Sie uns mit, ob Sie teilnehmen</a></p>
{{/answer_url}}{{#manage_url}}<p><a href="{{manage_url}}"
  {{> button}}>Anmeldung ansehen oder stornieren</a></p>
{{/manage_url}}<p>Eine bereits erfolgte Anmeldung bleibt gültig. Wenn Ihnen der neue Termin
nicht passt, stornieren Sie sie bitte.</p>
{{> footer}})"},

    .event_cancelled = {
        .subject = "Abgesagt: {{event_title}}, {{date}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

zu unserem Bedauern findet die folgende Veranstaltung nicht statt. Ein
beigefügter Kalendereintrag entfernt den Termin aus Ihrem Kalender.

{{> facts}}
{{#reason}}Mitteilung des Veranstalters: {{reason}}

{{/reason}}Sie müssen nichts weiter tun. Vielen Dank für Ihr Interesse.

{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>zu unserem Bedauern findet die folgende Veranstaltung nicht statt. Ein
beigefügter Kalendereintrag entfernt den Termin aus Ihrem Kalender.</p>
{{> facts}}
{{#reason}}<p>Mitteilung des Veranstalters: {{reason}}</p>
{{/reason}}<p>Sie müssen nichts weiter tun. Vielen Dank für Ihr Interesse.</p>
{{> footer}})"},

    .meeting_requested = {
        .subject = "Gesprächsanfrage: {{event_title}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

Sie werden um ein Gespräch gebeten. Bis zu Ihrer Antwort hat es keine Zeit.

{{> facts}}
{{#summary}}{{summary}}

{{/summary}}{{#manage_url}}Annehmen oder ablehnen:
{{manage_url}}

{{/manage_url}}{{> footer}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>Sie werden um ein Gespräch gebeten. Bis zu Ihrer Antwort hat es keine Zeit.</p>
{{> facts}}
{{#summary}}<p>{{summary}}</p>
{{/summary}}{{#manage_url}}<p><a href="{{manage_url}}" {{> button}}>Annehmen oder ablehnen</a></p>
{{/manage_url}}{{> footer}})"},

    .meeting_accepted = {
        .subject = "Angenommen: {{event_title}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

Ihre Gesprächsanfrage wurde angenommen. Der Veranstalter gibt dem Gespräch eine
Zeit und einen Tisch; dann schreiben wir Ihnen.

{{> meeting_body}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>Ihre Gesprächsanfrage wurde angenommen. Der Veranstalter gibt dem Gespräch eine
Zeit und einen Tisch; dann schreiben wir Ihnen.</p>
{{> meeting_body}})"},

    .meeting_declined = {
        .subject = "Abgelehnt: {{event_title}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

Ihre Gesprächsanfrage wurde abgelehnt. Sie können jemand anderen fragen: Die
Zeit ist wieder frei.

{{> meeting_body}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>Ihre Gesprächsanfrage wurde abgelehnt. Sie können jemand anderen fragen: Die
Zeit ist wieder frei.</p>
{{> meeting_body}})"},

    .meeting_expired = {
        .subject = "Nicht beantwortet: {{event_title}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

Ihre Gesprächsanfrage wurde nicht rechtzeitig beantwortet und ist verfallen.
Sie können erneut oder jemand anderen fragen: Die Zeit ist wieder frei.

{{> meeting_body}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>Ihre Gesprächsanfrage wurde nicht rechtzeitig beantwortet und ist verfallen.
Sie können erneut oder jemand anderen fragen: Die Zeit ist wieder frei.</p>
{{> meeting_body}})"},

    .meeting_scheduled = {
        .subject = "{{event_title}}, {{date}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

Ihr Gespräch hat eine Zeit und einen Tisch. Der beigefügte Kalendereintrag
gehört dazu. Wenn Sie nicht kommen können, sagen Sie bitte rechtzeitig ab:
Die andere Person wird es Ihnen danken.

{{> meeting_body}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>Ihr Gespräch hat eine Zeit und einen Tisch. Der beigefügte Kalendereintrag
gehört dazu. Wenn Sie nicht kommen können, sagen Sie bitte rechtzeitig ab:
Die andere Person wird es Ihnen danken.</p>
{{> meeting_body}})"},

    .meeting_rescheduled = {
        .subject = "Neue Zeit: {{event_title}}, {{date}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

Ihr Gespräch hat eine andere Zeit oder einen anderen Tisch. Der beigefügte
Eintrag aktualisiert Ihren Kalender. Wenn Sie nicht kommen können, sagen Sie
bitte rechtzeitig ab: Die andere Person wird es Ihnen danken.

{{> meeting_body}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>Ihr Gespräch hat eine andere Zeit oder einen anderen Tisch. Der beigefügte
Eintrag aktualisiert Ihren Kalender. Wenn Sie nicht kommen können, sagen Sie
bitte rechtzeitig ab: Die andere Person wird es Ihnen danken.</p>
{{> meeting_body}})"},

    .meeting_cancelled = {
        .subject = "Abgesagt: {{event_title}}",
        .text = R"({{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}

leider findet dieses Gespräch nicht wie geplant statt. Wenn es in Ihrem
Kalender stand, wird es dort entfernt.

{{> meeting_body}})",
        .html = R"(<p>{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}</p>
<p>leider findet dieses Gespräch nicht wie geplant statt. Wenn es in Ihrem
Kalender stand, wird es dort entfernt.</p>
{{> meeting_body}})"},
};
// clang-format on

}  // namespace wici::notification
