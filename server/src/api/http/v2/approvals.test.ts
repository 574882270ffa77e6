import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { roleTokens } from '#test/access-world.ts'
import { countedUuid } from '#test/ids.ts'
import { createEdge, type Answer, type Edge, type Loose } from '#test/http-edge.ts'

const MISSING = '019aa5b0-7c1e-7d3a-9b5e-2f6c8a1d4e70'
const asked = { source: '1', destination: '2', amount: '30', currency: 'EUR' }

describe('v2 approvals', () => {
  let edge: Edge
  before(async () => {
    edge = await createEdge({ tokens: roleTokens })
    await edge.post('/v2/accounts', { id: '1', currency: 'EUR', initial_balance: '1000' }, as('admin'))
    await edge.post('/v2/accounts', { id: '2', currency: 'EUR' }, as('admin'))
    const rules = { approval_above: '20' }
    const policy = await edge.post('/v2/policies', { account_id: '1', rules }, as('admin'))
    assert.deepEqual([policy.status, policy.body.rules], [201, { approval_above: '20.00' }])
  })
  after(() => edge.close())

  const as = (role: string, key?: string) => ({
    authorization: `Bearer ${role}`,
    ...(key === undefined ? {} : { 'idempotency-key': key }),
  })
  const pay = (rest: object = {}, headers = as('service')) =>
    edge.post('/v2/transfers', { ...asked, ...rest }, headers)
  const decide = (id: string, how: 'approve' | 'reject', headers = as('operator')) =>
    edge.ask(`/v2/approvals/${id}/${how}`, { method: 'POST', headers })
  const told = ({ status, body }: Answer) => [status, body.code]

  it('waits with 202 and the id that the transfer will have, and is posted when another approves it', async () => {
    const waits = await pay({ reference: 'order 7', metadata: { a: 'b' } })
    const { id } = waits.body
    assert.deepEqual([waits.status, waits.headers['location']], [202, `/v2/approvals/${id}`])
    assert.deepEqual(
      [waits.body.status, waits.body.requested_by, waits.body.decided_by, waits.body.account_id],
      ['pending', 'service', null, '1'],
    )
    assert.deepEqual(waits.body.transfer, {
      postings: [{ ...asked, amount: '30.00', role: null }],
      reference: 'order 7',
      metadata: { a: 'b' },
      effective_at: null,
    })
    assert.deepEqual((await edge.get(`/v2/approvals/${id}`, as('auditor'))).body, waits.body)
    assert.equal((await edge.get(`/v2/transfers/${id}`, as('admin'))).status, 404)

    assert.deepEqual(told(await decide(id, 'approve', as('service'))), [403, 'scope_missing'])
    const own = await pay({}, as('admin'))
    assert.deepEqual(told(await decide(own.body.id, 'approve', as('admin'))), [403, 'approver_is_maker'])

    const approved = await decide(id, 'approve')
    assert.deepEqual(
      [approved.status, approved.body.approval.status, approved.body.approval.decided_by],
      [200, 'approved', 'operator'],
    )
    assert.deepEqual([approved.body.transfer.id, approved.body.transfer.status], [id, 'posted'])
    assert.deepEqual((await edge.get(`/v2/transfers/${id}`, as('admin'))).body, approved.body.transfer)
    assert.deepEqual(told(await decide(id, 'approve')), [409, 'approval_approved'])
    assert.deepEqual(told(await decide(id, 'reject')), [409, 'approval_approved'])
    assert.equal((await decide(own.body.id, 'reject', as('admin'))).body.status, 'rejected')
  })

  it('shows the first answer again, and keeps the id that was chosen', async () => {
    const id = countedUuid(77)
    const first = await pay({ id }, as('service', 'k'))
    const again = await pay({ id }, as('service', 'k'))
    assert.deepEqual([again.status, again.headers['idempotency-replayed']], [202, 'true'])
    assert.deepEqual(again.body, first.body)
    assert.equal((await pay({ id })).status, 202)
    assert.deepEqual(told(await pay({ id, amount: '1' })), [422, 'transfer_id_reused'])
    const approved = await decide(id, 'approve', as('operator', 'a'))
    const once = await decide(id, 'approve', as('operator', 'a'))
    assert.deepEqual([once.status, once.headers['idempotency-replayed']], [200, 'true'])
    assert.deepEqual(once.body, approved.body)
    assert.deepEqual((await pay({ id }, as('service', 'k'))).body, first.body)
    const posted = await pay({ id })
    assert.deepEqual([posted.status, posted.body], [201, approved.body.transfer])
  })

  it('waits on while it is refused', async () => {
    await edge.post('/v2/accounts', { id: '3', currency: 'EUR', initial_balance: '100' }, as('admin'))
    await edge.post('/v2/policies', { account_id: '3', rules: { approval_above: '0' } }, as('admin'))
    const [one, other] = [await pay({ source: '3', amount: '80' }), await pay({ source: '3', amount: '30' })]
    assert.equal((await decide(one.body.id, 'approve')).status, 200)
    const refused = await decide(other.body.id, 'approve')
    assert.deepEqual(told(refused), [422, 'insufficient_funds'])
    assert.equal(refused.body.errors[0].field, 'transfer.postings[0].source')
    assert.equal(refused.body.transfer_id, undefined)
    assert.equal((await edge.get(`/v2/approvals/${other.body.id}`, as('admin'))).body.status, 'pending')
    await edge.post('/v2/transfers', { ...asked, source: '2', destination: '3', amount: '10' }, as('admin'))
    assert.equal((await decide(other.body.id, 'approve')).status, 200)
  })

  it('tells before what would wait', async () => {
    const would = await edge.post('/v2/transfers/simulate', asked, as('service'))
    assert.deepEqual([would.body.would, would.body.status], ['pend', 202])
    assert.deepEqual([would.body.approval.status, would.body.entries], ['pending', []])
    const { id } = would.body.approval
    assert.deepEqual(told(await edge.get(`/v2/approvals/${id}`, as('admin'))), [404, 'approval_not_found'])
  })

  it('is refused where it could not be told of', async () => {
    const code = 'approval_required'
    assert.deepEqual(told(await edge.post('/v2/holds', asked, as('service'))), [422, code])
    const bulk = (mode: string) =>
      edge.post('/v2/transfers/bulk', { mode, items: [asked] }, as('service', `bulk-${mode}`))
    assert.deepEqual(told(await bulk('atomic')), [422, code])
    assert.equal((await bulk('independent')).body.results[0].error.code, code)

    for (const account_id of [51, 52])
      await edge.post('/v1/accounts', { account_id, initial_balance: '100' }, as('admin'))
    await edge.post('/v2/policies', { account_id: '51', rules: { approval_above: '20' } }, as('admin'))
    const classic = { source_account_id: 51, destination_account_id: 52, amount: '30' }
    const refused = await edge.post('/v1/transfers', classic, as('service'))
    assert.deepEqual(told(refused), [422, code])
    assert.deepEqual(refused.body.errors[0].field, 'source_account_id')
    // The key of a transfer that waits since v2 has no other answer in v1.
    await pay({ source: '51', destination: '52', currency: 'XXX' }, as('service', 'both'))
    const replayed = await edge.post('/v1/transfers', classic, as('service', 'both'))
    assert.deepEqual([...told(replayed), replayed.headers['idempotency-replayed']], [422, code, 'true'])
  })

  it('lists by state and by who asked, page by page', async () => {
    const list = async (query: string) => (await edge.get(`/v2/approvals?${query}`, as('auditor'))).body
    const all = (await list('')).data
    const pages: Loose[] = []
    for (let cursor = ''; cursor !== null;) {
      const page = await list(`limit=2${cursor && `&cursor=${cursor}`}`)
      pages.push(...page.data)
      cursor = page.next_cursor
    }
    assert.deepEqual(pages, all)
    assert.ok((await list('status=approved')).data.every(({ status }: Loose) => status === 'approved'))
    assert.ok((await list('requested_by=admin')).data.length > 0)
    assert.deepEqual((await list('requested_by=nobody')).data, [])
  })

  it('is not there when it is not there', async () => {
    for (const how of ['approve', 'reject'] as const) {
      assert.deepEqual(told(await decide(MISSING, how)), [404, 'approval_not_found'])
    }
    assert.equal((await edge.get('/v2/approvals/1', as('admin'))).status, 422)
    assert.equal((await edge.get('/v2/approvals?status=lost', as('admin'))).status, 422)
  })
})
