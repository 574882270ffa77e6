alter table florin.failed_transfer_accounts drop column reference;
alter table florin.entries drop column reference;
