import assert from 'node:assert/strict'
import { test } from 'node:test'
import { toCsvLine } from './csv.ts'

test('cells are quoted as RFC 4180 says', () => {
  assert.equal(toCsvLine(['a', '', 'b c', '1.50']), 'a,,b c,1.50\r\n')
  assert.equal(
    toCsvLine(['a,b', 'a"b', 'a\nb', 'a\r\nb', ' a', 'a ']),
    '"a,b","a""b","a\nb","a\r\nb"," a","a "\r\n',
  )
})

test('no cell is a formula, and negative numbers stay numbers', () => {
  assert.equal(toCsvLine(['-1.50', '-7', '0']), '-1.50,-7,0\r\n')
  for (const formula of ['=1+1', '+1', '-1+1', '@SUM(A1)', '-', '--1', '-1.']) {
    assert.equal(toCsvLine([formula]), `'${formula}\r\n`)
  }
  assert.equal(toCsvLine(['=HYPERLINK("x","y")']), `"'=HYPERLINK(""x"",""y"")"\r\n`)
  assert.equal(toCsvLine(['\t=1']), "'\t=1\r\n")
})
