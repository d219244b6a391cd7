#include "services/registration/documents/drawing/qr_code.h"

#include <qrencode.h>

#include <memory>

namespace wici::registration {

QrCode MakeQrCode(std::string_view content) {
  constexpr std::size_t kBytesMax = 2331;  // version 40, level M
  QrCode code;
  if (content.empty() || content.size() > kBytesMax) return code;
  const std::unique_ptr<QRcode, void (*)(QRcode*)> made(
      QRcode_encodeData(static_cast<int>(content.size()),
                        reinterpret_cast<const unsigned char*>(content.data()), 0, QR_ECLEVEL_M),
      &QRcode_free);
  if (made == nullptr) return code;
  code.side = made->width;
  const auto modules = static_cast<std::size_t>(code.side) * static_cast<std::size_t>(code.side);
  code.dark.reserve(modules);
  for (std::size_t i = 0; i < modules; ++i) code.dark.push_back((made->data[i] & 1) != 0);
  return code;
}

}  // namespace wici::registration
