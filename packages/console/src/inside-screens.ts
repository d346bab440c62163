import { screen } from './ui/screen.tsx';

// What a signed-in person sees, each screen in a file of its own that is loaded on demand.
export const Clients = screen(async () => (await import('./pages/clients.tsx')).Clients);
export const Client = screen(async () => (await import('./pages/client.tsx')).Client);
export const Members = screen(async () => (await import('./pages/members.tsx')).Members);
export const Audit = screen(async () => (await import('./pages/audit.tsx')).Audit);
export const Settings = screen(async () => (await import('./pages/settings.tsx')).Settings);
export const Account = screen(async () => (await import('./pages/account.tsx')).Account);
export const PickOrganization = screen(async () => (await import('./pages/pick-organization.tsx')).PickOrganization);
export const Operator = screen(async () => (await import('./pages/operator/operator.tsx')).Operator);

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

/** Starts loading the screen of a path inside the console. */
export function preloadInsideScreen(path: string): void {
  insides.find((candidate) => candidate.path.test(path))?.screen.preload();
}

/** Preloads the screens of an organization once the browser is idle. */
export function preloadOrganization(): () => void {
  // Not available in Safari.
  if (typeof requestIdleCallback !== 'function') return () => undefined;
  const handle = requestIdleCallback(() => {
    for (const { preload } of [Clients, Client, Members, Audit, Settings]) preload();
  });
  return () => cancelIdleCallback(handle);
}
