// From where a request comes: the address of the connection, or what proxies that are trusted say.
import { BlockList, isIP } from 'node:net'

/** The client's address, by the connection's and the header X-Forwarded-For. */
export type ClientAddress = (connected: string | undefined, forwardedFor: string | undefined) => string

/** Trusts proxies at these addresses and networks (`10.0.0.0/8`), and nobody else. Throws for what is neither. */
export function createClientAddress(trustedProxies: readonly string[]): ClientAddress {
  if (trustedProxies.length === 0) return (connected = '') => plain(connected)
  const trusted = new BlockList()
  for (const network of trustedProxies) {
    const [address = '', prefix = isIP(address) === 4 ? '32' : '128'] = network.split('/')
    trusted.addSubnet(address, Number(prefix), familyOf(address))
  }
  return (connected = '', forwardedFor) => {
    let client = plain(connected)
    // Each proxy adds, at the end, the address that it was called from. What is before the first stranger is hearsay.
    for (const said of forwardedFor?.split(',').reverse() ?? []) {
      if (isIP(client) === 0 || !trusted.check(client, familyOf(client))) break
      const address = plain(said.trim())
      if (isIP(address) === 0) return plain(connected)
      client = address
    }
    return client
  }
}

/** Whose requests count together: an address, or the network of an IPv6 address, of which one caller has 2^64. */
export function neighbourhoodOf(address: string): string {
  if (!address.includes(':')) return address
  const [head = '', tail] = address.split('::')
  const groups = head === '' ? [] : head.split(':')
  const rest = tail === undefined || tail === '' ? [] : tail.split(':')
  while (tail !== undefined && groups.length + rest.length < 8) groups.push('0')
  return [...groups, ...rest].slice(0, 4).join(':')
}

/** A server that listens on every address is told IPv4 addresses as IPv6: `::ffff:192.0.2.1`. */
function plain(address: string): string {
  return address.startsWith('::ffff:') && address.includes('.') ? address.slice(7) : address
}

function familyOf(address: string): 'ipv4' | 'ipv6' {
  return isIP(address) === 4 ? 'ipv4' : 'ipv6'
}
