import ipaddr from 'ipaddr.js';

/** The network whose rate limit an address counts against: an IPv4 address itself, the /64 of an IPv6 address. */
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
