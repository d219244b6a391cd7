#include "libs/base/build_id.h"

#include <elf.h>
#include <link.h>

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <string_view>

#include "absl/strings/escaping.h"

namespace wici {
namespace {

constexpr std::string_view kGnu("GNU\0", 4);

std::size_t Aligned(std::size_t size, std::size_t to) { return (size + to - 1) / to * to; }

// The build id among the notes of a segment, as bytes, or "".
std::string_view FindBuildId(std::string_view notes, std::size_t alignment) {
  ElfW(Nhdr) note;
  while (notes.size() >= sizeof note) {
    std::memcpy(&note, notes.data(), sizeof note);
    const std::size_t begin = Aligned(sizeof note + note.n_namesz, alignment);
    const std::size_t end = begin + note.n_descsz;
    if (end > notes.size()) return "";
    if (note.n_type == NT_GNU_BUILD_ID && notes.substr(sizeof note, note.n_namesz) == kGnu) {
      return notes.substr(begin, note.n_descsz);
    }
    notes.remove_prefix(std::min(Aligned(end, alignment), notes.size()));
  }
  return "";
}

// The first object is the program itself.
int OfProgram(dl_phdr_info* info, std::size_t, void* id) {
  for (int i = 0; i < info->dlpi_phnum; ++i) {
    const ElfW(Phdr)& header = info->dlpi_phdr[i];
    if (header.p_type != PT_NOTE) continue;
    const char* notes = reinterpret_cast<const char*>(info->dlpi_addr + header.p_vaddr);
    const std::string_view found =
        FindBuildId({notes, header.p_memsz}, header.p_align == 8 ? 8 : 4);
    if (!found.empty()) {
      *static_cast<std::string*>(id) =
          absl::BytesToHexString(absl::string_view(found.data(), found.size()));
      break;
    }
  }
  return 1;
}

}  // namespace

std::string BuildId() {
  std::string id;
  dl_iterate_phdr(&OfProgram, &id);
  return id;
}

}  // namespace wici
