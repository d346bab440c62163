const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/**
 * Reads a JSON object from UTF-8; `undefined` if it is not one. A repeated member is refused at any depth, because some
 * parsers take the first and others the last (RFC 7515 §4, RFC 7519 §4).
 */
export function parseJsonObject(bytes: Uint8Array): Record<string, unknown> | undefined {
  let text: string;
  let value: unknown;
  try {
    text = decoder.decode(bytes);
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value) || hasRepeatedMember(text)) return undefined;
  // A parsed object that is not an array has only string keys.
  return value as Record<string, unknown>;
}

// `text` is valid JSON. A string is a member's name when a colon follows it.
function hasRepeatedMember(text: string): boolean {
  const open: Set<string>[] = [];
  const tokens = /"[^"\\]*(?:\\.[^"\\]*)*"(\s*:)?|[{}]/g;
  for (let match = tokens.exec(text); match; match = tokens.exec(text)) {
    const [token, colon] = match;
    if (token === '{') open.push(new Set());
    else if (token === '}') open.pop();
    else if (colon !== undefined) {
      const names = open.at(-1);
      const quoted = token.slice(0, -colon.length);
      // Compared after decoding escapes: "\u0061lg" is "alg".
      const name: string = quoted.includes('\\') ? JSON.parse(quoted) : quoted.slice(1, -1);
      if (names?.has(name)) return true;
      names?.add(name);
    }
  }
  return false;
}
