#include "raw_client.hpp"

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <cstdlib>

namespace yingda::net::test {

RawClient::RawClient(std::uint16_t port, int receive_buffer) {
  fd_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (receive_buffer > 0) ::setsockopt(fd_, SOL_SOCKET, SO_RCVBUF, &receive_buffer, sizeof receive_buffer);
  const timeval patience{10, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
  ::setsockopt(fd_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  sockaddr_in to{};
  to.sin_family = AF_INET;
  to.sin_port = htons(port);
  to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(fd_, reinterpret_cast<const sockaddr*>(&to), sizeof to), 0);
}

RawClient::~RawClient() { ::close(fd_); }

void RawClient::send(std::string_view bytes) const {
  while (!bytes.empty()) {
    const ssize_t put = ::send(fd_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (put <= 0) return;  // refused requests are cut short by the server
    bytes.remove_prefix(static_cast<std::size_t>(put));
  }
}

bool RawClient::fill() {
  std::array<char, 16384> chunk{};
  const ssize_t got = ::recv(fd_, chunk.data(), chunk.size(), 0);
  EXPECT_FALSE(got < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) << "nothing came for 10 s; have: " << input_;
  if (got <= 0) return false;
  input_.append(chunk.data(), static_cast<std::size_t>(got));
  return true;
}

std::string RawClient::read_until(std::string_view mark) {
  std::size_t at = 0;
  while ((at = input_.find(mark)) == std::string::npos)
    if (!fill()) return std::exchange(input_, {});
  std::string out = input_.substr(0, at + mark.size());
  input_.erase(0, at + mark.size());
  return out;
}

std::string RawClient::read_exactly(std::size_t bytes) {
  while (input_.size() < bytes)
    if (!fill()) return std::exchange(input_, {});
  std::string out = input_.substr(0, bytes);
  input_.erase(0, bytes);
  return out;
}

std::string RawClient::read_to_end() {
  while (fill()) {
  }
  return std::exchange(input_, {});
}

RawClient::Answer RawClient::read_answer(bool head_only) {
  Answer answer;
  answer.head = read_until("\r\n\r\n");
  if (answer.head.size() > 12) answer.status = std::atoi(answer.head.c_str() + 9);
  const std::size_t at = answer.head.find("content-length: ");
  if (at != std::string::npos && !head_only)
    answer.body = read_exactly(static_cast<std::size_t>(std::atoll(answer.head.c_str() + at + 16)));
  return answer;
}

RawClient::Answer RawClient::get(std::string_view path, std::string_view more_headers) {
  send("GET " + std::string(path) + " HTTP/1.1\r\nhost: x\r\n" + std::string(more_headers) + "\r\n");
  return read_answer();
}

RawClient::Answer RawClient::open_websocket(std::string_view path, std::string_view more_headers) {
  return get(path,
             "upgrade: websocket\r\nconnection: keep-alive, Upgrade\r\nsec-websocket-version: 13\r\n"
             "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\n" +
                 std::string(more_headers));
}

int RawClient::Frame::close_code() const {
  if (opcode() != 8 || payload.size() < 2) return 0;
  return static_cast<unsigned char>(payload[0]) << 8 | static_cast<unsigned char>(payload[1]);
}

void RawClient::send_frame(int first_byte, std::string_view payload) const {
  std::string frame(1, static_cast<char>(first_byte));
  if (payload.size() < 126) {
    frame += static_cast<char>(0x80 | payload.size());
  } else if (payload.size() < 65536) {
    frame += static_cast<char>(0x80 | 126);
    frame += static_cast<char>(payload.size() >> 8);
    frame += static_cast<char>(payload.size() & 255);
  } else {
    frame += static_cast<char>(0x80 | 127);
    for (int shift = 56; shift >= 0; shift -= 8) frame += static_cast<char>(payload.size() >> shift & 255);
  }
  const std::string_view mask("\x01\x02\x03\x04", 4);
  frame += mask;
  for (std::size_t i = 0; i < payload.size(); ++i) frame += static_cast<char>(payload[i] ^ mask[i % 4]);
  send(frame);
}

RawClient::Frame RawClient::read_frame() {
  Frame frame;
  const std::string head = read_exactly(2);
  if (head.size() < 2) return frame;
  frame.first_byte = static_cast<unsigned char>(head[0]);
  std::size_t length = static_cast<unsigned char>(head[1]);
  if (length >= 126) {
    const std::string more = read_exactly(length == 126 ? 2 : 8);
    length = 0;
    for (const char c : more) length = length << 8 | static_cast<unsigned char>(c);
  }
  frame.payload = read_exactly(length);
  return frame;
}

}  // namespace yingda::net::test
