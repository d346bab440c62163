import { createContext, lazy, type ReactNode, Suspense, use, useMemo, useState } from 'react';
import { useTranslation } from 'react-i18next';
import { useLocation, useRoute } from 'wouter';
import { useOrganization } from '../session/organization.tsx';
import { Dialog } from '../ui/dialog.tsx';
import { Loading } from '../ui/loaded.tsx';
import type { ApiClient, NewSecret } from './api-client.ts';
import { preventLoss } from './prevent-loss.ts';

// The screen that shows a secret is loaded before the secret is created.
const CreateForm = lazy(async () => ({ default: (await import('./secret-dialogs.tsx')).CreateForm }));
const RotateForm = lazy(async () => ({ default: (await import('./secret-dialogs.tsx')).RotateForm }));
const SecretReveal = lazy(async () => ({ default: (await import('./secret-dialogs.tsx')).SecretReveal }));

interface Host {
  readonly startRotation: (client: ApiClient) => void;
}

const HostContext = createContext<Host | undefined>(undefined);

/** Opens the dialog that rotates a secret. */
export function useNewSecretHost(): Host {
  const host = use(HostContext);
  if (host === undefined) throw new Error('no NewSecretHost above this component');
  return host;
}

/**
 * The one dialog that creates a client or a secret and then shows it. It sits above the pages, so that no navigation,
 * not even the back button, loses the secret on the screen; it is stored nowhere else.
 */
export function NewSecretHost({ children }: { readonly children: ReactNode }) {
  const { t } = useTranslation();
  const organization = useOrganization();
  const [isNew] = useRoute('/console/o/:organization/clients/new');
  const [, go] = useLocation();
  const [rotating, setRotating] = useState<ApiClient>();
  const [made, setMade] = useState<NewSecret>();
  const [asking, setAsking] = useState(false);
  const host = useMemo<Host>(() => ({ startRotation: setRotating }), []);
  const clients = `/console/o/${organization.id}/clients`;

  const leave = () => {
    setRotating(undefined);
    if (isNew) go(clients);
  };
  const finish = () => {
    const id = made?.client.id;
    preventLoss(false);
    setMade(undefined);
    setAsking(false);
    if (rotating === undefined && id !== undefined) go(`${clients}/${id}`);
    setRotating(undefined);
  };
  const show = (secret: NewSecret) => {
    preventLoss(true);
    setMade(secret);
  };
  const title =
    made !== undefined
      ? t(rotating === undefined ? 'secret.readyTitle' : 'secret.rotatedTitle', { client: made.client.name })
      : rotating === undefined
        ? t('create.title')
        : t('rotate.title', { client: rotating.name });

  return (
    <HostContext value={host}>
      {children}
      <Dialog
        opened={made !== undefined || rotating !== undefined || isNew}
        onClose={() => (made === undefined ? leave() : setAsking(true))}
        title={title}
        size={made === undefined && rotating !== undefined ? 'md' : 'xl'}
        closeOnClickOutside={made === undefined && rotating !== undefined}
      >
        <Suspense fallback={<Loading />}>
          {made !== undefined ? (
            <SecretReveal made={made} asking={asking} onStay={() => setAsking(false)} onFinish={finish} />
          ) : rotating === undefined ? (
            <CreateForm onMade={show} onCancel={leave} />
          ) : (
            <RotateForm client={rotating} onMade={show} onCancel={leave} />
          )}
        </Suspense>
      </Dialog>
    </HostContext>
  );
}
