/** The load of the crash test: transfers and captures that remember what they were told, and are held against the ledger. */
import assert from 'node:assert/strict'
import { setTimeout as sleep } from 'node:timers/promises'
import { uuidv7 } from 'uuidv7'
import type { Loose } from '../http-edge.ts'
import { sameness, type Answer, type Client } from './http-client.ts'

const CLIENTS = 32
const READERS = 4
const ACCOUNTS = 20
const INITIAL_BALANCE = '100000.00'
/** Made before each round, and captured while it lasts. */
const HOLDS = 60
/** A client's requests in one round; the moment of the kill ends a round long before. */
const REQUESTS_MAX = 5_000
/** After a 503 a client waits a little, as it should. */
const UNAVAILABLE_PAUSE_MS = 20
/** Of the acknowledged requests, one in so many is sent again too. */
const RESENT_SHARE = 20
const RESEND_TRIES_MAX = 100
const EVENTS_LIMIT = 1000
const EVENT_PAGES_MAX = 10_000

/** One request, and what became of it. */
interface Sent {
  /** Its idempotency key, and its transfer's reference: so that the ledger shows which request made a transfer. */
  readonly key: string
  readonly path: string
  readonly body: object
  /** What it moves, as the journal tells it. */
  readonly moves: { readonly source: string; readonly destination: string; readonly amount: string }
  /** What an acceptance or a refusal said. */
  told: string | null
  /** The transfer that the answer named. */
  transferId: string | null
  /** posted and refused are acknowledged; unavailable promises that nothing was changed; unanswered may be anything. */
  fate: 'posted' | 'refused' | 'unavailable' | 'unanswered'
}

const UNANSWERED = { told: null, transferId: null, fate: 'unanswered' } as const

/** The load. */
export interface Load {
  /** First answers, over all rounds. */
  readonly counts: Readonly<Record<Sent['fate'] | 'found', number>>
  openAccounts(client: Client): Promise<void>
  openHolds(client: Client): Promise<void>
  /** Begins to post and to read; `end` stops it and waits for the answers under way. */
  run(client: Client): { end(): Promise<void> }
  /** Holds the last run against the journal, sends again what needs it, and holds it against the journal again. */
  settle(client: Client): Promise<void>
  /** Holds everything against the list of transfers. */
  compareWithTransfers(client: Client): Promise<void>
}

/** Makes the load; `random` gives numbers from 0 up to 1. */
export function createLoad(random: () => number): Load {
  const counts = { posted: 0, refused: 0, unavailable: 0, unanswered: 0, found: 0 }
  const below = (n: number): number => Math.floor(random() * n)
  const everything = new Map<string, Sent>()
  let ofThisRun: Sent[] = []
  let captures: Sent[] = []
  let holds = 0
  /** Transfers by reference, as the journal tells them. */
  const journal = new Map<string, Loose>()
  let cursor = '0-0'

  async function openAccounts(client: Client): Promise<void> {
    for (let id = 1; id <= ACCOUNTS; id++) {
      const account = { id: `${id}`, currency: 'EUR', initial_balance: INITIAL_BALANCE }
      assert.equal((await client.post('/v2/accounts', account)).status, 201)
    }
  }

  /** Their captures are sent by and by, while other requests are. */
  async function openHolds(client: Client): Promise<void> {
    captures = await Promise.all(
      Array.from({ length: HOLDS }, async (): Promise<Sent> => {
        holds += 1
        const key = `capture-${holds}`
        const moves = movement()
        const { status, body, text } = await client.post('/v2/holds', {
          ...moves,
          currency: 'EUR',
          reference: key,
        })
        assert.equal(status, 201, text)
        return { key, path: `/v2/holds/${body.id}/capture`, body: {}, moves, ...UNANSWERED }
      }),
    )
  }

  function movement(): Sent['moves'] {
    const source = 1 + below(ACCOUNTS)
    const destination = 1 + ((source + below(ACCOUNTS - 1)) % ACCOUNTS)
    const amount = `${1 + below(20)}.${10 + below(90)}`
    return { source: `${source}`, destination: `${destination}`, amount }
  }

  /** Some choose their id, some want more money than there is, some capture a hold. */
  function next(): Sent {
    const capture = below(4) === 0 ? captures.pop() : undefined
    const sent = capture ?? newTransfer()
    everything.set(sent.key, sent)
    ofThisRun.push(sent)
    return sent
  }

  function newTransfer(): Sent {
    const key = `request-${everything.size}`
    const moves = below(10) === 0 ? { ...movement(), amount: '9000000.00' } : movement()
    const id = below(4) === 0 ? { id: uuidv7() } : {}
    const body = { ...id, ...moves, currency: 'EUR', reference: key }
    return { key, path: '/v2/transfers', body, moves, ...UNANSWERED }
  }

  function run(client: Client) {
    let ended = false
    ofThisRun = []
    async function post(): Promise<void> {
      for (let requests = 0; requests < REQUESTS_MAX && !ended; requests++) {
        const sent = next()
        const answer = await send(client, sent).catch(() => null)
        note(sent, answer)
        counts[sent.fate] += 1
        if (sent.fate === 'unanswered' || sent.fate === 'unavailable') await sleep(UNAVAILABLE_PAUSE_MS)
      }
    }
    /** A read that breaks with its connection must not take Florin down. */
    async function read(): Promise<void> {
      for (let requests = 0; requests < REQUESTS_MAX && !ended; requests++) {
        const answer = await client.get('/v2/transfers?limit=20').catch(() => null)
        if (answer !== null) assert.ok([200, 503].includes(answer.status), answer.text)
        if (answer?.status !== 200) await sleep(UNAVAILABLE_PAUSE_MS)
      }
    }
    const working = Promise.all([
      ...Array.from({ length: CLIENTS }, post),
      ...Array.from({ length: READERS }, read),
    ])
    return {
      async end() {
        ended = true
        await working
      },
    }
  }

  async function settle(client: Client): Promise<void> {
    await readJournal(client)
    for (const sent of ofThisRun) {
      assertLedger(sent)
      if (sent.fate === 'unanswered' && journal.has(sent.key)) counts.found += 1
    }
    const again = ofThisRun.filter(
      ({ fate }, i) => fate === 'unanswered' || fate === 'unavailable' || i % RESENT_SHARE === 0,
    )
    await Promise.all(again.map((sent) => sendAgain(client, sent)))
    await readJournal(client)
    for (const sent of ofThisRun) {
      assert.ok(sent.told !== null)
      assertLedger(sent)
    }
    assert.equal(journal.size, everything.size, 'the journal has every request once, and nothing else')
  }

  /** Twice at once, with the key of the first time. */
  async function sendAgain(client: Client, sent: Sent): Promise<void> {
    const { told, fate } = sent
    const before = journal.get(sent.key)
    const answers = await Promise.all([untilAnswered(client, sent), untilAnswered(client, sent)])
    const [one, two] = answers.map(sameness)
    assert.equal(one, two, sent.key)
    if (told !== null) assert.equal(one, told, sent.key)
    const fresh = answers.filter(({ headers }) => headers.get('idempotency-replayed') !== 'true')
    assert.equal(fresh.length, before === undefined ? 1 : 0, `${sent.key}, which was ${fate}`)
    note(sent, answers[0])
    if (before !== undefined) assert.equal(sent.transferId, before.id, sent.key)
  }

  /** Events since the last look. A reference that comes twice is a transfer made twice. */
  async function readJournal(client: Client): Promise<void> {
    for (let pages = 0; pages < EVENT_PAGES_MAX; pages++) {
      const { body, text } = await client.get(`/v2/events?limit=${EVENTS_LIMIT}&after=${cursor}`)
      assert.ok(Array.isArray(body.data), text)
      for (const { type, data } of body.data) {
        if (!type.startsWith('transfer.') || data.reference === null) continue
        assert.ok(!journal.has(data.reference), `${data.reference} happened twice`)
        assert.ok(everything.has(data.reference), `${data.reference} was never sent`)
        journal.set(data.reference, data)
      }
      cursor = body.next_cursor
      if (body.data.length < EVENTS_LIMIT) return
    }
    throw new Error(`the journal has more than ${EVENT_PAGES_MAX} pages`)
  }

  /** The ledger has what the answer said, and not what it denied. */
  function assertLedger({ key, fate, transferId, moves }: Sent): void {
    const found = journal.get(key)
    const told = `${key} was answered as ${fate}`
    if (fate === 'unavailable') assert.equal(found, undefined, told)
    if (fate === 'unavailable' || fate === 'unanswered') return
    assert.ok(found !== undefined, told)
    assert.deepEqual([found.id, found.status], [transferId, fate === 'posted' ? 'posted' : 'failed'], told)
    const { amount, source, destination } = found.postings[0]
    assert.deepEqual({ amount, source, destination }, moves, told)
  }

  async function compareWithTransfers(client: Client): Promise<void> {
    const transfers = (await client.list('/v2/transfers')).filter(({ reference }) => reference !== null)
    assert.equal(transfers.length, everything.size)
    for (const { reference, id, status } of transfers) {
      const { transferId, fate } = everything.get(reference) as Sent
      assert.deepEqual([id, status], [transferId, fate === 'posted' ? 'posted' : 'failed'], reference)
    }
  }

  return { counts, openAccounts, openHolds, run, settle, compareWithTransfers }
}

async function send(client: Client, { key, path, body }: Sent): Promise<Answer> {
  return await client.post(path, body, { 'idempotency-key': key })
}

/** Florin is back, so a 503 is the rare one of a connection that has not noticed yet. */
async function untilAnswered(client: Client, sent: Sent): Promise<Answer> {
  for (let tries = 0; tries < RESEND_TRIES_MAX; tries++) {
    const answer = await send(client, sent)
    if (answer.status !== 503) return answer
    await sleep(UNAVAILABLE_PAUSE_MS)
  }
  throw new Error(`${sent.key} has no answer after ${RESEND_TRIES_MAX} tries`)
}

/** Remembers an answer; null is a connection that broke. */
function note(sent: Sent, answer: Answer | null): void {
  if (answer === null) return
  const { status, body, text } = answer
  if (status === 503) {
    sent.fate = body.code === 'outcome_unknown' ? 'unanswered' : 'unavailable'
    return
  }
  const done = status === 201 || status === 200
  assert.ok(done || (status === 422 && body.code === 'insufficient_funds'), text)
  sent.fate = done ? 'posted' : 'refused'
  // A capture answers with the hold and the transfer.
  sent.transferId = done ? (body.transfer ?? body).id : body.transfer_id
  sent.told = sameness(answer)
}
