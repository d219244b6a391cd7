#include "services/notification/templates/texts/texts.h"

namespace wici::notification {

const std::string_view kGermanTexts = R"texts(== greeting
{{#name}}Guten Tag {{name}},{{/name}}{{^name}}Guten Tag,{{/name}}
== facts
{{event_title}}
Wann: {{when}}
{{#where}}Wo: {{where}}
{{/where}}{{#online_url}}Online: {{online_url}}
{{/online_url}}Veranstalter: {{organiser}}
== summary
{{#summary}}{{summary}}

{{/summary}}
== reason
{{#reason}}Mitteilung des Veranstalters: {{reason}}

{{/reason}}
== answer
{{#answer_url}}Bitte teilen Sie uns mit, ob Sie teilnehmen:
{{answer_url}}

{{/answer_url}}
== ticket
{{#check_in_url}}Ihr Ticket für den Einlass:
{{check_in_url}}

{{/check_in_url}}
== manage
{{#manage_url}}Anmeldung ansehen oder stornieren:
{{manage_url}}

{{/manage_url}}
== survey
{{#survey_url}}Bitte sagen Sie uns, wie Ihnen die Veranstaltung gefallen hat:
{{survey_url}}

{{/survey_url}}
== calendar
{{#calendar_url}}Den Kalender Ihrer Veranstaltungen abonnieren:
{{calendar_url}}

{{/calendar_url}}
== confirm
{{#confirm_url}}Bestätigen:
{{confirm_url}}

{{/confirm_url}}{{#days}}Der Link gilt {{days}} {{#days.one}}Tag{{/days.one}}{{#days.other}}Tage{{/days.other}}.

{{/days}}
== footer
Mit freundlichen Grüßen
{{organiser}}

---
Diese Nachricht wurde automatisch im Auftrag von {{organiser}} versandt. Die
Links darin sind nur für Sie persönlich bestimmt; bitte geben Sie sie nicht
weiter.
== meeting_body
{{> facts}}
{{> summary}}{{#manage_url}}Ihre Termine und Anfragen ansehen:
{{manage_url}}

{{/manage_url}}{{> footer}}
== consent-invitation
Bitte bestätigen: Einladungen zu Veranstaltungen

{{> greeting}}

jemand, vermutlich Sie, hat darum gebeten, Einladungen zu Veranstaltungen an
diese Adresse zu senden. Bitte bestätigen Sie das; bis dahin senden wir keine.

{{> confirm}}Falls Sie es nicht waren, müssen Sie nichts tun: Ohne Ihre Bestätigung folgt
nichts daraus.

{{> footer}}
== consent-marketing
Bitte bestätigen: Neuigkeiten

{{> greeting}}

jemand, vermutlich Sie, hat darum gebeten, Neuigkeiten an diese Adresse zu
senden. Bitte bestätigen Sie das; bis dahin senden wir keine.

{{> confirm}}Falls Sie es nicht waren, müssen Sie nichts tun: Ohne Ihre Bestätigung folgt
nichts daraus.

{{> footer}}
== digest
Ihre Nachrichten{{#count}}: {{count}} {{#count.one}}neue{{/count.one}}{{#count.other}}neue{{/count.other}}{{/count}}

{{> greeting}}

diese Nachrichten haben wir für Sie gesammelt.

{{#items}}{{items}}

{{/items}}{{> footer}}
== event-cancelled
Abgesagt: {{event_title}}, {{date}}

{{> greeting}}

zu unserem Bedauern findet die folgende Veranstaltung nicht statt. Ein
beigefügter Kalendereintrag entfernt den Termin aus Ihrem Kalender.

{{> facts}}
{{> reason}}Sie müssen nichts weiter tun. Vielen Dank für Ihr Interesse.

{{> footer}}
== event-follow-up
Vielen Dank: {{event_title}}, {{date}}

{{> greeting}}

die Veranstaltung ist zu Ende. Vielen Dank für Ihre Anmeldung. Was davon
bleibt, etwa Ihre Bescheinigung, sobald sie ausgestellt ist, finden Sie bei
Ihrer Anmeldung.

{{> facts}}
{{> survey}}{{> manage}}{{> footer}}
== event-reminder
Erinnerung: {{event_title}}, {{date}}

{{> greeting}}

die Veranstaltung, zu der Sie angemeldet sind, beginnt
{{#days}}in {{days}} {{#days.one}}Tag{{/days.one}}{{#days.other}}Tagen{{/days.other}}{{/days}}{{#hours}}in {{hours}} {{#hours.one}}Stunde{{/hours.one}}{{#hours.other}}Stunden{{/hours.other}}{{/hours}}.
Wir freuen uns auf Sie.

{{> facts}}
{{> ticket}}{{> manage}}Sollten Sie nicht kommen können, stornieren Sie bitte, damit jemand von der
Warteliste Ihren Platz einnehmen kann.

{{> footer}}
== event-rescheduled
Neuer Termin: {{event_title}}, {{date}}

{{> greeting}}

die Veranstaltung wurde verlegt. Nachfolgend finden Sie den neuen Termin;
ein beigefügter Kalendereintrag aktualisiert Ihren Kalender.

{{> facts}}
{{> reason}}{{> answer}}{{> manage}}Eine bereits erfolgte Anmeldung bleibt gültig. Wenn Ihnen der neue Termin
nicht passt, stornieren Sie sie bitte.

{{> footer}}
== event-updated
Geändert: {{event_title}}, {{date}}

{{> greeting}}

zu der folgenden Veranstaltung hat sich etwas geändert. Nachfolgend finden
Sie den neuen Stand; ein beigefügter Kalendereintrag aktualisiert Ihren
Kalender.

{{> facts}}
{{> answer}}{{> manage}}Eine bereits erfolgte Anmeldung bleibt gültig.

{{> footer}}
== invitation
Einladung: {{event_title}}, {{date}}

{{> greeting}}

{{organiser}} lädt Sie herzlich zu folgender Veranstaltung ein.

{{> facts}}
{{> summary}}{{> answer}}Die Plätze werden in der Reihenfolge der Anmeldungen vergeben. Der
beigefügte Kalendereintrag hält Ihnen den Termin frei, bis Sie sich
entschieden haben.

{{> footer}}
== invitation-delegated
An Sie weitergegeben: {{event_title}}, {{date}}

{{> greeting}}

jemand, den {{organiser}} eingeladen hat, kann nicht kommen und hat die
Einladung zu folgender Veranstaltung an Sie weitergegeben.

{{> facts}}
{{> summary}}{{> answer}}Falls das ein Irrtum ist, müssen Sie nichts tun: Ohne Ihre Antwort folgt
daraus nichts.

{{> footer}}
== invitation-reminder
Erinnerung: {{event_title}}, {{date}}

{{> greeting}}

vor einiger Zeit hat {{organiser}} Sie zu folgender Veranstaltung eingeladen.
Wir wissen noch nicht, ob Sie teilnehmen.

{{> facts}}
{{> summary}}{{> answer}}Wenn Sie nicht kommen können, hilft uns auch eine kurze Antwort: Dann kann
jemand anderes den Platz bekommen.

{{> footer}}
== meeting-accepted
Angenommen: {{event_title}}

{{> greeting}}

Ihre Gesprächsanfrage wurde angenommen. Der Veranstalter gibt dem Gespräch eine
Zeit und einen Tisch; dann schreiben wir Ihnen.

{{> meeting_body}}
== meeting-cancelled
Abgesagt: {{event_title}}

{{> greeting}}

leider findet dieses Gespräch nicht wie geplant statt. Wenn es in Ihrem
Kalender stand, wird es dort entfernt.

{{> meeting_body}}
== meeting-declined
Abgelehnt: {{event_title}}

{{> greeting}}

Ihre Gesprächsanfrage wurde abgelehnt. Sie können jemand anderen fragen: Die
Zeit ist wieder frei.

{{> meeting_body}}
== meeting-expired
Nicht beantwortet: {{event_title}}

{{> greeting}}

Ihre Gesprächsanfrage wurde nicht rechtzeitig beantwortet und ist verfallen.
Sie können erneut oder jemand anderen fragen: Die Zeit ist wieder frei.

{{> meeting_body}}
== meeting-requested
Gesprächsanfrage: {{event_title}}

{{> greeting}}

Sie werden um ein Gespräch gebeten. Bis zu Ihrer Antwort hat es keine Zeit.

{{> facts}}
{{> summary}}{{#manage_url}}Annehmen oder ablehnen:
{{manage_url}}

{{/manage_url}}{{> footer}}
== meeting-rescheduled
Neue Zeit: {{event_title}}, {{date}}

{{> greeting}}

Ihr Gespräch hat eine andere Zeit oder einen anderen Tisch. Der beigefügte
Eintrag aktualisiert Ihren Kalender. Wenn Sie nicht kommen können, sagen Sie
bitte rechtzeitig ab: Die andere Person wird es Ihnen danken.

{{> meeting_body}}
== meeting-scheduled
{{event_title}}, {{date}}

{{> greeting}}

Ihr Gespräch hat eine Zeit und einen Tisch. Der beigefügte Kalendereintrag
gehört dazu. Wenn Sie nicht kommen können, sagen Sie bitte rechtzeitig ab:
Die andere Person wird es Ihnen danken.

{{> meeting_body}}
== registration-cancelled
Ihre Anmeldung ist storniert: {{event_title}}

{{> greeting}}

Ihre Anmeldung zu folgender Veranstaltung wurde storniert. Falls ein
Kalendereintrag beigefügt ist, entfernt er den Termin aus Ihrem Kalender.

{{> facts}}
{{> reason}}Falls dies ein Versehen ist, wenden Sie sich bitte an den Veranstalter.

{{> footer}}
== registration-confirmed
Ihr Platz ist bestätigt: {{event_title}}, {{date}}

{{> greeting}}

vielen Dank für Ihre Anmeldung. Ihr Platz ist bestätigt, und wir freuen uns
auf Sie.

{{> facts}}
{{> ticket}}{{> manage}}{{> calendar}}Sollten Sie doch nicht kommen können, stornieren Sie bitte, damit jemand von
der Warteliste Ihren Platz einnehmen kann.

{{> footer}}
== registration-offer-lapsed
Das Angebot eines Platzes ist abgelaufen: {{event_title}}

{{> greeting}}

der für Sie reservierte Platz wurde nicht rechtzeitig angenommen und ist
nicht mehr reserviert.
{{#manage_url}}Sie stehen wieder auf der Warteliste, an ihrem Ende.
{{/manage_url}}{{^manage_url}}Ihre Anmeldung ist damit beendet. Sie können sich erneut anmelden.
{{/manage_url}}

{{> facts}}
{{> manage}}{{> footer}}
== registration-offered
Ein Platz ist für Sie frei: {{event_title}}, {{date}}

{{> greeting}}

gute Nachricht: Ein Platz ist frei geworden und für Sie reserviert{{#until}} bis
{{until}}{{/until}}. Bitte teilen Sie uns mit, ob Sie ihn möchten; sonst
erhält ihn die nächste Person auf der Warteliste.

{{> facts}}
{{#accept_url}}Den Platz annehmen:
{{accept_url}}

{{/accept_url}}{{#decline_url}}Auf den Platz verzichten:
{{decline_url}}

{{/decline_url}}{{> footer}}
== registration-promoted
Sie haben doch noch einen Platz: {{event_title}}, {{date}}

{{> greeting}}

wir haben gute Nachrichten: Ein Platz ist frei geworden, und er gehört
Ihnen. Sie sind von der Warteliste nachgerückt, Ihre Anmeldung ist nun
bestätigt.

{{> facts}}
{{> ticket}}{{> manage}}{{> calendar}}Sollten Sie nicht mehr kommen können, stornieren Sie bitte, damit die
nächste Person auf der Warteliste nachrücken kann.

{{> footer}}
== registration-rejected
Ihre Anmeldung wurde nicht angenommen: {{event_title}}

{{> greeting}}

vielen Dank für Ihre Anmeldung. Leider konnte der Veranstalter sie für die
folgende Veranstaltung nicht annehmen.

{{> facts}}
Bei Fragen wenden Sie sich bitte an den Veranstalter.

{{> footer}}
== registration-waitlisted
Sie stehen auf der Warteliste: {{event_title}}, {{date}}

{{> greeting}}

vielen Dank für Ihre Anmeldung. Zurzeit sind alle Plätze vergeben; wir haben
Sie daher auf die Warteliste gesetzt.

Sobald ein Platz frei wird, erhält ihn die erste Person auf der Liste. Sie
müssen nichts weiter tun: Wir schreiben Ihnen umgehend.

{{> facts}}
{{> manage}}{{> footer}}
== session-cancelled
Abgesagt: {{event_title}}

{{> greeting}}

leider findet ein Programmpunkt, den Sie gewählt hatten, nicht statt. Wenn er
in Ihrem Kalender stand, wird er dort entfernt.

{{> facts}}
{{#summary}}Er gehörte zu: {{summary}}

{{/summary}}{{> manage}}Ihre Anmeldung zur Veranstaltung bleibt gültig.

{{> footer}}
== session-rescheduled
Neue Zeit oder neuer Raum: {{event_title}}, {{date}}

{{> greeting}}

ein Programmpunkt, den Sie gewählt haben, findet zu einer anderen Zeit oder
in einem anderen Raum statt. Ein beigefügter Kalendereintrag aktualisiert
Ihren Kalender.

{{> facts}}
{{#summary}}Er gehört zu: {{summary}}

{{/summary}}{{> manage}}Wenn er Ihnen nicht mehr passt, wählen Sie bitte einen anderen; Ihre
Anmeldung zur Veranstaltung bleibt gültig.

{{> footer}}
== subscription-disabled
Webhook abgeschaltet: {{subscription_title}}

{{> greeting}}

der Webhook „{{subscription_title}}“ wurde abgeschaltet.
{{#failing_since}}Keine Anfrage an seinen Endpunkt war seit diesem Zeitpunkt erfolgreich: {{failing_since}}.
{{/failing_since}}{{^failing_since}}Sein Endpunkt hat geantwortet, dass er nichts mehr haben will (Status 410).
{{/failing_since}}

Es wird ihm nun nichts gesendet, und was sich ab jetzt ändert, wird nicht für
ihn aufbewahrt. Wenn der Endpunkt wieder arbeitet, lassen Sie das Abonnement
bitte fortsetzen. Was noch wartete, kann dann durch eine Wiederholung doch noch
gesendet werden.

Das Abonnement ist {{subscription}}. Sie erhalten diese Nachricht, weil diese
Adresse sein Kontakt ist.

)texts";

}  // namespace wici::notification
