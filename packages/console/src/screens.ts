import { preloadInsideScreen } from './inside-screens.ts';
import { screen } from './ui/screen.tsx';

// What stands outside the console's frame, and the frame itself. The frame imports inside-screens.ts, never this file.
export const SignIn = screen(async () => (await import('./pages/sign-in.tsx')).SignIn);
export const Setup = screen(async () => (await import('./pages/setup.tsx')).Setup);
export const Invite = screen(async () => (await import('./pages/invite.tsx')).Invite);
export const Reset = screen(async () => (await import('./pages/reset.tsx')).Reset);
export const Inside = screen(async () => (await import('./inside.tsx')).Inside);

const entries = [
  { path: /^\/setup/, screen: Setup },
  { path: /^\/console\/sign-in/, screen: SignIn },
  { path: /^\/console\/invite/, screen: Invite },
  { path: /^\/console\/reset/, screen: Reset },
] as const;

/** Starts loading everything a path needs at once, not one after the other; returns whether it needs a session. */
export function preloadScreens(path: string): boolean {
  const entry = entries.find((candidate) => candidate.path.test(path));
  if (entry !== undefined) {
    entry.screen.preload();
    return false;
  }
  Inside.preload();
  preloadInsideScreen(path);
  return true;
}
