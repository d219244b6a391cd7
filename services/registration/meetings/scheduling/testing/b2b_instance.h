// The public instances of M. Bofill et al., JAIR 74 (2022), in MiniZinc's data format.
#ifndef WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_TESTING_B2B_INSTANCE_H_
#define WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_TESTING_B2B_INSTANCE_H_

#include <filesystem>
#include <fstream>
#include <optional>
#include <regex>
#include <sstream>
#include <string>
#include <vector>

#include "services/registration/meetings/scheduling/scheduler.h"

namespace wici::registration {

// Reads an instance without precedences, which our problems do not have; nullopt for another.
class B2bInstance {
 public:
  static std::optional<ScheduleProblem> Read(const std::filesystem::path& file) {
    std::stringstream text;
    text << std::ifstream(file).rdbuf();
    return B2bInstance(text.str()).Problem();
  }

 private:
  explicit B2bInstance(std::string text) : text_(std::move(text)) {}

  std::optional<ScheduleProblem> Problem() const {
    ScheduleProblem problem;
    problem.slots = Number("nTotalSlots");
    problem.tables = Number("nTables");
    const int morning = Number("nMorningSlots");
    const auto people = static_cast<std::size_t>(Number("nBusiness"));
    problem.available.assign(people,
                             std::vector<bool>(static_cast<std::size_t>(problem.slots), true));
    const std::vector<std::vector<int>> forbidden = Sets("forbidden");
    for (std::size_t person = 0; person < people; ++person) {
      for (const int slot : forbidden.at(person)) {
        if (slot > 0) problem.available[person][static_cast<std::size_t>(slot - 1)] = false;
      }
    }
    const std::vector<int> rows = Numbers(Between("requested", "[|", "|]"));
    const std::vector<int> fixed = Numbers(Between("fixed", "[", "]"));
    for (std::size_t i = 0; i + 2 < rows.size(); i += 3) {
      MeetingToPlace meeting;
      meeting.first = rows[i] - 1;
      meeting.second = rows[i + 1] - 1;
      const int from = rows[i + 2] == 2 ? morning : 0;
      const int until = rows[i + 2] == 1 ? morning : problem.slots;
      for (int slot = from; slot < until; ++slot) meeting.slots.push_back(slot);
      if (fixed.at(i / 3) > 0) meeting.fixed = fixed[i / 3] - 1;
      problem.meetings.push_back(std::move(meeting));
    }
    for (const std::vector<int>& before : Sets("precedences")) {
      for (const int other : before) {
        if (other > 0) return std::nullopt;
      }
    }
    return problem;
  }

  int Number(const std::string& name) const {
    std::smatch match;
    return std::regex_search(text_, match, std::regex(name + "\\s*=\\s*(\\d+)"))
               ? std::stoi(match[1])
               : 0;
  }

  std::string Between(const std::string& name, const std::string& open,
                      const std::string& close) const {
    const std::size_t at = text_.find(open, text_.find("\n" + name));
    return text_.substr(at + open.size(), text_.find(close, at + open.size()) - at - open.size());
  }

  static std::vector<int> Numbers(const std::string& text) {
    std::vector<int> numbers;
    const std::regex number("\\d+");
    for (std::sregex_iterator it(text.begin(), text.end(), number), end; it != end; ++it) {
      numbers.push_back(std::stoi(it->str()));
    }
    return numbers;
  }

  std::vector<std::vector<int>> Sets(const std::string& name) const {
    std::vector<std::vector<int>> sets;
    if (text_.find("\n" + name) == std::string::npos) return sets;
    const std::string list = Between(name, "[", "]");
    const std::regex set("\\{([^}]*)\\}");
    for (std::sregex_iterator it(list.begin(), list.end(), set), end; it != end; ++it) {
      sets.push_back(Numbers((*it)[1]));
    }
    return sets;
  }

  const std::string text_;
};

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_MEETINGS_SCHEDULING_TESTING_B2B_INSTANCE_H_
