// Every bound of the agents' and visitors' live connections, with its unit and where the number comes from.
#pragma once

#include <cstddef>
#include <cstdint>

#include "yingda/base/time.hpp"

namespace yingda::realtime {

/// Events of one tenant kept in memory for replays; older ones are read from the store.
inline constexpr std::size_t kRingEventsMax = 8'192;
inline constexpr std::int64_t kRingBytesMax = 16 * 1024 * 1024;
/// A client that is further behind gets `resync`: loading a snapshot costs it less than the replay.
inline constexpr std::int64_t kReplayEventsMax = 20'000;
/// A replay stops with `resync` when this much waits unsent in the client's socket (half of the net queue's bound).
inline constexpr std::int64_t kReplayQueuedBytesMax = 512 * 1024;
/// Committed events waiting for the hub's thread; beyond, they are dropped here and read again from the store.
inline constexpr std::int64_t kPendingEventBytesMax = 64 * 1024 * 1024;
/// Commands waiting for the hub's thread; beyond, new sockets and frames are refused with `realtime.busy`.
inline constexpr std::size_t kPendingCommandsMax = 200'000;

inline constexpr int kSendsInFlightMax = 256;              // unacknowledged answers of one agent's socket
inline constexpr std::size_t kWatchesMax = 64;             // open conversation views of one agent's socket
inline constexpr std::size_t kConnectionsPerUserMax = 24;  // the oldest is closed with 4009 when one more comes
inline constexpr std::size_t kFrameBytesMax = 8'192;       // one client frame of an agent's socket
inline constexpr std::size_t kFramesBeforeActorMax = 16;   // frames kept while we ask who the socket belongs to
inline constexpr int kPollFramesMax = 50;                  // client frames in one POST /events/frames
inline constexpr std::int64_t kPollBytesMax = 512 * 1024;  // frames of one long-polling answer; the rest comes next
inline constexpr DurationMs kPollWaitMax = seconds(25);
/// How long after a poll's end its agent still counts as connected: the next poll comes within this time.
inline constexpr DurationMs kPollLinger = seconds(20);
inline constexpr double kFramesPerSecond = 50;  // frames of one agent's socket …
inline constexpr double kFramesBurst = 200;     // … and its burst

inline constexpr DurationMs kTypingExpires = seconds(6);
/// Receipts of one side of one conversation are gathered this long, then written once.
inline constexpr DurationMs kReceiptsGathered = milliseconds(150);
inline constexpr std::size_t kReceiptsPendingMax = 100'000;
/// A visitor counts as gone this long after his last connection ended, so that turning a page does not flicker.
inline constexpr DurationMs kVisitorLinger = seconds(4);
/// Changed loads of colleagues are gathered this long before they are read and pushed.
inline constexpr DurationMs kLoadsGathered = milliseconds(500);
/// Every agent's socket is asked anew whether its session still stands.
inline constexpr DurationMs kActorCheckEvery = seconds(60);
/// A board is pushed at most so often; one that is longer than kBoardBytesAPause accordingly less often …
inline constexpr DurationMs kBoardPause = milliseconds(500);
inline constexpr std::int64_t kBoardBytesAPause = 512 * 1024;
/// … and at least so often, because times on it move.
inline constexpr DurationMs kBoardEvery = seconds(5);
/// A client with so much unsent misses boards until it has caught up: each one is whole.
inline constexpr std::int64_t kBoardQueuedBytesMax = 64 * 1024;
/// A longer one is refused with `realtime.board_too_large`: with what may wait it would burst the socket's queue. The
/// board of 500 queues and 2,000 agents has 947,000 bytes.
inline constexpr std::int64_t kBoardBytesMax = 960 * 1024;
inline constexpr std::size_t kPreviewCodePointsMax = 500;  // typing preview

// WebSocket close codes.
inline constexpr int kCloseSessionEnded = 4001;
inline constexpr int kCloseSlow = 4008;
inline constexpr int kCloseReplaced = 4009;
inline constexpr int kCloseStopping = 1001;

}  // namespace yingda::realtime
