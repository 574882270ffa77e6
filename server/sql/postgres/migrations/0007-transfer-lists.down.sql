create index transfers_time on florin.transfers (created_at, id);
drop index florin.transfers_posted;
