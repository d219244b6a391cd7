#include <array>

#include "services/cluster_registry/search/text/thesaurus.h"

namespace wici::cluster_registry {
namespace {

// clang-format off: one branch a block reads as the table it is
constexpr std::array kBranches = {
    Branch{"agriculture", "NACE:A01 NACE:A02 NACE:A03 EU-ECOSYSTEM:agri-food", "Rolnictwo",
           "Agriculture", "Landwirtschaft",
           "agr* rolnic* rolnik* landwirt* hemp hanf konopi* farm farms farming"},
    Branch{"food", "NACE:C10 NACE:C11 EU-ECOSYSTEM:agri-food",
           "Produkcja artykułów spożywczych i napojów",
           "Manufacture of food products and beverages",
           "Herstellung von Nahrungs- und Futtermitteln, Getränkeherstellung",
           "food* spozywcz* zywnosc* zywnosci* lebensmittel* nahrungsmittel* aliment* agrofood* "
           "agroaliment* napoj* beverage* getrank* getraenk*"},
    Branch{
        "textiles", "NACE:C13 NACE:C14 NACE:C15 EU-ECOSYSTEM:textiles",
        "Produkcja wyrobów tekstylnych, odzieży i skór",
        "Manufacture of textiles, wearing apparel and leather",
        "Herstellung von Textilien, Bekleidung und Leder",
        "textil* tekstyl* tessil* fashion moda mode odziez* bekleidung* wlokien* faser* clothing "
        "apparel skorzan* leder leather"},
    Branch{"wood", "NACE:C16 NACE:A02", "Leśnictwo i produkcja wyrobów z drewna",
           "Forestry and manufacture of wood products",
           "Forstwirtschaft und Herstellung von Holzwaren",
           "wood* timber* forest* forst* holz* drewn* drzewn* lesn* lesnictw* madera legno"},
    Branch{"furniture", "NACE:C31", "Produkcja mebli", "Manufacture of furniture",
           "Herstellung von Möbeln", "furnitur* mebl* mobel* moebel* mueble* nabytk*"},
    Branch{"packaging", "NACE:C17 EOCIC:advanced-packaging", "Papier i opakowania",
           "Paper and packaging", "Papier und Verpackung",
           "packag* opakowa* verpack* papier* paper*"},
    Branch{"chemistry", "NACE:C20 EU-ECOSYSTEM:energy-intensive-industries",
           "Chemia: produkcja chemikaliów i wyrobów chemicznych",
           "Chemistry: manufacture of chemicals and chemical products",
           "Chemie: Herstellung von chemischen Erzeugnissen", "chemi* petrochem* agrochem*"},
    Branch{"cosmetics", "NACE:C20.4", "Kosmetyka: produkcja kosmetyków i środków czystości",
           "Cosmetics: manufacture of perfumes and toilet preparations, soap and detergents",
           "Kosmetik: Herstellung von Körperpflegemitteln, Seifen und Waschmitteln",
           "kosmetyk* kosmetyc* kosmetycz* cosmetic* kosmetik* beauty uroda korperpfleg* "
           "koerperpfleg* perfum* parfum*"},
    Branch{"pharma", "NACE:C21 EOCIC:biopharmaceuticals", "Produkcja wyrobów farmaceutycznych",
           "Manufacture of pharmaceutical products",
           "Herstellung von pharmazeutischen Erzeugnissen",
           "pharma* farmac* farmaceut* arzneimittel* biopharma*"},
    Branch{"plastics", "NACE:C22", "Produkcja wyrobów z gumy i tworzyw sztucznych",
           "Manufacture of rubber and plastic products",
           "Herstellung von Gummi- und Kunststoffwaren",
           "plastic* kunststoff* tworzyw* polymer* polimer* gummi* guma gumow* rubber*"},
    Branch{"glass", "NACE:C23", "Szkło, ceramika i surowce niemetaliczne",
           "Glass, ceramics and other non-metallic mineral products",
           "Glas, Keramik, Verarbeitung von Steinen und Erden",
           "glass glas szkl* szkla ceram* keram*"},
    Branch{"metals", "NACE:C24 NACE:C25", "Produkcja metali i wyrobów metalowych",
           "Manufacture of metals and metal products",
           "Metallerzeugung und Herstellung von Metallerzeugnissen",
           "metal* metall* stal stali stalow* steel stahl* alu* foundry odlewn* giesserei*"},
    Branch{"electronics", "NACE:C26 EU-ECOSYSTEM:electronics",
           "Produkcja komputerów, wyrobów elektronicznych i optycznych",
           "Manufacture of computer, electronic and optical products",
           "Herstellung von Datenverarbeitungsgeräten, elektronischen und optischen Erzeugnissen",
           "electron* elektron* microelectron* mikroelektron* silicon semiconduct* halbleiter* "
           "polprzewodn* microtec*"},
    Branch{"photonics", "ATI:photonics NACE:C26.7", "Fotonika i optyka", "Photonics and optics",
           "Photonik und Optik", "photon* foton* optic* optik* optyk* optycz* opto* laser*"},
    Branch{"machinery", "NACE:C27 NACE:C28 NACE:C33 ATI:advanced-manufacturing ATI:robotics",
           "Produkcja maszyn i urządzeń", "Manufacture of machinery and equipment", "Maschinenbau",
           "machin* maschin* maszyn* mechatron* mechatronik* engineering inzynier* narzedz* tool "
           "tools werkzeug* robot* equipment manufactur* produktion* produkcj*"},
    Branch{"automotive",
           "NACE:C29 EU-ECOSYSTEM:mobility-transport-automotive EOCIC:mobility-technologies",
           "Motoryzacja: produkcja pojazdów samochodowych",
           "Automotive: manufacture of motor vehicles",
           "Automobil: Herstellung von Kraftwagen und Kraftwagenteilen",
           "automo* auto autocluster* car cars vehicle* fahrzeug* kraftwagen* motoryz* samochod* "
           "pojazd* mobility mobilnosc* mobilitat*"},
    Branch{"aerospace",
           "NACE:C30.3 EU-ECOSYSTEM:aerospace-and-defence EU-ECOSYSTEM:aerospace-defence",
           "Lotnictwo i kosmos", "Aerospace: air and spacecraft", "Luft- und Raumfahrt",
           "aerospac* aviation aero aeronaut* lotnic* luftfahrt* raumfahrt* kosmiczn* kosmos space "
           "satelit* satellit*"},
    Branch{"defence", "NACE:C25.4 NACE:O84.2 EU-ECOSYSTEM:aerospace-and-defence ATI:security",
           "Obronność i bezpieczeństwo", "Defence and security", "Verteidigung und Sicherheit",
           "defence defense obron* verteidig* security bezpieczenst* sicherheit*"},
    Branch{
        "maritime", "NACE:C30.1 NACE:H50 EOCIC:blue-growth-industries EOCIC:blue-growth",
        "Gospodarka morska i okręty", "Maritime industries and ships",
        "Maritime Wirtschaft und Schiffbau",
        "maritim* marine ocean* morsk* okret* statk* stoczni* schiff* ship ships shipbuild* blue "
        "offshore subsea"},
    Branch{"health", "NACE:Q NACE:C32.5 EU-ECOSYSTEM:health EOCIC:medical-devices",
           "Opieka zdrowotna i wyroby medyczne", "Health care and medical devices",
           "Gesundheitswesen und Medizintechnik",
           "health* medyc* medic* medizin* medtech* biomed* zdrow* gesundheit* wellness "
           "lifescience* vita klinik* clinic* "
           "szpital*"},
    Branch{"biotechnology", "NACE:M72.11 ATI:industrial-biotechnology", "Biotechnologia",
           "Biotechnology and life sciences", "Biotechnologie und Lebenswissenschaften",
           "bio* lifescience* biotech*"},
    Branch{
        "energy", "NACE:D EU-ECOSYSTEM:energy-renewables EU-ECOSYSTEM:renewable-energy",
        "Energetyka i odnawialne źródła energii", "Energy and renewable energy",
        "Energie und erneuerbare Energien",
        "energ* energet* odnawialn* renewabl* erneuerbar* windenerg* solar* fotowolt* photovolt* "
        "cleantech* wind wiatrow*"},
    Branch{
        "environment", "NACE:E EOCIC:environmental-industries", "Ochrona środowiska, woda i odpady",
        "Environment, water and waste", "Umwelt, Wasser und Abfall",
        "environment* umwelt* srodowisk* eco eko ekolog* okolog* ecolog* waste odpad* abfall* "
        "recycl* recykl* water wasser* wod* wodn* agua compost* biocompost kreislauf* clean air"},
    Branch{"construction", "NACE:F EU-ECOSYSTEM:construction", "Budownictwo", "Construction",
           "Baugewerbe",
           "construct* budow* bau bauwesen bauwirtschaft* baugewerb* building* habitat edilizia"},
    Branch{"retail", "NACE:G EU-ECOSYSTEM:retail", "Handel", "Wholesale and retail trade", "Handel",
           "retail* handel* handlow* trade wholesale einzelhandel*"},
    Branch{"logistics",
           "NACE:H EU-ECOSYSTEM:mobility-transport-automotive "
           "EOCIC:logistical-services",
           "Transport i gospodarka magazynowa", "Transportation and storage", "Verkehr und Lagerei",
           "logist* transport* verkehr* spedyc* spedition* magazyn* lager* warehous*"},
    Branch{"tourism", "NACE:I NACE:R93 EU-ECOSYSTEM:tourism EOCIC:experience-industries",
           "Turystyka, sport i rekreacja", "Tourism, sports and leisure",
           "Tourismus, Sport und Freizeit",
           "touris* turyst* sport* leisure freizeit* rekreac* hotel* gastronom*"},
    Branch{"digital", "NACE:J62 NACE:J63 NACE:J61 EU-ECOSYSTEM:digital EOCIC:digital-industries",
           "Informatyka, oprogramowanie i telekomunikacja",
           "Information technology, software and telecommunications",
           "Informationstechnologie, Software und Telekommunikation",
           "ict it software oprogramow* informat* informatyk* informatycz* digital* cyfrow* cyber* "
           "telekom* telecom* virtual* komputer* computer* geokomm cloud bigdata blockchain"},
    Branch{"creative",
           "NACE:J59 NACE:R90 EU-ECOSYSTEM:cultural-and-creative-industries "
           "EOCIC:creative-industries",
           "Przemysły kultury i kreatywne", "Cultural and creative industries",
           "Kultur- und Kreativwirtschaft",
           "creativ* kreatyw* kreativ* kultur* cultur* animation* animacj* media film design*"},
    Branch{"materials", "ATI:advanced-materials ATI:nanotechnology",
           "Nowe materiały i nanotechnologia", "Advanced materials and nanotechnology",
           "Neue Werkstoffe und Nanotechnologie", "material* werkstoff* nano* composit* kompozyt*"},
    Branch{"mining", "NACE:B", "Górnictwo i surowce", "Mining and raw materials",
           "Bergbau und Rohstoffe", "mining gornic* bergbau* raw rohstoff* surowc* surowiec"},
    Branch{"research", "NACE:M72 EOCIC:knowledge", "Badania naukowe i prace rozwojowe",
           "Scientific research and development", "Forschung und Entwicklung",
           "research* badan* badawcz* naukow* forschung* wissenschaft* science"},
    Branch{"social", "EU-ECOSYSTEM:proximity-and-social-economy", "Gospodarka społeczna",
           "Proximity and social economy", "Nahversorgung und Sozialwirtschaft",
           "spoleczn* social* sozial*"},
};
// clang-format on

}  // namespace

std::span<const Branch> Branches() { return kBranches; }

}  // namespace wici::cluster_registry
