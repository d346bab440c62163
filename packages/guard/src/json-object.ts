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
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (character === '{') open.push(new Set());
    else if (character === '}') open.pop();
    else if (character === '"') {
      const end = endOfString(text, at);
      if (hasColonAt(text, end)) {
        const quoted = text.slice(at, end);
        // Compared after decoding escapes: "\u0061lg" is "alg".
        const name: string = quoted.includes('\\') ? JSON.parse(quoted) : quoted.slice(1, -1);
        const names = open.at(-1);
        if (names?.has(name)) return true;
        names?.add(name);
      }
      at = end - 1;
    }
  }
  return false;
}

/** Where the string that starts at `start` is over. */
function endOfString(text: string, start: number): number {
  let at = start + 1;
  while (at < text.length && text[at] !== '"') at += text[at] === '\\' ? 2 : 1;
  return at + 1;
}

function hasColonAt(text: string, start: number): boolean {
  let at = start;
  while (text[at] === ' ' || text[at] === '\n' || text[at] === '\r' || text[at] === '\t') at += 1;
  return text[at] === ':';
}
