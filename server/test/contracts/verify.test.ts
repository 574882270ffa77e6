/** Whatever someone changes by hand in the database, verify finds it and names it. */
import type { Command } from '#core/command.ts'
import { findsTampers, type Tamper } from './verify-tampers.ts'

const external = `(select external_account_id from florin.currencies where code = 'EUR')`
const refused = `(select id from florin.transfers where status = 'failed')`

const tampers: Tamper[] = [
  ['a balance', `update florin.accounts set posted = posted + 1 where id = 2`, ['balances', /^account 2$/]],
  [
    'two balances, so that the sum stays zero',
    `update florin.accounts set posted = posted + case id when 1 then 1 else -1 end where id in (1, 2)`,
    ['balances', /^account 1$/],
    ['sums', /^account 2$/],
  ],
  ['an entry counter', `update florin.accounts set last_entry = 9 where id = 2`, ['balances', /^account 2$/]],
  ['a credit limit', `update florin.accounts set credit_limit = 5 where id = 2`, ['accounts', /^account 2$/]],
  ['an owner', `update florin.accounts set user_id = null where id = 1`, ['accounts', /^account 1$/]],
  [
    'a deleted account',
    `delete from florin.accounts where id = 2`,
    ['accounts', /^account 2$/],
    ['zero', /^currency EUR$/],
  ],
  [
    'an account made by hand',
    `insert into florin.accounts select 3, kind, user_id, currency, scale, 0, 0, 0, 1, metadata, created_at, updated_at
     from florin.accounts where id = 2`,
    ['accounts', /^account 3$/],
  ],
  [
    'the amount of an entry',
    `update florin.entries set amount = amount + 1 where account_id = 2 and number = 1`,
    ['entries', /^entry 1 of account 2$/],
    ['sums', /^account 2$/],
  ],
  [
    'the balance after an entry',
    `update florin.entries set balance_after = 1 where account_id = 2 and number = 1`,
    ['entries', /^entry 1 of account 2$/],
  ],
  [
    'the transfer of an entry',
    `update florin.entries set transfer_id = '${uuid(2)}' where account_id = 2 and number = 1`,
    ['entries', /^entry 1 of account 2$/],
  ],
  [
    'a deleted entry',
    `delete from florin.entries where account_id = 2 and number = 1`,
    ['entries', /^entry 1 of account 2$/],
    ['sums', /^account 2$/],
  ],
  [
    'an inserted entry',
    `insert into florin.entries
     select account_id, 9, transfer_id, created_at, debits_after, amount, balance_after, debited_after
     from florin.entries where account_id = 2 and number = 1`,
    ['entries', /^entries 3 to 9 of account 2$/],
  ],
  [
    'an entry of an account that is not there',
    `insert into florin.entries
     select 77, 1, transfer_id, created_at, debits_after, amount, balance_after, debited_after
     from florin.entries where account_id = 2 and number = 1`,
    ['entries', /^entry 1 of account 77$/],
  ],
  [
    'the amount of a transfer',
    `update florin.transfers set postings = jsonb_set(postings, '{0,amount}', '"11.00"') where id = '${uuid(1)}'`,
    ['transfers', /^transfer 0.*01$/],
  ],
  [
    'a posting that is none any more',
    `update florin.transfers set postings = '[7]' where id = '${uuid(1)}'`,
    ['transfers', /^transfer 0.*01$/],
  ],
  [
    'the reference of a transfer',
    `update florin.transfers set reference = 'x' where id = '${uuid(1)}'`,
    ['transfers', /^transfer 0.*01$/],
  ],
  [
    'the status of a transfer',
    `update florin.transfers set status = 'posted', failure = null where id = ${refused}`,
    ['transfers', /^transfer 0.*03$/],
  ],
  [
    'the reason of a refusal',
    `update florin.transfers set failure = jsonb_set(failure, '{code}', '"same_account"') where id = ${refused}`,
    ['transfers', /^transfer 0.*03$/],
  ],
  [
    'a deleted transfer',
    `delete from florin.transfers where id = '${uuid(1)}'`,
    ['transfers', /^transfer 0.*01$/],
  ],
  [
    'an inserted transfer',
    `insert into florin.transfers select '${uuid(99)}', status, postings, failure, reference, metadata, created_at
     from florin.transfers where id = '${uuid(1)}'`,
    ['transfers', /^transfer 0.*63$/],
  ],
  [
    'a transfer under another id',
    `update florin.transfers set id = '${uuid(99)}' where id = '${uuid(1)}'`,
    ['transfers', /^transfer 0.*01$/],
    ['transfers', /^transfer 0.*63$/],
  ],
  [
    'the text of a page',
    `update florin.journal_pages set facts = replace(facts, '10.00', '10.01') where number = 2`,
    ['roots', /^page 2$/],
    ['facts', /^page 2, fact 0$/],
  ],
  [
    'the text of a page and its root with it',
    `update florin.journal_pages set facts = f.text, root = sha256('\\x00'::bytea || convert_to(f.text, 'UTF8'))
     from (select replace(facts, '"reference":null', '"reference":"x"') as text
       from florin.journal_pages where number = 2) as f
     where number = 2`,
    ['hashes', /^page 2$/],
    ['transfers', /^transfer 0.*01$/],
  ],
  [
    'a page that is no longer JSON',
    `update florin.journal_pages set facts = 'x' where number = 2`,
    ['facts', /^page 2, fact 0$/],
  ],
  [
    'the hash of a page',
    `update florin.journal_pages set hash = sha256('x') where number = 2`,
    ['hashes', /^page 2$/],
  ],
  [
    'the root of a page',
    `update florin.journal_pages set root = sha256('x') where number = 2`,
    ['roots', /^page 2$/],
  ],
  [
    'the time of a page',
    `update florin.journal_pages set sealed_at = sealed_at + interval '1 microsecond' where number = 2`,
    ['hashes', /^page 2$/],
  ],
  ['a deleted page', `delete from florin.journal_pages where number = 2`, ['pages', /^page 3$/]],
  ['the last page deleted', `delete from florin.journal_pages where number = 4`, ['pages', /^journal head$/]],
  [
    'an inserted page',
    `insert into florin.journal_pages select 5, gen_random_uuid(), sealed_at, root, hash, facts
     from florin.journal_pages where number = 4`,
    ['pages', /^journal head$/],
    ['hashes', /^page 5$/],
  ],
  ['the head', `update florin.journal_head set hash = sha256('x')`, ['hashes', /^journal head$/]],
  ['the head deleted', `delete from florin.journal_head`, ['pages', /^journal head$/]],
  [
    'the last page deleted, with its head and its rows',
    `delete from florin.journal_pages where number = 4;
     delete from florin.failed_transfer_accounts;
     update florin.journal_head set number = p.number, hash = p.hash, sealed_at = p.sealed_at
     from florin.journal_pages p where p.number = 3`,
    // The transfer that it told of is still there.
    ['transfers', /^transfer 0.*03$/],
  ],
  ['a currency', `update florin.currencies set name = 'Oiro'`, ['currencies', /^currency EUR$/]],
  [
    'the external account of a currency',
    `update florin.currencies set external_account_id = 2`,
    ['currencies', /^currency EUR$/],
  ],
  [
    'money from nowhere: an entry, a balance, all in step',
    `update florin.accounts set posted = posted + 5, last_entry = last_entry + 1 where id = 2;
     insert into florin.entries select 2, 3, transfer_id, created_at, 0, 5, 2005, 0
     from florin.entries where account_id = 2 and number = 1`,
    ['balances', /^account 2$/],
    ['entries', /^entry 3 of account 2$/],
    ['zero', /^currency EUR$/],
  ],
  [
    'money between two accounts, all in step',
    `update florin.accounts set posted = posted + 5 where id = 2;
     update florin.accounts set posted = posted - 5 where id = ${external};
     update florin.entries set amount = amount + 5, balance_after = balance_after + 5 where account_id = 2 and number = 2`,
    ['balances', /^account 2$/],
    ['entries', /^entry 2 of account 2$/],
  ],
  ['a user', `update florin.users set metadata = '{"a":"b"}'`, ['users', /^user 0.*07$/]],
  ['a deleted user', `delete from florin.users`, ['users', /^user 0.*07$/], ['derived', /^profile of user/]],
  [
    'the reference of what lists a refused transfer',
    `update florin.failed_transfer_accounts set reference = 'another' where account_id = 2`,
    ['derived', /^failed transfer 0.*03 on account 2$/],
  ],
  [
    'what lists a refused transfer',
    `delete from florin.failed_transfer_accounts where account_id = 2`,
    ['derived', /^failed transfer 0.*03 on account 2$/],
  ],
]

findsTampers({
  post: async (store) => {
    for (const page of smallLedger()) await store.post(page)
  },
  examined: {
    pages: 4,
    roots: 4,
    hashes: 4,
    // The user, the currency, two accounts, the external account, the initial balance; then a transfer each.
    facts: 9,
    currencies: 1,
    users: 1,
    accounts: 3,
    balances: 3,
    transfers: 4,
    entries: 6,
    holds: 0,
    reversals: 0,
    policies: 0,
    quotes: 0,
    approvals: 0,
    books: 1,
    sums: 3,
    access: 0,
    logins: 0,
    audit: 4,
    zero: 1,
    // Two accounts that the refused transfer names, and a profile.
    derived: 3,
  },
  tampers,
})

/** A user with two accounts, 100.00 EUR on the first, two transfers of 10.00 to the second, and one that is too large. */
function smallLedger(): Command[][] {
  const fields = { principal: 'p', idempotency: null, metadata: {} }
  const currency = { code: 'EUR', scale: 2, name: 'Euro' }
  const user = { kind: 'create_user', ...fields, id: uuid(7), name: 'N', email: null }
  const opened = { kind: 'create_account', ...fields, userId: uuid(7), currency, creditLimit: 0n }
  const first = { ...opened, externalAccountId: '999', id: '1', initialBalance: 10_000n, transferId: uuid(8) }
  const second = { ...opened, externalAccountId: '998', id: '2', initialBalance: 0n, transferId: uuid(9) }
  const transfer = (n: number, amount: bigint) => ({
    kind: 'post_transfer',
    ...fields,
    id: uuid(n),
    idChosen: true,
    reference: null,
    effectiveAt: null,
    earliestEffectiveAt: null,
    postings: [{ source: '1', destination: '2', amount, currency: 'EUR', scale: 2, role: null }],
  })
  const pages = [[user, first, second], [transfer(1, 1000n)], [transfer(2, 1000n)], [transfer(3, 10n ** 9n)]]
  return pages as unknown as Command[][]
}

function uuid(n: number): string {
  return `01900000-0000-7000-8000-${n.toString(16).padStart(12, '0')}`
}
