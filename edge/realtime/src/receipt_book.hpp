// Gathers receipts so that a chat of many short messages writes them once per side and moment. Pure; not thread-safe.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <unordered_map>
#include <utility>
#include <vector>

#include "yingda/base/ids.hpp"
#include "yingda/org/types.hpp"

namespace yingda::realtime {

/// What one side reported. The customer's side has no conversation and no actor's user; an agent's has both.
struct Receipt {
  TenantId tenant;
  ConversationId conversation;
  CustomerId customer;
  org::Actor actor;
  std::int64_t delivered_seq = 0, read_seq = 0;
};

class ReceiptBook {
 public:
  explicit ReceiptBook(std::size_t max) : max_(max) {}

  enum class Added { first, joined, full };
  /// `first`: the book was empty, a flush should be planned. `full`: dropped; the client reports again later.
  Added add(Receipt receipt) {
    const Key key{receipt.tenant.value, receipt.conversation.value,
                  receipt.customer ? receipt.customer.value : receipt.actor.user.value};
    auto found = receipts_.find(key);
    if (found != receipts_.end()) {
      found->second.delivered_seq = std::max(found->second.delivered_seq, receipt.delivered_seq);
      found->second.read_seq = std::max(found->second.read_seq, receipt.read_seq);
      return Added::joined;
    }
    if (receipts_.size() >= max_) return Added::full;
    receipts_.emplace(key, std::move(receipt));
    return receipts_.size() == 1 ? Added::first : Added::joined;
  }

  /// Everything gathered, by tenant; the book is empty afterwards.
  std::unordered_map<TenantId, std::vector<Receipt>> take() {
    std::unordered_map<TenantId, std::vector<Receipt>> out;
    for (auto& [key, receipt] : receipts_) out[receipt.tenant].push_back(std::move(receipt));
    receipts_.clear();
    return out;
  }
  std::size_t size() const { return receipts_.size(); }

 private:
  struct Key {
    std::int64_t tenant, conversation, person;
    bool operator==(const Key&) const = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const noexcept {
      const auto mix = [](std::size_t a, std::int64_t b) {
        return (a ^ static_cast<std::size_t>(b)) * 0x9E3779B97F4A7C15ULL;
      };
      return mix(mix(mix(0, key.tenant), key.conversation), key.person);
    }
  };

  std::size_t max_;
  std::unordered_map<Key, Receipt, KeyHash> receipts_;
};

}  // namespace yingda::realtime
