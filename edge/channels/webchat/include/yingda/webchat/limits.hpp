// Every bound of web chat, with its unit and where the number comes from.
#pragma once

#include <cstddef>
#include <cstdint>

#include "yingda/base/time.hpp"

namespace yingda::webchat {

inline constexpr std::size_t kFrameBytesMax = 64 * 1024;  // one client frame; a text of 5,000 code points fits escaped
inline constexpr int kWidgetsMax = 200;                   // a tenant
inline constexpr std::size_t kOriginsMax = 50;            // a widget
inline constexpr std::size_t kOriginBytesMax = 255;
inline constexpr std::size_t kLookTextCodePointsMax = 500;
inline constexpr std::size_t kUrlBytesMax = 2'048;  // page and avatar addresses; longer page addresses are cut
inline constexpr std::size_t kTitleCodePointsMax = 200;
inline constexpr std::size_t kTrackNameBytesMax = 64;
inline constexpr std::size_t kTrackPropertiesBytesMax = 4'096;
inline constexpr std::size_t kLocaleCodePointsMax = 35;  // longest language tag in use (RFC 5646, section 4.4.1)
inline constexpr int kSessionMessages = 30;              // newest messages in a session's answer
inline constexpr int kMessagesPageMax = 100;
inline constexpr int kPollFramesMax = 20;  // client frames in one poll
inline constexpr DurationMs kPollWaitMax = seconds(25);
inline constexpr DurationMs kPollStoreWaitMax = seconds(10);  // beyond the wait, for writes on their way
inline constexpr DurationMs kHelloDeadline = seconds(20);     // a socket that has not said hello by then is closed
inline constexpr DurationMs kTokenLife = days(400);       // a visitor token; renewed by every session that is older …
inline constexpr DurationMs kTokenRenew = days(1);        // … than this
inline constexpr DurationMs kSecretLife = days(90);       // then a new secret signs; older ones still verify
inline constexpr int kSecretsKept = 6;                    // covers kTokenLife
inline constexpr DurationMs kConfigCached = seconds(60);  // Cache-Control of a widget's configuration
inline constexpr int kSendsInFlightMax = 64;              // unacknowledged sends of one socket
/// Room for multipart boundaries and part headers around a file of conversation::kFileBytesMax.
inline constexpr std::int64_t kMultipartOverheadMax = 16 * 1024;

/// A token bucket: `per_second` refills up to `burst`.
struct Rate {
  double per_second = 1;
  double burst = 1;
};
/// Rates are of this process. A person types slower than one message a second; the bursts leave room for messages
/// that waited offline; an address may be a whole office.
struct Rates {
  Rate sends_by_visitor{2, 30};
  Rate sends_by_address{40, 400};
  Rate frames_by_socket{20, 100};
  Rate sessions_by_address{10, 200};
  Rate requests_by_address{50, 500};
  Rate uploads_by_visitor{0.5, 10};
  Rate uploads_by_address{5, 50};
};
/// Buckets kept in memory for each kind; when more are needed, the fullest ones found are forgotten.
inline constexpr std::size_t kBucketsMax = 100'000;

}  // namespace yingda::webchat
