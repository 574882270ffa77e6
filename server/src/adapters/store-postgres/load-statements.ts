// The statements that lock and load what a batch is decided over.

const USER_IDS = `
  $1::uuid[] || array(select user_id from florin.user_profiles where email_key = any ($2::text[]))`

/** Asked once, for a whole statement. */
const BATCH_ACCOUNTS = `
  (select florin.batch_accounts($1::bigint[], $2::bigint[], $3::uuid[], $4::uuid[], $5::uuid[], $6::uuid[], $7::text[]))`

/** The policies of users are looked for by owner, so owners matter as soon as there is any, or may be. */
const OWNER = `
  case when $9::boolean or (select exists (select from florin.policies where user_id is not null)) then user_id end`

/**
 * Who changes policies or closes books holds this advisory lock alone; every other batch shares it. Locks of two numbers
 * are never those of one, such as the migrator's.
 */
const RULES_LOCK = `hashtext('florin'), hashtext('rules')`

/**
 * Each statement under its name. Plain statements where rows come in numbers, not functions: a function's rows are
 * stored once more before they are sent (a quarter of the time).
 */
export const STATEMENTS = {
  share_rules: `select pg_advisory_xact_lock_shared(${RULES_LOCK})`,
  lock_rules: `select pg_advisory_xact_lock(${RULES_LOCK})`,
  lock_currencies: `
    select code, scale, name, external_account_id
    from florin.currencies
    where code = any ($1::text[])
    order by code
    for no key update`,
  lock_accounts: `
    select id, currency, scale, posted, credit_limit, last_entry, debited, debits, updated_at,
      case
        when held <> 0 or incoming <> 0 or closed_at is not null or ${OWNER} is not null
        then concat_ws(',', held, incoming, open_holds, coalesce(closed_at::text, ''), ${OWNER})
      end as rest
    from florin.accounts
    where id = any (${BATCH_ACCOUNTS} || array(
      select external_account_id from florin.currencies
      where code = any ($8::text[]) and external_account_id is not null
    ))
    order by id
    for no key update`,
  find_holds: `select * from florin.holds where id = any ($1::uuid[])`,
  find_quotes: `select * from florin.quotes where id = any ($1::uuid[])`,
  find_approvals: `select * from florin.approvals where id = any ($1::uuid[])`,
  find_settings: `
    select id, kind, user_id, metadata, version, created_at from florin.accounts where id = any ($1::bigint[])`,
  lock_users: `
    select id from florin.users where id = any (${USER_IDS}) order by id for no key update`,
  find_users: `
    select u.id, p.name, p.email, u.metadata, u.version, u.created_at, u.updated_at, u.erased_at
    from florin.users u
    left join florin.user_profiles p on p.user_id = u.id
    where u.id = any (${USER_IDS})`,
  lock_api_keys: `select * from florin.api_keys where id = any ($1::uuid[]) order by id for no key update`,
  find_logins: `select * from florin.logins where user_id = any ($1::uuid[])`,
  find_sessions: `select * from florin.sessions where user_id = any ($1::uuid[])`,
  find_policies: `
    select * from florin.policies
    where (select exists (select from florin.policies))
      and id = any ((select florin.batch_policies(${BATCH_ACCOUNTS}, $8::uuid[], $9::uuid[]))::uuid[])`,
  find_books: `select closed_through from florin.books`,
  find_idempotency: `
    select r.* from unnest($1::text[], $2::text[]) as k (principal, key)
    join florin.idempotency_records r on r.principal = k.principal and r.key = k.key`,
  find_transfers: `select * from florin.transfers where id = any ($1::uuid[])`,
  find_spending: `
    select w.account_id, w.name as window, e.debited_after, e.debits_after
    from unnest($1::bigint[], $2::text[], $3::timestamptz[]) as w (account_id, name, since)
    cross join lateral (
      select debited_after, debits_after from florin.entries
      where account_id = w.account_id and created_at <= w.since
      order by created_at desc, number desc
      limit 1
    ) e`,
} as const
