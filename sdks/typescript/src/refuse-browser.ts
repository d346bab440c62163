import { BinderyClientError } from './client-error.ts';

/** Throws where users have the program in their hands: in a page, a web worker or an app. */
export function refuseBrowser(scope: object = globalThis): void {
  const window: unknown = Reflect.get(scope, 'window');
  const navigator: unknown = Reflect.get(scope, 'navigator');
  const isPage = typeof window === 'object' && window !== null && 'document' in window;
  const isWorker = typeof Reflect.get(scope, 'importScripts') === 'function';
  const isApp =
    typeof navigator === 'object' && navigator !== null && Reflect.get(navigator, 'product') === 'ReactNative';
  if (!isPage && !isWorker && !isApp) return;
  throw new BinderyClientError(
    'configuration_wrong',
    'a client secret must never be in a browser or an app, where every user can read it: call the API from your server',
  );
}
