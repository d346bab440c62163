import ipaddr from 'ipaddr.js';

/** The network that an address is counted under: an IPv4 address alone, an IPv6 address with its /64. */
export function networkOf(address: string | null): string {
  if (address === null || !ipaddr.isValid(address)) {
    return 'unknown';
  }
  const parsed = ipaddr.process(address);
  if (parsed.kind() === 'ipv4') {
    return parsed.toString();
  }
  const bytes = parsed.toByteArray();
  return `${ipaddr.fromByteArray([...bytes.slice(0, 8), ...new Array<number>(8).fill(0)]).toString()}/64`;
}
