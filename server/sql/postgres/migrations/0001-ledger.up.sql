-- The ledger. Amounts are minor units in numeric(38,0); times are UTC.
-- There are no foreign keys: they halve the rate. The one writer function keeps integrity, the CHECKs stand behind it,
-- and `florin verify` proves it.

create schema if not exists florin;

create table florin.currencies (
  code                text        primary key check (code ~ '^[A-Z][A-Z0-9_]{2,15}$'),
  scale               smallint    not null check (scale between 0 and 18),
  name                text        not null,
  -- The system account that stands for the outside world; null until the first initial balance.
  external_account_id bigint      unique,
  created_at          timestamptz not null
);

create table florin.users (
  id         uuid        primary key,
  version    integer     not null check (version > 0),
  metadata   jsonb       not null,
  created_at timestamptz not null,
  updated_at timestamptz not null
);

-- What names a person, apart from everything that must be kept for ever.
create table florin.user_profiles (
  user_id   uuid primary key,
  name      text,
  email     text,
  -- The form in which two addresses are the same: the core's to say (emailKey), because lower() depends on the database's
  -- locale, and one database would refuse an address that another takes.
  email_key text
);
create unique index user_profiles_email_key on florin.user_profiles (email_key);

create table florin.accounts (
  id           bigint        primary key check (id > 0),
  kind         text          not null check (kind in ('standard', 'external')),
  user_id      uuid,
  currency     text          not null,
  scale        smallint      not null,
  posted       numeric(38,0) not null,
  -- How far below zero posted may go; null is unlimited.
  credit_limit numeric(38,0) check (credit_limit >= 0),
  -- The number of the newest entry; entries are numbered without gaps.
  last_entry   bigint        not null check (last_entry >= 0),
  version      integer       not null check (version > 0),
  metadata     jsonb         not null,
  created_at   timestamptz   not null,
  updated_at   timestamptz   not null,
  constraint accounts_floor check (credit_limit is null or posted >= -credit_limit),
  constraint accounts_unlimited check ((credit_limit is null) = (kind = 'external'))
) with (fillfactor = 80);
create index accounts_user on florin.accounts (user_id, id) where user_id is not null;
create index accounts_currency on florin.accounts (currency, id);

create table florin.transfers (
  id         uuid        primary key,
  status     text        not null check (status in ('posted', 'failed')),
  -- As the journal and the events show them: decimal strings in major units, each with its currency's digits.
  postings   jsonb       not null,
  failure    jsonb,
  reference  text,
  metadata   jsonb       not null,
  created_at timestamptz not null,
  constraint transfers_failure check ((failure is null) = (status = 'posted'))
);
create index transfers_time on florin.transfers (created_at, id);
create index transfers_reference on florin.transfers (reference, created_at, id) where reference is not null;

create table florin.entries (
  account_id    bigint        not null,
  number        bigint        not null check (number > 0),
  transfer_id   uuid          not null,
  amount        numeric(38,0) not null check (amount <> 0),
  balance_after numeric(38,0) not null,
  created_at    timestamptz   not null,
  primary key (account_id, number)
);
-- An account's transfers, newest first.
create index entries_account_time on florin.entries (account_id, created_at, transfer_id);

-- What entries are for posted transfers: which accounts a refused one names.
create table florin.failed_transfer_accounts (
  account_id  bigint      not null,
  created_at  timestamptz not null,
  transfer_id uuid        not null,
  primary key (account_id, created_at, transfer_id)
);

create table florin.idempotency_records (
  principal   text        not null,
  key         text        not null,
  -- Hex SHA-256 of the request.
  fingerprint text        not null,
  -- The first answer: the transfer it made or recorded, or else the outcome itself.
  transfer_id uuid,
  outcome     jsonb,
  created_at  timestamptz not null,
  primary key (principal, key),
  constraint idempotency_answer check ((transfer_id is null) <> (outcome is null))
);
create index idempotency_records_time on florin.idempotency_records (created_at);

create table florin.journal_pages (
  number    bigint      primary key check (number > 0),
  -- Named by the writer before the commit, so that it can ask afterwards whether the commit happened.
  batch_id  uuid        not null unique,
  sealed_at timestamptz not null,
  root      bytea       not null check (octet_length(root) = 32),
  hash      bytea       not null check (octet_length(hash) = 32),
  -- One fact a line, each canonical JSON (RFC 8785).
  facts     text        not null
);
-- Where the server has lz4: a page of 1000 facts costs it a millisecond instead of four.
do $$
begin
  alter table florin.journal_pages alter column facts set compression lz4;
exception
  when feature_not_supported then null;
end
$$;

-- The newest page. Locking its one row is the last thing a commit does.
create table florin.journal_head (
  only_row  boolean     primary key default true check (only_row),
  number    bigint      not null,
  hash      bytea       not null,
  sealed_at timestamptz not null
);
insert into florin.journal_head (number, hash, sealed_at)
values (0, decode(repeat('00', 32), 'hex'), '-infinity');
