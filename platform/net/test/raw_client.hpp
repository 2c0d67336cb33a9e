// A client that speaks bytes, so that tests can say what no library would say. Blocking, with a receive time-out.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "yingda/net/server.hpp"

namespace yingda::net::test {

class RawClient {
 public:
  /// `receive_buffer` > 0 shrinks the kernel's buffer (slow readers).
  explicit RawClient(std::uint16_t port, int receive_buffer = 0);
  ~RawClient();
  RawClient(const RawClient&) = delete;
  RawClient& operator=(const RawClient&) = delete;

  void send(std::string_view bytes) const;
  /// Reads until `mark` has come; everything received so far and not yet taken. Fails the test after 10 s.
  std::string read_until(std::string_view mark);
  std::string read_exactly(std::size_t bytes);
  /// All bytes until the peer ends the stream.
  std::string read_to_end();

  struct Answer {
    int status = 0;
    std::string head, body;
    bool has(std::string_view text) const { return head.find(text) != std::string::npos; }
  };
  /// One answer with Content-Length (or none for HEAD, 204 and 304).
  Answer read_answer(bool head_only = false);
  Answer get(std::string_view path, std::string_view more_headers = {});

  /// Opening handshake of a WebSocket.
  Answer open_websocket(std::string_view path = "/ws", std::string_view more_headers = {});
  struct Frame {
    int first_byte = 0;
    std::string payload;
    int opcode() const { return first_byte & 15; }
    int close_code() const;
  };
  void send_frame(int first_byte, std::string_view payload) const;
  Frame read_frame();

 private:
  bool fill();
  int fd_ = -1;
  std::string input_;
};

}  // namespace yingda::net::test
