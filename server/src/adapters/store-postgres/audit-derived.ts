// What is kept only to find other rows faster, compared with what it is made from. Everything is compared as text, so that
// rows which somebody has been at are told of, whatever they hold now.

/** How many derived rows there are. */
export const COUNT_DERIVED = `
  select (select count(*) from florin.failed_transfer_accounts) + (select count(*) from florin.user_profiles)
    + (select count(*) from florin.backdated_entries) + (select count(*) from florin.policy_versions) as count`

/** Each account that a refused transfer names is listed with it and its reference, once. */
const FAILED = `
  with named as (
    select distinct v.account_id::bigint, t.created_at, t.id as transfer_id, t.reference
    from florin.transfers t,
      jsonb_array_elements(t.postings) as p (posting),
      lateral (values (p.posting ->> 'source'), (p.posting ->> 'destination')) as v (account_id)
    where t.status = 'failed'
  ), listed as (
    select account_id, created_at, transfer_id, reference from florin.failed_transfer_accounts
  )
  select format('failed transfer %s on account %s', transfer_id, account_id) as subject,
    'listed' as expected, 'not listed' as found
  from (table named except table listed) as missing
  union all
  select format('failed transfer %s on account %s', transfer_id, account_id), 'not listed', 'listed'
  from (table listed except table named) as extra`

/** Each user has a profile; nobody is in that of one who was erased. */
const PROFILES = `
  select format('user %s', id), 'a profile', 'no profile'
  from (select id from florin.users except select user_id from florin.user_profiles) as missing
  union all
  select format('profile of user %s', user_id), 'a user', 'no user'
  from (select user_id from florin.user_profiles except select id from florin.users) as extra
  union all
  select format('profile of user %s', u.id), 'nobody in it', 'who the user was'
  from florin.users u join florin.user_profiles p on p.user_id = u.id
  where u.erased_at is not null and num_nonnulls(p.name, p.email, p.email_key) > 0`

/** The entries of each transfer with a business time of its own are listed with it. */
const BACKDATED = `
  with told as (
    select v.account_id, v.number, t.details ->> 'effective_at' as effective_at,
      v.sign || ltrim(replace(p.posting ->> 'amount', '.', ''), '0') as amount
    from florin.transfers t,
      jsonb_array_elements(t.postings) as p (posting),
      lateral (values
        (p.posting ->> 'source', p.posting ->> 'source_entry', '-'),
        (p.posting ->> 'destination', p.posting ->> 'destination_entry', '')
      ) as v (account_id, number, sign)
    where t.status = 'posted' and t.details ->> 'effective_at' is not null
  ), listed as (
    select account_id::text, number::text,
      to_char(effective_at at time zone 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US"Z"') as effective_at, amount::text
    from florin.backdated_entries
  )
  select format('business time of entry %s of account %s', number, account_id),
    format('%s at %s listed', amount, effective_at), 'not listed'
  from (table told except table listed) as missing
  union all
  select format('business time of entry %s of account %s', number, account_id), 'not listed',
    format('%s at %s listed', amount, effective_at)
  from (table listed except table told) as extra`

/** A policy in force is its newest version; versions have no gap; and whom the fee goes to stands beside the rules. */
const POLICIES = `
  with newest as (
    select distinct on (policy_id) * from florin.policy_versions order by policy_id, version desc
  ), versions as (
    select policy_id, version, account_id, user_id, currency, scale, rules, created_at, updated_at
    from newest where not removed
  ), in_force as (
    select id, version, account_id, user_id, currency, scale, rules, created_at, updated_at from florin.policies
  )
  select format('policy %s', policy_id), 'in force as its newest version', 'not so'
  from (table versions except table in_force) as missing
  union all
  select format('policy %s', id), 'as its newest version', 'otherwise in force'
  from (table in_force except table versions) as extra
  union all
  select format('policy %s', policy_id), format('versions 1 to %s', max(version)), format('%s versions', count(*))
  from florin.policy_versions group by policy_id having count(*) <> max(version)
  union all
  select format('policy %s', id), format('fees to account %s', rules -> 'fee' ->> 'account'),
    format('fees to account %s', fee_account_id)
  from florin.policies
  where fee_account_id::text is distinct from rules -> 'fee' ->> 'account'`

/** At most $1 differences. */
export const SELECT_DERIVED_DIFFERENCES = `
  select * from (${[FAILED, PROFILES, BACKDATED, POLICIES].map((check) => `(${check})`).join(' union all ')}) differences
  limit $1`
