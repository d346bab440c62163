import { isIPv4, isIPv6 } from 'node:net';
import ipaddr from 'ipaddr.js';

/**
 * An IP address as proxies and sockets write it, in one spelling: without port, brackets, quotation marks (RFC 7239 §6)
 * and zone, IPv4-mapped as IPv4, IPv6 as in RFC 5952. Undefined for anything else, such as `unknown` or `_hidden`.
 */
export function parseAddress(text: string): string | undefined {
  if (isIPv4(text)) {
    return text;
  }
  const host = hostOf(unquoted(text.trim()));
  if (isIPv4(host)) {
    return host;
  }
  const address = withoutZone(host);
  // The library alone would also read `1.2.3` and `0x7f.1`.
  return isIPv6(address) ? toOneSpelling(address) : undefined;
}

function unquoted(text: string): string {
  return text.length > 1 && text.startsWith('"') && text.endsWith('"') ? text.slice(1, -1) : text;
}

/** Without a port, which only a bracketed IPv6 address may have; empty if the rest is no port. */
function hostOf(text: string): string {
  if (text.startsWith('[')) {
    const end = text.indexOf(']');
    const inside = text.slice(1, end === -1 ? 0 : end);
    return isIPv6(inside) && (end === text.length - 1 || isPort(text.slice(end + 1))) ? inside : '';
  }
  const colon = text.indexOf(':');
  const isSingle = colon !== -1 && text.indexOf(':', colon + 1) === -1;
  return isSingle && isPort(text.slice(colon)) ? text.slice(0, colon) : text;
}

/** A colon and a port, as a number or hidden (RFC 7239 §6.2). */
function isPort(text: string): boolean {
  return /^:(?:\d{1,5}|_[A-Za-z0-9._-]{1,100})$/.test(text);
}

function withoutZone(address: string): string {
  const zone = address.indexOf('%');
  return zone === -1 ? address : address.slice(0, zone);
}

function toOneSpelling(address: string): string {
  const parsed = ipaddr.IPv6.parse(address);
  return parsed.isIPv4MappedAddress() ? parsed.toIPv4Address().toString() : parsed.toRFC5952String();
}
