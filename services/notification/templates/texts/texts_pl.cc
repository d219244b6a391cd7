#include "services/notification/templates/texts/texts.h"

namespace wici::notification {

const std::string_view kPolishTexts = R"texts(== greeting
{{#name}}Dzień dobry, {{name}},{{/name}}{{^name}}Dzień dobry,{{/name}}
== facts
{{event_title}}
Termin: {{when}}
{{#where}}Miejsce: {{where}}
{{/where}}{{#online_url}}Online: {{online_url}}
{{/online_url}}Organizator: {{organiser}}
== summary
{{#summary}}{{summary}}

{{/summary}}
== reason
{{#reason}}Informacja od organizatora: {{reason}}

{{/reason}}
== answer
{{#answer_url}}Prosimy o odpowiedź, czy wezmą Państwo udział:
{{answer_url}}

{{/answer_url}}
== ticket
{{#check_in_url}}Państwa bilet do okazania przy wejściu:
{{check_in_url}}

{{/check_in_url}}
== manage
{{#manage_url}}Podgląd lub odwołanie rejestracji:
{{manage_url}}

{{/manage_url}}
== survey
{{#survey_url}}Prosimy o opinię o wydarzeniu:
{{survey_url}}

{{/survey_url}}
== calendar
{{#calendar_url}}Subskrypcja kalendarza Państwa wydarzeń:
{{calendar_url}}

{{/calendar_url}}
== confirm
{{#confirm_url}}Potwierdzenie zgody:
{{confirm_url}}

{{/confirm_url}}{{#days}}Odnośnik działa przez {{days}} {{#days.one}}dzień{{/days.one}}{{#days.few}}dni{{/days.few}}{{#days.many}}dni{{/days.many}}.

{{/days}}
== footer
Z wyrazami szacunku
{{organiser}}

---
Wiadomość została wysłana automatycznie w imieniu organizatora:
{{organiser}}. Zawarte w niej odnośniki są przeznaczone wyłącznie dla
Państwa; prosimy nie przekazywać ich innym osobom.
== meeting_body
{{> facts}}
{{> summary}}{{#manage_url}}Program spotkań i zaproszenia:
{{manage_url}}

{{/manage_url}}{{> footer}}
== consent-invitation
Prosimy o potwierdzenie: zaproszenia na wydarzenia

{{> greeting}}

ktoś, najprawdopodobniej Państwo, poprosił o przesyłanie na ten adres zaproszeń
na wydarzenia. Prosimy o potwierdzenie; do tego czasu żadne nie będą wysyłane.

{{> confirm}}Jeżeli to nie Państwo, nie trzeba nic robić: bez potwierdzenia nic z tego nie
wynika.

{{> footer}}
== consent-marketing
Prosimy o potwierdzenie: aktualności

{{> greeting}}

ktoś, najprawdopodobniej Państwo, poprosił o przesyłanie na ten adres
aktualności. Prosimy o potwierdzenie; do tego czasu żadne nie będą wysyłane.

{{> confirm}}Jeżeli to nie Państwo, nie trzeba nic robić: bez potwierdzenia nic z tego nie
wynika.

{{> footer}}
== digest
Zebrane wiadomości{{#count}}: {{count}} {{#count.one}}nowa{{/count.one}}{{#count.few}}nowe{{/count.few}}{{#count.many}}nowych{{/count.many}}{{/count}}

{{> greeting}}

oto wiadomości, które dla Państwa zebraliśmy.

{{#items}}{{items}}

{{/items}}{{> footer}}
== event-cancelled
Wydarzenie odwołane: {{event_title}}, {{date}}

{{> greeting}}

z przykrością informujemy, że poniższe wydarzenie się nie odbędzie. Jeżeli
załączono wpis kalendarza, usunie on termin z Państwa kalendarza.

{{> facts}}
{{> reason}}Nie muszą Państwo nic robić. Dziękujemy za zainteresowanie.

{{> footer}}
== event-follow-up
Dziękujemy: {{event_title}}, {{date}}

{{> greeting}}

wydarzenie dobiegło końca. Dziękujemy za rejestrację. To, co po nim pozostaje,
na przykład zaświadczenie, gdy zostanie wystawione, znajdą Państwo przy swojej
rejestracji.

{{> facts}}
{{> survey}}{{> manage}}{{> footer}}
== event-reminder
Przypomnienie: {{event_title}}, {{date}}

{{> greeting}}

przypominamy o wydarzeniu, na które są Państwo zarejestrowani. Rozpoczyna się ono
{{#days}}za {{days}} {{#days.one}}dzień{{/days.one}}{{#days.few}}dni{{/days.few}}{{#days.many}}dni{{/days.many}}{{/days}}{{#hours}}za {{hours}} {{#hours.one}}godzinę{{/hours.one}}{{#hours.few}}godziny{{/hours.few}}{{#hours.many}}godzin{{/hours.many}}{{/hours}}.
Cieszymy się na spotkanie.

{{> facts}}
{{> ticket}}{{> manage}}Jeżeli nie mogą Państwo przybyć, prosimy o odwołanie rejestracji, aby miejsce
mogła otrzymać osoba z listy rezerwowej.

{{> footer}}
== event-rescheduled
Zmiana terminu: {{event_title}}, {{date}}

{{> greeting}}

termin wydarzenia uległ zmianie. Poniżej podajemy nowy termin; jeżeli
załączono wpis kalendarza, zaktualizuje on Państwa kalendarz.

{{> facts}}
{{> reason}}{{> answer}}{{> manage}}Dokonana rejestracja pozostaje ważna. Jeżeli nowy termin Państwu nie
odpowiada, prosimy o jej odwołanie.

{{> footer}}
== event-updated
Zmiana: {{event_title}}, {{date}}

{{> greeting}}

zmieniły się informacje o wydarzeniu. Poniżej podajemy aktualne; jeżeli
załączono wpis kalendarza, zaktualizuje on Państwa kalendarz.

{{> facts}}
{{> answer}}{{> manage}}Dokonana rejestracja pozostaje ważna.

{{> footer}}
== invitation
Zaproszenie: {{event_title}}, {{date}}

{{> greeting}}

w imieniu organizatora – {{organiser}} – serdecznie zapraszamy Państwa do
udziału w wydarzeniu:

{{> facts}}
{{> summary}}{{> answer}}O przyznaniu miejsca decyduje kolejność zgłoszeń. Załączony wpis rezerwuje
termin w Państwa kalendarzu do czasu podjęcia decyzji.

{{> footer}}
== invitation-delegated
Przekazane zaproszenie: {{event_title}}, {{date}}

{{> greeting}}

osoba zaproszona przez organizatora – {{organiser}} – nie może przyjść
i przekazała Państwu zaproszenie na wydarzenie:

{{> facts}}
{{> summary}}{{> answer}}Jeżeli to pomyłka, nie muszą Państwo nic robić: bez Państwa odpowiedzi
zaproszenie nie pociąga za sobą żadnych skutków.

{{> footer}}
== invitation-reminder
Przypomnienie: {{event_title}}, {{date}}

{{> greeting}}

jakiś czas temu organizator – {{organiser}} – zaprosił Państwa na poniższe
wydarzenie. Nie wiemy jeszcze, czy wezmą w nim Państwo udział.

{{> facts}}
{{> summary}}{{> answer}}Jeżeli nie mogą Państwo przyjść, także prosimy o krótką odpowiedź: z miejsca
skorzysta wtedy ktoś inny.

{{> footer}}
== meeting-accepted
Przyjęte: {{event_title}}

{{> greeting}}

zaproszenie na spotkanie dwustronne zostało przyjęte. Termin i stolik wyznaczy
organizator; wtedy napiszemy ponownie.

{{> meeting_body}}
== meeting-cancelled
Odwołane: {{event_title}}

{{> greeting}}

z przykrością informujemy, że to spotkanie dwustronne nie odbędzie się zgodnie
z planem. Jeśli było w kalendarzu, zostanie z niego usunięte.

{{> meeting_body}}
== meeting-declined
Odrzucone: {{event_title}}

{{> greeting}}

zaproszenie na spotkanie dwustronne zostało odrzucone. Można zaprosić kogoś
innego: czas jest znów wolny.

{{> meeting_body}}
== meeting-expired
Bez odpowiedzi: {{event_title}}

{{> greeting}}

zaproszenie na spotkanie dwustronne pozostało bez odpowiedzi i wygasło. Można
je ponowić lub zaprosić kogoś innego: czas jest znów wolny.

{{> meeting_body}}
== meeting-requested
Zaproszenie na spotkanie: {{event_title}}

{{> greeting}}

ktoś zaprasza na spotkanie dwustronne. Do czasu odpowiedzi nie ma ono terminu.

{{> facts}}
{{> summary}}{{#manage_url}}Przyjęcie lub odrzucenie zaproszenia:
{{manage_url}}

{{/manage_url}}{{> footer}}
== meeting-rescheduled
Nowy termin: {{event_title}}, {{date}}

{{> greeting}}

spotkanie dwustronne ma inny termin lub stolik. Załączony wpis aktualizuje
kalendarz. Jeśli udział jest niemożliwy, prosimy odwołać spotkanie na czas:
druga osoba będzie wdzięczna za wiadomość.

{{> meeting_body}}
== meeting-scheduled
{{event_title}}, {{date}}

{{> greeting}}

spotkanie dwustronne ma już termin i stolik. Dotyczy go załączony wpis
do kalendarza. Jeśli udział jest niemożliwy, prosimy odwołać spotkanie na
czas: druga osoba będzie wdzięczna za wiadomość.

{{> meeting_body}}
== registration-cancelled
Rejestracja odwołana: {{event_title}}

{{> greeting}}

Państwa rejestracja na poniższe wydarzenie została odwołana. Jeżeli
załączono wpis kalendarza, usunie on termin z Państwa kalendarza.

{{> facts}}
{{> reason}}Jeżeli to pomyłka, prosimy o kontakt z organizatorem.

{{> footer}}
== registration-confirmed
Potwierdzenie rejestracji: {{event_title}}, {{date}}

{{> greeting}}

dziękujemy za rejestrację. Potwierdzamy Państwa udział i cieszymy się na
spotkanie.

{{> facts}}
{{> ticket}}{{> manage}}{{> calendar}}Jeżeli jednak nie będą Państwo mogli przybyć, prosimy o odwołanie
rejestracji, aby miejsce mogła otrzymać osoba z listy rezerwowej.

{{> footer}}
== registration-offer-lapsed
Oferta miejsca wygasła: {{event_title}}

{{> greeting}}

zarezerwowane dla Państwa miejsce nie zostało przyjęte w terminie i nie jest już
zarezerwowane.
{{#manage_url}}Są Państwo ponownie na liście rezerwowej, na jej końcu.
{{/manage_url}}{{^manage_url}}Tym samym rejestracja wygasła. Zapraszamy do ponownej rejestracji.
{{/manage_url}}

{{> facts}}
{{> manage}}{{> footer}}
== registration-offered
Zwolniło się miejsce: {{event_title}}, {{date}}

{{> greeting}}

mamy dobrą wiadomość: zwolniło się miejsce i jest zarezerwowane dla Państwa{{#until}}
do: {{until}}{{/until}}. Prosimy o decyzję; w przeciwnym razie miejsce
otrzyma następna osoba z listy rezerwowej.

{{> facts}}
{{#accept_url}}Przyjęcie miejsca:
{{accept_url}}

{{/accept_url}}{{#decline_url}}Rezygnacja z miejsca:
{{decline_url}}

{{/decline_url}}{{> footer}}
== registration-promoted
Mają Państwo miejsce: {{event_title}}, {{date}}

{{> greeting}}

mamy dobrą wiadomość: zwolniło się miejsce i zostało przyznane Państwu.
Rejestracja z listy rezerwowej jest teraz potwierdzona.

{{> facts}}
{{> ticket}}{{> manage}}{{> calendar}}Jeżeli nie mogą już Państwo przybyć, prosimy o odwołanie rejestracji, aby
miejsce mogła otrzymać kolejna osoba z listy.

{{> footer}}
== registration-rejected
Rejestracja nie została przyjęta: {{event_title}}

{{> greeting}}

dziękujemy za rejestrację. Z przykrością informujemy, że organizator nie mógł
przyjąć Państwa zgłoszenia na poniższe wydarzenie.

{{> facts}}
W razie pytań prosimy o kontakt z organizatorem.

{{> footer}}
== registration-waitlisted
Lista rezerwowa: {{event_title}}, {{date}}

{{> greeting}}

dziękujemy za rejestrację. Wszystkie miejsca są w tej chwili zajęte, dlatego
wpisaliśmy Państwa na listę rezerwową.

Gdy tylko zwolni się miejsce, otrzyma je pierwsza osoba z listy. Nie muszą
Państwo nic robić – powiadomimy Państwa niezwłocznie.

{{> facts}}
{{> manage}}{{> footer}}
== session-cancelled
Odwołane: {{event_title}}

{{> greeting}}

z przykrością informujemy, że wybrana przez Państwa sesja nie odbędzie się.
Jeśli była w kalendarzu, zostanie z niego usunięta.

{{> facts}}
{{#summary}}Miała być częścią wydarzenia: {{summary}}

{{/summary}}{{> manage}}Rejestracja na wydarzenie pozostaje ważna.

{{> footer}}
== session-rescheduled
Zmiana terminu lub sali: {{event_title}}, {{date}}

{{> greeting}}

wybrana przez Państwa sesja odbędzie się w innym terminie lub w innej sali.
Jeżeli załączono wpis kalendarza, zaktualizuje on Państwa kalendarz.

{{> facts}}
{{#summary}}Jest częścią wydarzenia: {{summary}}

{{/summary}}{{> manage}}Jeżeli zmiana Państwu nie odpowiada, prosimy wybrać inną sesję; rejestracja
na wydarzenie pozostaje ważna.

{{> footer}}
== subscription-disabled
Webhook wyłączony: {{subscription_title}}

{{> greeting}}

webhook „{{subscription_title}}” został wyłączony.
{{#failing_since}}Żadne zapytanie pod jego adres nie powiodło się od chwili: {{failing_since}}.
{{/failing_since}}{{^failing_since}}Jego adres odpowiedział, że nie chce już niczego otrzymywać (kod 410).
{{/failing_since}}

Nic nie jest teraz pod ten adres wysyłane, a zmiany od tej chwili nie są dla
niego przechowywane. Gdy adres znów będzie działać, prosimy o wznowienie
subskrypcji. To, co czekało, można wtedy jeszcze wysłać, powtarzając wysyłkę.

Subskrypcja to {{subscription}}. Otrzymują Państwo tę wiadomość, ponieważ ten
adres jest jej kontaktem.

)texts";

}  // namespace wici::notification
