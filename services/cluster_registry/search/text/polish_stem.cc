#include "services/cluster_registry/search/text/polish_stem.h"

#include <algorithm>
#include <array>

namespace wici::cluster_registry {
namespace {

struct Ending {
  std::string_view text;
  std::string_view replacement;
};

constexpr std::size_t kStemMin = 3;

// Of cases, numbers and genders; the longest that fits goes.
constexpr std::array kInflections = {
    Ending{"iemu", ""}, Ending{"iego", ""}, Ending{"iami", ""}, Ending{"iach", ""},
    Ending{"iowi", ""}, Ending{"iem", ""},  Ending{"iej", ""},  Ending{"iom", ""},
    Ending{"imi", ""},  Ending{"ich", ""},  Ending{"iow", ""},  Ending{"ych", ""},
    Ending{"ymi", ""},  Ending{"ego", ""},  Ending{"emu", ""},  Ending{"owi", ""},
    Ending{"ami", ""},  Ending{"ach", ""},  Ending{"em", ""},   Ending{"ej", ""},
    Ending{"ia", ""},   Ending{"ie", ""},   Ending{"ii", ""},   Ending{"io", ""},
    Ending{"im", ""},   Ending{"ym", ""},   Ending{"om", ""},   Ending{"ow", ""},
    Ending{"a", ""},    Ending{"e", ""},    Ending{"i", ""},    Ending{"o", ""},
    Ending{"u", ""},    Ending{"y", ""},
};

// That make an adjective, a trade or a person of a noun.
constexpr std::array kDerivations = {
    Ending{"iczn", ""}, Ending{"yczn", ""}, Ending{"yjn", "j"}, Ending{"ik", ""},  Ending{"yk", ""},
    Ending{"ic", ""},   Ending{"yc", ""},   Ending{"ow", ""},   Ending{"rz", "r"},
};

template <class Endings>
void Strip(const Endings& endings, std::string& word) {
  for (const Ending& ending : endings) {
    if (word.size() >= ending.text.size() + kStemMin && word.ends_with(ending.text)) {
      word.resize(word.size() - ending.text.size());
      word += ending.replacement;
      return;
    }
  }
}

}  // namespace

std::string PolishStem(std::string_view folded_word) {
  std::string word(folded_word);
  if (word.size() <= kStemMin ||
      !std::all_of(word.begin(), word.end(), [](char c) { return c >= 'a' && c <= 'z'; })) {
    return word;
  }
  Strip(kInflections, word);
  Strip(kDerivations, word);
  // The e that comes and goes: klaster, klastra.
  if (word.size() > 4 && word.ends_with("er")) word.replace(word.size() - 2, 2, "r");
  return word;
}

}  // namespace wici::cluster_registry
