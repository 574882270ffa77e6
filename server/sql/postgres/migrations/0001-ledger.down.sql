drop table
  florin.journal_head,
  florin.journal_pages,
  florin.idempotency_records,
  florin.failed_transfer_accounts,
  florin.entries,
  florin.transfers,
  florin.accounts,
  florin.user_profiles,
  florin.users,
  florin.currencies;
