#include "services/notification/templates/texts/texts.h"

namespace wici::notification {

const std::string_view kCzechTexts = R"texts(== greeting
{{#name}}Dobrý den, {{name}},{{/name}}{{^name}}Dobrý den,{{/name}}
== facts
{{event_title}}
Kdy: {{when}}
{{#where}}Kde: {{where}}
{{/where}}{{#online_url}}Online: {{online_url}}
{{/online_url}}Pořadatel: {{organiser}}
== summary
{{#summary}}{{summary}}

{{/summary}}
== reason
{{#reason}}Sdělení pořadatele: {{reason}}

{{/reason}}
== answer
{{#answer_url}}Sdělte nám prosím, zda se zúčastníte:
{{answer_url}}

{{/answer_url}}
== ticket
{{#check_in_url}}Vaše vstupenka pro prezenci:
{{check_in_url}}

{{/check_in_url}}
== manage
{{#manage_url}}Zobrazit nebo zrušit registraci:
{{manage_url}}

{{/manage_url}}
== survey
{{#survey_url}}Řekněte nám prosím, jak se Vám akce líbila:
{{survey_url}}

{{/survey_url}}
== calendar
{{#calendar_url}}Odebírat kalendář svých akcí:
{{calendar_url}}

{{/calendar_url}}
== confirm
{{#confirm_url}}Potvrdit:
{{confirm_url}}

{{/confirm_url}}{{#days}}Odkaz platí {{days}} {{#days.one}}den{{/days.one}}{{#days.few}}dny{{/days.few}}{{#days.other}}dní{{/days.other}}.

{{/days}}
== footer
S pozdravem
{{organiser}}

---
Tuto zprávu odeslal automaticky systém jménem pořadatele: {{organiser}}.
Odkazy v ní jsou určeny pouze Vám; nepředávejte je prosím dál.
== meeting_body
{{> facts}}
{{> summary}}{{#manage_url}}Zobrazit program schůzek a žádosti:
{{manage_url}}

{{/manage_url}}{{> footer}}
== consent-invitation
Potvrďte prosím: pozvánky na akce

{{> greeting}}

někdo, nejspíše Vy, požádal o zasílání pozvánek na akce na tuto adresu. Potvrďte
to prosím; do té doby žádné nezasíláme.

{{> confirm}}Pokud o to požádal někdo jiný, nemusíte nic dělat: bez Vašeho potvrzení z toho
nic neplyne.

{{> footer}}
== consent-marketing
Potvrďte prosím: novinky

{{> greeting}}

někdo, nejspíše Vy, požádal o zasílání novinek na tuto adresu. Potvrďte to
prosím; do té doby žádné nezasíláme.

{{> confirm}}Pokud o to požádal někdo jiný, nemusíte nic dělat: bez Vašeho potvrzení z toho
nic neplyne.

{{> footer}}
== digest
Vaše zprávy{{#count}}: {{count}} {{#count.one}}nová{{/count.one}}{{#count.few}}nové{{/count.few}}{{#count.other}}nových{{/count.other}}{{/count}}

{{> greeting}}

tyto zprávy jsme pro Vás shromáždili.

{{#items}}{{items}}

{{/items}}{{> footer}}
== event-cancelled
Akce zrušena: {{event_title}}, {{date}}

{{> greeting}}

s lítostí oznamujeme, že se následující akce nekoná. Je-li
přiložen záznam do kalendáře, odstraní termín z Vašeho kalendáře.

{{> facts}}
{{> reason}}Nemusíte nic dělat. Děkujeme za Váš zájem.

{{> footer}}
== event-follow-up
Děkujeme: {{event_title}}, {{date}}

{{> greeting}}

akce skončila. Děkujeme za Vaši registraci. Další dokumenty, například
potvrzení o účasti, jakmile bude vystaveno, najdete u své registrace.

{{> facts}}
{{> survey}}{{> manage}}{{> footer}}
== event-reminder
Připomenutí: {{event_title}}, {{date}}

{{> greeting}}

připomínáme akci, na kterou máte registraci. Začíná
{{#days}}za {{days}} {{#days.one}}den{{/days.one}}{{#days.few}}dny{{/days.few}}{{#days.other}}dní{{/days.other}}{{/days}}{{#hours}}za {{hours}} {{#hours.one}}hodinu{{/hours.one}}{{#hours.few}}hodiny{{/hours.few}}{{#hours.other}}hodin{{/hours.other}}{{/hours}}.
Těšíme se na Vás.

{{> facts}}
{{> ticket}}{{> manage}}Pokud přijít nemůžete, zrušte prosím registraci, aby Vaše místo mohl získat
někdo z čekací listiny.

{{> footer}}
== event-rescheduled
Nový termín: {{event_title}}, {{date}}

{{> greeting}}

akce byla přesunuta. Níže uvádíme nový termín; je-li přiložen záznam
do kalendáře, aktualizuje Váš kalendář.

{{> facts}}
{{> reason}}{{> answer}}{{> manage}}Již provedená registrace zůstává v platnosti. Pokud Vám nový termín
nevyhovuje, zrušte ji prosím.

{{> footer}}
== event-updated
Změna: {{event_title}}, {{date}}

{{> greeting}}

údaje o následující akci se změnily. Níže uvádíme aktuální; je-li přiložen
záznam do kalendáře, aktualizuje Váš kalendář.

{{> facts}}
{{> answer}}{{> manage}}Již provedená registrace zůstává v platnosti.

{{> footer}}
== invitation
Pozvánka: {{event_title}}, {{date}}

{{> greeting}}

pořadatel {{organiser}} Vás srdečně zve na následující akci.

{{> facts}}
{{> summary}}{{> answer}}Místa se přidělují podle pořadí registrací. Přiložený záznam Vám termín
v kalendáři rezervuje, dokud se nerozhodnete.

{{> footer}}
== invitation-delegated
Předaná pozvánka: {{event_title}}, {{date}}

{{> greeting}}

osoba, kterou pozval pořadatel {{organiser}}, nemůže přijít a předala Vám
pozvánku na následující akci.

{{> facts}}
{{> summary}}{{> answer}}Pokud jde o omyl, nemusíte nic dělat: bez Vaší odpovědi z pozvánky nic
nevyplývá.

{{> footer}}
== invitation-reminder
Připomenutí: {{event_title}}, {{date}}

{{> greeting}}

před časem Vás pořadatel {{organiser}} pozval na následující akci. Zatím
nevíme, zda se zúčastníte.

{{> facts}}
{{> summary}}{{> answer}}Pokud přijít nemůžete, pomůže nám i krátká odpověď: místo pak může získat
někdo jiný.

{{> footer}}
== meeting-accepted
Přijato: {{event_title}}

{{> greeting}}

Vaše žádost o dvoustrannou schůzku byla přijata. Čas a stůl určí pořadatel;
pak Vám napíšeme.

{{> meeting_body}}
== meeting-cancelled
Zrušeno: {{event_title}}

{{> greeting}}

s lítostí oznamujeme, že se tato dvoustranná schůzka nekoná podle plánu. Pokud
byla ve Vašem kalendáři, bude z něj odstraněna.

{{> meeting_body}}
== meeting-declined
Odmítnuto: {{event_title}}

{{> greeting}}

Vaše žádost o dvoustrannou schůzku byla odmítnuta. Můžete oslovit někoho
jiného: čas je opět volný.

{{> meeting_body}}
== meeting-expired
Bez odpovědi: {{event_title}}

{{> greeting}}

na Vaši žádost o dvoustrannou schůzku nikdo včas neodpověděl a její platnost
skončila. Můžete ji zopakovat nebo oslovit někoho jiného: čas je opět volný.

{{> meeting_body}}
== meeting-requested
Žádost o schůzku: {{event_title}}

{{> greeting}}

někdo Vás žádá o dvoustrannou schůzku. Dokud neodpovíte, nemá určený čas.

{{> facts}}
{{> summary}}{{#manage_url}}Přijmout nebo odmítnout:
{{manage_url}}

{{/manage_url}}{{> footer}}
== meeting-rescheduled
Nový čas: {{event_title}}, {{date}}

{{> greeting}}

Vaše dvoustranná schůzka má jiný čas nebo stůl. Přiložený záznam aktualizuje
Váš kalendář. Pokud přijít nemůžete, zrušte ji prosím včas: druhá strana bude
ráda, že to ví.

{{> meeting_body}}
== meeting-scheduled
{{event_title}}, {{date}}

{{> greeting}}

Vaše dvoustranná schůzka má určený čas a stůl. Přiložený záznam do kalendáře
k ní patří. Pokud přijít nemůžete, zrušte ji prosím včas: druhá strana bude ráda,
že to ví.

{{> meeting_body}}
== registration-cancelled
Registrace zrušena: {{event_title}}

{{> greeting}}

Vaše registrace na následující akci byla zrušena. Je-li
přiložen záznam do kalendáře, odstraní termín z Vašeho kalendáře.

{{> facts}}
{{> reason}}Pokud jde o omyl, obraťte se prosím na pořadatele.

{{> footer}}
== registration-confirmed
Vaše místo je potvrzeno: {{event_title}}, {{date}}

{{> greeting}}

děkujeme za registraci. Vaše místo je potvrzeno a těšíme se na setkání
s Vámi.

{{> facts}}
{{> ticket}}{{> manage}}{{> calendar}}Pokud nakonec přijít nemůžete, zrušte prosím registraci, aby Vaše místo mohl
získat někdo z čekací listiny.

{{> footer}}
== registration-offer-lapsed
Nabídka místa skončila: {{event_title}}

{{> greeting}}

místo, které jsme pro Vás drželi, nebylo včas přijato a již ho nedržíme.
{{#manage_url}}Jste opět na čekací listině, na jejím konci.
{{/manage_url}}{{^manage_url}}Tím Vaše registrace skončila. Můžete se zaregistrovat znovu.
{{/manage_url}}

{{> facts}}
{{> manage}}{{> footer}}
== registration-offered
Uvolnilo se pro Vás místo: {{event_title}}, {{date}}

{{> greeting}}

máme dobrou zprávu: uvolnilo se místo a držíme ho pro Vás{{#until}} do:
{{until}}{{/until}}. Sdělte nám prosím, zda o ně máte zájem; jinak je získá
další osoba na čekací listině.

{{> facts}}
{{#accept_url}}Přijmout místo:
{{accept_url}}

{{/accept_url}}{{#decline_url}}Vzdát se místa:
{{decline_url}}

{{/decline_url}}{{> footer}}
== registration-promoted
Máte přece jen místo: {{event_title}}, {{date}}

{{> greeting}}

máme dobrou zprávu: uvolnilo se místo a je Vaše. Vaše registrace postoupila
z čekací listiny a je nyní potvrzena.

{{> facts}}
{{> ticket}}{{> manage}}{{> calendar}}Pokud už přijít nemůžete, zrušte prosím registraci, aby Vaše místo mohla
získat další osoba na čekací listině.

{{> footer}}
== registration-rejected
Registrace nebyla přijata: {{event_title}}

{{> greeting}}

děkujeme za registraci. S lítostí oznamujeme, že ji pořadatel na následující
akci nemohl přijmout.

{{> facts}}
S dotazy se prosím obraťte na pořadatele.

{{> footer}}
== registration-waitlisted
Jste na čekací listině: {{event_title}}, {{date}}

{{> greeting}}

děkujeme za registraci. Všechna místa jsou v tuto chvíli obsazena, zařadili
jsme Vás proto na čekací listinu.

Jakmile se místo uvolní, získá je první osoba na listině. Nemusíte nic dělat:
ihned Vám napíšeme.

{{> facts}}
{{> manage}}{{> footer}}
== session-cancelled
Zrušeno: {{event_title}}

{{> greeting}}

s lítostí oznamujeme, že se Vámi vybraná část programu nekoná.
Pokud byla ve Vašem kalendáři, bude z něj odstraněna.

{{> facts}}
{{#summary}}Byla součástí akce: {{summary}}

{{/summary}}{{> manage}}Vaše registrace na akci zůstává v platnosti.

{{> footer}}
== session-rescheduled
Nový čas nebo sál: {{event_title}}, {{date}}

{{> greeting}}

Vámi vybraná část programu se koná v jiném čase nebo v jiném
sále. Je-li přiložen záznam do kalendáře, aktualizuje Váš kalendář.

{{> facts}}
{{#summary}}Je součástí akce: {{summary}}

{{/summary}}{{> manage}}Pokud Vám změna nevyhovuje, vyberte si prosím jinou část programu; Vaše
registrace na akci zůstává v platnosti.

{{> footer}}
== subscription-disabled
Webhook vypnut: {{subscription_title}}

{{> greeting}}

webhook „{{subscription_title}}“ byl vypnut.
{{#failing_since}}Žádný požadavek na jeho adresu neuspěl od tohoto okamžiku: {{failing_since}}.
{{/failing_since}}{{^failing_since}}Jeho adresa odpověděla, že už nic nechce (stav 410).
{{/failing_since}}

Nyní se tam nic neposílá a co se od této chvíle změní, se pro něj neuchovává.
Až bude adresa opět fungovat, nechte prosím odběr obnovit. Co čekalo, lze pak
ještě odeslat opakováním.

Odběr je {{subscription}}. Tuto zprávu dostáváte, protože tato adresa je jeho
kontaktem.

)texts";

}  // namespace wici::notification
