#include "services/notification/templates/texts.h"

namespace wici::notification {

// clang-format off
const LanguageTexts kPolishTexts = {
    .language = "pl",
    .facts_text = R"({{event_title}}
Termin: {{when}}
{{#where}}Miejsce: {{where}}
{{/where}}{{#online_url}}Online: {{online_url}}
{{/online_url}}Organizator: {{organiser}}
)",
    .facts_html = R"(<table role="presentation"
  style="border-left:4px solid #1a5fb4;padding-left:12px;margin:16px 0">
<tr><td colspan="2" style="padding:2px 0"><strong>{{event_title}}</strong></td></tr>
<tr><th align="left" valign="top"
  style="padding:2px 12px 2px 0;font-weight:normal;color:#666666">Termin:</th>
  <td style="padding:2px 0">{{when}}</td></tr>
{{#where}}<tr><th align="left" valign="top"
  style="padding:2px 12px 2px 0;font-weight:normal;color:#666666">Miejsce:</th>
  <td style="padding:2px 0">{{where}}</td></tr>
{{/where}}{{#online_url}}<tr><th align="left" valign="top"
  style="padding:2px 12px 2px 0;font-weight:normal;color:#666666">Online:</th>
  <td style="padding:2px 0"><a href="{{online_url}}">{{online_url}}</a></td></tr>
{{/online_url}}<tr><th align="left" valign="top"
  style="padding:2px 12px 2px 0;font-weight:normal;color:#666666">Organizator:</th>
  <td style="padding:2px 0">{{organiser}}</td></tr>
</table>
)",
    .footer_text = R"(Z wyrazami szacunku
{{organiser}}

---
Wiadomość została wysłana automatycznie w imieniu organizatora:
{{organiser}}. Zawarte w niej odnośniki są przeznaczone wyłącznie dla
Państwa; prosimy nie przekazywać ich innym osobom.
)",
    .footer_html = R"(<p>Z wyrazami szacunku<br>{{organiser}}</p>
<p
  style="color:#666666;font-size:13px;border-top:1px solid #dddddd;padding-top:8px">
Wiadomość została wysłana automatycznie w imieniu organizatora: {{organiser}}.
Zawarte w niej odnośniki są przeznaczone wyłącznie dla Państwa; prosimy nie
przekazywać ich innym osobom.</p>
)",
    .meeting_body_text = R"({{> facts}}
{{#summary}}{{summary}}

{{/summary}}{{#manage_url}}Program spotkań i zaproszenia:
{{manage_url}}

{{/manage_url}}{{> footer}})",
    .meeting_body_html = R"({{> facts}}
{{#summary}}<p>{{summary}}</p>
{{/summary}}{{#manage_url}}<p><a href="{{manage_url}}"
  {{> button}}>Program spotkań i zaproszenia</a></p>
{{/manage_url}}{{> footer}})",

    .invitation = {
        .subject = "Zaproszenie: {{event_title}}, {{date}}",
        .text = R"({{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}

w imieniu organizatora – {{organiser}} – serdecznie zapraszamy Państwa do
udziału w wydarzeniu:

{{> facts}}
{{#summary}}{{summary}}

{{/summary}}{{#answer_url}}Prosimy o odpowiedź, czy wezmą Państwo udział:
{{answer_url}}

{{/answer_url}}O przyznaniu miejsca decyduje kolejność zgłoszeń. Załączony wpis rezerwuje
termin w Państwa kalendarzu do czasu podjęcia decyzji.

{{> footer}})",
        .html = R"(<p>{{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}</p>
<p>w imieniu organizatora – {{organiser}} – serdecznie zapraszamy Państwa do
udziału w wydarzeniu:</p>
{{> facts}}
{{#summary}}<p>{{summary}}</p>
{{/summary}}{{#answer_url}}<p><a href="{{answer_url}}"
  {{> button}}>Prosimy o odpowiedź, czy wezmą Państwo udział</a></p>
{{/answer_url}}<p>O przyznaniu miejsca decyduje kolejność zgłoszeń. Załączony wpis rezerwuje
termin w Państwa kalendarzu do czasu podjęcia decyzji.</p>
{{> footer}})"},

    .invitation_delegated = {
        .subject = "Przekazane zaproszenie: {{event_title}}, {{date}}",
        .text = R"({{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}

osoba zaproszona przez organizatora – {{organiser}} – nie może przyjść
i przekazała Państwu zaproszenie na wydarzenie:

{{> facts}}
{{#summary}}{{summary}}

{{/summary}}{{#answer_url}}Prosimy o odpowiedź, czy wezmą Państwo udział:
{{answer_url}}

{{/answer_url}}Jeżeli to pomyłka, nie muszą Państwo nic robić: bez Państwa odpowiedzi
zaproszenie nie pociąga za sobą żadnych skutków.

{{> footer}})",
        .html = R"(<p>{{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}</p>
<p>osoba zaproszona przez organizatora – {{organiser}} – nie może przyjść
i przekazała Państwu zaproszenie na wydarzenie:</p>
{{> facts}}
{{#summary}}<p>{{summary}}</p>
{{/summary}}{{#answer_url}}<p><a href="{{answer_url}}"
  style="display:inline-block;padding:10px 18px;background:#1a5fb4;color:#ffffff;
  text-decoration:none;border-radius:6px">Prosimy o odpowiedź, czy wezmą Państwo udział</a></p>
{{/answer_url}}<p>Jeżeli to pomyłka, nie muszą Państwo nic robić: bez Państwa odpowiedzi
zaproszenie nie pociąga za sobą żadnych skutków.</p>
{{> footer}})"},

    .invitation_reminder = {
        .subject = "Przypomnienie: {{event_title}}, {{date}}",
        .text = R"({{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}

jakiś czas temu organizator – {{organiser}} – zaprosił Państwa na poniższe
wydarzenie. Nie wiemy jeszcze, czy wezmą w nim Państwo udział.

{{> facts}}
{{#summary}}{{summary}}

{{/summary}}{{#answer_url}}Prosimy o odpowiedź, czy wezmą Państwo udział:
{{answer_url}}

{{/answer_url}}Jeżeli nie mogą Państwo przyjść, także prosimy o krótką odpowiedź: z miejsca
skorzysta wtedy ktoś inny.

{{> footer}})",
        .html = R"(<p>{{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}</p>
<p>jakiś czas temu organizator – {{organiser}} – zaprosił Państwa na poniższe
wydarzenie. Nie wiemy jeszcze, czy wezmą w nim Państwo udział.</p>
{{> facts}}
{{#summary}}<p>{{summary}}</p>
{{/summary}}{{#answer_url}}<p><a href="{{answer_url}}"
  style="display:inline-block;padding:10px 18px;background:#1a5fb4;color:#ffffff;
  text-decoration:none;border-radius:6px">Prosimy o odpowiedź, czy wezmą Państwo udział</a></p>
{{/answer_url}}<p>Jeżeli nie mogą Państwo przyjść, także prosimy o krótką odpowiedź: z miejsca
skorzysta wtedy ktoś inny.</p>
{{> footer}})"},

    .registration_confirmed = {
        .subject = "Potwierdzenie rejestracji: {{event_title}}, {{date}}",
        .text = R"({{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}

dziękujemy za rejestrację. Potwierdzamy Państwa udział i cieszymy się na
spotkanie.

{{> facts}}
{{#check_in_url}}Państwa bilet do okazania przy wejściu:
{{check_in_url}}

{{/check_in_url}}{{#manage_url}}Podgląd lub odwołanie rejestracji:
{{manage_url}}

{{/manage_url}}{{#calendar_url}}Subskrypcja kalendarza Państwa wydarzeń:
{{calendar_url}}

{{/calendar_url}}Jeżeli jednak nie będą Państwo mogli przybyć, prosimy o odwołanie
rejestracji, aby miejsce mogła otrzymać osoba z listy rezerwowej.

{{> footer}})",
        .html = R"(<p>{{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}</p>
<p>dziękujemy za rejestrację. Potwierdzamy Państwa udział i cieszymy się na
spotkanie.</p>
{{> facts}}
{{#check_in_url}}<p><a href="{{check_in_url}}"
  {{> button}}>Państwa bilet do okazania przy wejściu</a></p>
{{/check_in_url}}{{#manage_url}}<p><a href="{{manage_url}}"
  {{> button}}>Podgląd lub odwołanie rejestracji</a></p>
{{/manage_url}}{{#calendar_url}}<p>
<a href="{{calendar_url}}">Subskrypcja kalendarza Państwa wydarzeń</a></p>
{{/calendar_url}}<p>Jeżeli jednak nie będą Państwo mogli przybyć, prosimy o odwołanie
rejestracji, aby miejsce mogła otrzymać osoba z listy rezerwowej.</p>
{{> footer}})"},

    .registration_waitlisted = {
        .subject = "Lista rezerwowa: {{event_title}}, {{date}}",
        .text = R"({{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}

dziękujemy za rejestrację. Wszystkie miejsca są w tej chwili zajęte, dlatego
wpisaliśmy Państwa na listę rezerwową.

Gdy tylko zwolni się miejsce, otrzyma je pierwsza osoba z listy. Nie muszą
Państwo nic robić – powiadomimy Państwa niezwłocznie.

{{> facts}}
{{#manage_url}}Podgląd lub odwołanie rejestracji:
{{manage_url}}

{{/manage_url}}{{> footer}})",
        .html = R"(<p>{{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}</p>
<p>dziękujemy za rejestrację. Wszystkie miejsca są w tej chwili zajęte,
dlatego wpisaliśmy Państwa na listę rezerwową.</p>
<p>Gdy tylko zwolni się miejsce, otrzyma je pierwsza osoba z listy. Nie muszą
Państwo nic robić – powiadomimy Państwa niezwłocznie.</p>
{{> facts}}
{{#manage_url}}<p><a href="{{manage_url}}" {{> button}}>Podgląd lub odwołanie rejestracji</a></p>
{{/manage_url}}{{> footer}})"},

    .registration_promoted = {
        .subject = "Mają Państwo miejsce: {{event_title}}, {{date}}",
        .text = R"({{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}

mamy dobrą wiadomość: zwolniło się miejsce i zostało przyznane Państwu.
Rejestracja z listy rezerwowej jest teraz potwierdzona.

{{> facts}}
{{#check_in_url}}Państwa bilet do okazania przy wejściu:
{{check_in_url}}

{{/check_in_url}}{{#manage_url}}Podgląd lub odwołanie rejestracji:
{{manage_url}}

{{/manage_url}}{{#calendar_url}}Subskrypcja kalendarza Państwa wydarzeń:
{{calendar_url}}

{{/calendar_url}}Jeżeli nie mogą już Państwo przybyć, prosimy o odwołanie rejestracji, aby
miejsce mogła otrzymać kolejna osoba z listy.

{{> footer}})",
        .html = R"(<p>{{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}</p>
<p>mamy dobrą wiadomość: zwolniło się miejsce i zostało przyznane Państwu.
Rejestracja z listy rezerwowej jest teraz potwierdzona.</p>
{{> facts}}
{{#check_in_url}}<p><a href="{{check_in_url}}"
  {{> button}}>Państwa bilet do okazania przy wejściu</a></p>
{{/check_in_url}}{{#manage_url}}<p><a href="{{manage_url}}"
  {{> button}}>Podgląd lub odwołanie rejestracji</a></p>
{{/manage_url}}{{#calendar_url}}<p>
<a href="{{calendar_url}}">Subskrypcja kalendarza Państwa wydarzeń</a></p>
{{/calendar_url}}<p>Jeżeli nie mogą już Państwo przybyć, prosimy o odwołanie rejestracji, aby
miejsce mogła otrzymać kolejna osoba z listy.</p>
{{> footer}})"},

    .registration_cancelled = {
        .subject = "Rejestracja odwołana: {{event_title}}",
        .text = R"({{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}

Państwa rejestracja na poniższe wydarzenie została odwołana. Jeżeli
załączono wpis kalendarza, usunie on termin z Państwa kalendarza.

{{> facts}}
{{#reason}}Informacja od organizatora: {{reason}}

{{/reason}}Jeżeli to pomyłka, prosimy o kontakt z organizatorem.

{{> footer}})",
        .html = R"(<p>{{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}</p>
<p>Państwa rejestracja na poniższe wydarzenie została odwołana. Jeżeli
załączono wpis kalendarza, usunie on termin z Państwa kalendarza.</p>
{{> facts}}
{{#reason}}<p>Informacja od organizatora: {{reason}}</p>
{{/reason}}<p>Jeżeli to pomyłka, prosimy o kontakt z organizatorem.</p>
{{> footer}})"},

    .registration_offered = {
        .subject = "Zwolniło się miejsce: {{event_title}}, {{date}}",
        .text = R"({{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}

mamy dobrą wiadomość: zwolniło się miejsce i jest zarezerwowane dla Państwa{{#until}}
do: {{until}}{{/until}}. Prosimy o decyzję; w przeciwnym razie miejsce
otrzyma następna osoba z listy rezerwowej.

{{> facts}}
{{#accept_url}}Przyjęcie miejsca:
{{accept_url}}

{{/accept_url}}{{#decline_url}}Rezygnacja z miejsca:
{{decline_url}}

{{/decline_url}}{{> footer}})",
        .html = R"(<p>{{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}</p>
<p>mamy dobrą wiadomość: zwolniło się miejsce i jest zarezerwowane dla Państwa{{#until}}
do: {{until}}{{/until}}. Prosimy o decyzję; w przeciwnym razie miejsce
otrzyma następna osoba z listy rezerwowej.</p>
{{> facts}}
{{#accept_url}}<p><a href="{{accept_url}}" {{> button}}>Przyjęcie miejsca</a></p>
{{/accept_url}}{{#decline_url}}<p><a href="{{decline_url}}">Rezygnacja z miejsca</a></p>
{{/decline_url}}{{> footer}})"},

    .registration_offer_lapsed = {
        .subject = "Oferta miejsca wygasła: {{event_title}}",
        .text = R"({{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}

zarezerwowane dla Państwa miejsce nie zostało przyjęte w terminie i nie jest już
zarezerwowane.
{{#manage_url}}Są Państwo ponownie na liście rezerwowej, na jej końcu.
{{/manage_url}}{{^manage_url}}Tym samym rejestracja wygasła. Zapraszamy do ponownej rejestracji.
{{/manage_url}}

{{> facts}}
{{#manage_url}}Podgląd lub odwołanie rejestracji:
{{manage_url}}

{{/manage_url}}{{> footer}})",
        .html = R"(<p>{{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}</p>
<p>zarezerwowane dla Państwa miejsce nie zostało przyjęte w terminie i nie jest już
zarezerwowane.
{{#manage_url}}Są Państwo ponownie na liście rezerwowej, na jej końcu.
{{/manage_url}}{{^manage_url}}Tym samym rejestracja wygasła. Zapraszamy do ponownej rejestracji.
{{/manage_url}}</p>
{{> facts}}
{{#manage_url}}<p><a href="{{manage_url}}" {{> button}}>Podgląd lub odwołanie rejestracji</a></p>
{{/manage_url}}{{> footer}})"},

    .registration_rejected = {
        .subject = "Rejestracja nie została przyjęta: {{event_title}}",
        .text = R"({{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}

dziękujemy za rejestrację. Z przykrością informujemy, że organizator nie mógł
przyjąć Państwa zgłoszenia na poniższe wydarzenie.

{{> facts}}
W razie pytań prosimy o kontakt z organizatorem.

{{> footer}})",
        .html = R"(<p>{{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}</p>
<p>dziękujemy za rejestrację. Z przykrością informujemy, że organizator nie mógł
przyjąć Państwa zgłoszenia na poniższe wydarzenie.</p>
{{> facts}}
<p>W razie pytań prosimy o kontakt z organizatorem.</p>
{{> footer}})"},

    .event_rescheduled = {
        .subject = "Zmiana terminu: {{event_title}}, {{date}}",
        .text = R"({{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}

termin wydarzenia uległ zmianie. Poniżej podajemy nowy termin; jeżeli
załączono wpis kalendarza, zaktualizuje on Państwa kalendarz.

{{> facts}}
{{#reason}}Informacja od organizatora: {{reason}}

{{/reason}}{{#answer_url}}Prosimy o odpowiedź, czy wezmą Państwo udział:
{{answer_url}}

{{/answer_url}}{{#manage_url}}Podgląd lub odwołanie rejestracji:
{{manage_url}}

{{/manage_url}}Dokonana rejestracja pozostaje ważna. Jeżeli nowy termin Państwu nie
odpowiada, prosimy o jej odwołanie.

{{> footer}})",
        .html = R"(<p>{{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}</p>
<p>termin wydarzenia uległ zmianie. Poniżej podajemy nowy termin; jeżeli
załączono wpis kalendarza, zaktualizuje on Państwa kalendarz.</p>
{{> facts}}
{{#reason}}<p>Informacja od organizatora: {{reason}}</p>
{{/reason}}{{#answer_url}}<p><a href="{{answer_url}}"
  {{> button}}>Prosimy o odpowiedź, czy wezmą Państwo udział</a></p>
{{/answer_url}}{{#manage_url}}<p><a href="{{manage_url}}"
  {{> button}}>Podgląd lub odwołanie rejestracji</a></p>
{{/manage_url}}<p>Dokonana rejestracja pozostaje ważna. Jeżeli nowy termin Państwu nie
odpowiada, prosimy o jej odwołanie.</p>
{{> footer}})"},

    .event_cancelled = {
        .subject = "Wydarzenie odwołane: {{event_title}}, {{date}}",
        .text = R"({{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}

z przykrością informujemy, że poniższe wydarzenie się nie odbędzie. Jeżeli
załączono wpis kalendarza, usunie on termin z Państwa kalendarza.

{{> facts}}
{{#reason}}Informacja od organizatora: {{reason}}

{{/reason}}Nie muszą Państwo nic robić. Dziękujemy za zainteresowanie.

{{> footer}})",
        .html = R"(<p>{{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}</p>
<p>z przykrością informujemy, że poniższe wydarzenie się nie odbędzie. Jeżeli
załączono wpis kalendarza, usunie on termin z Państwa kalendarza.</p>
{{> facts}}
{{#reason}}<p>Informacja od organizatora: {{reason}}</p>
{{/reason}}<p>Nie muszą Państwo nic robić. Dziękujemy za zainteresowanie.</p>
{{> footer}})"},

    .meeting_requested = {
        .subject = "Zaproszenie na spotkanie: {{event_title}}",
        .text = R"({{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}

ktoś zaprasza na spotkanie dwustronne. Do czasu odpowiedzi nie ma ono terminu.

{{> facts}}
{{#summary}}{{summary}}

{{/summary}}{{#manage_url}}Przyjęcie lub odrzucenie zaproszenia:
{{manage_url}}

{{/manage_url}}{{> footer}})",
        .html = R"(<p>{{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}</p>
<p>ktoś zaprasza na spotkanie dwustronne. Do czasu odpowiedzi nie ma ono terminu.</p>
{{> facts}}
{{#summary}}<p>{{summary}}</p>
{{/summary}}{{#manage_url}}<p><a href="{{manage_url}}"
  {{> button}}>Przyjęcie lub odrzucenie zaproszenia</a></p>
{{/manage_url}}{{> footer}})"},

    .meeting_accepted = {
        .subject = "Przyjęte: {{event_title}}",
        .text = R"({{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}

zaproszenie na spotkanie dwustronne zostało przyjęte. Termin i stolik wyznaczy
organizator; wtedy napiszemy ponownie.

{{> meeting_body}})",
        .html = R"(<p>{{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}</p>
<p>zaproszenie na spotkanie dwustronne zostało przyjęte. Termin i stolik wyznaczy
organizator; wtedy napiszemy ponownie.</p>
{{> meeting_body}})"},

    .meeting_declined = {
        .subject = "Odrzucone: {{event_title}}",
        .text = R"({{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}

zaproszenie na spotkanie dwustronne zostało odrzucone. Można zaprosić kogoś
innego: czas jest znów wolny.

{{> meeting_body}})",
        .html = R"(<p>{{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}</p>
<p>zaproszenie na spotkanie dwustronne zostało odrzucone. Można zaprosić kogoś
innego: czas jest znów wolny.</p>
{{> meeting_body}})"},

    .meeting_expired = {
        .subject = "Bez odpowiedzi: {{event_title}}",
        .text = R"({{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}

zaproszenie na spotkanie dwustronne pozostało bez odpowiedzi i wygasło. Można
je ponowić lub zaprosić kogoś innego: czas jest znów wolny.

{{> meeting_body}})",
        .html = R"(<p>{{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}</p>
<p>zaproszenie na spotkanie dwustronne pozostało bez odpowiedzi i wygasło. Można
je ponowić lub zaprosić kogoś innego: czas jest znów wolny.</p>
{{> meeting_body}})"},

    .meeting_scheduled = {
        .subject = "{{event_title}}, {{date}}",
        .text = R"({{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}

spotkanie dwustronne ma już termin i stolik. Dotyczy go załączony wpis
do kalendarza. Jeśli udział jest niemożliwy, prosimy odwołać spotkanie na
czas: druga osoba będzie wdzięczna za wiadomość.

{{> meeting_body}})",
        .html = R"(<p>{{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}</p>
<p>spotkanie dwustronne ma już termin i stolik. Dotyczy go załączony wpis
do kalendarza. Jeśli udział jest niemożliwy, prosimy odwołać spotkanie na
czas: druga osoba będzie wdzięczna za wiadomość.</p>
{{> meeting_body}})"},

    .meeting_rescheduled = {
        .subject = "Nowy termin: {{event_title}}, {{date}}",
        .text = R"({{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}

spotkanie dwustronne ma inny termin lub stolik. Załączony wpis aktualizuje
kalendarz. Jeśli udział jest niemożliwy, prosimy odwołać spotkanie na czas:
druga osoba będzie wdzięczna za wiadomość.

{{> meeting_body}})",
        .html = R"(<p>{{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}</p>
<p>spotkanie dwustronne ma inny termin lub stolik. Załączony wpis aktualizuje
kalendarz. Jeśli udział jest niemożliwy, prosimy odwołać spotkanie na czas:
druga osoba będzie wdzięczna za wiadomość.</p>
{{> meeting_body}})"},

    .meeting_cancelled = {
        .subject = "Odwołane: {{event_title}}",
        .text = R"({{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}

z przykrością informujemy, że to spotkanie dwustronne nie odbędzie się zgodnie
z planem. Jeśli było w kalendarzu, zostanie z niego usunięte.

{{> meeting_body}})",
        .html = R"(<p>{{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}</p>
<p>z przykrością informujemy, że to spotkanie dwustronne nie odbędzie się zgodnie
z planem. Jeśli było w kalendarzu, zostanie z niego usunięte.</p>
{{> meeting_body}})"},
};
// clang-format on

}  // namespace wici::notification
