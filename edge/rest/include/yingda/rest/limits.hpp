// Every bound of the REST API, with its unit and where the number comes from.
#pragma once

#include <cstddef>
#include <cstdint>

#include "yingda/base/time.hpp"

namespace yingda::rest {

/// Largest JSON body in bytes: a message of 5,000 code points, fully escaped, is 60 KiB; bodies stay in memory.
inline constexpr std::int64_t kJsonBytesMax = 256 * 1024;
/// Room for multipart boundaries and part headers around a file of kFileBytesMax.
inline constexpr std::int64_t kMultipartOverheadMax = 16 * 1024;

/// Requests of one session or token: a console at work sends a few a second; opening many tabs is the burst.
inline constexpr double kActorPerSecond = 50;
inline constexpr double kActorBurst = 500;
/// Calls without a session (login, setup) and failed sign-ins of one address. An office of 300 people behind one
/// address signs in within the same minute: the burst covers it.
inline constexpr double kAddressPerSecond = 10;
inline constexpr double kAddressBurst = 400;
/// Buckets kept in memory; beyond, the fullest ones found are forgotten.
inline constexpr std::size_t kBucketsMax = 50'000;

/// How long an actor is believed without asking the store: the longest that a revoked right lives on another node; on
/// this node settings.changed clears it at once.
inline constexpr DurationMs kActorCached = seconds(5);
inline constexpr std::size_t kActorsCachedMax = 20'000;
/// A session in use is extended at most this often.
inline constexpr DurationMs kTouchEvery = minutes(5);

/// Password hashing uses 19 MiB and 30 ms each: two at once, a short queue, then 503.
inline constexpr int kPasswordThreads = 2;
inline constexpr std::size_t kPasswordQueueMax = 200;

inline constexpr DurationMs kIdempotencyKept = hours(24);
inline constexpr std::size_t kIdempotencyKeyMax = 64;
/// Answers above this many bytes are not kept for replay: a repeat gets `request.already_done`.
inline constexpr std::size_t kIdempotencyBodyMax = 64 * 1024;

inline constexpr int kPageDefault = 50;
inline constexpr int kPageMax = 200;
inline constexpr int kConversationMessages = 50;  // newest messages in GET /conversations/{id}
inline constexpr int kConversationPages = 20;     // page views in the same answer

/// How far event handlers may lag before /readyz says no.
inline constexpr DurationMs kReadyLagMax = seconds(2);

}  // namespace yingda::rest
