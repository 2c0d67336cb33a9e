// Bounds of the network layer, and the process's own limit of open files.
#pragma once

#include <cstddef>
#include <cstdint>

namespace yingda::net {

inline constexpr std::size_t kReadChunkBytes = 64 * 1024;  // one shared read buffer a network thread
inline constexpr std::size_t kDeflateFromBytes = 1024;     // below, a WebSocket message travels uncompressed
inline constexpr std::int64_t kFrameOverheadBytes = 16;    // what a queued frame counts besides its text
inline constexpr std::int64_t kCloseWaitMs = 5'000;        // peer's time to answer a WebSocket close
inline constexpr std::int64_t kLingerMs = 2'000;           // reading on after a refused request
inline constexpr std::int64_t kLingerBytesMax = 4 * 1024 * 1024;
inline constexpr std::int64_t kAcceptPauseMs = 100;  // after EMFILE and its kind
inline constexpr std::size_t kRequestIdBytesMax = 64;
inline constexpr std::size_t kClientRequestsMax = 1024;  // in flight in one HttpClient
inline constexpr int kRedirectsMax = 5;
inline constexpr std::size_t kClientHeadBytesMax = 64 * 1024;  // head of an answer to HttpClient
inline constexpr std::size_t kPoolHandshakesMax = 256;         // WebSocketClientPool: connecting at once, others wait
inline constexpr int kQueryParamsMax = 256;

/// Raises the process's limit of open files to the hard limit, and the hard limit to 1,048,576 when permitted.
/// Gives the limit now in force. Never fails; call once at start. Thread-safe.
std::int64_t raise_file_limit() noexcept;

}  // namespace yingda::net
