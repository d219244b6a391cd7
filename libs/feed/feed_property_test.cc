// What the feed promises whoever reads it, while much happens at once.
#include <atomic>
#include <cstdint>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include "absl/strings/str_cat.h"
#include "absl/types/span.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include "libs/feed/sequencer_fixture.h"
#include "libs/testing/faulty_database.h"
#include "libs/testing/status_matchers.h"

namespace wici::feed {
namespace {

using ::testing::IsEmpty;
using ::wici::testing::FaultyDatabase;
using ::wici::testing::IsOk;
using ::wici::testing::WriteFault;

// Fifty writers at once, sequencers that die, lose their lease, and do not learn of their commits.
class FeedPropertyTest : public FeedTest {
 protected:
  static constexpr int kWriters = 50;
  static constexpr int kTransactions = 6;
  static constexpr int kSequencers = 3;

  void WriteSome(Writer& writer, std::uint64_t seed) {
    std::mt19937_64 random(seed);
    for (int i = 0; i < kTransactions; ++i) {
      // Now and then one that is under way lets others go on: where one transaction writes at a
      // time, all wait for it, and where the machine is busy with something else, for long.
      const auto pause = [&] {
        if (random() % 4 == 0) std::this_thread::yield();
      };
      const std::string aggregate = absl::StrCat("events/e", random() % 8);
      const int count = random() % 10 == 0 ? 100 : 1 + static_cast<int>(random() % 4);
      const absl::Status status = writer.Change(aggregate, count, pause, random() % 8 == 0);
      EXPECT_THAT(status, IsOk());
    }
  }

  // A row of processes, each of which runs until it is killed.
  void Sequence(int index, std::uint64_t seed, const std::atomic<bool>& done) {
    std::mt19937_64 random(seed);
    for (int life = 0; !done.load(); ++life) {
      FaultyDatabase faulty(database(), [&] {
        const std::uint64_t dice = random() % 10;
        return dice == 0   ? WriteFault::kBeforeCommit
               : dice == 1 ? WriteFault::kAfterCommit
                           : WriteFault::kNone;
      });
      const auto sequencer = MakeSequencer(faulty, absl::StrCat("p", index, "-", life));
      for (std::uint64_t rounds = random() % 40; rounds > 0 && !done.load(); --rounds) {
        if (sequencer->RunOnce().value_or(0) == 0) std::this_thread::yield();
        if (random() % 4 == 0) clock_.Advance(absl::Seconds(3));
      }
      faulty.Die();
    }
  }

  // `kinds` write in turns.
  void WriteWhileSequencersDie(absl::Span<Writer* const> kinds);

  // Reads while all that goes on.
  void Follow(const std::atomic<bool>& done, std::vector<v1::Change>& seen) {
    v1::Cursor cursor;
    while (true) {
      const bool last = done.load();
      const auto changes = Read(cursor, 50);
      ASSERT_THAT(changes, IsOk());
      if (last && changes->empty()) return;
      if (changes->empty()) {
        std::this_thread::yield();
        continue;
      }
      seen.insert(seen.end(), changes->begin(), changes->end());
      cursor = seen.back().cursor();
    }
  }
};
WICI_ON_EVERY_ENGINE(FeedPropertyTest);

void FeedPropertyTest::WriteWhileSequencersDie(absl::Span<Writer* const> kinds) {
  const std::uint64_t seed = TestSeed();
  SCOPED_TRACE(absl::StrCat("WICI_TEST_SEED=", seed));
  std::mt19937_64 random(seed);
  std::atomic<bool> written{false};
  std::atomic<bool> stamped{false};
  std::vector<std::thread> writers;
  std::vector<std::thread> sequencers;
  for (int i = 0; i < kWriters; ++i) {
    Writer& writer = *kinds[static_cast<std::size_t>(i) % kinds.size()];
    writers.emplace_back([this, &writer, s = random()] { WriteSome(writer, s); });
  }
  for (int i = 0; i < kSequencers; ++i) {
    sequencers.emplace_back([this, i, s = random(), &written] { Sequence(i, s, written); });
  }
  std::vector<v1::Change> seen;
  std::thread follower([&] { Follow(stamped, seen); });
  for (std::thread& writer : writers) writer.join();
  written.store(true);
  for (std::thread& sequencer : sequencers) sequencer.join();
  clock_.Advance(absl::Minutes(1));
  const absl::StatusOr<int> rest = MakeSequencer(database(), "last")->RunOnce();
  stamped.store(true);
  follower.join();
  ASSERT_THAT(rest, IsOk());
  EXPECT_THAT(checker_.Problems(seen), IsEmpty());
}

TEST_P(FeedPropertyTest, F4_FeedIsDenseCompleteAndOrderedWhileSequencersDie) {
  WriteWhileSequencersDie({writer_.get()});
}

TEST_P(FeedPropertyTest, F4_SoItIsWhenTransactionsNumberThemselves) {
  WriteWhileSequencersDie({new_writer_.get()});
}

TEST_P(FeedPropertyTest, F4_SoItIsWhileAnOlderVersionWritesToo) {
  WriteWhileSequencersDie({writer_.get(), new_writer_.get()});
}

}  // namespace
}  // namespace wici::feed
