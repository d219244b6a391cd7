// The plainest HTTP client, which also sends what no client would.
#ifndef WICI_LIBS_TESTING_HTTP_CLIENT_H_
#define WICI_LIBS_TESTING_HTTP_CLIENT_H_

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cstdint>
#include <string>

namespace wici::testing {

// Sends `request` as it is to a port of this machine. The whole answer, head and body; "" when
// there is none.
inline std::string SendHttp(int port, const std::string& request) {
  const int fd = ::socket(AF_INET, SOCK_STREAM, 0);
  sockaddr_in address = {};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  std::string answer;
  if (::connect(fd, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
      ::send(fd, request.data(), request.size(), MSG_NOSIGNAL) > 0) {
    char buffer[4096];
    ssize_t size = 0;
    while ((size = ::recv(fd, buffer, sizeof buffer, 0)) > 0) {
      answer.append(buffer, static_cast<std::size_t>(size));
    }
  }
  ::close(fd);
  return answer;
}

}  // namespace wici::testing

#endif  // WICI_LIBS_TESTING_HTTP_CLIENT_H_
