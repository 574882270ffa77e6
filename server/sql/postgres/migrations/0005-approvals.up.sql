-- Transfers that wait for a second principal's approval.

create table florin.approvals (
  -- That of the transfer, which nothing else gets.
  id             uuid        primary key,
  status         text        not null check (status in ('pending', 'approved', 'rejected', 'expired')),
  -- As it was asked for, as the journal shows it.
  transfer       jsonb       not null,
  -- Of which more is taken than its policy lets one principal take.
  account_id     bigint      not null,
  policy_id      uuid        not null,
  policy_version integer     not null,
  requested_by   text        not null,
  decided_by     text,
  -- From this moment on it cannot be approved.
  expires_at     timestamptz not null,
  created_at     timestamptz not null,
  updated_at     timestamptz not null,
  constraint approvals_decided check ((decided_by is not null) = (status in ('approved', 'rejected'))),
  constraint approvals_four_eyes check (status <> 'approved' or decided_by <> requested_by)
);
create index approvals_due on florin.approvals (expires_at, id) where status = 'pending';
-- With the status first, a list of the few pending ones does not walk past the many ended.
create index approvals_status on florin.approvals (status, id);
create index approvals_maker on florin.approvals (requested_by, status, id);
