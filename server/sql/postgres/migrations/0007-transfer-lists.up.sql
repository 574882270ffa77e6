-- Posted and failed transfers by time, each in an index of its own: a list of the ones does not walk past the others, however
-- many there are, and a transfer is still in one index by time. Takes a pass over the transfers.
create index transfers_posted on florin.transfers (created_at, id) where status = 'posted';
drop index florin.transfers_time;
