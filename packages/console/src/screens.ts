import { screen } from './ui/screen.tsx';

// Everything that is fetched for itself; what a path needs is known before anything of it is there.
export const SignIn = screen(async () => (await import('./pages/sign-in.tsx')).SignIn);
export const Setup = screen(async () => (await import('./pages/setup.tsx')).Setup);
export const Invite = screen(async () => (await import('./pages/invite.tsx')).Invite);
export const Reset = screen(async () => (await import('./pages/reset.tsx')).Reset);
export const Inside = screen(async () => (await import('./inside.tsx')).Inside);
export const Clients = screen(async () => (await import('./pages/clients.tsx')).Clients);
export const Client = screen(async () => (await import('./pages/client.tsx')).Client);
export const Members = screen(async () => (await import('./pages/members.tsx')).Members);
export const Audit = screen(async () => (await import('./pages/audit.tsx')).Audit);
export const Settings = screen(async () => (await import('./pages/settings.tsx')).Settings);
export const Account = screen(async () => (await import('./pages/account.tsx')).Account);
export const PickOrganization = screen(async () => (await import('./pages/pick-organization.tsx')).PickOrganization);
export const Operator = screen(async () => (await import('./pages/operator/operator.tsx')).Operator);

const entries = [
  { path: /^\/setup/, screen: Setup },
  { path: /^\/console\/sign-in/, screen: SignIn },
  { path: /^\/console\/invite/, screen: Invite },
  { path: /^\/console\/reset/, screen: Reset },
] as const;
const insides = [
  { path: /^\/console\/o\/[^/]+\/clients(?:\/new)?$/, screen: Clients },
  { path: /^\/console\/o\/[^/]+\/clients\/(?!new$)./, screen: Client },
  { path: /^\/console\/o\/[^/]+\/members/, screen: Members },
  { path: /^\/console\/o\/[^/]+\/audit/, screen: Audit },
  { path: /^\/console\/o\/[^/]+\/settings/, screen: Settings },
  { path: /^\/console\/account/, screen: Account },
  { path: /^\/console\/clients\/new/, screen: PickOrganization },
  { path: /^\/console\/operator/, screen: Operator },
] as const;

/** Begins to fetch all that a path needs, at once and not one after the other; says whether that needs a session. */
export function preloadScreens(path: string): boolean {
  const entry = entries.find((candidate) => candidate.path.test(path));
  if (entry !== undefined) {
    entry.screen.preload();
    return false;
  }
  Inside.preload();
  insides.find((candidate) => candidate.path.test(path))?.screen.preload();
  return true;
}

/** Begins to fetch the screens of an organization once the browser has nothing else to do. */
export function preloadOrganization(): () => void {
  // Safari has no such moment.
  if (typeof requestIdleCallback !== 'function') return () => undefined;
  const handle = requestIdleCallback(() => {
    for (const { preload } of [Clients, Client, Members, Audit, Settings]) preload();
  });
  return () => cancelIdleCallback(handle);
}
