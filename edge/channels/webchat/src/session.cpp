// Sessions: a page opens the chat. Tokens are checked and renewed, identities proven, the snapshot given.
#include <utility>

#include "impl.hpp"
#include "origins.hpp"
#include "store.hpp"
#include "yingda/base/crypto.hpp"
#include "yingda/base/log.hpp"
#include "yingda/rating/ratings.hpp"

namespace yingda::webchat {
namespace {

customer::Identity identity_of(const IdentityClaim& claim) {
  return {claim.external_id, claim.name, claim.email, claim.phone, claim.level, claim.attributes};
}

}  // namespace

void Webchat::Impl::session(const net::HttpRequest& request, const net::HttpReply& reply, const WidgetEntryPtr& entry) {
  const auto error = [&](Code code, std::string reason, std::int64_t wait = 0) {
    refuse(request, reply, Error{code, std::move(reason), {}, {}, std::source_location::current()}, wait);
  };
  if (!origin_allowed(entry->widget.allowed_origins, request.header("origin"), request.header("host")))
    return error(Code::permission_denied, "webchat.origin_not_allowed");
  if (const auto wait = sessions_by_address.take(address_key(request.remote_address), steady_ms()); wait > 0)
    return error(Code::limit_exceeded, "request.too_many_requests", wait);
  auto asked = decode_session(request.body);
  if (!asked) return refuse(request, reply, asked.error());
  auto kept = std::make_shared<net::HttpRequest>(request);
  kept->body.clear();
  on_worker(request, reply, [self = shared_from_this(), kept, reply, entry, asked = *std::move(asked)] {
    auto answer = self->open_session(*entry, asked);
    if (!answer) return self->refuse(*kept, reply, answer.error());
    auto response = net::HttpResponse::json(200, *std::move(answer));
    response.set("cache-control", "no-store");
    reply.send(with_cors(std::move(response), *kept));
  });
}

Result<std::string> Webchat::Impl::open_session(const WidgetEntry& entry, const SessionRequest& asked) {
  const TenantId tenant = entry.tenant;
  if (asked.identity) {
    const std::string wanted = customer::identity_signature(entry.identity_key, asked.identity->external_id);
    if (asked.identity->external_id.empty() || !crypto::equal(wanted, asked.identity->signature))
      return fail(Code::unauthenticated, "webchat.identity_invalid");
  } else if (entry.widget.identity_required) {
    return fail(Code::unauthenticated, "webchat.identity_required");
  }
  // A token that is no longer good makes a new visitor, not an error: the widget cannot mend it.
  std::optional<VisitorClaim> claim;
  if (!asked.visitor_token.empty()) {
    auto checked = check_visitor_token(asked.visitor_token, Secrets::store);
    if (checked && checked->tenant == tenant) claim = *checked;
  }
  YD_TRY(const Secret secret, signing_secret(tenant));

  SessionAnswer answer;
  const auto read = [&](CustomerId customer) {
    return database.read([&](storage::Transaction& tx) -> Status {
      YD_TRY(answer.customer, customers.load(tx, tenant, customer));
      YD_TRY(answer.conversation, conversations.thread_of(tx, tenant, customer));
      YD_TRY(answer.messages, conversations.messages_for_customer(tx, tenant, customer, 0, kSessionMessages));
      YD_TRY(const auto company, org.load_tenant(tx, tenant));
      answer.recall_window_ms = company.recall_window_ms;
      if (ratings) {
        YD_TRY(answer.invitation, ratings->current(tx, tenant, customer));
      }
      YD_TRY(answer.last_seq, database.last_seq(tx, tenant));
      return {};
    });
  };
  CustomerId customer = claim ? claim->customer : CustomerId{};
  const bool turns_page = asked.page && !asked.page->url.empty();
  // Most sessions are a known visitor's next page: nothing is written but the page, which nobody waits for.
  Status known = fail(Code::not_found, "customer.not_found");
  if (customer && !asked.identity) known = read(customer);
  if (!known && known.error().code != Code::not_found) return std::unexpected(std::move(known).error());
  if (!known) {
    const CustomerId before = customer;
    YD_CHECK(database.write(tenant, [&](storage::Transaction& tx) -> Status {
      YD_TRY(customer, resolve_customer(tx, entry, asked, before));
      return {};
    }));
    YD_CHECK(read(customer));
  }
  if (turns_page) {
    database.write_async(
        tenant,
        [self = shared_from_this(), tenant, customer, page = *asked.page](storage::Transaction& tx) {
          return self->customers.record_page(tx, tenant, customer, page);
        },
        [](const Status& status) {
          if (!status) log::error("webchat.page", status.error());
        });
  }
  const bool renew = !claim || claim->customer != customer || claim->widget != entry.widget.id ||
                     claim->secret_number != secret.number || clock.now() - claim->issued > kTokenRenew;
  answer.visitor_token = renew ? sign_visitor(secret, {secret.number, tenant, customer, entry.widget.id, clock.now()})
                               : asked.visitor_token;
  answer.typing_preview = entry.widget.typing_preview;
  answer.online = routing.anyone_online(tenant, entry.widget.team_id);
  if (!answer.online) {
    YD_TRY(const auto queue, published_of(entry));
    if (const auto& hours = queue->calendar; hours && !hours->is_open(clock.now()))
      answer.next_open = hours->next_open(clock.now());
  }
  return encode_session(answer, file_token(tenant, customer), place_of(tenant));
}

/// The customer this session belongs to, made or identified as needed. Runs inside a write job, perhaps twice.
Result<CustomerId> Webchat::Impl::resolve_customer(storage::Transaction& tx, const WidgetEntry& entry,
                                                   const SessionRequest& asked, CustomerId known) {
  if (known) {
    auto loaded = customers.load(tx, entry.tenant, known);
    if (!loaded && loaded.error().code != Code::not_found) return std::unexpected(std::move(loaded).error());
    if (!loaded) known = {};
  }
  if (asked.identity) {
    YD_TRY(const auto customer, customers.identify(tx, entry.tenant, identity_of(*asked.identity), known));
    YD_TRY(const auto thread, conversations.refresh_customer(tx, entry.tenant, customer.id));
    (void)thread;
    return customer.id;
  }
  if (known) return known;
  YD_TRY(const auto customer, customers.create_anonymous(tx, entry.tenant, asked.locale));
  return customer.id;
}

Result<VisitorClaim> Webchat::Impl::check_visitor_token(std::string_view token, Secrets where) {
  YD_TRY(const auto claim, read_visitor(token));
  auto secret = registry.secret(claim.tenant, claim.secret_number);
  if (!secret && where == Secrets::store) {
    auto secrets = database.read_for<std::vector<Secret>>(
        [&](storage::Transaction& tx) { return store::list_secrets(tx, claim.tenant); });
    if (secrets && !secrets->empty()) registry.set_secrets(claim.tenant, *std::move(secrets));
    secret = registry.secret(claim.tenant, claim.secret_number);
  }
  if (!secret) return fail(Code::unauthenticated, "auth.invalid_token");
  YD_CHECK(check_signature(*secret, token));
  if (clock.now() - claim.issued > kTokenLife) return fail(Code::unauthenticated, "auth.token_expired");
  return claim;
}

Result<Secret> Webchat::Impl::signing_secret(TenantId tenant) {
  if (auto secret = registry.signing(tenant); secret && clock.now() - secret->created_at < kSecretLife) return *secret;
  std::vector<Secret> secrets;
  YD_CHECK(database.write(tenant, [&](storage::Transaction& tx) -> Status {
    YD_TRY(secrets, store::renew_secrets(tx, tenant, clock.now()));
    return {};
  }));
  if (secrets.empty()) return fail(Code::internal, "webchat.no_secret");
  const Secret newest = secrets.front();
  registry.set_secrets(tenant, std::move(secrets));
  return newest;
}

}  // namespace yingda::webchat
