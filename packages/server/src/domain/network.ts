import ipaddr from 'ipaddr.js';

/** The network whose rate limit an address counts against: an IPv4 address itself, the /64 of an IPv6 address. */
export function networkOf(address: string | null): string {
  const isAddress = address !== null && (ipaddr.IPv6.isValid(address) || ipaddr.IPv4.isValidFourPartDecimal(address));
  if (!isAddress) {
    return 'unknown';
  }
  const parsed = ipaddr.process(address);
  return parsed instanceof ipaddr.IPv6 ? subnet(parsed, 64) : parsed.toString();
}

/** The larger networks around an IPv6 /64, which its holder may have as a whole: its /56 and its /48. */
export function widerNetworks(network: string): readonly string[] {
  const [address = '', bits] = network.split('/');
  return bits === undefined ? [] : [56, 48].map((wider) => subnet(ipaddr.IPv6.parse(address), wider));
}

function subnet(address: ipaddr.IPv6, bits: number): string {
  return `${ipaddr.IPv6.networkAddressFromCIDR(`${address.toString()}/${bits}`).toString()}/${bits}`;
}
