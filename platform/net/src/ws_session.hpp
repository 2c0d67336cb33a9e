// One open WebSocket of the server: frames in, a bounded queue out, pings, the closing handshake. Callbacks instead of
// a coroutine: an idle socket then holds one small wait operation and nothing else.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "server_core.hpp"
#include "ws_frame.hpp"

namespace yingda::net {

class WsSession final : public Session, public WebSocket, private ws::Sink {
 public:
  WsSession(std::shared_ptr<ServerCore> core, std::shared_ptr<Loop> loop, Link link,
            std::unique_ptr<WebSocketHandler> handler, std::string remote_address, int deflate_bits);
  ~WsSession() override;

  /// On the loop's thread, once, after tracking. `early` are bytes that came behind the handshake.
  void start(std::string early);

  // WebSocket, from any thread:
  bool send(std::shared_ptr<const std::string> text) override;
  void close(int code, std::string_view reason) override;
  const std::string& remote_address() const override { return remote_address_; }
  std::int64_t queued_bytes() const override { return queued_.load(std::memory_order_relaxed); }

  // Session, on the loop's thread:
  void on_stop() override;
  void on_cut() override { finish(); }
  void on_touched() override;

 private:
  struct Frame {
    std::shared_ptr<const std::string> payload;
    ws::Opcode opcode = ws::kText;
    bool compressed = false;
    bool tried = false;  // compression was considered
  };
  enum class State : std::uint8_t { open, closing, done };

  void on_deadline() override;
  bool on_text(std::string_view payload, bool compressed) override;
  bool on_control(ws::Opcode opcode, std::string_view payload) override;

  void wait_readable();
  void on_readable();
  bool take(std::span<char> bytes);
  bool deliver(std::string_view text);
  bool refuse(int code);
  void flush();
  std::size_t gather(std::vector<iovec>& buffers, char* headers);
  void consume(std::size_t bytes);
  void wait_writable();
  void queue_control(ws::Opcode opcode, std::string payload);
  void fail_with(int code, std::string_view reason);
  void begin_close(int code, std::string_view reason);
  bool over_quota_locked(std::int64_t cost);
  void finish();

  std::shared_ptr<ServerCore> core_;
  std::shared_ptr<Loop> loop_;
  Link link_;
  std::unique_ptr<WebSocketHandler> handler_;
  ws::Decoder decoder_;
  std::string remote_address_;

  // Loop thread only.
  std::vector<Frame> writing_;
  std::size_t write_head_ = 0;     // first frame not yet written
  std::size_t front_written_ = 0;  // bytes of it (header and payload) already written
  State state_ = State::open;
  std::uint8_t deflate_bits_;  // 0: not negotiated
  bool waiting_write_ = false;
  bool spoke_ = false;  // a message came since the last deadline: no ping is needed
  bool heard_ = true;   // bytes came since the last deadline
  bool ping_sent_ = false;
  bool close_sent_ = false;
  bool peer_closed_ = false;  // its close frame came
  bool deaf_ = false;         // input is read and thrown away, so that our close frame is not lost to a reset

  std::atomic<std::int64_t> queued_{0};
  std::mutex mutex_;
  std::vector<Frame> pending_;
  bool accepting_ = true;    // guarded: send may queue
  bool touched_ = false;     // guarded: a touch is on its way
  bool overflowed_ = false;  // guarded
};

}  // namespace yingda::net
