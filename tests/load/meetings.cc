// wici-meetings: schedules one published instance (b2b_instance.h) and prints every improvement.
//
//   wici-meetings --instance=original/tic-12.original.dzn --fairness=2 --seconds=10 --seed=1
//
// The scheduler searches for so many steps and cannot be asked meanwhile, so it is called again and
// again, first without a step (what the greedy alone finds), then with a thousand, then each time
// with twice as many and another seed, as long as there is time. Ends sooner when nothing can be
// better: at the bound that the scheduler proves, or at --target breaks, which somebody else has
// proven. Prints one line of JSON:
//
//   {"participants": 70, "bound": 0, "obstacles": 0, "calls": 9, "steps": 255000,
//   "cpu_seconds": 1.0,
//    "seconds": 1.0, "improvements": [{"ms": 0.8, "steps": 0, "unplaced": 1, "penalty": 30,
//    "slots": [3, ...]}, ...]}
//
// with the slot of each meeting, from 0 and -1 for none; an instance that is no problem of ours, as
// it has precedences, is {"not_ours": true}.
#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <filesystem>
#include <iostream>
#include <optional>
#include <string>
#include <vector>

#include "absl/flags/flag.h"
#include "absl/flags/parse.h"
#include "absl/strings/str_format.h"
#include "absl/strings/str_join.h"
#include "services/registration/meetings/scheduling/local_search.h"
#include "services/registration/meetings/scheduling/testing/b2b_instance.h"
#include "services/registration/meetings/scheduling/testing/schedule_checker.h"
#include "tests/load/cpu.h"

ABSL_FLAG(std::string, instance, "", "the file");
ABSL_FLAG(int, fairness, 2, "breaks of one participant that are fair");
ABSL_FLAG(double, seconds, 10, "how long to search");
ABSL_FLAG(std::uint64_t, seed, 1, "of the searches");
ABSL_FLAG(int, target, -1, "breaks of the best schedule there is, or -1 if that is not known");

namespace wici::load {
namespace {

using registration::BestPossible;
using registration::MeetingSchedule;
using registration::ScheduleProblem;

constexpr std::int64_t kStepsFirst = 1000;
constexpr std::uint64_t kSeedsEach = 1000;  // of one --seed

class Search {
 public:
  explicit Search(const ScheduleProblem& problem) : problem_(problem) {}

  std::string Run() {
    const double limit = absl::GetFlag(FLAGS_seconds);
    std::int64_t steps = 0;
    while (Once(steps), !Ended() && Elapsed() < limit) {
      // Of the last call there is time for a part only; it ends about when the time does.
      const double rate = searching_ > 0 ? static_cast<double>(steps_) / searching_ : 0;
      const std::int64_t next = std::max(kStepsFirst, 2 * steps);
      const double left = rate * (limit - Elapsed());
      steps = rate > 0 && left < static_cast<double>(next) ? static_cast<std::int64_t>(left) : next;
      if (steps < kStepsFirst) break;
    }
    return absl::StrFormat(
        "{\"participants\": %d, \"bound\": %d, \"obstacles\": %d, \"calls\": %d, \"steps\": %d, "
        "\"cpu_seconds\": %.3f, \"seconds\": %.3f, \"improvements\": [%s]}",
        problem_.available.size(), bound_, obstacles_, calls_, steps_, ProcessCpuSeconds(),
        Elapsed(), absl::StrJoin(improvements_, ", "));
  }

 private:
  double Elapsed() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin_).count();
  }

  // Nothing can be better: all have a slot, and breaks are as few as can be.
  bool Ended() const {
    return obstacles_ > 0 ||
           (best_.unplaced == 0 && best_.penalty <= std::max(bound_, absl::GetFlag(FLAGS_target)));
  }

  void Once(std::int64_t steps) {
    const double before = Elapsed();
    const MeetingSchedule found = registration::LocalSearchScheduler().Schedule(
        problem_,
        {steps, absl::GetFlag(FLAGS_seed) * kSeedsEach + static_cast<std::uint64_t>(calls_)});
    const double now = Elapsed();
    if (steps > 0) searching_ += now - before;
    ++calls_;
    steps_ += steps;
    bound_ = found.breaks_bound;
    obstacles_ = found.obstacles.size();
    const BestPossible measure = registration::MeasureOf(problem_, found.slot_of);
    if (calls_ > 1 && measure >= best_) return;
    best_ = measure;
    improvements_.push_back(absl::StrFormat(
        "{\"ms\": %.3f, \"steps\": %d, \"unplaced\": %d, \"penalty\": %d, \"slots\": [%s]}",
        1000 * now, steps_, measure.unplaced, measure.penalty, absl::StrJoin(found.slot_of, ", ")));
  }

  const ScheduleProblem& problem_;
  const std::chrono::steady_clock::time_point begin_ = std::chrono::steady_clock::now();
  double searching_ = 0;  // seconds
  int calls_ = 0;
  std::int64_t steps_ = 0;
  int bound_ = 0;
  std::size_t obstacles_ = 0;  // each a proof that there is no schedule
  BestPossible best_;
  std::vector<std::string> improvements_;
};

int Main() {
  const std::filesystem::path file = absl::GetFlag(FLAGS_instance);
  if (!std::filesystem::is_regular_file(file)) {
    std::cerr << "wici-meetings: there is no instance " << file << "\n";
    return EXIT_FAILURE;
  }
  std::optional<ScheduleProblem> problem = registration::B2bInstance::Read(file);
  if (!problem) {
    std::cout << "{\"not_ours\": true}" << std::endl;
    return EXIT_SUCCESS;
  }
  problem->breaks_fair = absl::GetFlag(FLAGS_fairness);
  std::cout << Search(*problem).Run() << std::endl;
  return EXIT_SUCCESS;
}

}  // namespace
}  // namespace wici::load

int main(int argc, char** argv) {
  absl::ParseCommandLine(argc, argv);
  return wici::load::Main();
}
