import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { createEdge, type Edge, type Loose } from '#test/http-edge.ts'

const DAY_MS = 86_400_000
const daysAgo = (days: number): string => new Date(Date.now() - days * DAY_MS).toISOString()

describe('v2 statements', () => {
  let edge: Edge
  const yesterday = daysAgo(1)
  const lastWeek = daysAgo(7)
  before(async () => {
    edge = await createEdge()
    await edge.post('/v2/accounts', { id: '1', currency: 'EUR', initial_balance: '100' })
    await edge.post('/v2/accounts', { id: '2', currency: 'EUR' })
    const leg = { source: '1', destination: '2', currency: 'EUR' }
    await edge.post('/v2/transfers', { ...leg, amount: '10', reference: '=1+1' })
    await edge.post('/v2/transfers', {
      ...leg,
      amount: '20',
      reference: '<b>"a",\n</b>',
      effective_at: lastWeek,
    })
    await edge.post('/v2/transfers', { ...leg, amount: '5', source: '2', destination: '1' })
  })
  after(() => edge.close())

  const statement = async (query: string, id = '2') =>
    (await edge.get(`/v2/accounts/${id}/statement?${query}`)).body
  const text = async (query: string) =>
    await edge.app.inject(`/v2/accounts/2/statement?${new URLSearchParams(query).toString()}`)
  const brief = ({ data }: Loose) => data.map((one: Loose) => [one.number, one.amount, one.balance_after])

  it('shows a period with its ends and what came and went, by business time', async () => {
    const all = await statement('')
    assert.deepEqual(
      [all.clock, all.opening_balance, all.closing_balance, all.debits, all.credits, all.next_cursor],
      ['effective', '0.00', '25.00', '5.00', '30.00', null],
    )
    assert.deepEqual(brief(all), [
      ['2', '20.00', '20.00'],
      ['1', '10.00', '30.00'],
      ['3', '-5.00', '25.00'],
    ])
    const since = await statement(`from=${yesterday}`)
    assert.deepEqual(
      [since.opening_balance, since.closing_balance, since.debits, since.credits, brief(since).length],
      ['20.00', '25.00', '5.00', '10.00', 2],
    )
    const until = await statement(`to=${yesterday}`)
    assert.deepEqual([until.opening_balance, until.closing_balance], ['0.00', '20.00'])
  })

  it('shows it by the time of recording', async () => {
    const all = await statement('clock=recorded')
    assert.deepEqual(brief(all), [
      ['1', '10.00', '10.00'],
      ['2', '20.00', '30.00'],
      ['3', '-5.00', '25.00'],
    ])
    const until = await statement(`clock=recorded&to=${yesterday}`)
    assert.deepEqual([until.closing_balance, until.data], ['0.00', []])
  })

  it('comes in pages, each with the whole period', async () => {
    const seen: Loose[] = []
    let path = `limit=1&from=${daysAgo(30)}`
    let first: Loose
    for (;;) {
      const page = await statement(path)
      first ??= page
      assert.deepEqual([page.from, page.to, page.closing_balance], [first.from, first.to, '25.00'])
      seen.push(...brief(page))
      if (page.next_cursor === null) break
      path = `limit=1&cursor=${page.next_cursor}`
    }
    assert.deepEqual(seen, brief(await statement('')))
    const elsewhere = await edge.get(`/v2/accounts/1/statement?cursor=${first.next_cursor}`)
    assert.deepEqual([elsewhere.status, elsewhere.body.errors[0].field], [422, 'cursor'])
  })

  it('comes as CSV that is safe to open in a spreadsheet', async () => {
    const { statusCode, headers, body } = await text('format=csv')
    assert.deepEqual(
      [statusCode, headers['content-type'], headers['content-disposition']],
      [200, 'text/csv; charset=utf-8; header=present', 'attachment; filename="statement-2.csv"'],
    )
    const rows = body.split('\r\n')
    assert.equal(
      rows[0],
      'line,number,effective_at,created_at,transfer_id,reference,debit,credit,balance_after',
    )
    assert.match(rows[1] ?? '', /^opening,,1970-01-01T00:00:00.000000Z,.*,0\.00$/)
    assert.match(rows[2] ?? '', /,"<b>""a"",\n<\/b>",,20\.00,20\.00$/)
    assert.match(rows[3] ?? '', /,'=1\+1,,10\.00,30\.00$/)
    assert.match(rows[4] ?? '', /,,5\.00,,25\.00$/)
    assert.match(rows[5] ?? '', /^closing,.*,5\.00,30\.00,25\.00$/)
    assert.deepEqual([rows[6], rows.length], ['', 7])
  })

  it('comes as HTML to print: escaped, and with nothing from elsewhere', async () => {
    const { statusCode, headers, body } = await text('format=html&clock=recorded')
    assert.deepEqual([statusCode, headers['content-type']], [200, 'text/html; charset=utf-8'])
    assert.match(String(headers['content-security-policy']), /^default-src 'none'; style-src 'sha256-[^']+='/)
    assert.match(body, /@page \{ size: A4/)
    assert.match(body, /&lt;b&gt;&quot;a&quot;,\n&lt;\/b&gt;/)
    assert.doesNotMatch(body, /<b>|<script|https?:|src=|href=|style="/)
    assert.match(body, /Closing balance<\/td><td class="amount">5\.00<\/td><td class="amount">30\.00<\/td>/)
    assert.ok(body.endsWith('</html>\n'))
  })

  it('goes through a long period', async () => {
    await edge.post('/v2/accounts', { id: '3', currency: 'EUR', initial_balance: '100' })
    const items = Array.from({ length: 2100 }, () => ({
      source: '3',
      destination: '1',
      amount: '0.01',
      currency: 'EUR',
    }))
    await edge.post('/v2/transfers/bulk', { mode: 'independent', items })
    const { body } = await edge.app.inject('/v2/accounts/3/statement?format=csv')
    assert.equal(body.split('\r\n').length, 2101 + 4)
    assert.match(body, /closing,.*,21\.00,100\.00,79\.00\r\n$/)
  })

  it('refuses, naming the parameter', async () => {
    for (const [query, field] of [
      ['from=yesterday', 'from'],
      [`from=${yesterday}&to=${lastWeek}`, 'to'],
      [`from=${yesterday}&to=${yesterday}`, 'to'],
      ['clock=wall', 'clock'],
      ['format=pdf', 'format'],
      ['cursor=x', 'cursor'],
    ] as const) {
      const answer = await edge.get(`/v2/accounts/2/statement?${query}`)
      assert.deepEqual([answer.status, answer.body.errors[0].field], [422, field], query)
    }
    assert.equal((await edge.get('/v2/accounts/404/statement')).status, 404)
    assert.equal((await edge.get('/v2/accounts/404/statement?format=csv')).status, 404)
  })

  it('shows an account as it was', async () => {
    const at = async (query: string) => (await edge.get(`/v2/accounts/2?${query}`)).body
    const then = await at(`at=${yesterday}`)
    assert.deepEqual(then.balances, { posted: '20.00', held: null, incoming: null, available: null })
    assert.deepEqual([then.at, then.clock], [yesterday.replace('Z', '000Z'), 'effective'])
    assert.equal((await at(`at=${yesterday}&clock=recorded`)).balances.posted, '0.00')
    const now = await at('')
    assert.deepEqual([now.balances.posted, 'at' in now, 'clock' in now], ['25.00', false, false])
    for (const [query, field] of [
      [`at=${daysAgo(-1)}`, 'at'],
      ['at=now', 'at'],
      ['clock=wall', 'clock'],
    ] as const) {
      const answer = await edge.get(`/v2/accounts/2?${query}`)
      assert.deepEqual([answer.status, answer.body.errors[0].field], [422, field], query)
    }
  })
})

describe('v2 trial balance', () => {
  let edge: Edge
  before(async () => {
    edge = await createEdge()
    await edge.post('/v2/accounts', { id: '1', currency: 'EUR', initial_balance: '100', credit_limit: '0' })
    await edge.post('/v2/accounts', { id: '2', currency: 'EUR', credit_limit: '50' })
    await edge.post('/v2/transfers', {
      source: '2',
      destination: '1',
      amount: '40',
      currency: 'EUR',
      effective_at: daysAgo(2),
    })
  })
  after(() => edge.close())

  it('sums to zero at any moment, by either clock', async () => {
    const { at, ...now } = (await edge.get('/v2/trial-balance?currency=EUR')).body
    assert.match(at, /Z$/)
    assert.deepEqual(now, {
      currency: 'EUR',
      clock: 'effective',
      accounts: 3,
      debits: '140.00',
      credits: '140.00',
      difference: '0.00',
      external: '-100.00',
    })
    const past = async (query: string) => {
      const { debits, credits, difference } = (
        await edge.get(`/v2/trial-balance?currency=EUR&at=${daysAgo(1)}${query}`)
      ).body
      return [debits, credits, difference]
    }
    assert.deepEqual(await past(''), ['40.00', '40.00', '0.00'])
    assert.deepEqual(await past('&clock=recorded'), ['0.00', '0.00', '0.00'])
    const other = (await edge.get('/v2/trial-balance?currency=JPY')).body
    assert.deepEqual([other.accounts, other.difference], [0, '0'])
  })

  it('lists every account as CSV', async () => {
    const { headers, body } = await edge.app.inject('/v2/trial-balance?currency=EUR&format=csv')
    assert.equal(headers['content-type'], 'text/csv; charset=utf-8; header=present')
    const rows = body.trimEnd().split('\r\n')
    assert.deepEqual(rows.slice(0, 3), [
      'account_id,kind,currency,balance',
      '1,standard,EUR,140.00',
      '2,standard,EUR,-40.00',
    ])
    assert.match(rows[3] ?? '', /^[0-9]+,external,EUR,-100\.00$/)
  })

  it('refuses, naming the parameter', async () => {
    for (const [query, field] of [
      ['', 'currency'],
      ['currency=ABC', 'currency'],
      [`currency=EUR&at=${daysAgo(-1)}`, 'at'],
      [`currency=EUR&format=csv&at=${daysAgo(-1)}`, 'at'],
      ['currency=EUR&format=html', 'format'],
    ] as const) {
      const answer = await edge.get(`/v2/trial-balance?${query}`)
      assert.deepEqual([answer.status, answer.body.errors[0].field], [422, field], query)
    }
  })
})
