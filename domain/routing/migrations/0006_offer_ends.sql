-- Who declined or let it ring a moment ago, after a restart.
CREATE INDEX routing_offer_by_end ON routing_offer (tenant_id, ended_at_ms);
