-- A transfer's reference stands with its entries, and with the accounts that it names when it failed: a statement asks no
-- transfer what it says, and an account's transfers with a reference are found however many others have it. Takes a pass
-- over the transfers that have a reference and over the entries.
alter table florin.entries add column reference text;
update florin.entries e set reference = t.reference
from florin.transfers t
where t.id = e.transfer_id and t.reference is not null;
create index entries_reference on florin.entries (account_id, reference, created_at) where reference is not null;

alter table florin.failed_transfer_accounts add column reference text;
update florin.failed_transfer_accounts f set reference = t.reference
from florin.transfers t
where t.id = f.transfer_id and t.reference is not null;
create index failed_transfer_accounts_reference on florin.failed_transfer_accounts (account_id, reference, created_at)
  where reference is not null;
