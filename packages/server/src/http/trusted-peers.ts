import { BlockList, isIP, isIPv6 } from 'node:net';

/** The peers whose forwarded headers are believed: loopback, and `trustedProxies` (addresses or networks). */
export function trustedPeers(trustedProxies: readonly string[]): BlockList {
  const trusted = new BlockList();
  for (const entry of ['127.0.0.0/8', '::1/128', ...trustedProxies]) {
    const [address = '', bits] = entry.split('/');
    const family = isIPv6(address) ? 'ipv6' : 'ipv4';
    trusted.addSubnet(address, bits === undefined ? (family === 'ipv6' ? 128 : 32) : Number(bits), family);
  }
  return trusted;
}

/** Whether an address is one of them; an IPv4 address may be written as IPv6. */
export function isTrustedPeer(trusted: BlockList, address: string | undefined): boolean {
  return address !== undefined && isIP(address) !== 0 && trusted.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
}
