import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import { checkNewPassword, type PasswordOwner } from '../domain/new-password.ts';
import type { PasswordHasher } from '../domain/password.ts';
import { readBranding } from './branding.ts';
import type { ActionContext } from './context.ts';

const listFile = new URL('../../assets/common-passwords.txt.gz', import.meta.url);

/** About 20,000 passwords; see `scripts/release/common-passwords.ts`. Read when the first password is set. */
let listed: ReadonlySet<string> | undefined;

/** Hashes a password that somebody chose; throws `invalid_input` for one that is easy to guess. */
export async function hashNewPassword(
  context: ActionContext,
  hasher: PasswordHasher,
  password: string,
  owner: PasswordOwner,
): Promise<string> {
  return hasher.hash(await requireNewPassword(context, password, owner));
}

/** A password that somebody chose; throws `invalid_input` if it is easy to guess. */
export async function requireNewPassword(
  context: ActionContext,
  password: string,
  owner: PasswordOwner,
): Promise<string> {
  const { productName } = await readBranding(context);
  listed ??= new Set(gunzipSync(readFileSync(listFile)).toString('utf8').split('\n'));
  return checkNewPassword(password, { owner, productName, listed });
}
