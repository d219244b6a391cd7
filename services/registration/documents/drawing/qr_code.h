// QR codes (ISO/IEC 18004).
#ifndef WICI_SERVICES_REGISTRATION_DOCUMENTS_DRAWING_QR_CODE_H_
#define WICI_SERVICES_REGISTRATION_DOCUMENTS_DRAWING_QR_CODE_H_

#include <cstddef>
#include <string_view>
#include <vector>

namespace wici::registration {

// Light modules that a scanner wants around a code.
inline constexpr int kQuietModules = 4;

struct QrCode {
  int side = 0;            // modules, without the quiet zone; 0 for no code
  std::vector<bool> dark;  // row by row
  bool IsDark(int x, int y) const { return dark[static_cast<std::size_t>(y * side + x)]; }
};

// The smallest code for `content`, of which 15 % may be soiled (level M). No code for an empty text
// or one of more than 2331 bytes. Any thread.
QrCode MakeQrCode(std::string_view content);

}  // namespace wici::registration

#endif  // WICI_SERVICES_REGISTRATION_DOCUMENTS_DRAWING_QR_CODE_H_
