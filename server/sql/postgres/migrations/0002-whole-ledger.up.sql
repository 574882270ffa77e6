-- The whole ledger: holds, reversals, policies, quotes, closed books, and business time.

-- Entries are written anew rather than updated: half the writing, nothing left to vacuum, and each account's entries
-- lie together. Columns of fixed width stand first, which takes the padding out of every row.
alter table florin.entries rename to entries_0001;
create table florin.entries (
  account_id    bigint         not null,
  number        bigint         not null check (number > 0),
  transfer_id   uuid           not null,
  created_at    timestamptz    not null,
  -- How many transfers have taken from the account, up to and with this entry.
  debits_after  bigint         not null,
  amount        numeric(38,0)  not null check (amount <> 0),
  balance_after numeric(38,0)  not null,
  -- All that has left the account, up to and with this entry. It only grows: 100 digits are never reached.
  debited_after numeric(100,0) not null
);
insert into florin.entries
  (account_id, number, transfer_id, created_at, debits_after, amount, balance_after, debited_after)
select account_id, number, transfer_id, created_at, count(*) filter (where begins_debit) over history, amount,
  balance_after, sum(greatest(-amount, 0)) over history
from (
  -- A transfer counts once for each account that it takes from: with its first debit there.
  select *, amount < 0 and row_number() over (
    partition by account_id, transfer_id, amount < 0 order by number
  ) = 1 as begins_debit
  from florin.entries_0001
) as e
window history as (partition by account_id order by number)
order by account_id, number;
drop table florin.entries_0001;
alter table florin.entries add primary key (account_id, number);
-- An account's entries by time. The number breaks ties, so that the last entry at a moment is found without sorting those
-- of its batch, and walking the index is the only plan there is.
create index entries_account_time on florin.entries (account_id, created_at, number);

-- The entries whose business time is not the time of their recording. They were recorded later than they took effect,
-- so the balance at a moment by business time is the recorded one and the amounts of those here that had taken effect
-- by then and were recorded afterwards.
create table florin.backdated_entries (
  account_id   bigint        not null,
  number       bigint        not null,
  effective_at timestamptz   not null,
  amount       numeric(38,0) not null,
  primary key (account_id, number)
);
create index backdated_entries_effective on florin.backdated_entries (account_id, effective_at, number);

alter table florin.accounts
  -- What open holds reserve on the account, fees included, how many do, and what they announce to the account.
  add column held       numeric(38,0)  not null default 0 check (held >= 0),
  add column open_holds integer        not null default 0 check (open_holds >= 0),
  add column incoming   numeric(38,0)  not null default 0 check (incoming >= 0),
  -- All that ever left the account, and how many transfers took it.
  add column debited    numeric(100,0) not null default 0,
  add column debits     bigint         not null default 0,
  add column closed_at  timestamptz,
  drop constraint accounts_floor,
  add constraint accounts_floor check (credit_limit is null or posted - held >= -credit_limit);
update florin.accounts a
set debited = e.debited_after, debits = e.debits_after
from florin.entries e
where e.account_id = a.id and e.number = a.last_entry;

alter table florin.transfers
  -- What most transfers have not, named as the journal names it: effective_at, and reversal_of, hold_id or quote_id.
  add column details  jsonb,
  -- How much of each posting has been reversed, in minor units; null when nothing has.
  add column reversed numeric(38,0)[];
create index transfers_failed on florin.transfers (created_at, id) where status = 'failed';
create index transfers_hold on florin.transfers ((details ->> 'hold_id'), created_at, id)
  where details ->> 'hold_id' is not null;
create index transfers_reversal on florin.transfers ((details ->> 'reversal_of'), created_at, id)
  where details ->> 'reversal_of' is not null;

create table florin.holds (
  id          uuid          primary key,
  status      text          not null check (status in ('open', 'captured', 'released', 'expired')),
  source      bigint        not null,
  destination bigint        not null,
  amount      numeric(38,0) not null check (amount > 0),
  currency    text          not null,
  scale       smallint      not null,
  captured    numeric(38,0) not null check (captured between 0 and amount),
  -- What the whole of the hold pays, and to whom.
  fee_account bigint,
  fee_amount  numeric(38,0) check (fee_amount > 0),
  -- From this moment on it cannot be captured; null never expires.
  expires_at  timestamptz,
  reference   text,
  metadata    jsonb         not null,
  created_at  timestamptz   not null,
  updated_at  timestamptz   not null,
  constraint holds_fee check ((fee_account is null) = (fee_amount is null))
);
create index holds_due on florin.holds (expires_at, id) where status = 'open' and expires_at is not null;
-- Ids are in the order of time. With the status first, a list of the few open ones does not walk past the many ended.
create index holds_status on florin.holds (status, id);
create index holds_source on florin.holds (source, status, id);
create index holds_destination on florin.holds (destination, status, id);

-- The policies in force: at most one for each account, for each user and currency, and for each currency.
create table florin.policies (
  id             uuid        primary key,
  version        integer     not null check (version > 0),
  account_id     bigint,
  user_id        uuid,
  currency       text        not null,
  scale          smallint    not null,
  -- As the journal and the events show them.
  rules          jsonb       not null,
  -- Whom the rules' fee goes to: locked with every account that may have to pay it.
  fee_account_id bigint,
  created_at     timestamptz not null,
  updated_at     timestamptz not null,
  constraint policies_target check (account_id is null or user_id is null)
);
create unique index policies_account on florin.policies (account_id) where account_id is not null;
create unique index policies_user on florin.policies (user_id, currency) where user_id is not null;
create unique index policies_currency on florin.policies (currency) where account_id is null and user_id is null;
create index policies_in_currency on florin.policies (currency, id);
create index policies_fee on florin.policies (currency, fee_account_id) where fee_account_id is not null;

-- Every version that a policy ever had; the one that took it away is its last.
create table florin.policy_versions (
  policy_id  uuid        not null,
  version    integer     not null,
  removed    boolean     not null,
  account_id bigint,
  user_id    uuid,
  currency   text        not null,
  scale      smallint    not null,
  rules      jsonb       not null,
  created_at timestamptz not null,
  updated_at timestamptz not null,
  principal  text        not null,
  primary key (policy_id, version)
);

create table florin.quotes (
  id               uuid          primary key,
  sell_currency    text          not null,
  sell_scale       smallint      not null,
  sell_amount      numeric(38,0) not null check (sell_amount > 0),
  sell_account     bigint        not null,
  buy_currency     text          not null,
  buy_scale        smallint      not null,
  buy_amount       numeric(38,0) not null check (buy_amount > 0),
  buy_account      bigint        not null,
  -- So many major units of the bought currency for one of the sold.
  rate_numerator   numeric       not null check (rate_numerator > 0 and scale(rate_numerator) = 0),
  rate_denominator numeric       not null check (rate_denominator > 0 and scale(rate_denominator) = 0),
  rounding         text          not null check (rounding in ('down', 'up')),
  expires_at       timestamptz   not null,
  -- What converted it; null while nothing has.
  transfer_id      uuid,
  created_at       timestamptz   not null
);

-- Until when the books are closed; null is nothing yet.
create table florin.books (
  only_row       boolean     primary key default true check (only_row),
  closed_through timestamptz
);
insert into florin.books (closed_through) values (null);

-- An answer may be a transfer and more: a capture is one with its hold, a refused group one with the place in the group.
alter table florin.idempotency_records
  drop constraint idempotency_answer,
  add constraint idempotency_answer check (transfer_id is not null or outcome is not null);
-- Kept answers have accounts as rows; these have grown.
update florin.idempotency_records
set outcome = jsonb_set(outcome, '{row}', outcome -> 'row' || jsonb_build_object(
  'held', '0', 'incoming', '0', 'open_holds', 0, 'debited', '0', 'debits', '0', 'closed_at', null
))
where outcome ->> 'kind' = 'account';
