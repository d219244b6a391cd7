#include "services/cluster_registry/search/index/search_index.h"

#include <xapian.h>

#include <algorithm>
#include <utility>

#include "absl/strings/str_cat.h"
#include "libs/base/mutex.h"
#include "libs/base/status_macros.h"
#include "services/cluster_registry/search/index/generations.h"
#include "services/cluster_registry/search/index/search_terms.h"
#include "services/cluster_registry/search/text/fold.h"
#include "services/cluster_registry/search/text/polish_stem.h"
#include "services/cluster_registry/search/text/thesaurus.h"

namespace wici::cluster_registry {
namespace {

// Another number makes every index be built anew: for changed terms or stems.
constexpr std::string_view kFormat = "2";
constexpr Xapian::valueno kLastDaySlot = 0;
constexpr Xapian::valueno kNameSlot = 1;
constexpr std::string_view kForEver = "9999-12-31";
constexpr double kNameScale = 3;
constexpr double kExactScale = 0.5;
constexpr int kEditsMax = 2;
constexpr int kPrefixTermsMax = 50;
constexpr int kTriesMax = 5;  // of a search that the writer overtakes
constexpr int kReadersMax = 16;

absl::Status Unavailable(std::string_view what, const std::string& why) {
  return absl::UnavailableError(absl::StrCat(std::string(what), ": ", why));
}

// One generation, open for writing.
class GenerationWriter {
 public:
  GenerationWriter(const std::string& path, int flags) : database_(path, flags) {}

  void Put(const SearchDocument& document, const Stemmers& stemmers) {
    const DocumentTerms terms = TermsOf(document, stemmers);
    const std::string id = NameTerm(document.name);
    Forget(id);
    Xapian::Document made;
    for (const auto& [term, count] : terms.counts) {
      made.add_term(term, static_cast<Xapian::termcount>(count));
    }
    for (const std::string& term : terms.filters) made.add_boolean_term(term);
    std::string words;
    for (const std::string& word : terms.words) {
      absl::StrAppend(&words, word, " ");
      database_.add_spelling(word);
    }
    made.set_data(words);
    made.add_value(kLastDaySlot,
                   document.last_day.empty() ? std::string(kForEver) : document.last_day);
    made.add_value(kNameSlot, document.name);
    database_.replace_document(id, made);
  }
  void Remove(const std::string& name) {
    Forget(NameTerm(name));
    database_.delete_document(NameTerm(name));
  }
  bool Has(const std::string& id, const std::string& term) const {
    const auto posting = database_.postlist_begin(id);
    if (posting == database_.postlist_end(id)) return false;
    auto terms = database_.termlist_begin(*posting);
    terms.skip_to(term);
    return terms != database_.termlist_end(*posting) && *terms == term;
  }
  void SetPosition(const std::string& position) {
    database_.set_metadata("format", std::string(kFormat));
    database_.set_metadata("position", position);
  }
  void Commit() { database_.commit(); }
  std::string Position() const {
    return database_.get_metadata("format") == kFormat ? database_.get_metadata("position") : "";
  }

 private:
  // Takes the words of a document out of the spelling dictionary.
  void Forget(const std::string& id) {
    for (auto posting = database_.postlist_begin(id); posting != database_.postlist_end(id);
         ++posting) {
      const std::string words = database_.get_document(*posting).get_data();
      for (std::size_t begin = 0; begin < words.size();) {
        const std::size_t end = words.find(' ', begin);
        database_.remove_spelling(words.substr(begin, end - begin));
        begin = end + 1;
      }
      return;
    }
  }

  Xapian::WritableDatabase database_;
};

// What one search asks of one snapshot of the index.
class OneSearch {
 public:
  OneSearch(const Xapian::Database& database, const SearchFilter& filter, const Stemmers& stemmers)
      : database_(database), stemmers_(stemmers), filter_(MakeFilter(filter)) {}

  SearchAnswer Run(const std::vector<std::vector<std::string>>& words, bool as_you_type) {
    SearchAnswer answer;
    std::vector<Xapian::Query> needed;
    std::vector<Xapian::Query> generic;
    for (std::size_t i = 0; i < words.size(); ++i) {
      const bool open_end = as_you_type && i + 1 == words.size();
      const bool says_little = !open_end && IsGeneric(words[i][0]);
      (says_little ? generic : needed).push_back(WordQuery(words[i], open_end));
    }
    if (needed.empty()) std::swap(needed, generic);
    Xapian::Query query(Xapian::Query::OP_AND, needed.begin(), needed.end());
    if (!generic.empty()) {
      query = Xapian::Query(Xapian::Query::OP_AND_MAYBE, query,
                            Xapian::Query(Xapian::Query::OP_OR, generic.begin(), generic.end()));
    }
    const Xapian::MSet found = Find(query, kSearchHitsMax);
    for (auto hit = found.begin(); hit != found.end(); ++hit) {
      answer.hits.push_back({hit.get_document().get_value(kNameSlot), hit.get_weight()});
    }
    std::stable_sort(answer.hits.begin(), answer.hits.end(),
                     [](const SearchHit& a, const SearchHit& b) {
                       return a.weight != b.weight ? a.weight > b.weight : a.name < b.name;
                     });
    if (!as_you_type || answer.hits.empty()) answer.suggestion = Suggest(words);
    return answer;
  }

 private:
  static Xapian::Query MakeFilter(const SearchFilter& filter) {
    using Xapian::Query;
    // Not Query::MatchAll and MatchNothing: these are shared by all threads, and their counters of
    // references are not atomic.
    Query kinds = filter.kinds.empty() ? Query(std::string()) : Query();
    for (const SearchKind kind : filter.kinds) kinds |= Query(KindTerm(kind));
    if (filter.everything) return kinds;
    Query shared((std::string(kSharedTerm)));
    for (const std::string& region : filter.open_regions) shared |= Query(RegionTerm(region));
    Query open((std::string(kPublicTerm)));
    for (const SearchKind kind : filter.partner_kinds) open |= Query(KindTerm(kind));
    Query mine = shared & open & Query(Query::OP_VALUE_GE, kLastDaySlot, filter.today);
    for (const std::string& cluster : filter.clusters) mine |= Query(OwnerTerm(cluster));
    return kinds & mine;
  }

  static bool IsGeneric(const std::string& word) {
    return IsGenericWord(word) || IsGenericWord(PolishStem(word));
  }

  // A document has a word when it has it, one of its stems or one of its branches.
  Xapian::Query WordQuery(const std::vector<std::string>& variants, bool open_end) const {
    using Xapian::Query;
    std::vector<Query> anywhere;
    std::vector<Query> in_names;
    for (const std::string& word : variants) {
      for (const std::string& term : TermsOfWord(word, "", stemmers_)) {
        anywhere.emplace_back(term);
        in_names.emplace_back(absl::StrCat(std::string(kInNames), term));
      }
      if (open_end && word.size() > 1) {
        anywhere.emplace_back(Query::OP_WILDCARD, word, kPrefixTermsMax,
                              Query::WILDCARD_LIMIT_MOST_FREQUENT);
        in_names.emplace_back(Query::OP_WILDCARD, absl::StrCat(std::string(kInNames), word),
                              kPrefixTermsMax, Query::WILDCARD_LIMIT_MOST_FREQUENT);
      }
    }
    const Query all(Query::OP_SYNONYM, anywhere.begin(), anywhere.end());
    const Query names(Query::OP_SYNONYM, in_names.begin(), in_names.end());
    return Query(Query::OP_AND_MAYBE, all,
                 Query(Query::OP_OR, Query(Query::OP_SCALE_WEIGHT, names, kNameScale),
                       Query(Query::OP_SCALE_WEIGHT, Query(variants[0]), kExactScale)));
  }

  Xapian::MSet Find(const Xapian::Query& query, int limit) const {
    Xapian::Enquire enquire(database_);
    enquire.set_query(Xapian::Query(Xapian::Query::OP_FILTER, query, filter_));
    enquire.set_weighting_scheme(Xapian::BM25Weight());
    return enquire.get_mset(0, static_cast<Xapian::doccount>(limit));
  }
  bool Finds(const std::string& term) const { return !Find(Xapian::Query(term), 1).empty(); }

  // Words that the caller finds nothing with, replaced by what it does find; "" when none is.
  std::string Suggest(const std::vector<std::vector<std::string>>& words) const {
    std::string suggestion;
    bool changed = false;
    for (const std::vector<std::string>& variants : words) {
      const std::string& word = variants[0];
      std::string better;
      if (word.size() > 3 && !IsGeneric(word) &&
          std::none_of(variants.begin(), variants.end(),
                       [&](const std::string& one) { return Finds(one); })) {
        better = database_.get_spelling_suggestion(word, kEditsMax);
        // An inflected form is no mistake, and what the caller may not see is no help.
        if (better.empty() || SameStem(word, better, stemmers_) || !Finds(better)) better.clear();
      }
      changed = changed || !better.empty();
      absl::StrAppend(&suggestion, suggestion.empty() ? "" : " ", better.empty() ? word : better);
    }
    return changed ? suggestion : "";
  }

  const Xapian::Database& database_;
  const Stemmers& stemmers_;
  const Xapian::Query filter_;
};

class XapianIndex final : public SearchIndex {
 public:
  explicit XapianIndex(Generations generations) : generations_(std::move(generations)) {}

  absl::Status Start() {
    const int generation = generations_.Current();
    try {
      Open(generation, Xapian::DB_OPEN);
      generations_.RemoveAllBut(generation);
      return absl::OkStatus();
    } catch (const Xapian::DatabaseLockError& locked) {
      return Unavailable("the search index", locked.get_msg());
    } catch (const Xapian::Error&) {
      // None yet, or broken: an empty one asks to be rebuilt.
    }
    WICI_RETURN_IF_ERROR(Try("the search index", [&] {
      Open(generation + 1, Xapian::DB_CREATE_OR_OVERWRITE);
      writer_->SetPosition("");
      writer_->Commit();
    }));
    return generations_.Publish(generation + 1);
  }

  std::string Position() override {
    try {
      return writer_->Position();
    } catch (const Xapian::Error&) {
      return "";
    }
  }

  bool Has(std::string_view name) override { return HasTerm(name, NameTerm(name)); }
  v1::Visibility ExposureOf(std::string_view name) override {
    if (HasTerm(name, kPublicTerm)) return v1::VISIBILITY_PUBLIC;
    return HasTerm(name, kSharedTerm) ? v1::VISIBILITY_PARTNERS : v1::VISIBILITY_INTERNAL;
  }

  absl::Status Stage(const std::vector<SearchDocument>& put, const std::vector<std::string>& remove,
                     const std::string& position) override {
    return Try("writing the search index", [&] {
      for (const SearchDocument& document : put) writer_->Put(document, stemmers_);
      for (const std::string& name : remove) writer_->Remove(name);
      writer_->SetPosition(position);
    });
  }

  absl::Status Commit() override {
    return Try("writing the search index", [&] { writer_->Commit(); });
  }

  absl::Status Rebuild(const std::string& position,
                       const std::function<absl::Status(const Add&)>& fill) override {
    const int generation = Generation() + 1;
    try {
      auto fresh = std::make_unique<GenerationWriter>(generations_.PathOf(generation),
                                                      Flags(Xapian::DB_CREATE_OR_OVERWRITE));
      WICI_RETURN_IF_ERROR(fill([&](const std::vector<SearchDocument>& documents) {
        for (const SearchDocument& document : documents) fresh->Put(document, stemmers_);
        return absl::OkStatus();
      }));
      fresh->SetPosition(position);
      fresh->Commit();
      Use(std::move(fresh), generation);
    } catch (const Xapian::Error& error) {
      return Unavailable("rebuilding the search index", error.get_msg());
    }
    return generations_.Publish(generation);
  }

  absl::StatusOr<SearchAnswer> Search(std::string_view query, const SearchFilter& filter,
                                      bool as_you_type) override {
    std::vector<std::vector<std::string>> words = FoldVariants(query);
    if (words.size() > kQueryWordsMax) words.resize(kQueryWordsMax);
    if (words.empty()) return SearchAnswer();
    std::string fault;
    for (int attempt = 0; attempt < kTriesMax; ++attempt) {
      try {
        Reader reader = Take();
        SearchAnswer answer = OneSearch(reader.database, filter, stemmers_).Run(words, as_you_type);
        answer.complete = reader.database.get_metadata("format") == kFormat &&
                          !reader.database.get_metadata("position").empty();
        Return(std::move(reader));
        return answer;
      } catch (const Xapian::Error& error) {
        // The writer committed twice meanwhile, or the generation is gone: a new snapshot.
        fault = error.get_msg();
      }
    }
    return Unavailable("reading the search index", fault);
  }

 private:
  struct Reader {
    int generation = 0;
    Xapian::Database database;
  };

  template <class Body>
  static absl::Status Try(std::string_view what, const Body& body) {
    try {
      body();
    } catch (const Xapian::Error& error) {
      return Unavailable(what, error.get_msg());
    }
    return absl::OkStatus();
  }
  bool HasTerm(std::string_view name, std::string_view term) {
    try {
      return writer_->Has(NameTerm(name), std::string(term));
    } catch (const Xapian::Error&) {
      return false;
    }
  }
  int Generation() {
    MutexLock lock(mutex_);
    return generation_;
  }
  // A temporary index need not survive the machine.
  int Flags(int flags) const {
    return generations_.temporary() ? flags | Xapian::DB_NO_SYNC : flags;
  }

  void Open(int generation, int flags) {
    writer_.reset();
    Use(std::make_unique<GenerationWriter>(generations_.PathOf(generation), Flags(flags)),
        generation);
  }

  // From here on this generation is written and searched.
  void Use(std::unique_ptr<GenerationWriter> writer, int generation) {
    writer_ = std::move(writer);
    MutexLock lock(mutex_);
    generation_ = generation;
    readers_.clear();
  }

  Reader Take() {
    Reader reader;
    bool fresh = true;
    {
      MutexLock lock(mutex_);
      reader.generation = generation_;
      if (!readers_.empty()) {
        reader = std::move(readers_.back());
        readers_.pop_back();
        fresh = false;
      }
    }
    if (fresh) {
      reader.database = Xapian::Database(generations_.PathOf(reader.generation));
    } else {
      reader.database.reopen();
    }
    return reader;
  }

  void Return(Reader reader) {
    MutexLock lock(mutex_);
    if (reader.generation == generation_ && readers_.size() < kReadersMax) {
      readers_.push_back(std::move(reader));
    }
  }

  Generations generations_;
  // A stemmer of Xapian keeps state, so each word gets its own.
  const Stemmers stemmers_{
      .english = [](const std::string& word) { return Xapian::Stem("english")(word); },
      .german = [](const std::string& word) { return Xapian::Stem("german")(word); }};
  std::unique_ptr<GenerationWriter> writer_;
  Mutex mutex_;
  int generation_ ABSL_GUARDED_BY(mutex_) = 0;
  std::vector<Reader> readers_ ABSL_GUARDED_BY(mutex_);
};

}  // namespace

absl::Status SearchIndex::Apply(const std::vector<SearchDocument>& put,
                                const std::vector<std::string>& remove,
                                const std::string& position) {
  WICI_RETURN_IF_ERROR(Stage(put, remove, position));
  return Commit();
}

absl::StatusOr<std::unique_ptr<SearchIndex>> SearchIndex::Open(const std::string& folder) {
  WICI_ASSIGN_OR_RETURN(Generations generations, Generations::Open(folder));
  auto index = std::make_unique<XapianIndex>(std::move(generations));
  WICI_RETURN_IF_ERROR(index->Start());
  return index;
}

}  // namespace wici::cluster_registry
